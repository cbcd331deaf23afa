// Loop: one thread's edge-triggered epoll, with nanosecond waits and a wake-up from other threads.
//
// A descriptor is registered once for its life (reading, writing, hang-up; edge-triggered): there
// is no epoll_ctl per request. Everything belongs to the thread that calls Wait(), except Wake().
//
// One turn of an engine:
//     Turn turn = loop.Wait(now, next_due);          // one system call, one clock read
//     loop.Dispatch([&](const Event& e) { ... });    // read replies, note who may send
//     ... now send: sending after the reads of a small batch was measured best
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "net/fd.h"

struct epoll_event;

namespace loadline::net {

/// Something happened to a registered descriptor.
struct Event {
  std::uint64_t owner = 0;   ///< What Add() was given: a pointer or an index of the caller's.
  bool readable = false;     ///< There may be something to read (bytes, end, or an error).
  bool writable = false;     ///< It can be written. Nearly always set: act only on pending output.
  bool peer_closed = false;  ///< The peer has shut its side, or the socket failed.
};

/// Names one registration; stale ones are recognised by their generation.
struct Registration {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;  ///< 0: not registered.
};

/// What one Wait() found.
struct Turn {
  Instant now{};   ///< The clock, read once right after the wait.
  int events = 0;  ///< Descriptors that Dispatch() will hand over.
  bool woken =
      false;  ///< Another thread called Wake() since the last turn: look at your mailboxes.
};

/// Counts since the loop was made, for generator health. Loop thread only.
struct LoopCounters {
  std::uint64_t waits = 0;         ///< Calls of Wait().
  std::uint64_t empty_polls = 0;   ///< Waits that neither slept nor found anything: spinning.
  std::uint64_t events = 0;        ///< Events found.
  std::uint64_t full_batches = 0;  ///< Waits that filled the batch: more was waiting.
  std::uint64_t wakeups = 0;       ///< Turns with `woken`.
  Duration blocked{};              ///< Time in waits that were allowed to sleep: no CPU used.
  Duration spinning{};             ///< From the caller's `now` to the end of each empty poll.
                                   ///< Subtract it from CPU time to know the CPU of real work.
};

/// How a loop waits for less than a millisecond.
enum class WaitMethod : std::uint8_t {
  kAutomatic,  ///< epoll_pwait2 (Linux 5.11), else a timerfd.
  kTimerFd,    ///< Always the timerfd; for tests and for kernels with a poor epoll_pwait2.
};

class Loop {
 public:
  /// Most events of one turn. Small batches let replies be answered while they are still in cache.
  static constexpr std::size_t kMaxEvents = 64;
  /// Size of the shared receive buffer.
  static constexpr std::size_t kReceiveBufferBytes = std::size_t{64} * 1024;

  /// kExhausted if descriptors ran out, kIo if the kernel refuses otherwise.
  [[nodiscard]] static Result<std::unique_ptr<Loop>> Create(
      WaitMethod method = WaitMethod::kAutomatic);

  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Registers `fd` for reading, writing and hang-up, edge-triggered. The first turn after it
  /// reports the descriptor's present state. `owner` comes back in every Event.
  [[nodiscard]] Result<Registration> Add(int fd, std::uint64_t owner);

  /// Forgets a registration; events of it that are still in the batch are not handed over. Makes no
  /// system call: the caller closes the descriptor, which takes it out of epoll. Safe at any time,
  /// during Dispatch() too, and for a registration that was already removed. Clears `registration`.
  void Remove(Registration& registration);

  /// Waits for events, a wake-up, or `until`, whichever is first; returns early on a signal.
  /// `now` is the caller's latest reading of the clock, in a busy poll the time since which it has
  /// had nothing to do. With `until` <= `now` it only looks; Instant::max() waits for ever.
  /// A wait that may sleep reads the clock once more before it, so a stale `now` never oversleeps.
  /// The calling thread's timer slack is set to 1 ns on the first call (the default is 50 us).
  Turn Wait(Instant now, Instant until);

  /// Calls `handler(const Event&)` for each event of the last Wait() whose registration still
  /// stands. The handler may Add() and Remove() any descriptor.
  template <typename Handler>
  void Dispatch(Handler&& handler) {
    Dispatch(handler, [](std::uint64_t) {});
  }

  /// The same, and calls `fetch(owner)` some events before the handler is: time to bring what it
  /// will touch into the cache. An event that was fetched for need not be handed over.
  template <typename Handler, typename Fetch>
  void Dispatch(Handler&& handler, Fetch&& fetch);

  /// Any thread: makes the present or next Wait() return with `woken`. Many calls before that turn
  /// cost one system call together. Async-signal-safe.
  void Wake();

  /// One buffer for all reads of this loop: its content is good until the next read.
  [[nodiscard]] std::span<char> receive_buffer() {
    return {receive_buffer_.get(), kReceiveBufferBytes};
  }

  [[nodiscard]] const LoopCounters& counters() const { return counters_; }

  /// How many descriptors are registered now.
  [[nodiscard]] std::size_t registered() const { return slots_.size() - free_slots_.size(); }

 private:
  struct Slot {
    std::uint64_t owner = 0;
    std::uint32_t generation = 1;
  };
  static constexpr std::uint32_t kReadable = 1;
  static constexpr std::uint32_t kWritable = 2;
  static constexpr std::uint32_t kPeerClosed = 4;

  /// An epoll_event boiled down: what Dispatch() needs.
  struct Ready {
    std::uint32_t slot;
    std::uint32_t generation;
    std::uint32_t bits;
  };

  Loop(Fd epoll_fd, Fd wake_fd, Fd timer_fd);
  [[nodiscard]] int WaitForEvents(epoll_event* events, Instant now, Instant until);
  void ArmTimer(Instant until);
  void Collect(const epoll_event* events, int count, Turn& turn);

  // Constant after construction.
  Fd epoll_fd_;
  Fd wake_fd_;
  Fd timer_fd_;  // None where epoll_pwait2 works.
  std::unique_ptr<char[]> receive_buffer_;
  // Loop thread only.
  bool slack_set_ = false;
  Instant timer_armed_for_ = Instant::max();
  std::size_t ready_count_ = 0;
  std::array<Ready, kMaxEvents> ready_{};
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  LoopCounters counters_;
  // Crosses threads.
  alignas(64) std::atomic<bool> wake_pending_{false};
};

template <typename Handler, typename Fetch>
void Loop::Dispatch(Handler&& handler, Fetch&& fetch) {
  constexpr std::size_t kAhead = 1;
  const std::size_t count = ready_count_;
  ready_count_ = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (i + kAhead < count) {
      fetch(slots_[ready_[i + kAhead].slot].owner);
    }
    const Ready& ready = ready_[i];
    const Slot& slot = slots_[ready.slot];
    if (slot.generation == ready.generation) {
      handler(Event{.owner = slot.owner,
                    .readable = (ready.bits & kReadable) != 0,
                    .writable = (ready.bits & kWritable) != 0,
                    .peer_closed = (ready.bits & kPeerClosed) != 0});
    }
  }
}

}  // namespace loadline::net
