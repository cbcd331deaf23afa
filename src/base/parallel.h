// Parallel: the same work for many numbers, on several threads.
#pragma once

#include <functional>

namespace loadline {

/// CPUs that this process may run on, at least 1.
[[nodiscard]] int UsableCpus();

/// Calls `work(0)` to `work(count - 1)`, each once, on at most `threads` >= 1 threads (this one is
/// one of them), and returns when all are done. Which thread takes which number is left open:
/// `work` may write only what belongs to its number. It must not throw.
void ForEachParallel(int count, int threads, const std::function<void(int)>& work);

}  // namespace loadline
