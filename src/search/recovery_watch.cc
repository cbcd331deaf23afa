#include "search/recovery_watch.h"

#include <algorithm>

namespace loadline::search {
namespace {

constexpr std::size_t kLatest = 5;
constexpr int kWellAmongLatest = 3;

}  // namespace

void RecoveryWatch::Take(const measure::Event& event) {
  if (event.kind == measure::EventKind::kArrival) {
    arrivals_.push_back(event.at);
    return;
  }
  if (event.request >= arrivals_.size()) {
    return;
  }
  if (event.error != measure::ErrorKind::kNone) {
    since_failure_ = 0;
    return;
  }
  ++since_failure_;
  well_.push_back(event.at - arrivals_[event.request] <= 2 * alone_);
  if (well_.size() > kLatest) {
    well_.erase(well_.begin());
  }
  const auto well = std::count(well_.begin(), well_.end(), true);
  recovered_ = recovered_ || (since_failure_ >= static_cast<int>(kLatest) &&
                              well_.size() == kLatest && well >= kWellAmongLatest);
}

measure::Decision RecoveryWatch::OnWindow(const measure::Window& window) {
  for (const measure::Event& event : window.events) {
    Take(event);
  }
  elapsed_ = window.end;
  const StepLive live{
      .step = start_, .window = window, .spent = spent_ + window.end, .held = {}, .broken = {}};
  interrupted_ = interrupted_ || listener_.OnLive(live) == measure::Decision::kStop;
  return recovered_ || interrupted_ ? measure::Decision::kStop : measure::Decision::kContinue;
}

}  // namespace loadline::search
