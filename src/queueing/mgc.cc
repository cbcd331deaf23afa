#include "queueing/mgc.h"

#include <array>
#include <cmath>

#include "base/check.h"
#include "queueing/erlang.h"
#include "stats/bisect.h"
#include "stats/distributions.h"

namespace loadline::queueing {
namespace {

constexpr int kPoints = 64;

// The middles of kPoints equally likely slices of the standard normal distribution.
const std::array<double, kPoints>& NormalPoints() {
  static const std::array<double, kPoints> points = [] {
    std::array<double, kPoints> z{};
    for (int i = 0; i < kPoints; ++i) {
      z[static_cast<std::size_t>(i)] = stats::NormalQuantile((i + 0.5) / kPoints);
    }
    return z;
  }();
  return points;
}

void CheckShape(const ServiceShape& shape) {
  CHECK(shape.servers.count >= 1 && shape.servers.service > Duration::zero() && shape.scv >= 0 &&
        std::isfinite(shape.scv) && shape.delay >= Duration::zero() && shape.pools >= 1);
}

}  // namespace

Duration MeanResponse(const ServiceShape& shape, Rate rate) {
  CheckShape(shape);
  const Duration wait = MeanWait(shape.servers, rate / shape.pools);
  if (wait == Duration::max()) {
    return wait;
  }
  return FromSeconds(Seconds(wait) * (1 + shape.scv) / 2) + shape.servers.service + shape.delay;
}

ResponseLaw::ResponseLaw(const ServiceShape& shape) : shape_(shape) {
  CheckShape(shape);
  // Lognormal with the wanted mean and scatter, then scaled so that the points' own mean is exact.
  const double variance = std::log1p(shape.scv);
  double sum = 0;
  for (const double z : NormalPoints()) {
    service_s_.push_back(std::exp(std::sqrt(variance) * z - variance / 2));
    sum += service_s_.back();
  }
  for (double& seconds : service_s_) {
    seconds *= Seconds(shape.servers.service) * kPoints / sum;
  }
}

double ResponseLaw::Tail(Rate rate, Duration t) const {
  const Rate per_pool = rate / shape_.pools;
  const double offered = shape_.servers.Offered(per_pool);
  const double spare = shape_.servers.count - offered;
  if (spare <= 0) {
    return 1;
  }
  const double waits = ErlangC(shape_.servers.count, offered);
  const double wait_s = (1 + shape_.scv) / 2 * Seconds(shape_.servers.service) / spare;
  double sum = 0;
  for (const double service_s : service_s_) {
    const double left_s = Seconds(t - shape_.delay) - service_s;
    sum += left_s < 0 ? 1 : waits * std::exp(-left_s / wait_s);
  }
  return sum / kPoints;
}

Rate ResponseLaw::LoadLine(Duration t, double late) const {
  CHECK(late > 0 && late < 1);
  return Rate{stats::LastThat(0, shape_.Capacity().per_second,
                              [&](double rate) { return Tail(Rate{rate}, t) <= late; })};
}

}  // namespace loadline::queueing
