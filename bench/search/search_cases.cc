#include "search_cases.h"

#include <string_view>
#include <utility>

#include "measure/objective.h"
#include "sim/latency_law.h"

namespace loadline::bench {
namespace {

constexpr double kService = 0.05;  // [s]

measure::Objective Quantile(double quantile, Duration threshold) {
  measure::Objective objective;
  objective.quantile = quantile;
  objective.threshold = threshold;
  return objective;
}

measure::Objective Errors(double limit) {
  measure::Objective objective;
  objective.metric = measure::Metric::kErrors;
  objective.limit = limit;
  return objective;
}

sim::SimOptions Target(int pods, int concurrency, std::string_view latency) {
  sim::SimOptions options;
  options.service.pods = pods;
  options.service.concurrency = concurrency;
  options.service.queue = sim::kUnlimitedQueue;
  options.service.latency = sim::ParseLatencyLaw(latency).value();
  options.service.balance = sim::Balance::kLeast;
  options.carry_over = true;
  return options;
}

constexpr std::string_view kExponential = "exponential:50ms";
constexpr std::string_view kConstant = "constant:50ms";
constexpr std::string_view kLognormal = "lognormal:50ms,cv=1.5";
constexpr std::string_view kBimodal = "bimodal:25ms@0.9,275ms@0.1";

SearchCase Make(std::string name, sim::SimOptions target, measure::Objective objective,
                double line_per_service) {
  SearchCase made;
  made.name = std::move(name);
  made.target = std::move(target);
  made.find.objectives = {std::move(objective)};
  made.line = line_per_service / kService;
  return made;
}

std::vector<SearchCase> Queues() {
  std::vector<SearchCase> cases = {
      Make("M/M/1 p95 6S", Target(1, 1, kExponential), Quantile(0.95, 300ms), 0.50071129),
      Make("M/M/4 p95 6S", Target(1, 4, kExponential), Quantile(0.95, 300ms), 3.42166058),
      Make("M/M/12 p95 4S", Target(1, 12, kExponential), Quantile(0.95, 200ms), 10.79134792),
      Make("M/M/12 p95 6S", Target(1, 12, kExponential), Quantile(0.95, 300ms), 11.38746617),
      Make("M/M/12 p99 6S", Target(1, 12, kExponential), Quantile(0.99, 300ms), 10.90280802),
      Make("M/M/48 p95 5S", Target(1, 48, kExponential), Quantile(0.95, 250ms), 47.1513552),
      Make("M/D/4 p95 6S", Target(1, 4, kConstant), Quantile(0.95, 300ms), 3.719449),
      Make("lognormal 4 p95 6S", Target(1, 4, kLognormal), Quantile(0.95, 300ms), 3.078054),
      Make("bimodal 4 p95 6S", Target(1, 4, kBimodal), Quantile(0.95, 300ms), 3.015271),
  };
  sim::SimOptions sharing = Target(1, 4, kExponential);
  sharing.service.discipline = sim::Discipline::kSharing;
  cases.push_back(Make("sharing 4 p95 6S", sharing, Quantile(0.95, 300ms), 3.234243));
  sim::SimOptions random = Target(12, 1, kExponential);
  random.service.balance = sim::Balance::kRandom;
  cases.push_back(Make("12 random pods p95 6S", random, Quantile(0.95, 300ms), 6.00853548));
  return cases;
}

/// What real services do, with the lines that search_lines found: the cases of
/// docs/benchmarks-search.md that are no textbook queues.
std::vector<SearchCase> Unruly() {
  std::vector<SearchCase> cases;
  const auto four = [&cases](std::string name, double line) -> SearchCase& {
    cases.push_back(Make(std::move(name), Target(1, 4, kExponential), Quantile(0.95, 300ms), 0.0));
    cases.back().line = line;
    return cases.back();
  };
  four("slows down after 60 s", 42.41).target.disturbances.speed = {{.at = 60s, .speed = 0.7}};
  SearchCase& pauses = four("pauses 300 ms every 10 s", 58.21);
  pauses.target.disturbances.pauses = sim::Pauses{};
  pauses.find.covers = 10s;
  SearchCase& limited = four("rate limiter 40/s", 34.54);
  limited.target.disturbances.limit = sim::RateLimit{.rate = {40.0}, .burst = 10.0};
  limited.find.objectives = {Errors(0.01)};
  four("doubles its pods after 100 s", 0.0).target.disturbances.scaling = {{.at = 100s, .pods = 2}};
  return cases;
}

}  // namespace

std::vector<SearchCase> SearchCases() {
  std::vector<SearchCase> cases = Queues();
  for (SearchCase& unruly : Unruly()) {
    cases.push_back(std::move(unruly));
  }
  SearchCase standin;
  standin.name = "4 pods, queue 10, 503s";
  standin.target = Target(4, 1, "lognormal:50ms,cv=0.5");
  standin.target.service.queue = 10;
  standin.target.service.overhead = 2ms;
  standin.find.objectives = {Quantile(0.95, 200ms), Errors(0.001)};
  standin.line = 64.13;
  cases.push_back(standin);
  // What `./dev demo` searches.
  SearchCase demo;
  demo.name = "demo";
  demo.target = Target(4, 1, "lognormal:10ms,cv=0.5");
  demo.target.service.queue = 10;
  demo.target.service.overhead = 2ms;
  demo.find.objectives = {Quantile(0.95, 60ms)};
  demo.line = 297.4;
  cases.push_back(demo);
  return cases;
}

}  // namespace loadline::bench
