#include "standin/burners.h"

#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/random.h"

namespace loadline::standin {
namespace {

/// Computes until this thread has used `work` of CPU time (a stolen core makes it take longer, as
/// it does to a model), or has to stop.
void UseCpu(Duration work, const std::atomic<bool>& stopping) {
  const Duration end = ThreadCpuTime() + work;
  std::uint64_t value = 1;
  while (ThreadCpuTime() < end && !stopping.load(std::memory_order_relaxed)) {
    for (int i = 0; i < 500; ++i) {
      value = Mix(value);
    }
    [[maybe_unused]] volatile std::uint64_t result = value;  // Or the compiler leaves it out.
  }
}

}  // namespace

Burners::Burners(int threads, Done done) : done_(std::move(done)) {
  CHECK(threads >= 1);
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Run(); });
  }
}

Burners::~Burners() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void Burners::Burn(std::uint32_t ticket, Duration work) {
  {
    const std::lock_guard lock(mutex_);
    pieces_.push_back({ticket, work});
  }
  wake_.notify_one();
}

void Burners::Run() {
  for (;;) {
    Piece piece{};
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !pieces_.empty(); });
      if (stopping_) {
        return;
      }
      piece = pieces_.front();
      pieces_.pop_front();
    }
    UseCpu(piece.work, stopping_);
    done_(piece.ticket);
  }
}

}  // namespace loadline::standin
