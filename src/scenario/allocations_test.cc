// Counts the allocations of this test program, for the tests that say that there are none. In a
// file of its own, or compilers see through it and complain of their own inlining.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "scenario/testing.h"

namespace {
std::atomic<std::int64_t> allocations{0};  // NOLINT: the operators below cannot be given one
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  void* memory = std::malloc(size);  // NOLINT: this is the allocator
  if (memory == nullptr) {
    std::abort();
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);  // NOLINT: this is the allocator
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);  // NOLINT: this is the allocator
}

namespace loadline::scenario {

std::int64_t AllocationsSoFar() {
  return allocations;
}

namespace {

TEST(AllocationsSoFar, SeesAnAllocation) {
  const std::int64_t before = AllocationsSoFar();
  const std::string text(100, 'x');
  EXPECT_EQ(text.size(), 100U);
  EXPECT_GT(AllocationsSoFar(), before);
}

}  // namespace
}  // namespace loadline::scenario
