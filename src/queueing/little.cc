#include "queueing/little.h"

namespace loadline::queueing {

Result<double> MeanInFlight(Rate arrival_rate, Duration time_in_system) {
  if (!(arrival_rate.per_second >= 0)) {
    return Error{ErrorCode::kInvalidArgument, "an arrival rate must not be negative"};
  }
  if (time_in_system < Duration::zero()) {
    return Error{ErrorCode::kInvalidArgument, "a time in the system must not be negative"};
  }
  return arrival_rate.per_second * Seconds(time_in_system);
}

}  // namespace loadline::queueing
