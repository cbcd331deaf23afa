// Burners: threads that burn a given amount of CPU time, one piece of work at a time each.
//
// Burn() and the destructor belong to one thread; `done` is called on a burner's thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "base/units.h"

namespace loadline::standin {

class Burners {
 public:
  using Done = std::function<void(std::uint32_t ticket)>;

  /// Starts `threads` >= 1 threads.
  Burners(int threads, Done done);
  /// Drops what is not done; returns once the threads have ended.
  ~Burners();
  Burners(const Burners&) = delete;
  Burners& operator=(const Burners&) = delete;

  /// Uses up `work` of CPU time on a free thread (the next to become free), then says so.
  void Burn(std::uint32_t ticket, Duration work);

 private:
  struct Piece {
    std::uint32_t ticket;
    Duration work;
  };

  void Run();

  // Constant after construction.
  Done done_;
  std::vector<std::thread> threads_;
  // Crosses threads, guarded by mutex_.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Piece> pieces_;
  std::atomic<bool> stopping_ = false;  // Written under mutex_, read without.
};

}  // namespace loadline::standin
