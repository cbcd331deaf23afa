// Counts the allocations of this test program, for the tests that say that there are none. In a
// file of its own and never inlined, or compilers see through it and complain.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "scenario/testing.h"

// Sanitizers bring an allocator of their own, which must not be mixed with this one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LOADLINE_COUNT_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LOADLINE_COUNT_ALLOCATIONS 0
#endif
#endif
#ifndef LOADLINE_COUNT_ALLOCATIONS
#define LOADLINE_COUNT_ALLOCATIONS 1
#endif

namespace {
std::atomic<std::int64_t> allocations{0};  // NOLINT: the operators below cannot be given one
}  // namespace

#if LOADLINE_COUNT_ALLOCATIONS
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);  // NOLINT: this is the allocator
  if (memory == nullptr) {
    std::abort();
  }
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);  // NOLINT: this is the allocator
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT: this is the allocator
}
#endif

namespace loadline::scenario {

std::int64_t AllocationsSoFar() {
  return allocations;
}

namespace {

TEST(AllocationsSoFar, SeesAnAllocation) {
  if (LOADLINE_COUNT_ALLOCATIONS == 0) {
    GTEST_SKIP() << "nothing is counted under a sanitizer";
  }
  const std::int64_t before = AllocationsSoFar();
  const std::string text(100, 'x');
  EXPECT_EQ(text.size(), 100U);
  EXPECT_GT(AllocationsSoFar(), before);
}

}  // namespace
}  // namespace loadline::scenario
