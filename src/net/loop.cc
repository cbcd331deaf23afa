#include "net/loop.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/clock.h"
#include "net/net_error.h"

namespace loadline::net {
namespace {

// Slots that no registration has: what the loop's own descriptors are known by.
constexpr std::uint64_t kWakeTag = 0xffffffff;
constexpr std::uint64_t kTimerTag = 0xfffffffe;

timespec ToTimespec(Duration d) {
  const std::int64_t ns = d.count();
  return {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
}

Error LoopError(const char* what, int error) {
  const ErrorCode code =
      NetErrorFromErrno(error) == NetError::kNoDescriptors ? ErrorCode::kExhausted : ErrorCode::kIo;
  return {code, fmt::format("{}: {}", what, ErrnoText(error))};
}

// True unless the kernel (before 5.11) or a sandbox lacks epoll_pwait2.
bool HasNanosecondWait(int epoll_fd) {
  epoll_event event{};
  const timespec zero{};
  return epoll_pwait2(epoll_fd, &event, 1, &zero, nullptr) >= 0;
}

int AddTagged(int epoll_fd, int fd, std::uint64_t tag) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLET;
  event.data.u64 = tag;
  return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

Result<std::unique_ptr<Loop>> Loop::Create(WaitMethod method) {
  Fd epoll_fd(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_fd.valid()) {
    return LoopError("epoll_create1", errno);
  }
  Fd timer_fd;
  if (method == WaitMethod::kTimerFd || !HasNanosecondWait(epoll_fd.get())) {
    timer_fd = Fd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer_fd.valid() || AddTagged(epoll_fd.get(), timer_fd.get(), kTimerTag) != 0) {
      return LoopError("timerfd", errno);
    }
  }
  Fd wake_fd(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!wake_fd.valid() || AddTagged(epoll_fd.get(), wake_fd.get(), kWakeTag) != 0) {
    return LoopError("eventfd", errno);
  }
  return std::unique_ptr<Loop>(
      new Loop(std::move(epoll_fd), std::move(wake_fd), std::move(timer_fd)));
}

Loop::Loop(Fd epoll_fd, Fd wake_fd, Fd timer_fd)
    : epoll_fd_(std::move(epoll_fd)),
      wake_fd_(std::move(wake_fd)),
      timer_fd_(std::move(timer_fd)),
      receive_buffer_(std::make_unique_for_overwrite<char[]>(kReceiveBufferBytes)) {}

Loop::~Loop() = default;

Result<Registration> Loop::Add(int fd, std::uint64_t owner) {
  std::uint32_t index = 0;
  if (free_slots_.empty()) {
    index = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
    free_slots_.reserve(slots_.capacity());  // So that Remove() never allocates.
  } else {
    index = free_slots_.back();
    free_slots_.pop_back();
  }
  Slot& slot = slots_[index];
  slot.owner = owner;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.u64 = (static_cast<std::uint64_t>(slot.generation) << 32) | index;
  if (epoll_ctl(epoll_fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
    const int error = errno;
    free_slots_.push_back(index);
    return LoopError("epoll_ctl", error);
  }
  return Registration{.slot = index, .generation = slot.generation};
}

void Loop::Remove(Registration& registration) {
  if (registration.generation == 0) {
    return;
  }
  Slot& slot = slots_[registration.slot];
  if (slot.generation == registration.generation) {
    ++slot.generation;
    if (slot.generation == 0) {
      slot.generation = 1;  // 0 means "not registered".
    }
    free_slots_.push_back(registration.slot);
  }
  registration = {};
}

Turn Loop::Wait(Instant now, Instant until) {
  if (!slack_set_) [[unlikely]] {
    prctl(PR_SET_TIMERSLACK, 1UL);
    slack_set_ = true;
  }
  std::array<epoll_event, kMaxEvents> events;
  const bool may_sleep = until > now;
  const Instant start = may_sleep ? Now() : now;
  const int count = WaitForEvents(events.data(), start, until);

  Turn turn;
  turn.now = Now();
  Collect(events.data(), count, turn);
  ++counters_.waits;
  if (may_sleep) {
    counters_.blocked += turn.now - start;
  } else if (turn.events == 0 && !turn.woken) {
    ++counters_.empty_polls;
    counters_.spinning += turn.now - now;
  }
  return turn;
}

int Loop::WaitForEvents(epoll_event* events, Instant now, Instant until) {
  constexpr int kBatch = static_cast<int>(kMaxEvents);
  int count = 0;
  if (until <= now) {
    count = epoll_wait(epoll_fd_.get(), events, kBatch, 0);
  } else if (until == Instant::max()) {
    count = epoll_wait(epoll_fd_.get(), events, kBatch, -1);
  } else if (timer_fd_.valid()) {
    ArmTimer(until);
    count = epoll_wait(epoll_fd_.get(), events, kBatch, -1);
  } else {
    const timespec timeout = ToTimespec(until - now);
    count = epoll_pwait2(epoll_fd_.get(), events, kBatch, &timeout, nullptr);
  }
  if (count < 0) {
    CHECK(errno == EINTR);  // Anything else is a misuse of epoll.
    return 0;
  }
  return count;
}

void Loop::ArmTimer(Instant until) {
  if (until == timer_armed_for_) {
    return;
  }
  itimerspec spec{};
  spec.it_value = ToTimespec(until.time_since_epoch());
  CHECK(timerfd_settime(timer_fd_.get(), TFD_TIMER_ABSTIME, &spec, nullptr) == 0);
  timer_armed_for_ = until;
}

void Loop::Collect(const epoll_event* events, int count, Turn& turn) {
  ready_count_ = 0;
  for (int i = 0; i < count; ++i) {
    const std::uint64_t tag = events[i].data.u64;
    if (tag == kWakeTag) {
      // The counter is never read: edge-triggered, each write is an event of its own. Cleared
      // before the caller looks at its mailboxes, so whatever is posted later wakes it again.
      wake_pending_.exchange(false, std::memory_order_acq_rel);
      turn.woken = true;
      ++counters_.wakeups;
      continue;
    }
    if (tag == kTimerTag) {
      timer_armed_for_ = Instant::max();
      continue;
    }
    const std::uint32_t seen = events[i].events;
    std::uint32_t bits = 0;
    if ((seen & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      bits |= kReadable;
    }
    if ((seen & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) {
      bits |= kWritable;
    }
    if ((seen & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      bits |= kPeerClosed;
    }
    ready_[ready_count_] = {.slot = static_cast<std::uint32_t>(tag),
                            .generation = static_cast<std::uint32_t>(tag >> 32),
                            .bits = bits};
    ++ready_count_;
  }
  turn.events = static_cast<int>(ready_count_);
  counters_.events += ready_count_;
  if (count == static_cast<int>(kMaxEvents)) {
    ++counters_.full_batches;
  }
}

void Loop::Wake() {
  if (wake_pending_.exchange(true, std::memory_order_acq_rel)) {
    return;
  }
  const std::uint64_t one = 1;
  // Fails only when 2^64 - 1 wake-ups were never taken, which is a wake-up all the same.
  [[maybe_unused]] const ssize_t written = ::write(wake_fd_.get(), &one, sizeof(one));
}

}  // namespace loadline::net
