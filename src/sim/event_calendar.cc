#include "sim/event_calendar.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/check.h"

namespace loadline::sim {
namespace {

using Entry = EventCalendar::Entry;

constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
/// So many are kept sorted without buckets.
constexpr std::size_t kFew = 64;
/// As many entries are moved for an addition before new buckets are laid out instead.
constexpr std::size_t kLongMove = 256;
/// Of what is pending; half of it shall lie in the first eighth of the buckets.
constexpr std::size_t kPerBucket = 4;
constexpr std::size_t kMostBuckets = 4096;
constexpr std::size_t kSample = 63;

bool Before(const Entry& a, const Entry& b) {
  // The difference of two running numbers orders them even after they have wrapped round.
  return a.at != b.at ? a.at < b.at : static_cast<std::int32_t>(a.order - b.order) < 0;
}

void Sort(std::vector<Entry>& entries) {
  constexpr std::size_t kShort = 24;
  if (entries.size() > kShort) {
    std::sort(entries.begin(), entries.end(), Before);
    return;
  }
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const Entry entry = entries[i];
    std::size_t hole = i;
    while (hole > 0 && Before(entry, entries[hole - 1])) {
      entries[hole] = entries[hole - 1];
      --hole;
    }
    entries[hole] = entry;
  }
}

}  // namespace

void EventCalendar::InsertNear(const Entry& entry) {
  // From the end: later additions tend to be later.
  std::size_t place = near_.size();
  if (near_.size() - head_ > kFew) {
    place = static_cast<std::size_t>(
        std::upper_bound(near_.begin() + static_cast<std::ptrdiff_t>(head_), near_.end(), entry,
                         Before) -
        near_.begin());
  } else {
    while (place > head_ && Before(entry, near_[place - 1])) {
      --place;
    }
  }
  if (place == head_ && head_ > 0) {
    near_[--head_] = entry;
    return;
  }
  const bool crowded = near_end_ == kEnd && near_.size() - head_ > kFew;
  if (crowded || near_.size() - place > kLongMove) {
    far_.push_back(entry);
    Gather();
    LayOut();
    Refill();
    return;
  }
  if (head_ > kLongMove && head_ > near_.size() / 2) {
    near_.erase(near_.begin(), near_.begin() + static_cast<std::ptrdiff_t>(head_));
    place -= head_;
    head_ = 0;
  }
  near_.insert(near_.begin() + static_cast<std::ptrdiff_t>(place), entry);
}

void EventCalendar::Gather() {
  far_.insert(far_.end(), near_.begin() + static_cast<std::ptrdiff_t>(head_), near_.end());
  near_.clear();
  head_ = 0;
  for (; cursor_ < buckets_.size(); ++cursor_) {
    std::vector<Entry>& bucket = buckets_[cursor_];
    far_.insert(far_.end(), bucket.begin(), bucket.end());
    bucket.clear();
  }
}

void EventCalendar::LayOut() {
  CHECK(!far_.empty());
  std::array<std::int64_t, kSample> sample{};
  const std::size_t count = std::min(kSample, far_.size());
  for (std::size_t i = 0; i < count; ++i) {
    sample[i] = far_[i * far_.size() / count].at;
  }
  const auto middle = sample.begin() + static_cast<std::ptrdiff_t>(count / 2);
  std::nth_element(sample.begin(), middle, sample.begin() + static_cast<std::ptrdiff_t>(count));
  begin_ = kEnd;
  for (const Entry& entry : far_) {
    begin_ = std::min(begin_, entry.at);
  }
  const std::size_t wanted =
      std::bit_ceil(std::clamp(far_.size() / kPerBucket, kFew / kPerBucket, kMostBuckets));
  const std::uint64_t eighth = static_cast<std::uint64_t>(*middle - begin_);
  const std::uint64_t width = eighth / (wanted / 8) + 1;
  shift_ = static_cast<int>(std::bit_width(width)) - 1;
  buckets_.resize(wanted);
  cursor_ = 0;
  near_end_ = begin_;
  std::size_t kept = 0;
  for (const Entry& entry : far_) {
    const std::uint64_t bucket = static_cast<std::uint64_t>(entry.at - begin_) >> shift_;
    if (bucket < wanted) {
      buckets_[bucket].push_back(entry);
    } else {
      far_[kept++] = entry;
    }
  }
  far_.resize(kept);
}

void EventCalendar::Refill() {
  near_.clear();
  head_ = 0;
  for (;;) {
    while (cursor_ < buckets_.size() && buckets_[cursor_].empty()) {
      ++cursor_;
    }
    if (cursor_ < buckets_.size()) {
      break;
    }
    if (far_.size() <= kFew) {
      near_.swap(far_);
      near_end_ = kEnd;
      Sort(near_);
      return;
    }
    LayOut();
  }
  near_.swap(buckets_[cursor_]);
  ++cursor_;
  const std::uint64_t passed = std::uint64_t{cursor_} << shift_;
  near_end_ = passed < static_cast<std::uint64_t>(kEnd - begin_)
                  ? begin_ + static_cast<std::int64_t>(passed)
                  : kEnd;
  Sort(near_);
}

}  // namespace loadline::sim
