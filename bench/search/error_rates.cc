// How often a test is wrong at the exact line, and how many requests a verdict takes beside it.
//
//   search_error_rates [--seeds N] [--first SEED] [--alpha A] [--budget REQUESTS] [--only TEXT]
//                      [--set open|closed|batch] [--at RELATIVE]...
//
// Prints one line per case and load: wrong verdicts in per cent (on the line both are wrong), share
// undecided, mean requests to the verdict (an undecided run counts its whole budget).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "cases.h"
#include "search/judge.h"

namespace loadline::bench {
namespace {

struct Settings {
  std::int64_t seeds = 400;
  std::uint64_t first = 1;
  double alpha = 0.01;
  std::int64_t budget = 1000000;
  std::string only;
  std::string set = "open";
  std::vector<double> at;
};

struct Tally {
  double held = 0.0;
  double broken = 0.0;
  double undecided = 0.0;
  double requests = 0.0;  // Until the verdict.
  double estimates = 0.0;
  double estimate_sum = 0.0;  // Of the relative error of the estimated line.
  double estimate_squares = 0.0;
  double drifted = 0.0;
  double covered = 0.0;  // Estimates within 2 sd.
};

/// Windows are this many events long: short beside any probe, long enough to cost nothing.
constexpr std::size_t kWindowEvents = 512;
/// So much in flight is a queue that will never come back.
constexpr std::int64_t kHopeless = 20000;

void RunOne(const Case& c, double relative, const Settings& settings, std::uint64_t seed,
            Tally& tally) {
  const measure::Load load = LoadOf(c, relative);
  search::testing::QueueSim sim(c.service, load, StreamSeed(seed, 77));
  if (c.think_law == search::testing::Think::kUniform) {
    sim.ThinkUniformly();
  }
  search::Judge judge({.objectives = {ObjectiveOf(c)},
                       .load = load,
                       .alpha = settings.alpha,
                       .alone = FromSeconds(c.service.service)});
  std::vector<measure::Event> events;
  measure::Progress progress;
  Duration begin{};
  while (sim.arrivals() < settings.budget && sim.in_flight() < kHopeless) {
    events.clear();
    const Duration end = FromSeconds(sim.Run(1e18, kWindowEvents, events));
    const measure::Window window{
        .begin = begin, .end = end, .events = events, .progress = progress};
    begin = end;
    if (judge.OnWindow(window) == measure::Decision::kStop) {
      break;
    }
  }
  switch (judge.state()) {
    case measure::ObjectiveState::kHeld:
      ++tally.held;
      break;
    case measure::ObjectiveState::kBroken:
      ++tally.broken;
      break;
    case measure::ObjectiveState::kUndecided:
      ++(sim.in_flight() >= kHopeless ? tally.broken : tally.undecided);
      break;
  }
  tally.drifted += judge.drifted() ? 1.0 : 0.0;
  tally.requests += static_cast<double>(sim.arrivals());
  if (const auto estimate = judge.Estimate()) {
    const double error = estimate->log_ratio + std::log(relative);
    ++tally.estimates;
    tally.estimate_sum += error;
    tally.estimate_squares += error * error;
    tally.covered += std::abs(error) < 2.0 * estimate->sd ? 1.0 : 0.0;
  }
}

void RunCase(const Case& c, double relative, const Settings& settings) {
  Tally tally;
  const Duration start = ProcessCpuTime();
  for (std::int64_t i = 0; i < settings.seeds; ++i) {
    RunOne(c, relative, settings, settings.first + static_cast<std::uint64_t>(i), tally);
  }
  const double seconds = Seconds(ProcessCpuTime() - start);
  const double n = static_cast<double>(settings.seeds);
  const double e = std::max(1.0, tally.estimates);
  const double mean = tally.estimate_sum / e;
  std::printf(
      "%-24s %+5.0f %% a=%.3f | held %6.2f %% broken %6.2f %% undecided %6.2f %% | %9.1f k | line "
      "%+.2f %% sd %.2f %% 2sd covers %5.1f %% of %.0f | drift %.1f %% | %.1f M/s\n",
      std::string(c.name).c_str(), 100.0 * (relative - 1.0), settings.alpha, 100.0 * tally.held / n,
      100.0 * tally.broken / n, 100.0 * tally.undecided / n, tally.requests / n / 1e3, 100.0 * mean,
      100.0 * std::sqrt(std::max(0.0, tally.estimate_squares / e - mean * mean)),
      100.0 * tally.covered / e, tally.estimates, 100.0 * tally.drifted / n,
      tally.requests / seconds / 1e6);
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--seeds") {
      settings.seeds = std::atoll(value);
    } else if (name == "--first") {
      settings.first = static_cast<std::uint64_t>(std::atoll(value));
    } else if (name == "--alpha") {
      settings.alpha = std::atof(value);
    } else if (name == "--budget") {
      settings.budget = std::atoll(value);
    } else if (name == "--only") {
      settings.only = value;
    } else if (name == "--set") {
      settings.set = value;
    } else if (name == "--at") {
      settings.at.push_back(std::atof(value));
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  if (settings.at.empty()) {
    settings.at = {1.0};
  }
  const auto cases = settings.set == "closed"  ? ClosedCases()
                     : settings.set == "batch" ? BatchCases()
                                               : OpenCases();
  for (const Case& c : cases) {
    if (!settings.only.empty() && c.name.find(settings.only) == std::string_view::npos) {
      continue;
    }
    for (const double relative : settings.at) {
      RunCase(c, relative, settings);
    }
  }
  return 0;
}

}  // namespace
}  // namespace loadline::bench

int main(int argc, char** argv) {
  return loadline::bench::Main(argc, argv);
}
