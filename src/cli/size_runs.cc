#include "cli/size_runs.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/units_text.h"
#include "cli/store_access.h"
#include "cli/stored_report.h"

namespace loadline::cli {
namespace {

// A probe with fewer successes says too little.
constexpr std::int64_t kLeastSuccesses = 40;
// Above this share of 503s the successes show the capacity; between the two shares a probe is
// neither here nor there and is left out.
constexpr double kSaturatedShare = 0.05;
constexpr double kCleanShare = 0.01;
// A probe that keeps up leaves about as many requests behind as Little's law says.
constexpr double kBacklog = 4.0;

constexpr Rate kHardlyEver{1e-3};

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

bool BacklogGrew(const store::StepRecord& step) {
  const measure::Measurement& found = step.measurement;
  const double expected =
      found.offered.per_second *
      Seconds(found.tasks.empty() ? Duration::zero() : found.tasks.front().response.Mean());
  return step.verdict.reason.find("backlog") != std::string::npos ||
         (found.in_flight_end > 50 &&
          static_cast<double>(found.in_flight_end) > kBacklog * std::max(10.0, expected));
}

// One user alone meets nobody: as Poisson arrivals that hardly ever come.
bool OneUser(const measure::Load& load) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  return closed != nullptr && closed->users == 1;
}

// The loop that its users make; nothing for arrivals at a rate. One user before several pods meets
// nobody whatever the balancer does.
std::optional<queueing::Users> UsersOf(const measure::Load& load, int pods) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape);
  if (closed == nullptr || (closed->users == 1 && pods > 1)) {
    return std::nullopt;
  }
  return queueing::Users{closed->users, closed->think};
}

std::optional<sizing::FitStep> StepOf(const store::StepRecord& step, int pods) {
  const measure::Measurement& found = step.measurement;
  if (!step.finished || !found.valid() || step.purpose == "preflight" || found.tasks.empty() ||
      found.succeeded < kLeastSuccesses || found.measured <= Duration::zero() ||
      !found.load.steady()) {
    return std::nullopt;
  }
  const stats::Histogram all = report::AllTasks(found).response;
  const double rejected =
      static_cast<double>(found.failed) / static_cast<double>(found.succeeded + found.failed);
  sizing::FitStep data;
  data.users = UsersOf(found.load, pods);
  data.rate = OneUser(found.load) && !data.users ? kHardlyEver
              : data.users                       ? found.achieved
                                                 : found.offered;
  data.requests = found.requests;
  data.mean = all.Mean();
  data.p50 = all.ValueAtQuantile(0.5);
  data.p95 = all.ValueAtQuantile(0.95);
  data.p99 = all.ValueAtQuantile(0.99);
  data.saturated = rejected > kSaturatedShare;
  // Those still waiting when issuing stopped were answered in the drain.
  const double seconds = Seconds(found.measured) + (data.saturated ? Seconds(data.mean) : 0.0);
  data.succeeded = Rate{static_cast<double>(found.succeeded) / seconds};
  if (!data.saturated && (rejected > kCleanShare || BacklogGrew(step))) {
    return std::nullopt;
  }
  return data;
}

Status CheckState(const store::RunRecord& record) {
  const std::string& id = record.info.id;
  switch (record.info.state) {
    case store::RunState::kRefused:
      return Invalid(
          fmt::format("--from: run {} was refused: it measured the generator, not the "
                      "target (loadline runs show {}); measure again as it advises",
                      id, id));
    case store::RunState::kInterrupted:
      return Invalid(
          fmt::format("--from: run {} was interrupted; let one run to its end, or for "
                      "find: loadline find --continue {}",
                      id, id));
    case store::RunState::kFailed:
      return Invalid(fmt::format("--from: run {} failed; measure again", id));
    case store::RunState::kRunning:
      return Invalid(fmt::format("--from: run {} is still going on", id));
    case store::RunState::kComplete:
      return {};
  }
  return {};
}

