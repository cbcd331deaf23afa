#include "sim/disturbance.h"

#include <fmt/core.h>

#include <string>

#include "sim/service.h"

namespace loadline::sim {
namespace {

Error Bad(std::string message) {
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

Status ValidateFailures(const Failures& failures) {
  if (failures.every < Duration::zero() || failures.restart < Duration::zero() ||
      failures.unnoticed < Duration::zero()) {
    return Bad("failures: times of 0 or more would be right");
  }
  if (failures.every == Duration::zero() && failures.outages.empty()) {
    return Bad("failures: a mean time between them (`every`), or `outages`, would be right");
  }
  if (failures.unnoticed > failures.restart) {
    return Bad(
        "failures: unnoticed for longer than the restart takes; at most that would be right");
  }
  if (failures.status != 0 && (failures.status < 500 || failures.status > 504)) {
    return Bad(fmt::format("failures: status {}: 500 to 504, or 0 (reset) would be right",
                           failures.status));
  }
  Duration last = Duration::zero();
  for (const Outage& outage : failures.outages) {
    if (outage.at < last || outage.pods < 1) {
      return Bad(
          fmt::format("outage of {} pods: instants must rise, pods are 1 or more", outage.pods));
    }
    last = outage.at;
  }
  return {};
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
    if (scaling.at < last || scaling.pods < 1 || scaling.pods > kMostPods) {
      return Bad(fmt::format("scaling to {} pods: instants must rise, pods lie in 1 to {}",
                             scaling.pods, kMostPods));
    }
    last = scaling.at;
  }
  if (disturbances.failures) {
    TRY(ValidateFailures(*disturbances.failures));
  }
  return {};
}

}  // namespace loadline::sim
