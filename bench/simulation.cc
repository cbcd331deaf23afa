// simulation: how fast the simulator is, as a line of JSON.
//
//     simulation [pods=N] [concurrency=N] [balance=NAME] [latency=LAW] [busy=SHARE] [requests=N]
//                [seed=N] [events=1] [runs=N threads=N]
//
// Poisson arrivals, endless queues; seconds and histograms are kept, as always. events=1 watches
// every event, which keeps the simulation to its event list. CPU time is that of the thread; with
// `runs`, independent simulations, also the time that passed.
#include <fmt/core.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "sim/replicate.h"
#include "sim/sim_prober.h"

namespace {

using namespace loadline;

double SecondsOf(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int Fail(const std::string& message) {
  fmt::print(stderr, "simulation: {}\n", message);
  return 2;
}

/// Nobody, who wants to know of everything.
class Curious : public measure::Unobserved {
 public:
  [[nodiscard]] bool WantsEvents() const override { return true; }
};

int Repeat(const sim::SimOptions& options, const measure::Load& load, int runs, int threads) {
  const double before = SecondsOf(CLOCK_MONOTONIC);
  const double before_cpu = SecondsOf(CLOCK_PROCESS_CPUTIME_ID);
  const auto found = sim::Replicate(options, load, runs, threads);
  const double spent = SecondsOf(CLOCK_MONOTONIC) - before;
  if (!found) {
    return Fail(found.error().message);
  }
  std::int64_t requests = 0;
  for (const measure::Measurement& each : *found) {
    requests += each.accounts.scheduled;
  }
  fmt::print("{{\"requests\": {}, \"wall_s\": {:.4f}, \"cpu_s\": {:.4f}}}\n", requests, spent,
             SecondsOf(CLOCK_PROCESS_CPUTIME_ID) - before_cpu);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> words = {
      {"pods", "1"},   {"concurrency", "1"}, {"balance", "p2c"}, {"latency", ""},
      {"busy", "0.8"}, {"requests", "1e6"},  {"seed", "1"},      {"events", "0"},
      {"runs", "0"},   {"threads", "1"}};
  words["latency"] = "exponential:100ms";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const std::size_t equal = word.find('=');
    if (words.count(word.substr(0, equal)) == 0 || equal == std::string::npos) {
      return Fail(word + ": no such option");
    }
    words[word.substr(0, equal)] = word.substr(equal + 1);
  }
  const auto number = [&](const char* name) { return std::atof(words[name].c_str()); };
  sim::SimOptions options;
  options.service.pods = static_cast<int>(number("pods"));
  options.service.concurrency = static_cast<int>(number("concurrency"));
  const Result<sim::Balance> balance = sim::ParseBalance(words["balance"]);
  const Result<sim::LatencyLaw> latency = sim::ParseLatencyLaw(words["latency"]);
  if (!balance || !latency) {
    return Fail(balance ? latency.error().message : balance.error().message);
  }
  options.service.balance = *balance;
  options.service.latency = *latency;
  options.service.queue = sim::kUnlimitedQueue;
  options.seed = static_cast<std::uint64_t>(number("seed"));
  if (const Status valid = sim::ValidateSim(options); !valid) {
    return Fail(valid.error().message);
  }
  const double rate = number("busy") * options.service.pods * options.service.concurrency /
                      Seconds(latency->Mean());
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}};
  load.duration = FromSeconds(number("requests") / rate);
  load.seed = options.seed;
  if (number("runs") > 0) {
    return Repeat(options, load, static_cast<int>(number("runs")),
                  static_cast<int>(number("threads")));
  }
  sim::SimProber prober(options);
  measure::Unobserved nobody;
  Curious somebody;
  const double before = SecondsOf(CLOCK_THREAD_CPUTIME_ID);
  const auto found = prober.Probe(load, number("events") > 0 ? somebody : nobody);
  const double spent = SecondsOf(CLOCK_THREAD_CPUTIME_ID) - before;
  if (!found) {
    return Fail(found.error().message);
  }
  const stats::Histogram& response = found->tasks.front().response;
  fmt::print("{{\"requests\": {}, \"cpu_s\": {:.6f}, \"mean_s\": {:.9f}, \"p95_s\": {:.9f}}}\n",
             found->accounts.scheduled, spent, Seconds(response.Mean()),
             Seconds(response.ValueAtQuantile(0.95)));
  return 0;
}
