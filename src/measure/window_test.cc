#include "measure/window.h"

#include <gtest/gtest.h>

namespace loadline::measure {
namespace {

TEST(Generator, KeepsTheWorseOfTwoAndAddsLosses) {
  Generator worst;
  worst.lateness_p99 = 2ms;
  worst.cpu_busiest = 0.3;
  worst.dropped_records = 5;
  worst.throttled = 1s;
  worst.descriptors_left = 100;
  worst.ports_left = 200;
  Generator other;
  other.lateness_p99 = 1ms;
  other.cpu_busiest = 0.5;
  other.dropped_records = 7;
  other.throttled = 2s;
  other.descriptors_left = 90;
  other.ports_left = 300;
  worst.Worsen(other);
  EXPECT_EQ(worst.lateness_p99, 2ms);
  EXPECT_EQ(worst.cpu_busiest, 0.5);
  EXPECT_EQ(worst.dropped_records, 12);
  EXPECT_EQ(worst.throttled, 3s);
  EXPECT_EQ(worst.descriptors_left, 90);
  EXPECT_EQ(worst.ports_left, 200);
}

}  // namespace
}  // namespace loadline::measure
