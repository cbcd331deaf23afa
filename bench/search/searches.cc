// Whole searches in virtual time: how often the bracket holds the true line, how wide it is, and
// how often the estimate's interval covers.
//
//   search_searches [--seeds N] [--first SEED] [--only TEXT] [--budget SECONDS] [--confidence C]
//                   [--precision P] [--trace 1]
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/units_text.h"
#include "search/find.h"
#include "search_cases.h"
#include "sim/sim_prober.h"

namespace loadline::bench {
namespace {

struct Settings {
  std::int64_t seeds = 20;
  std::uint64_t first = 1;
  std::string only;
  double budget = 300.0;
  double confidence = 0.95;
  double precision = 0.05;
  bool trace = false;
};

/// Prints a search as it goes.
class Trace : public search::FindListener {
 public:
  void OnPlan(const search::FindPlan& plan) override {
    std::printf(
        "  plan: start %.3g, alone %s, budget %s gives about %.0f %% (line assumed %.3g); %.0f %% "
        "needs %s\n",
        plan.start, FormatDuration(plan.alone).c_str(), FormatDuration(plan.budget).c_str(),
        100.0 * plan.expected_width, plan.assumed_level, 100.0 * plan.precision,
        FormatDuration(plan.precision_cost).c_str());
  }
  void OnNarrowing(const search::FindPlan& plan) override {
    std::printf("  narrowing:");
    OnPlan(plan);
  }
  void OnStepEnd(const search::StepEnd& end) override {
    const measure::Measurement& m = end.measurement;
    std::printf("  %2d kind %d %8.4g  sent %8ld  %6.1f s  %-12s %s", end.start.number,
                static_cast<int>(end.start.kind), end.start.level, static_cast<long>(m.requests),
                Seconds(m.measured), std::string(Name(end.step.result)).c_str(),
                end.step.reason.c_str());
    if (end.step.line_estimate) {
      std::printf("  [line %.4g +- %.2g]", *end.step.line_estimate, *end.step.line_estimate_sd);
    }
    std::printf("\n");
  }
  void OnRecovered(Duration waited, bool recovered) override {
    std::printf("     recovered %d after %s\n", static_cast<int>(recovered),
                FormatDuration(waited).c_str());
  }
};

struct Tally {
  double searches = 0.0;
  double brackets = 0.0;  // Both ends.
  double right = 0.0;     // Of them those that hold the line.
  double wrong = 0.0;     // One end proved and on the wrong side (of all).
  double estimates = 0.0;
  double covered = 0.0;
  std::vector<double> widths;
  std::vector<double> errors;
  std::vector<double> estimate_errors;
  std::vector<double> half_intervals;
  std::vector<double> spent;
  std::map<std::string, int> ends;
};

double Median(std::vector<double>& values) {
  if (values.empty()) {
    return NAN;
  }
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

void Note(const SearchCase& c, const measure::LoadLine& line, Tally& tally) {
  tally.searches += 1.0;
  ++tally.ends[std::string(Name(line.end))];
  tally.spent.push_back(Seconds(line.spent));
  const bool high = line.held && *line.held > c.line;
  const bool low = line.broken && *line.broken < c.line;
  tally.wrong += c.line > 0.0 && (high || low) ? 1.0 : 0.0;
  // A bracket without one end is infinitely wide.
  tally.widths.push_back(INFINITY);
  if (line.held && line.broken) {
    tally.brackets += 1.0;
    tally.right += !high && !low ? 1.0 : 0.0;
    tally.widths.back() = 100.0 * (*line.broken / *line.held - 1.0);
  }
  if (line.estimate) {
    tally.estimates += 1.0;
    tally.covered += *line.estimate_low <= c.line && c.line <= *line.estimate_high ? 1.0 : 0.0;
    tally.estimate_errors.push_back(100.0 * std::abs(*line.estimate / c.line - 1.0));
    tally.half_intervals.push_back(50.0 * (*line.estimate_high - *line.estimate_low) / c.line);
  }
}

void RunCase(const SearchCase& c, const Settings& settings) {
  Tally tally;
  const Duration start = ProcessCpuTime();
  double requests = 0.0;
  for (std::int64_t i = 0; i < settings.seeds; ++i) {
    sim::SimOptions target = c.target;
    target.seed = StreamSeed(settings.first + static_cast<std::uint64_t>(i), 1);
    sim::SimProber prober(target);
    search::FindOptions find = c.find;
    find.seed = StreamSeed(settings.first + static_cast<std::uint64_t>(i), 2);
    find.budget = FromSeconds(settings.budget);
    find.confidence = settings.confidence;
    find.precision = settings.precision;
    Trace trace;
    search::FindListener quiet;
    if (settings.trace) {
      std::printf("%s, seed %ld, line %.4g\n", c.name.c_str(), static_cast<long>(i), c.line);
    }
    const auto found = search::Find(
        prober, find, settings.trace ? static_cast<search::FindListener&>(trace) : quiet);
    if (!found) {
      std::printf("%s: %s\n", c.name.c_str(), found.error().message.c_str());
      return;
    }
    requests += static_cast<double>(prober.requests());
    Note(c, *found, tally);
    if (settings.trace) {
      std::printf(
          "  => held %.4g broken %.4g estimate %.4g (%.4g, %.4g) saturation %.4g operating %.4g %s "
          "covers %s spent %s, limited by %s: %s\n",
          found->held.value_or(NAN), found->broken.value_or(NAN), found->estimate.value_or(NAN),
          found->estimate_low.value_or(NAN), found->estimate_high.value_or(NAN),
          found->saturation.value_or(NAN), found->operating.value_or(NAN),
          std::string(Name(found->end)).c_str(),
          FormatDuration(found->covers_periods_below).c_str(), FormatDuration(found->spent).c_str(),
          found->binding.c_str(), found->cause.c_str());
    }
  }
  const double seconds = Seconds(ProcessCpuTime() - start);
  std::string ends;
  for (const auto& [name, count] : tally.ends) {
    ends += fmt::format(" {} {}", name, count);
  }
  std::printf(
      "%-24s %4.0f searches | wrong %5.2f %% | bracket %5.1f %% | median width %5.1f %% | "
      "estimate %5.1f %%, covers %5.1f %%, error %4.2f %%, +-%4.2f %% | %4.0f s spent |%s | %.1f "
      "M/s\n",
      c.name.c_str(), tally.searches, 100.0 * tally.wrong / tally.searches,
      100.0 * tally.brackets / tally.searches, Median(tally.widths),
      100.0 * tally.estimates / tally.searches,
      100.0 * tally.covered / std::max(1.0, tally.estimates), Median(tally.estimate_errors),
      Median(tally.half_intervals), Median(tally.spent), ends.c_str(), requests / seconds / 1e6);
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
    } else if (name == "--only") {
      settings.only = value;
    } else if (name == "--budget") {
      settings.budget = std::atof(value);
    } else if (name == "--confidence") {
      settings.confidence = std::atof(value);
    } else if (name == "--precision") {
      settings.precision = std::atof(value);
    } else if (name == "--trace") {
      settings.trace = std::atoi(value) != 0;
    } else {
      std::fprintf(stderr, "unknown option %s\n", argv[i]);
      return 2;
    }
  }
  for (const SearchCase& c : SearchCases()) {
    if (settings.only.empty() || c.name.find(settings.only) != std::string::npos) {
      RunCase(c, settings);
    }
  }
  return 0;
}

}  // namespace
}  // namespace loadline::bench

int main(int argc, char** argv) {
  return loadline::bench::Main(argc, argv);
}
