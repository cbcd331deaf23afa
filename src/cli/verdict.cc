#include "cli/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <variant>

namespace loadline::cli {
namespace {

/// Kinds of error without a status line.
bool IsSilence(measure::ErrorKind kind) {
  return kind != measure::ErrorKind::kStatus && kind != measure::ErrorKind::kCheck &&
         kind != measure::ErrorKind::kTimeoutWhole && kind != measure::ErrorKind::kProtocol;
}

double LevelOf(const measure::Load& load) {
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    return open->rate.per_second;
  }
  return std::get<measure::ClosedLoad>(load.shape).users;
}

}  // namespace

bool NeverAnswered(const measure::Measurement& measurement) {
  if (measurement.succeeded > 0 || measurement.failed == 0) {
    return false;
  }
  return std::all_of(measurement.errors.begin(), measurement.errors.end(), [](const auto& error) {
    return IsSilence(error.kind) && !measure::IsGeneratorFault(error.kind);
  });
}

ExitCode CodeOf(const measure::Measurement& measurement) {
  const bool stopped_by_brake = measurement.stop == measure::StopReason::kErrors ||
                                measurement.stop == measure::StopReason::kNoReply;
  const bool interrupted = measurement.stop == measure::StopReason::kInterrupted;
  return Strongest({
      // What was cut short by Ctrl-C had no chance to answer.
      !interrupted && NeverAnswered(measurement) ? ExitCode::kNeverAnswered : ExitCode::kHeld,
      interrupted ? ExitCode::kInterrupted : ExitCode::kHeld,
      measurement.valid() ? ExitCode::kHeld : ExitCode::kRefused,
      stopped_by_brake ? ExitCode::kBroken : ExitCode::kHeld,
  });
}

ExitCode CodeOf(const std::vector<measure::ObjectiveResult>& objectives) {
  ExitCode code = ExitCode::kHeld;
  for (const measure::ObjectiveResult& result : objectives) {
    code = Strongest({code, ForObjective(result.state)});
  }
  return code;
}

ExitCode CodeOf(const measure::Measurement& measurement,
                const std::vector<measure::ObjectiveResult>& objectives) {
  const ExitCode judged = CodeOf(objectives);
  const bool proves_nothing = measurement.generator_limited && judged != ExitCode::kHeld;
  // Nothing was promised, but a pipeline that only wants a sign of life got none.
  const bool all_failed =
      objectives.empty() && measurement.succeeded == 0 && measurement.failed > 0;
  return Strongest({CodeOf(measurement), judged,
                    proves_nothing ? ExitCode::kRefused : ExitCode::kHeld,
                    all_failed ? ExitCode::kBroken : ExitCode::kHeld});
}

ExitCode CodeOf(const measure::LoadLine& line) {
  const bool bracketed = line.held.has_value() && line.broken.has_value();
  const bool saturated = !line.has_objectives && line.saturation.has_value();
  return ForSearchEnd(line.end, line.held.has_value(), bracketed || saturated);
}

measure::SearchStep StepOf(const measure::Measurement& measurement,
                           const std::vector<measure::ObjectiveResult>& objectives, ExitCode code) {
  measure::SearchStep step;
  step.level = LevelOf(measurement.load);
  step.objectives = objectives;
  step.measurement_step = measurement.step;
  step.reason = Summary(code, objectives);
  switch (code) {
    case ExitCode::kHeld:
      step.result = objectives.empty() ? measure::StepResult::kClear : measure::StepResult::kHeld;
      break;
    case ExitCode::kBroken:
    case ExitCode::kNeverAnswered:
      step.result = measure::StepResult::kBroken;
      break;
    case ExitCode::kRefused:
      step.result = measure::StepResult::kRefused;
      break;
    case ExitCode::kBadInput:
    case ExitCode::kInterrupted:
    case ExitCode::kUndecided:
      step.result = measure::StepResult::kUndecided;
      break;
  }
  return step;
}

std::string Summary(ExitCode code, const std::vector<measure::ObjectiveResult>& objectives) {
  if (code == ExitCode::kBroken) {
    for (const measure::ObjectiveResult& result : objectives) {
      if (result.state == measure::ObjectiveState::kBroken) {
        return "broken: " + measure::Format(result.objective);
      }
    }
    return "stopped: too many errors";
  }
  if (code == ExitCode::kHeld && objectives.empty()) {
    return "done";
  }
  return std::string(Name(code));
}

std::string Summary(const measure::LoadLine& line) {
  const char* unit = line.axis == measure::SearchAxis::kRate ? "req/s" : "users";
  const char* what = line.has_objectives ? "load line" : "saturation";
  if (line.held && line.broken) {
    return fmt::format("{} {:.4g} to {:.4g} {}", what, *line.held, *line.broken, unit);
  }
  if (line.held) {
    return fmt::format("{} at least {:.4g} {}", what, *line.held, unit);
  }
  if (line.broken) {
    return fmt::format("{} below {:.4g} {}", what, *line.broken, unit);
  }
  if (line.saturation) {
    return fmt::format("saturation about {:.4g} {}", *line.saturation, unit);
  }
  return fmt::format("no {}: {}", what, Name(line.end));
}

}  // namespace loadline::cli