Status CheckArrivals(const store::RunRecord& record) {
  for (const store::StepRecord& step : record.steps) {
    const auto* open = std::get_if<measure::OpenLoad>(&step.measurement.load.shape);
    if (step.purpose != "preflight" && open != nullptr &&
        open->arrivals != measure::Arrivals::kPoisson) {
      return Invalid(
          fmt::format("--from: the arrivals of run {} were evenly spaced or replayed, "
                      "which hides queues; measure with --arrivals poisson, as find does",
                      record.info.id));
    }
  }
  return {};
}

}  // namespace

Result<sizing::FitRun> FitDataOf(const store::RunRecord& record, int pods) {
  TRY(CheckState(record));
  TRY(CheckArrivals(record));
  sizing::FitRun run;
  run.id = record.info.id;
  run.pods = pods;
  for (const store::StepRecord& step : record.steps) {
    if (const std::optional<sizing::FitStep> data = StepOf(step, pods)) {
      run.steps.push_back(*data);
    }
  }
  if (run.steps.empty()) {
    return Invalid(
        fmt::format("--from: run {} has no probe that a fit can use (steady, at least "
                    "{} successes, errors below {} or saturated); measure longer",
                    run.id, kLeastSuccesses, FormatPercent(kCleanShare)));
  }
  return run;
}

Result<RunsFit> FitRuns(const Arguments& arguments, const SizeInput& input) {
  if (input.pods.size() != input.from.size()) {
    return Invalid(
        fmt::format("--pods: {} given for {} run{}; expected for each --from how many "
                    "pods answered in it: --from @last --pods 4",
                    input.pods.size(), input.from.size(), input.from.size() == 1 ? "" : "s"));
  }
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForReading(path));
  RunsFit result;
  std::vector<sizing::FitRun> runs;
  for (std::size_t i = 0; i < input.from.size(); ++i) {
    const store::RunRecord record = TRY(store.ReadRun(input.from[i]));
    runs.push_back(TRY(FitDataOf(record, input.pods[i])));
    result.ids.push_back(record.info.id);
    const report::RunReport report = ToReport(record);
    if (!report.objectives.empty()) {
      result.objectives.clear();
      for (const measure::ObjectiveResult& each : report.objectives) {
        result.objectives.push_back(each.objective);
      }
    }
    for (const store::StepRecord& step : record.steps) {
      if (result.objectives.empty()) {
        for (const measure::ObjectiveResult& each : step.verdict.objectives) {
          result.objectives.push_back(each.objective);
        }
      }
    }
  }
  const bool sharing = input.pod.discipline == queueing::Discipline::kSharing;
  const sizing::FitGiven given{.concurrency = input.pod.concurrency,
                               .queue = input.pod.queue,
                               .discipline = input.pod.discipline,
                               .balance = input.balance,
                               .routers = input.pod.routers,
                               .fit_curve = sharing && !arguments.Has("--concurrency")};
  if (!input.balance) {
    result.fitted = TRY(sizing::FitService(runs, given));
    return result;
  }
  // What to size for need not be what the runs were behind: the data say whether it was. At several
  // numbers of pods they do not, because pods that slow each other down look like a worse balancer.
  const bool one_size = std::all_of(input.pods.begin(), input.pods.end(),
                                    [&](int pods) { return pods == input.pods.front(); });
  sizing::FitGiven any = given;
  any.balance.reset();
  const Result<sizing::FittedService> free =
      one_size ? sizing::FitService(runs, any) : Result<sizing::FittedService>(Error{});
  if (free && std::count(free->as_good.begin(), free->as_good.end(), *input.balance) == 0) {
    result.fitted = *free;
    result.measured_behind = free->model.pod.balance;
    result.fitted.model.pod.balance = *input.balance;
    return result;
  }
  result.fitted = TRY(sizing::FitService(runs, given));
  return result;
}

}  // namespace loadline::cli
