// Interruption: Ctrl-C, SIGTERM, SIGHUP. The first asks for a complete record, the second leaves at
// once.
//
// The signals are blocked in the constructing thread (and so in every thread started later)
// and taken by one thread of this object with a signalfd: no code runs in a signal handler.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/result.h"

namespace loadline::cli {

/// Construct before any other thread; at most one at a time.
class Interruption {
 public:
  static constexpr std::string_view kFinishing =
      "\ninterrupted: finishing the record; Ctrl-C again leaves at once\n";

  /// `first_words` go to standard error when the first signal comes; they must be a literal.
  /// Errors: kIo if the system gives no signalfd.
  [[nodiscard]] static Result<std::unique_ptr<Interruption>> Start(
      std::string_view first_words = kFinishing);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// True once the first signal came. Safe from any thread.
  [[nodiscard]] bool Requested() const { return requested_.load(std::memory_order_acquire); }

  /// Readable from the first signal on: for poll() beside something else.
  [[nodiscard]] int wake_fd() const { return wake_fd_; }

  /// What the first signal shall do besides, from the watching thread: end the probe that runs. If
  /// the signal has come already it is called at once, by the caller.
  void OnFirst(std::function<void()> action);

 private:
  Interruption(int signal_fd, int stop_fd, int wake_fd, std::string_view first_words);
  void Watch();
  void First();

  // Constant after construction.
  int signal_fd_ = -1;
  int stop_fd_ = -1;
  int wake_fd_ = -1;
  std::string_view first_words_;

  // Crosses threads.
  std::atomic<bool> requested_ = false;
  std::mutex mutex_;
  std::function<void()> action_;  // Guarded by mutex_.

  std::thread watcher_;
};

}  // namespace loadline::cli
