#include "queueing/mmc.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "queueing/erlang.h"
#include "stats/bisect.h"

namespace loadline::queueing {
namespace {

void CheckArguments(const Servers& servers, Rate rate) {
  CHECK(servers.count >= 1 && servers.service > Duration::zero() && rate.per_second >= 0);
}

bool Overloaded(const Servers& servers, Rate rate) {
  return servers.Offered(rate) >= servers.count;
}

}  // namespace

Duration MeanWait(const Servers& servers, Rate rate) {
  CheckArguments(servers, rate);
  if (Overloaded(servers, rate)) {
    return Duration::max();
  }
  const double offered = servers.Offered(rate);
  return FromSeconds(ErlangC(servers.count, offered) * Seconds(servers.service) /
                     (servers.count - offered));
}

Duration MeanResponse(const Servers& servers, Rate rate) {
  const Duration wait = MeanWait(servers, rate);
  return wait == Duration::max() ? wait : wait + servers.service;
}

double WaitTail(const Servers& servers, Rate rate, Duration t) {
  CheckArguments(servers, rate);
  if (Overloaded(servers, rate) || t < Duration::zero()) {
    return 1;
  }
  const double offered = servers.Offered(rate);
  return ErlangC(servers.count, offered) *
         std::exp(-(servers.count - offered) * Seconds(t) / Seconds(servers.service));
}

double ResponseTail(const Servers& servers, Rate rate, Duration t) {
  CheckArguments(servers, rate);
  CHECK(t >= Duration::zero());
  if (Overloaded(servers, rate)) {
    return 1;
  }
  const double offered = servers.Offered(rate);
  const double waits = ErlangC(servers.count, offered);
  // In units of the service time: μ = 1, and the queue drains at d = c − λS.
  const double x = Seconds(t) / Seconds(servers.service);
  const double d = servers.count - offered;
  // (e^−dx − e^−x)/(1 − d), written without cancellation around d = 1, where it is x e^−x.
  const double slower = std::min(d, 1.0);
  const double gap = std::abs(1 - d) * x;
  const double quotient =
      std::exp(-slower * x) * x * (gap > 1e-300 ? -std::expm1(-gap) / gap : 1.0);
  return (1 - waits) * std::exp(-x) + waits * (std::exp(-d * x) + d * quotient);
}

Duration ResponseQuantile(const Servers& servers, Rate rate, double quantile) {
  CheckArguments(servers, rate);
  CHECK(quantile > 0 && quantile < 1);
  if (Overloaded(servers, rate)) {
    return Duration::max();
  }
  const auto too_short = [&](double seconds) {
    return ResponseTail(servers, rate, FromSeconds(seconds)) > 1 - quantile;
  };
  double high = Seconds(servers.service);
  while (too_short(high) && high < 1e9) {
    high *= 2;
  }
  return FromSeconds(stats::LastThat(0, high, too_short));
}

Rate LoadLine(const Servers& servers, Duration t, double late) {
  CHECK(late > 0 && late < 1);
  return Rate{stats::LastThat(0, servers.Capacity().per_second, [&](double rate) {
    return ResponseTail(servers, Rate{rate}, t) <= late;
  })};
}

}  // namespace loadline::queueing
