#include "base/parallel.h"

#include <gtest/gtest.h>

#include <vector>

namespace loadline {
namespace {

TEST(ForEachParallel, DoesEachNumberOnceWhateverTheThreads) {
  for (const int threads : {1, 2, 7, 50}) {
    std::vector<int> done(20, 0);
    ForEachParallel(20, threads, [&](int number) { ++done[static_cast<std::size_t>(number)]; });
    EXPECT_EQ(done, std::vector<int>(20, 1)) << threads;
  }
}

TEST(ForEachParallel, DoesNothingForNoNumbers) {
  ForEachParallel(0, 3, [](int) { FAIL(); });
}

TEST(UsableCpus, IsAtLeastOne) {
  EXPECT_GE(UsableCpus(), 1);
}

}  // namespace
}  // namespace loadline
