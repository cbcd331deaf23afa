#include "sim/quota_pod.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace loadline::sim {
namespace {

/// What takes longer than 30 years never happens.
constexpr std::int64_t kMostPeriods = 9'000'000'000;

}  // namespace

QuotaPod::QuotaPod(double limit, Duration phase)
    : quota_ns_(std::llround(limit * static_cast<double>(kPeriod.count()))),
      left_ns_(quota_ns_),
      period_end_(phase) {
  CHECK(quota_ns_ > 0);
  CHECK(phase > Duration::zero() && phase <= kPeriod);
}

void QuotaPod::EndPeriod() {
  periods_ += ran_ ? 1 : 0;
  throttled_ += stopped_ ? 1 : 0;
  ran_ = false;
  stopped_ = false;
  left_ns_ = quota_ns_;
  period_end_ += kPeriod;
}

void QuotaPod::AdvanceTo(Instant now) {
  const auto threads = static_cast<std::int64_t>(marks_.size());
  if (threads == 0 && now >= period_end_) {
    EndPeriod();
    if (now >= period_end_) {
      period_end_ += kPeriod * ((now - period_end_) / kPeriod + 1);
    }
    updated_ = now;
  }
  while (updated_ < now) {
    const Instant until = std::min(now, period_end_);
    if (threads > 0) {
      const std::int64_t span = (until - updated_).count();
      const std::int64_t run = std::min(span, left_ns_ / threads);
      attained_ns_ += run;
      left_ns_ -= run * threads;
      ran_ = true;
      stopped_ = stopped_ || run < span;
    }
    updated_ = until;
    if (until == period_end_) {
      EndPeriod();
    }
  }
}

void QuotaPod::Refresh() {
  if (marks_.empty()) {
    attained_ns_ = 0;
    next_ = Instant::max();
    return;
  }
  const auto threads = static_cast<std::int64_t>(marks_.size());
  std::int64_t needed = std::max<std::int64_t>(0, marks_.top().at - attained_ns_);
  const std::int64_t now = std::min((period_end_ - updated_).count(), left_ns_ / threads);
  if (needed <= now) {
    next_ = updated_ + Duration(needed);
    return;
  }
  needed -= now;
  // From here on whole periods, each of which gives every thread the same.
  const std::int64_t each = std::clamp<std::int64_t>(quota_ns_ / threads, 1, kPeriod.count());
  const std::int64_t whole = std::min((needed - 1) / each, kMostPeriods);
  next_ = period_end_ + kPeriod * whole + Duration(std::min(needed - whole * each, each));
}

void QuotaPod::Join(Instant now, std::uint32_t item, Duration work) {
  AdvanceTo(now);
  marks_.Push(attained_ns_ + work.count(), item);
  Refresh();
}

void QuotaPod::Clear(Instant now) {
  AdvanceTo(now);
  marks_.Clear();
  Refresh();
}

std::uint32_t QuotaPod::Leave() {
  CHECK(!marks_.empty());
  AdvanceTo(next_);
  const EventHeap::Entry done = marks_.top();
  attained_ns_ = std::max(attained_ns_, done.at);
  marks_.Pop();
  Refresh();
  return done.item;
}

}  // namespace loadline::sim
