#include "cli/simulation.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/units_text.h"
#include "report/text.h"
#include "scenario/surroundings.h"

namespace loadline::cli {
namespace {

/// Never resolves (RFC 2606, section 2): a scenario that is run again without its service fails at
/// once.
constexpr std::string_view kNowhere = "http://simulated.invalid/";

/// Stops a probe on Ctrl-C: virtual time has no engine thread that would.
class Interruptible : public measure::Observer {
 public:
  Interruptible(measure::Observer& inner, const std::atomic<bool>& interrupted)
      : inner_(inner), interrupted_(interrupted) {}
  measure::Decision OnWindow(const measure::Window& window) override {
    const measure::Decision decision = inner_.OnWindow(window);
    return interrupted_.load() ? measure::Decision::kStop : decision;
  }
  void OnSecond(const measure::Second& second) override { inner_.OnSecond(second); }
  [[nodiscard]] bool WantsEvents() const override { return inner_.WantsEvents(); }

 private:
  measure::Observer& inner_;
  const std::atomic<bool>& interrupted_;
};

}  // namespace

std::string SubjectOf(const Arguments& arguments) {
  const std::size_t first = arguments.command == CommandId::kSimulate ? 1 : 0;
  return arguments.positionals.size() > first ? arguments.positionals[first] : std::string();
}

std::optional<Simulation> Simulation::Read(const Arguments& arguments,
                                           std::vector<scenario::Fault>& faults) {
  const bool simulate = arguments.command == CommandId::kSimulate;
  if (!simulate && !arguments.Has("--sim")) {
    return std::nullopt;
  }
  Simulation simulation;
  simulation.file_ = simulate ? arguments.positionals.front() : arguments.Value("--sim");
  const std::string where = simulate ? "simulate" : "--sim";
  if (HasScheme(SubjectOf(arguments))) {
    faults.push_back({where, "", fmt::format("also the URL \"{}\"", SubjectOf(arguments)),
                      "a service file alone, or with a scenario file: the service is the target"});
  }
  if (arguments.Has("--overload")) {
    faults.push_back({"--overload", "", "a simulated service", "a real target with it"});
  }
  Result<std::string> text = scenario::SystemSurroundings().read_file(simulation.file_);
  if (!text) {
    faults.push_back({simulation.file_, "",
                      fmt::format("nothing that can be read ({})", text.error().message),
                      "a service file, such as examples/service.yaml"});
    return simulation;
  }
  simulation.service_ = sim::ReadServiceFile(*text, simulation.file_, faults);
  return simulation;
}

void Simulation::ReplaceTarget(scenario::Input& input) const {
  input.settings.push_back({"target.url", std::string(kNowhere), "--sim", false});
  input.virtual_time = true;
}

void Simulation::Adopt(const scenario::Scenario& scenario, bool brake,
                       std::vector<scenario::Fault>& faults) {
  sim::SimOptions options = service_.options;
  options.brake = brake;
  options.tasks.clear();
  for (const scenario::Task& task : scenario.tasks) {
    options.tasks.push_back({.name = task.name, .weight = task.weight});
  }
  for (const auto& [name, size] : service_.sizes) {
    const auto task = std::find_if(options.tasks.begin(), options.tasks.end(),
                                   [&name = name](const auto& each) { return each.name == name; });
    if (task != options.tasks.end()) {
      task->size = size;
      continue;
    }
    std::string known;
    for (const sim::SimTask& each : options.tasks) {
      known.append(known.empty() ? "" : ", ").append(each.name);
    }
    faults.push_back({file_, "tasks." + name, "a task that the scenario does not have",
                      "one of its tasks: " + known});
  }
  options.timeout = scenario.target.timeouts.whole;
  Duration loosest{};
  for (const measure::Objective& objective : scenario.objectives) {
    loosest = std::max(loosest, objective.threshold);
  }
  if (loosest > Duration::zero()) {
    options.goodput_within = loosest;
  }
  if (const Status valid = sim::ValidateSim(options); !valid) {
    faults.push_back({file_, "", "", valid.error().message});
  }
  if (faults.empty()) {
    capacity_ = sim::Capacity(options);
    const auto* open = std::get_if<measure::OpenLoad>(&scenario.load.shape);
    if (open != nullptr && scenario.load_given && open->trace == nullptr) {
      asked_ = open->profile != nullptr ? Rate{open->profile->peak()} : open->rate;
    }
    prober_ = std::make_unique<sim::SimProber>(std::move(options));
  }
}

Status Simulation::KeepRows(const std::string& run_id, const std::string& folder,
                            const load::EngineOptions& options) {
  if (options.records != load::Records::kNone) {
    records_ = TRY(SimulatedRecords::Create(run_id, folder, options));
    prober_->KeepRows(records_.get());
  }
  return {};
}

Status Simulation::CloseRows() {
  prober_->KeepRows(nullptr);
  const std::unique_ptr<SimulatedRecords> records = std::move(records_);
  return records == nullptr ? Status() : records->Flush();
}

std::string Simulation::Text(const report::Style& style) const {
  report::TargetFacts target;
  target.method = "simulated";
  target.url = fmt::format("{} ({}; at most {}): nothing is sent", Url(),
                           sim::Describe(service_.options.service), FormatRate(capacity_));
  if (asked_.per_second > capacity_.per_second) {
    target.url += fmt::format(". {} is {} more than that", FormatRate(asked_),
                              FormatPercent(asked_.per_second / capacity_.per_second - 1.0));
  }
  return report::TargetText(target, style);
}

Result<measure::Measurement> Simulation::Probe(const measure::Load& load,
                                               measure::Observer& observer) {
  if (load.duration == Duration::max() && load.requests == 0) {
    return Error{ErrorCode::kInvalidArgument,
                 "a simulated load needs an end: --duration or --requests"};
  }
  Interruptible watched(observer, *interrupted_);
  Result<measure::Measurement> measurement = prober_->Probe(load, watched);
  if (measurement && interrupted_->load()) {
    measurement->stop = measure::StopReason::kInterrupted;
  }
  return measurement;
}

}  // namespace loadline::cli
