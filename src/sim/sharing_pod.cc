#include "sim/sharing_pod.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace loadline::sim {

double SharingPod::Speed() const {
  const double requests = static_cast<double>(marks_.size());
  if (curve_ != nullptr) {
    return (*curve_)[std::min(marks_.size(), curve_->size()) - 1] / requests;
  }
  return requests <= cores_ ? 1.0 : cores_ / requests;
}

void SharingPod::AdvanceTo(Instant now) {
  if (now <= updated_) {
    return;
  }
  if (marks_.empty()) {
    attained_ns_ = 0;  // An empty pod begins anew: the numbers stay small, and exact.
  } else {
    attained_ns_ += static_cast<double>((now - updated_).count()) * Speed();
  }
  updated_ = now;
}

void SharingPod::Refresh() {
  if (marks_.empty()) {
    next_ = Instant::max();
    return;
  }
  const double left = static_cast<double>(marks_.top().at) - attained_ns_;
  // A year's work shared by many would overflow; what takes 30 years never happens.
  const double needed_ns = std::clamp(std::ceil(left / Speed()), 0.0, 1e18);
  next_ = updated_ + Duration(static_cast<std::int64_t>(needed_ns));
}

void SharingPod::Join(Instant now, std::uint32_t item, Duration work) {
  AdvanceTo(now);
  marks_.Push(std::llround(attained_ns_) + work.count(), item);
  Refresh();
}

void SharingPod::Clear(Instant now) {
  AdvanceTo(now);
  marks_.Clear();
  attained_ns_ = 0;
  Refresh();
}

std::uint32_t SharingPod::Leave() {
  CHECK(!marks_.empty());
  const EventHeap::Entry done = marks_.top();
  // Rounding to whole ns must not accumulate: at its departure the mark is what was attained.
  updated_ = next_;
  attained_ns_ = static_cast<double>(done.at);
  marks_.Pop();
  Refresh();
  return done.item;
}

}  // namespace loadline::sim
