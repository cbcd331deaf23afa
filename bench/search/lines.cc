// The true lines of the simulated targets, by brute force: bisection over long probes.
//
//   search_lines [--requests N] [--only TEXT]
//
// The first two minutes of a probe are left out: what a target is in the end is its line.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/units.h"
#include "measure/measurement.h"
#include "measure/prober.h"
#include "search_cases.h"
#include "sim/sim_prober.h"

namespace loadline::bench {
namespace {

constexpr Duration kLeftOut = 2min;

/// Violations as a multiple of the allowed, of the worst objective.
double Excess(const SearchCase& c, double rate, std::int64_t requests, std::uint64_t seed) {
  sim::SimOptions target = c.target;
  target.seed = StreamSeed(seed, 1);
  sim::SimProber prober(target);
  measure::Load load;
  load.shape = measure::OpenLoad{.rate = {rate}, .arrivals = c.find.arrivals};
  load.warmup = kLeftOut;
  load.duration = FromSeconds(static_cast<double>(requests) / rate);
  load.seed = StreamSeed(seed, 2);
  measure::Unobserved unobserved;
  const measure::Measurement m = prober.Probe(load, unobserved).value();
  if (m.stop != measure::StopReason::kComplete) {
    return INFINITY;
  }
  double excess = 0.0;
  for (const measure::Objective& objective : c.find.objectives) {
    double violations = static_cast<double>(m.failed);
    if (objective.metric == measure::Metric::kQuantile) {
      for (const measure::TaskMeasurement& task : m.tasks) {
        violations += static_cast<double>(task.response.CountAbove(objective.threshold));
      }
    }
    const double all = std::max(1.0, static_cast<double>(m.succeeded + m.failed));
    excess = std::max(excess, violations / all / objective.AllowedShare());
  }
  return excess;
}

void FindLine(const SearchCase& c, std::int64_t requests) {
  double low = 1.0;
  double high = c.find.max;
  for (int i = 0; i < 16; ++i) {
    const double middle = std::sqrt(low * high);
    // Hopeless rates need no long probe.
    const bool broken =
        Excess(c, middle, requests / 100, 1) > 3.0 || Excess(c, middle, requests, 2) > 1.0;
    (broken ? high : low) = middle;
  }
  std::printf("%-24s %8.2f/s (noted: %.2f/s)\n", c.name.c_str(), std::sqrt(low * high), c.line);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  std::int64_t requests = 10'000'000;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--requests") {
      requests = std::atoll(argv[i + 1]);
    } else if (name == "--only") {
      only = argv[i + 1];
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  for (const SearchCase& c : SearchCases()) {
    if (only.empty() || c.name.find(only) != std::string::npos) {
      FindLine(c, requests);
    }
  }
  return 0;
}

}  // namespace
}  // namespace loadline::bench

int main(int argc, char** argv) {
  return loadline::bench::Main(argc, argv);
}
