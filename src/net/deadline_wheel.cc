#include "net/deadline_wheel.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace loadline::net {

DeadlineWheel::DeadlineWheel(Instant start, Duration tick) : start_(start), tick_(tick) {
  CHECK(tick > Duration::zero());
  heads_.fill(kNone);
}

void DeadlineWheel::Reserve(std::uint32_t count) {
  if (count > entries_.size()) {
    entries_.resize(count);
    due_.reserve(count);
  }
}

std::int64_t DeadlineWheel::TickAtOrAfter(Instant t) const {
  const std::int64_t since_start = (t - start_).count();
  if (since_start <= 0) {
    return 0;
  }
  return (since_start - 1) / tick_.count() + 1;
}

Instant DeadlineWheel::EndOf(std::int64_t tick) const {
  return start_ + tick * tick_;
}

void DeadlineWheel::Place(std::uint32_t slot, Instant deadline) {
  Unlink(slot);
  // A deadline beyond the wheel waits in the farthest bucket and is moved on from there.
  const std::int64_t tick = std::clamp<std::int64_t>(TickAtOrAfter(deadline), current_tick_ + 1,
                                                     current_tick_ + kBuckets - 1);
  const auto bucket = static_cast<std::uint32_t>(tick % kBuckets);
  Entry& entry = entries_[slot];
  entry.look_at = EndOf(tick);
  entry.previous = kNone;
  entry.next = heads_[bucket];
  if (entry.next != kNone) {
    entries_[entry.next].previous = slot;
  }
  heads_[bucket] = slot;
  occupied_[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
  next_check_ = std::min(next_check_, entry.look_at);
}

void DeadlineWheel::Unlink(std::uint32_t slot) {
  Entry& entry = entries_[slot];
  if (entry.look_at == Instant::max()) {
    return;
  }
  if (entry.next != kNone) {
    entries_[entry.next].previous = entry.previous;
  }
  if (entry.previous != kNone) {
    entries_[entry.previous].next = entry.next;
  } else {
    const auto bucket = static_cast<std::uint32_t>(TickAtOrAfter(entry.look_at) % kBuckets);
    heads_[bucket] = entry.next;
    if (entry.next == kNone) {
      occupied_[bucket / 64] &= ~(std::uint64_t{1} << (bucket % 64));
    }
  }
  entry.look_at = Instant::max();
}

void DeadlineWheel::TakeDue(Instant now) {
  const std::int64_t from = current_tick_;
  current_tick_ = std::max(from, (now - start_).count() / tick_.count());
  const std::int64_t buckets = std::min<std::int64_t>(current_tick_ - from, kBuckets);
  for (std::int64_t k = 1; k <= buckets; ++k) {
    const auto bucket = static_cast<std::uint32_t>((from + k) % kBuckets);
    std::uint32_t slot = heads_[bucket];
    heads_[bucket] = kNone;
    occupied_[bucket / 64] &= ~(std::uint64_t{1} << (bucket % 64));
    while (slot != kNone) {
      Entry& entry = entries_[slot];
      const std::uint32_t next = entry.next;
      entry.look_at = Instant::max();
      entry.next = kNone;
      entry.previous = kNone;
      if (entry.deadline <= now) {
        due_.push_back(slot);
      } else if (entry.deadline != Instant::max()) {
        Place(slot, entry.deadline);
      }
      slot = next;
    }
  }
  FindNextCheck();
}

void DeadlineWheel::FindNextCheck() {
  next_check_ = Instant::max();
  const auto first = static_cast<std::uint32_t>((current_tick_ + 1) % kBuckets);
  // The word of the first bucket is visited twice: its upper part first, its lower part last.
  for (std::uint32_t i = 0; i <= kBuckets / 64; ++i) {
    const std::uint32_t word = (first / 64 + i) % (kBuckets / 64);
    std::uint64_t bits = occupied_[word];
    if (i == 0) {
      bits &= ~std::uint64_t{0} << (first % 64);
    }
    if (bits != 0) {
      const std::uint32_t bucket = word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
      const std::uint32_t distance = (bucket + kBuckets - first) % kBuckets;
      next_check_ = EndOf(current_tick_ + 1 + distance);
      return;
    }
  }
}

}  // namespace loadline::net
