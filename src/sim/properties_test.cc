// What must hold of every service, whatever its options: tried on many drawn at random.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "sim/sim_prober.h"
#include "stats/histogram_codec.h"

namespace loadline::sim {
namespace {

/// Requests as they arrive at a service.
struct Arrival {
  Instant at;
  Duration work;
};

std::vector<Arrival> Draw(std::uint64_t seed, int count, double rate, double cv) {
  Random random(seed);
  const LatencyLaw law = *LatencyLaw::Lognormal(10ms, cv);
  std::vector<Arrival> arrivals;
  Instant at{};
  for (int i = 0; i < count; ++i) {
    at += FromSeconds(random.Exponential() / rate);
    arrivals.push_back({at, law.Draw(random)});
  }
  return arrivals;
}

/// When each of `arrivals` leaves; max(): never.
std::vector<Instant> Serve(const ServiceOptions& options, const std::vector<Arrival>& arrivals) {
  Service service(options, 1, Instant{});
  std::vector<Instant> left(arrivals.size(), Instant::max());
  Departure departure;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    while (service.Depart(arrivals[i].at, departure)) {
      left[departure.tag] = departure.at;
    }
    service.Arrive(arrivals[i].at, i, arrivals[i].work);
  }
  while (service.Depart(Instant::max(), departure)) {
    left[departure.tag] = departure.at;
  }
  return left;
}

ServiceOptions SharedQueue(int concurrency) {
  ServiceOptions options;
  options.pods = 1;
  options.concurrency = concurrency;
  options.queue = kUnlimitedQueue;
  return options;
}

TEST(Properties, MoreServersNeverMakeARequestLater) {
  // First come first served from one queue: with the same arrivals and the same work nobody begins
  // later when there is one server more.
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<Arrival> arrivals = Draw(seed, 3'000, 350, seed % 2 == 0 ? 0.5 : 2.0);
    std::vector<Instant> before = Serve(SharedQueue(1), arrivals);
    for (const int servers : {2, 3, 4, 5, 8, 50}) {
      const std::vector<Instant> left = Serve(SharedQueue(servers), arrivals);
      for (std::size_t i = 0; i < left.size(); ++i) {
        ASSERT_LE(left[i], before[i]) << "request " << i << ", seed " << seed;
        ASSERT_GE(left[i], arrivals[i].at + arrivals[i].work);
      }
      before = left;
    }
  }
}

TEST(Properties, ABusyPeriodLastsAsLongWhateverTheOrder) {
  // One server that always works while there is work empties at the same instants in whatever order
  // it works: first come first served, or shared.
  ServiceOptions sharing = SharedQueue(1);
  sharing.discipline = Discipline::kSharing;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<Arrival> arrivals = Draw(seed, 3'000, 80, 1.0);
    const auto empties = [&](const ServiceOptions& options) {
      const std::vector<Instant> left = Serve(options, arrivals);
      std::vector<Instant> ends;
      Instant last{};
      for (std::size_t i = 0; i < arrivals.size(); ++i) {
        if (i > 0 && arrivals[i].at > last) {
          ends.push_back(last);
        }
        last = std::max(last, left[i]);
      }
      ends.push_back(last);
      return ends;
    };
    const std::vector<Instant> in_order = empties(SharedQueue(1));
    EXPECT_GT(in_order.size(), 300U);
    const std::vector<Instant> shared = empties(sharing);
    ASSERT_EQ(shared.size(), in_order.size());
    for (std::size_t i = 0; i < in_order.size(); ++i) {
      // Sharing rounds to whole ns at each departure.
      ASSERT_LE(std::chrono::abs(shared[i] - in_order[i]), Duration(10us)) << "seed " << seed;
    }
  }
}

/// A service with anything that a service file can say.
SimOptions AnyService(Random& random) {
  const auto chance = [&](double share) { return random.Uniform() < share; };
  const auto whole = [&](int most) { return 1 + static_cast<int>(random.Below(most)); };
  SimOptions options;
  ServiceOptions& service = options.service;
  service.pods = whole(12);
  service.concurrency = whole(4);
  service.queue = chance(0.3) ? kUnlimitedQueue : whole(8) - 1;
  service.latency = *LatencyLaw::Lognormal(Duration(1ms) * whole(60), 0.3 * whole(5));
  service.overhead = chance(0.5) ? Duration(2ms) : Duration::zero();
  service.balance = static_cast<Balance>(random.Below(5));
  service.error_rate = chance(0.3) ? 0.02 : 0.0;
  service.routers = chance(0.3) ? whole(4) : 1;
  service.cold_start = chance(0.5) ? Duration(300ms) : Duration::zero();
  if (chance(0.3)) {
    service.discipline = Discipline::kSharing;
  }
  if (chance(0.4)) {
    service.cpu_limit = 0.25 * whole(8);
    service.cpu_model = chance(0.5) ? CpuModel::kQuota : CpuModel::kFluid;
  }
  Disturbances& disturbances = options.disturbances;
  if (chance(0.5)) {
    disturbances.failures =
        Failures{.every = 4s,
                 .outages = {{.at = 1500ms, .pods = whole(12)}, {.at = 4s, .pods = 1}},
                 .restart = Duration(100ms) * whole(10),
                 .unnoticed = Duration(50ms) * (whole(3) - 1),
                 .status = chance(0.5) ? 0 : 502};
  }
  if (chance(0.3)) {
    disturbances.scaling = {{.at = 1s, .pods = whole(20)}, {.at = 3s, .pods = whole(6)}};
  }
  if (chance(0.2)) {
    disturbances.pauses = Pauses{.every = 2s, .length = 300ms, .first = 1s};
  }
  if (chance(0.2)) {
    disturbances.wandering = Wandering{.slow = 0.5, .stay = 1s};
  }
  if (chance(0.2)) {
    disturbances.limit = RateLimit{.rate = Rate{100}, .burst = 20};
  }
  options.timeout = chance(0.3) ? Duration(300ms) : Duration(30s);
  options.seed = random.Next();
  return options;
}

measure::Load AnyLoad(Random& random) {
  measure::Load load;
  if (random.Uniform() < 0.5) {
    load.shape = measure::OpenLoad{.rate = Rate{10.0 + 300.0 * random.Uniform()}};
  } else {
    load.shape = measure::ClosedLoad{
        .users = 1 + static_cast<int>(random.Below(60)), .spawn = {}, .think = 50ms};
  }
  load.warmup = 500ms;
  load.duration = 5s;
  load.seed = random.Next();
  return load;
}

/// Counts what the windows tell.
class Counter : public measure::Observer {
 public:
  measure::Decision OnWindow(const measure::Window& window) override {
    for (const measure::Event& event : window.events) {
      if (event.kind == measure::EventKind::kArrival) {
        EXPECT_EQ(event.request, seen_.size());
        seen_.push_back(0);
      } else {
        EXPECT_EQ(++seen_.at(event.request), 1) << "a request that ended twice";
        ++ended_;
      }
    }
    return measure::Decision::kContinue;
  }
  [[nodiscard]] bool WantsEvents() const override { return true; }

