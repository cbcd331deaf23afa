// The stable names of the enumerations: used in JSON and SQL, so they never change.
#include "measure/error_kind.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "measure/staircase.h"

namespace loadline::measure {

std::string_view Name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kNone:
      return "none";
    case ErrorKind::kDns:
      return "dns";
    case ErrorKind::kConnectRefused:
      return "connect_refused";
    case ErrorKind::kConnectReset:
      return "connect_reset";
    case ErrorKind::kConnectTimeout:
      return "connect_timeout";
    case ErrorKind::kConnectUnreachable:
      return "connect_unreachable";
    case ErrorKind::kTls:
      return "tls";
    case ErrorKind::kReset:
      return "reset";
    case ErrorKind::kClosedEarly:
      return "closed_early";
    case ErrorKind::kProtocol:
      return "protocol";
    case ErrorKind::kTimeoutFirstByte:
      return "timeout_first_byte";
    case ErrorKind::kTimeoutWhole:
      return "timeout_whole";
    case ErrorKind::kStatus:
      return "status";
    case ErrorKind::kCheck:
      return "check";
    case ErrorKind::kCut:
      return "cut";
    case ErrorKind::kNoDescriptors:
      return "no_descriptors";
    case ErrorKind::kNoPorts:
      return "no_ports";
    case ErrorKind::kRender:
      return "render";
  }
  return "unknown";
}

std::string_view Name(StopReason reason) {
  switch (reason) {
    case StopReason::kComplete:
      return "complete";
    case StopReason::kObserver:
      return "decided";
    case StopReason::kErrors:
      return "brake: errors";
    case StopReason::kNoReply:
      return "brake: no reply";
    case StopReason::kInterrupted:
      return "interrupted";
    case StopReason::kDataEnded:
      return "data ended";
  }
  return "unknown";
}

std::string_view Name(ObjectiveState state) {
  switch (state) {
    case ObjectiveState::kHeld:
      return "held";
    case ObjectiveState::kBroken:
      return "broken";
    case ObjectiveState::kUndecided:
      return "not decided";
  }
  return "unknown";
}

std::string_view Name(TestKind kind) {
  switch (kind) {
    case TestKind::kNone:
      return "none";
    case TestKind::kLevelCrossing:
      return "level crossing";
    case TestKind::kClosedLevelCrossing:
      return "closed-loop level crossing";
    case TestKind::kBatch:
      return "batch";
  }
  return "unknown";
}

std::string_view Name(StepResult result) {
  switch (result) {
    case StepResult::kHeld:
      return "held";
    case StepResult::kBroken:
      return "broken";
    case StepResult::kClear:
      return "clear";
    case StepResult::kUndecided:
      return "not decided";
    case StepResult::kRefused:
      return "refused";
  }
  return "unknown";
}

std::string_view Name(SearchEnd end) {
  switch (end) {
    case SearchEnd::kPrecise:
      return "precise";
    case SearchEnd::kBudget:
      return "budget";
    case SearchEnd::kCeiling:
      return "ceiling";
    case SearchEnd::kFloor:
      return "floor";
    case SearchEnd::kGeneratorLimited:
      return "generator limited";
    case SearchEnd::kNotMonotone:
      return "not monotone";
    case SearchEnd::kInterrupted:
      return "interrupted";
    case SearchEnd::kNeverAnswered:
      return "never answered";
  }
  return "unknown";
}

std::string_view Name(StaircaseEnd end) {
  switch (end) {
    case StaircaseEnd::kAgreed:
      return "agreed";
    case StaircaseEnd::kNotAgreed:
      return "not agreed";
    case StaircaseEnd::kCeiling:
      return "ceiling";
    case StaircaseEnd::kFloor:
      return "floor";
    case StaircaseEnd::kBudget:
      return "budget";
    case StaircaseEnd::kGeneratorLimited:
      return "generator limited";
    case StaircaseEnd::kInterrupted:
      return "interrupted";
    case StaircaseEnd::kNeverAnswered:
      return "never answered";
  }
  return "unknown";
}

}  // namespace loadline::measure
