// Ledger: turns events in time order into what the tests count: the number in flight, what each
// arrival found, and which requests violated which objective, as soon as that is certain.
//
// A request violates a latency objective when it fails, or when it is not back `threshold` after
// its arrival; that is certain at its failure or when the threshold has passed, whichever is first,
// so what is late never drops out of sight. An errors objective is certain at the departure.
// Holds one entry per request that is in flight or undecided. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/units.h"
#include "measure/objective.h"
#include "measure/window.h"

namespace loadline::search {

/// Tasks an objective may be about, as Event::task; or all of them.
inline constexpr int kAllTasks = -1;

/// One objective as the ledger sees it.
struct LedgerObjective {
  Duration threshold = Duration::max();  ///< max(): an errors objective.
  int task = kAllTasks;
};

/// What the ledger keeps of a request.
struct LedgerEntry {
  Duration at{};            ///< Arrival.
  std::uint32_t found = 0;  ///< Requests in flight just before.
  std::uint32_t tag = 0;    ///< Set by the sink at the arrival; kNotCounted: outside the test.
  std::uint16_t task = 0;
  bool departed = false;
};
inline constexpr std::uint32_t kNotCounted = UINT32_MAX;

class Ledger {
 public:
  explicit Ledger(std::vector<LedgerObjective> objectives)
      : objectives_(std::move(objectives)), decided_(objectives_.size(), 0), ring_(1024) {}

  /// Takes the next event and tells `sink`, in this order: Stay(in_flight, duration) for the time
  /// since the event before; Late(objective, entry) for each violation that became certain; then
  /// Arrive(entry), which may set its tag, or Depart(in_flight, entry, response, error).
  ///
  /// False once events are missing (numbers that do not follow each other): nothing more is told.
  template <typename Sink>
  bool Take(const measure::Event& event, Sink& sink) {
    if (gap_) {
      return false;
    }
    sink.Stay(in_flight_, event.at - now_);
    now_ = event.at;
    DecideOverdue(sink);
    if (event.kind == measure::EventKind::kArrival) {
      Arrive(event, sink);
    } else {
      Depart(event, sink);
    }
    return !gap_;
  }

  [[nodiscard]] std::uint32_t in_flight() const { return in_flight_; }
  [[nodiscard]] Duration now() const { return now_; }
  /// Every arrival numbered below this is decided for `objective` (of any task).
  [[nodiscard]] std::uint64_t decided_before(std::size_t objective) const {
    return decided_[objective];
  }
  [[nodiscard]] const LedgerEntry* Find(std::uint64_t number) const {
    return number >= first_ && number < end_ ? &ring_[number & (ring_.size() - 1)] : nullptr;
  }
  [[nodiscard]] std::uint64_t arrivals() const { return end_; }

 private:
  [[nodiscard]] LedgerEntry& At(std::uint64_t number) { return ring_[number & (ring_.size() - 1)]; }
  [[nodiscard]] bool Concerns(std::size_t objective, const LedgerEntry& entry) const {
    const int task = objectives_[objective].task;
    return task == kAllTasks || task == entry.task;
  }

  template <typename Sink>
  void DecideOverdue(Sink& sink) {
    for (std::size_t i = 0; i < objectives_.size(); ++i) {
      const Duration threshold = objectives_[i].threshold;
      std::uint64_t& next = decided_[i];
      while (next < end_) {
        const LedgerEntry& entry = At(next);
        if (!entry.departed) {
          if (threshold == Duration::max() || now_ - entry.at <= threshold) {
            break;
          }
          if (Concerns(i, entry)) {
            sink.Late(i, entry);
          }
        }
        ++next;
      }
    }
  }

  template <typename Sink>
  void Arrive(const measure::Event& event, Sink& sink) {
    if (event.request != static_cast<std::uint32_t>(end_)) {
      gap_ = true;
      return;
    }
    if (end_ - first_ == ring_.size()) {
      Grow();
    }
    LedgerEntry& entry = At(end_);
    entry = {.at = event.at, .found = in_flight_, .tag = kNotCounted, .task = event.task};
    ++end_;
    sink.Arrive(entry);
    ++in_flight_;
  }

  template <typename Sink>
  void Depart(const measure::Event& event, Sink& sink) {
    // Numbers wrap after 2^32 requests; the one meant is the latest with these low bits.
    const std::uint64_t number =
        end_ - 1 - ((end_ - 1 - event.request) & std::uint64_t{UINT32_MAX});
    LedgerEntry& entry = At(number);
    if (end_ == 0 || number < first_ || number >= end_ || entry.departed) {
      gap_ = true;
      return;
    }
    entry.departed = true;
    if (event.error != measure::ErrorKind::kNone) {
      for (std::size_t i = 0; i < objectives_.size(); ++i) {
        if (number >= decided_[i] && Concerns(i, entry)) {
          sink.Late(i, entry);
        }
      }
    }
    sink.Depart(in_flight_, entry, event.at - entry.at, event.error);
    --in_flight_;
    Forget();
  }

  /// Drops the oldest entries that are departed and decided.
  void Forget() {
    while (first_ < end_ && At(first_).departed) {
      for (const std::uint64_t decided : decided_) {
        if (decided <= first_) {
          return;
        }
      }
      ++first_;
    }
  }

  void Grow();

  // Constant after construction.
  std::vector<LedgerObjective> objectives_;

  std::vector<std::uint64_t> decided_;  // By objective: the first request not yet decided.
  std::vector<LedgerEntry> ring_;       // By number, modulo its size (a power of two).
  std::uint64_t first_ = 0;             // Oldest entry held.
  std::uint64_t end_ = 0;               // One past the newest.
  std::uint32_t in_flight_ = 0;
  Duration now_{};
  bool gap_ = false;
};

}  // namespace loadline::search
