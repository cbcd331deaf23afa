#include "measure/load_line.h"

#include <gtest/gtest.h>

namespace loadline::measure {
namespace {

TEST(LoadLine, LevelIsTheEstimateElseTheMiddleOfTheBracket) {
  LoadLine line;
  EXPECT_FALSE(line.Level());
  line.broken = 400.0;
  EXPECT_EQ(line.Level(), 400.0);
  line.held = 100.0;
  EXPECT_EQ(line.Level(), 200.0);  // √(100 · 400)
  line.estimate = 150.0;
  EXPECT_EQ(line.Level(), 150.0);
}

TEST(LoadLine, WhatOnlyBrokeWasNotReached) {
  LoadLine line;
  line.broken = 400.0;
  EXPECT_FALSE(line.Reached());
  line.saturation = 300.0;  // Beyond what the objectives allow.
  EXPECT_FALSE(line.Reached());
  line.has_objectives = false;
  EXPECT_EQ(line.Reached(), 300.0);
  line.has_objectives = true;
  line.held = 100.0;
  EXPECT_EQ(line.Reached(), 200.0);
}

}  // namespace
}  // namespace loadline::measure
