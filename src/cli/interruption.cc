#include "cli/interruption.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "cli/exit_code.h"

namespace loadline::cli {
namespace {

sigset_t WatchedSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

// Straight to the descriptor: a stream's lock may be held by the thread that we interrupt.
void Say(std::string_view text) {
  const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

void Raise(int event_fd) {
  const std::uint64_t one = 1;
  const ssize_t written = ::write(event_fd, &one, sizeof(one));
  static_cast<void>(written);
}

}  // namespace

Result<std::unique_ptr<Interruption>> Interruption::Start(std::string_view first_words) {
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const int signal_fd = ::signalfd(-1, &signals, SFD_CLOEXEC);
  const int stop_fd = ::eventfd(0, EFD_CLOEXEC);
  const int wake_fd = ::eventfd(0, EFD_CLOEXEC);
  if (signal_fd < 0 || stop_fd < 0 || wake_fd < 0) {
    const std::string reason = std::strerror(errno);
    for (const int fd : {signal_fd, stop_fd, wake_fd}) {
      if (fd >= 0) {
        ::close(fd);
      }
    }
    return Error{ErrorCode::kIo, "cannot watch for Ctrl-C: " + reason};
  }
  return std::unique_ptr<Interruption>(new Interruption(signal_fd, stop_fd, wake_fd, first_words));
}

Interruption::Interruption(int signal_fd, int stop_fd, int wake_fd, std::string_view first_words)
    : signal_fd_(signal_fd),
      stop_fd_(stop_fd),
      wake_fd_(wake_fd),
      first_words_(first_words),
      watcher_([this] { Watch(); }) {}

Interruption::~Interruption() {
  Raise(stop_fd_);
  watcher_.join();
  for (const int fd : {signal_fd_, stop_fd_, wake_fd_}) {
    ::close(fd);
  }
  const sigset_t signals = WatchedSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

void Interruption::OnFirst(std::function<void()> action) {
  {
    const std::lock_guard lock(mutex_);
    action_ = std::move(action);
    if (!Requested() || !action_) {
      return;
    }
  }
  action_();
}

void Interruption::First() {
  // Locked from here on: whoever sets an action meanwhile has it called once, by one of us.
  const std::lock_guard lock(mutex_);
  requested_.store(true, std::memory_order_release);
  Say(first_words_);
  Raise(wake_fd_);
  if (action_) {
    action_();
  }
}

void Interruption::Watch() {
  std::array<pollfd, 2> fds{{{signal_fd_, POLLIN, 0}, {stop_fd_, POLLIN, 0}}};
  while (true) {
    if (::poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) {
      return;
    }
    if ((fds[1].revents & POLLIN) != 0) {
      return;
    }
    if ((fds[0].revents & POLLIN) == 0) {
      continue;
    }
    signalfd_siginfo info{};
    if (::read(signal_fd_, &info, sizeof(info)) != static_cast<ssize_t>(sizeof(info))) {
      continue;
    }
    if (Requested()) {
      ::_exit(ToInt(ExitCode::kInterrupted));
    }
    First();
  }
}

}  // namespace loadline::cli