  std::vector<int> seen_;
  std::int64_t ended_ = 0;
};

TEST(Properties, EveryRequestEndsExactlyOnceWhateverHappensToThePods) {
  Random random(20);
  std::int64_t failures = 0;
  for (int i = 0; i < 300; ++i) {
    SimOptions options = AnyService(random);
    ASSERT_TRUE(ValidateSim(options).has_value()) << ValidateSim(options).error().message;
    SimProber prober(options);
    Counter counter;
    const measure::Measurement m = *prober.Probe(AnyLoad(random), counter);
    const measure::Accounts& books = m.accounts;
    EXPECT_TRUE(books.Balanced());
    EXPECT_EQ(books.scheduled, static_cast<std::int64_t>(counter.seen_.size()));
    EXPECT_EQ(books.scheduled, counter.ended_);
    EXPECT_EQ(m.requests, m.succeeded + m.failed);
    failures += m.failed;
  }
  EXPECT_GT(failures, 10'000);  // Much did happen to them.
}

/// Everything that is measured, as bytes.
std::string Bytes(const measure::Measurement& m) {
  std::string bytes;
  for (const measure::TaskMeasurement& task : m.tasks) {
    bytes += stats::Encode(task.response) + stats::Encode(task.wire);
    bytes += std::to_string(task.succeeded) + "," + std::to_string(task.failed) + ";";
  }
  for (const measure::ErrorTally& tally : m.errors) {
    bytes += tally.name + std::to_string(tally.count) + "," + std::to_string(tally.first.count()) +
             "," + std::to_string(tally.last.count()) + ";";
  }
  return bytes + std::to_string(m.accounts.scheduled) + "," + std::to_string(m.requests);
}

TEST(Properties, TheSameSeedsGiveTheSameBytes) {
  Random random(21);
  int differ = 0;
  for (int i = 0; i < 60; ++i) {
    const SimOptions options = AnyService(random);
    const measure::Load load = AnyLoad(random);
    const auto run = [&](std::uint64_t seed) {
      SimOptions seeded = options;
      seeded.seed = seed;
      SimProber prober(seeded);
      measure::Unobserved nobody;
      return Bytes(*prober.Probe(load, nobody));
    };
    EXPECT_EQ(run(options.seed), run(options.seed));
    differ += run(options.seed) != run(options.seed + 1) ? 1 : 0;
  }
  EXPECT_GT(differ, 55);  // But for services that turn nearly everything away.
}

TEST(Properties, PodsWorkNoMoreThanTheirLimitAllows) {
  // A quota of half a core: in any 10 s a pod gets at most 5 s of CPU and one period's 50 ms. Work
  // that has left cannot be more than that.
  ServiceOptions options = SharedQueue(8);
  options.cpu_limit = 0.5;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const std::vector<Arrival> arrivals = Draw(seed, 2'000, 80, 1.0);
    const std::vector<Instant> left = Serve(options, arrivals);
    Duration done{};
    Duration work{};
    Instant last{};
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      work += arrivals[i].work;
      done += left[i] <= Instant(10s) ? arrivals[i].work : Duration::zero();
      last = std::max(last, left[i]);
    }
    EXPECT_LE(done, Duration(5050ms));
    EXPECT_GE(done, Duration(4500ms));  // Overloaded: 80 · 10 ms a second are asked for.
    EXPECT_GE(last - Instant{}, work * 2 - Duration(100ms));
  }
}

}  // namespace
}  // namespace loadline::sim
