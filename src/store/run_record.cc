#include "store/run_record.h"

namespace loadline::store {

std::string_view Name(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kComplete:
      return "complete";
    case RunState::kInterrupted:
      return "interrupted";
    case RunState::kRefused:
      return "refused";
    case RunState::kFailed:
      return "failed";
  }
  return "unknown";
}

}  // namespace loadline::store
