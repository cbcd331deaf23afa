#include "sim/disturbance.h"

#include <fmt/core.h>

#include <string>

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

Status ValidateDisturbances(const Disturbances& disturbances) {
  Duration last = Duration::zero();
  for (const SpeedChange& change : disturbances.speed) {
    if (change.at < last || !(change.speed > 0.0 && change.speed <= 1e3)) {
      return Bad(fmt::format("speed change to {}: instants must rise, speeds lie above 0 to 1000",
                             change.speed));
    }
    last = change.at;
  }
  if (const auto& pauses = disturbances.pauses) {
    if (pauses->length <= Duration::zero() || pauses->length >= pauses->every ||
        pauses->first < Duration::zero()) {
      return Bad("pauses: 0 < length < every and first >= 0 would be right");
    }
  }
  if (const auto& wandering = disturbances.wandering) {
    if (!(wandering->slow > 0.0 && wandering->slow <= 1e3) || wandering->stay <= Duration::zero()) {
      return Bad("wandering: slow above 0 to 1000 and stay > 0 would be right");
    }
  }
  if (const auto& limit = disturbances.limit) {
    if (!(limit->rate.per_second > 0.0) || !(limit->burst >= 1.0) ||
        (limit->status != 429 && limit->status != 503)) {
      return Bad("rate limit: rate > 0, burst >= 1 and status 429 or 503 would be right");
    }
  }
  last = Duration::zero();
  for (const Scaling& scaling : disturbances.scaling) {
    if (scaling.at < last || scaling.pods < 1 || scaling.pods > 10'000) {
      return Bad(fmt::format("scaling to {} pods: instants must rise, pods lie in 1 to 10000",
                             scaling.pods));
    }
    last = scaling.at;
  }
  return {};
}

}  // namespace loadline::sim
