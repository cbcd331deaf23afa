// simulation: how fast the simulator is: requests per CPU-second of one thread, as JSON.
//
//     simulation PODS BALANCE LATENCY UTILISATION REQUESTS [events|any]
//
// Poisson arrivals, endless queues, one request at a time; seconds and histograms are kept, as
// always. `events` watches every event, which keeps the simulation to its event list.
#include <fmt/core.h>
#include <time.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sim/sim_prober.h"

namespace {

using namespace loadline;

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    return Fail("simulation PODS BALANCE LATENCY UTILISATION REQUESTS [events|any]");
  }
  sim::SimOptions options;
  options.service.pods = std::atoi(argv[1]);
  const Result<sim::Balance> balance = sim::ParseBalance(argv[2]);
  const Result<sim::LatencyLaw> latency = sim::ParseLatencyLaw(argv[3]);
  if (!balance || !latency) {
    return Fail(balance ? latency.error().message : balance.error().message);
  }
  options.service.balance = *balance;
  options.service.latency = *latency;
  options.service.queue = sim::kUnlimitedQueue;
  if (const Status valid = sim::ValidateSim(options); !valid) {
    return Fail(valid.error().message);
  }
  const double rate =
      std::atof(argv[4]) * static_cast<double>(options.service.pods) / Seconds(latency->Mean());
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = Rate{rate}};
  load.duration = FromSeconds(std::atof(argv[5]) / rate);
  sim::SimProber prober(options);
  measure::Unobserved nobody;
  Curious somebody;
  const bool events = argc > 6 && std::string(argv[6]) == "events";
  const double before = CpuSeconds();
  const Result<measure::Measurement> found = prober.Probe(load, events ? somebody : nobody);
  const double spent = CpuSeconds() - before;
  if (!found) {
    return Fail(found.error().message);
  }
  const auto requests = static_cast<double>(found->accounts.scheduled);
  const stats::Histogram& response = found->tasks.front().response;
  fmt::print(
      "{{\"requests\": {}, \"cpu_s\": {:.4f}, \"requests_per_s\": {:.0f}, \"events_per_s\": "
      "{:.0f}, "
      "\"mean_ms\": {:.4f}, \"p95_ms\": {:.4f}}}\n",
      found->accounts.scheduled, spent, requests / spent, 2 * requests / spent,
      Millis(response.Mean()), Millis(response.ValueAtQuantile(0.95)));
  return 0;
}
