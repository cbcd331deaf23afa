#include "sim/rolling.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace loadline::sim {
namespace {

TEST(Rolling, KeepsWhatLiesInItsRangeAsItGrowsAndMovesOn) {
  Rolling<std::int64_t> squares;
  std::int64_t filled = 0;  // Numbers below it have been written.
  for (std::int64_t first = 0; first < 300; ++first) {
    // As long as 1 to 40, up and down.
    const std::int64_t last = first + (first * 7) % 40;
    squares.Cover(first, last);
    for (; filled <= last; ++filled) {
      EXPECT_EQ(squares[filled], 0) << filled;
      squares[filled] = filled * filled;
    }
    for (std::int64_t i = first; i < filled; ++i) {
      ASSERT_EQ(squares[i], i * i) << "from " << first;
    }
    squares[first] = 0;
  }
}

}  // namespace
}  // namespace loadline::sim
