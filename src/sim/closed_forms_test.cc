// The simulator against every closed form of `queueing` that holds exactly: each value must lie in
// the interval that the simulator itself states, Student's at 99.9 % over 20 runs with seeds of
// their own.
#include <gtest/gtest.h>

#include <string>

#include "queueing/closed.h"
#include "queueing/erlang.h"
#include "queueing/little.h"
#include "queueing/mgc.h"
#include "queueing/mmc.h"
#include "queueing/pool.h"
#include "sim/sim_prober.h"
#include "sim/testing.h"
#include "stats/distributions.h"
#include "stats/moments.h"

namespace loadline::sim {
namespace {

using queueing::PoolLaw;
using queueing::Servers;

constexpr Duration kService = 10ms;
constexpr int kRuns = 20;
constexpr double kRequests = 20'000;  // Of a run, after a fifth as many to warm up.

/// What a service did, run by run.
struct Found {
  stats::Moments mean_s;  ///< Response.
  stats::Moments p95_s;
  stats::Moments late;      ///< Share of the answered that took longer than `limit`.
  stats::Moments rejected;  ///< Share of all.
  stats::Moments rate;      ///< Answers per second.
};

Found Simulate(SimOptions options, const measure::Load& shape, double rate, Duration limit = 30ms) {
  Found found;
  for (int run = 0; run < kRuns; ++run) {
    options.seed = std::uint64_t{100} + static_cast<std::uint64_t>(run);
    measure::Load load = shape;
    load.seed = options.seed + 1'000;
    load.warmup = FromSeconds(kRequests / 5 / rate);
    load.duration = FromSeconds(kRequests / rate);
    measure::Unobserved nobody;
    SimProber prober(options);
    const measure::Measurement m = *prober.Probe(load, nobody);
    const stats::Histogram& response = m.tasks[0].response;
    const auto requests = static_cast<double>(m.requests);
    found.mean_s.Add(Seconds(response.Mean()));
    found.p95_s.Add(Seconds(response.ValueAtQuantile(0.95)));
    found.late.Add(response.ShareAbove(limit));
    found.rejected.Add(static_cast<double>(m.rejected) / requests);
    found.rate.Add(m.achieved.per_second);
  }
  return found;
}

Found Offer(const SimOptions& options, double rate, Duration limit = 30ms) {
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}};
  return Simulate(options, load, rate, limit);
}

/// An interval that is wider on either side than this share of its value would prove nothing. Most
/// are narrower than 0.03.
constexpr double kWidest = 0.15;

/// Whether `value` lies in the interval.
void Expect(const stats::Moments& moments, double value, const char* what) {
  const double half =
      stats::StudentQuantile(0.9995, static_cast<double>(kRuns - 1)) * moments.StandardError();
  EXPECT_NEAR(moments.Mean(), value, half) << what;
  EXPECT_LT(half, kWidest * value) << what;
}

TEST(ClosedForms, MeanAndTailOfMM1) {
  // ρ = 0.8.
  const Servers servers{1, kService};
  const Rate rate{80};
  const Found found = Offer(Target(1, 1, kUnlimitedQueue, "exponential:10ms"), 80, 100ms);
  Expect(found.mean_s, Seconds(queueing::MeanResponse(servers, rate)), "mean");
  Expect(found.p95_s, Seconds(queueing::ResponseQuantile(servers, rate, 0.95)), "p95");
  Expect(found.late, queueing::ResponseTail(servers, rate, 100ms), "late");
}

