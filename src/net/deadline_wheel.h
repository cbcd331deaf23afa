// DeadlineWheel: one deadline per connection, nearly always moved or cancelled before it is
// reached.
//
// Arm() and Disarm() are a few stores: a deadline that moves later leaves its place in the wheel
// alone and is moved on when that place comes up (about once per wheel turn, not per request).
// Source of the idea: G. Varghese, T. Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987.
//
// Belongs to one thread. Never reads a clock: instants are passed in, so tests need none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace loadline::net {

class DeadlineWheel {
 public:
  /// Slots are the caller's small numbers (a connection's index). `start` is the present time,
  /// `tick` > 0 how much later than due a deadline may be reported.
  explicit DeadlineWheel(Instant start, Duration tick = 1ms);

  /// Makes slots [0, count) usable; never shrinks. Allocates: call it when connections are made.
  void Reserve(std::uint32_t count);

  /// Sets (or replaces) the deadline of `slot`. Instant::max() disarms. O(1).
  void Arm(std::uint32_t slot, Instant deadline) {
    Entry& entry = entries_[slot];
    entry.deadline = deadline;
    if (deadline < entry.look_at) {
      Place(slot, deadline);
    }
  }

  /// `slot` has no deadline any more. O(1).
  void Disarm(std::uint32_t slot) { entries_[slot].deadline = Instant::max(); }

  [[nodiscard]] bool IsArmed(std::uint32_t slot) const {
    return entries_[slot].deadline != Instant::max();
  }
  /// Instant::max() if none.
  [[nodiscard]] Instant DeadlineOf(std::uint32_t slot) const { return entries_[slot].deadline; }

  /// When Expire() has something to look at, at the earliest: bound your wait by it. It may be
  /// earlier than the next real deadline. Instant::max() if nothing is armed. O(1).
  [[nodiscard]] Instant NextCheck() const { return next_check_; }

  /// Calls `on_expired(slot)` once for each slot whose deadline is <= `now`, never early, and at
  /// most one tick late if called as NextCheck() says. The slot is disarmed before the call, which
  /// may Arm(), Disarm() and Reserve() anything. Cheap when `now` < NextCheck().
  template <typename OnExpired>
  void Expire(Instant now, OnExpired&& on_expired) {
    if (now < next_check_) [[likely]] {
      return;
    }
    TakeDue(now);
    // By index: the callback may arm and reserve.
    for (std::size_t i = 0; i < due_.size(); ++i) {
      const std::uint32_t slot = due_[i];
      if (entries_[slot].deadline <= now) {
        entries_[slot].deadline = Instant::max();
        on_expired(slot);
      }
    }
    due_.clear();
  }

 private:
  static constexpr std::uint32_t kBuckets =
      1024;  // At 1 ms: deadlines are looked at once a second.
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Entry {
    Instant deadline = Instant::max();
    Instant look_at = Instant::max();  // End of the tick in whose bucket it lies; max: in none.
    std::uint32_t previous = kNone;
    std::uint32_t next = kNone;
  };

  [[nodiscard]] std::int64_t TickAtOrAfter(Instant t) const;
  [[nodiscard]] Instant EndOf(std::int64_t tick) const;
  void Place(std::uint32_t slot, Instant deadline);
  void Unlink(std::uint32_t slot);
  void TakeDue(Instant now);
  void FindNextCheck();

  // Constant after construction.
  Instant start_;
  Duration tick_;
  // Owner thread only.
  std::int64_t current_tick_ = 0;  // Every bucket up to this tick has been looked at.
  Instant next_check_ = Instant::max();
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> due_;
  std::array<std::uint32_t, kBuckets> heads_;
  std::array<std::uint64_t, kBuckets / 64> occupied_{};  // One bit per bucket that is not empty.
};

}  // namespace loadline::net