TEST(ClosedForms, MeanAndTailOfMMc) {
  // 10 Erlang on 12 servers.
  const Servers servers{12, kService};
  const Rate rate{1'000};
  const Found found = Offer(Target(1, 12, kUnlimitedQueue, "exponential:10ms"), 1'000);
  Expect(found.mean_s, Seconds(queueing::MeanResponse(servers, rate)), "mean");
  Expect(found.p95_s, Seconds(queueing::ResponseQuantile(servers, rate, 0.95)), "p95");
  Expect(found.late, queueing::ResponseTail(servers, rate, 30ms), "late");
}

TEST(ClosedForms, TheLoadLineOfMMc) {
  // At the line exactly one request in twenty takes longer than 30 ms.
  const Rate line = queueing::LoadLine({4, kService}, 30ms, 0.05);
  const Found found =
      Offer(Target(1, 4, kUnlimitedQueue, "exponential:10ms"), line.per_second, 30ms);
  Expect(found.late, 0.05, "late");
  Expect(found.p95_s, 0.030, "p95");
}

TEST(ClosedForms, RejectionsAndMeanOfMMcK) {
  // Four servers and six places to wait, 4.4 Erlang.
  queueing::Pool pool;
  pool.concurrency = 4;
  pool.queue = 6;
  pool.service = kService;
  pool.exponential = true;
  pool.balance = queueing::Balance::kCentral;
  const PoolLaw law(pool, Rate{440});
  const Found found = Offer(Target(1, 4, 6, "exponential:10ms"), 440);
  Expect(found.rejected, law.Rejected(), "rejected");
  Expect(found.mean_s, Seconds(law.Mean()), "mean");
}

TEST(ClosedForms, ErlangBWhateverTheLaw) {
  for (const char* law : {"exponential:10ms", "lognormal:10ms,cv=2", "constant:10ms"}) {
    const Found found = Offer(Target(1, 5, 0, law), 400);
    Expect(found.rejected, queueing::ErlangB(5, 4.0), law);
  }
}

TEST(ClosedForms, PollaczekAndKhinchine) {
  const Rate rate{50};  // ρ = 0.5.
  const auto mean = [&](double scv) {
    return Seconds(queueing::MeanResponse({.servers = {1, kService}, .scv = scv}, rate));
  };
  const auto found = [&](const char* law) {
    return Offer(Target(1, 1, kUnlimitedQueue, law), 50).mean_s;
  };
  Expect(found("constant:10ms"), mean(0.0), "constant");
  Expect(found("exponential:10ms"), mean(1.0), "exponential");
  Expect(found("lognormal:10ms,cv=2"), mean(4.0), "lognormal");
  // 90 % 5 ms, 10 % 55 ms: variance 0.09 · 50² = 225 ms², scv 2.25.
  Expect(found("bimodal:5ms@0.9,55ms@0.1"), mean(2.25), "bimodal");
  // Kimura's wait is the same thing for one server.
  const double wait_s = Seconds(queueing::KimuraWait(1, kService, 4.0, rate));
  EXPECT_NEAR(0.010 + wait_s, mean(4.0), 1e-9);
}

TEST(ClosedForms, ProcessorSharing) {
  queueing::Pool pool;
  pool.service = kService;
  pool.exponential = true;
  pool.discipline = queueing::Discipline::kSharing;
  SimOptions options = Target(1, 1, kUnlimitedQueue, "exponential:10ms");
  options.service.discipline = Discipline::kSharing;
  const PoolLaw one(pool, Rate{70});
  const Found found = Offer(options, 70);
  Expect(found.mean_s, Seconds(one.Mean()), "mean");
  Expect(found.p95_s, Seconds(one.Quantile(0.95)), "p95");
  // The mean does not depend on the law.
  options.service.latency = *ParseLatencyLaw("lognormal:10ms,cv=2");
  Expect(Offer(options, 70).mean_s, Seconds(one.Mean()), "lognormal");
  // Three cores that are shared by whoever is there, 2.1 Erlang.
  pool.concurrency = 3;
  options = Target(1, 3, kUnlimitedQueue, "exponential:10ms");
  options.service.discipline = Discipline::kSharing;
  const PoolLaw three(pool, Rate{210});
  const Found shared = Offer(options, 210);
  Expect(shared.mean_s, Seconds(three.Mean()), "mean of three");
  Expect(shared.p95_s, Seconds(three.Quantile(0.95)), "p95 of three");
}

TEST(ClosedForms, PodsBehindABalancerThatSeesNothing) {
  queueing::Pool pool;
  pool.pods = 4;
  pool.service = kService;
  pool.exponential = true;
  SimOptions options = Target(4, 1, kUnlimitedQueue, "exponential:10ms");
  for (const auto& [simulated, balance] :
       {std::pair{Balance::kRandom, queueing::Balance::kRandom},
        std::pair{Balance::kRoundRobin, queueing::Balance::kRoundRobin}}) {
    pool.balance = balance;
    options.service.balance = simulated;
    const PoolLaw law(pool, Rate{280});
    const Found found = Offer(options, 280);
    const std::string name(queueing::Name(balance));
    Expect(found.mean_s, Seconds(law.Mean()), name.c_str());
    Expect(found.p95_s, Seconds(law.Quantile(0.95)), name.c_str());
  }
}

TEST(ClosedForms, UsersWhoThink) {
  // M/M/3//12 with think times of 30 ms: three servers for 12 users who each ask for a quarter.
  const queueing::ClosedSystem system{{3, kService}, 30ms};
  const Rate throughput = queueing::Throughput(system, 12);
  measure::Load load;
  load.shape = measure::ClosedLoad{.users = 12, .spawn = {}, .think = 30ms};
  const Found found = Simulate(Target(1, 3, kUnlimitedQueue, "exponential:10ms"), load,
                               throughput.per_second, 25ms);
  Expect(found.rate, throughput.per_second, "rate");
  Expect(found.mean_s, Seconds(queueing::MeanResponse(system, 12)), "mean");
  Expect(found.late, queueing::ResponseTail(system, 12, 25ms), "late");
  // Little's law over the users: those who do not think are in flight.
  const double in_flight = *queueing::MeanInFlight(throughput, queueing::MeanResponse(system, 12));
  EXPECT_NEAR(in_flight + throughput.per_second * 0.030, 12.0, 1e-6);
}

}  // namespace
}  // namespace loadline::sim
