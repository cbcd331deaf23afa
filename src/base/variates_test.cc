#include "base/variates.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/random.h"

namespace loadline {
namespace {

TEST(UnitInterval, NeverReachesItsEnds) {
  EXPECT_EQ(UnitInterval(0), 0x1p-53);
  EXPECT_EQ(UnitInterval(UINT64_MAX), 1.0 - 0x1p-53);
}

TEST(UnitInterval, IsTheMiddleOfEachOf2To52Steps) {
  Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t bits = random.Next();
    EXPECT_EQ(UnitInterval(bits), (static_cast<double>(bits >> 12) + 0.5) * 0x1p-52);
  }
}

/// Bits whose UnitInterval() is close to 2^-n, below and above, and close to sqrt(1/2) 2^-n.
std::vector<std::uint64_t> Corners() {
  std::vector<std::uint64_t> corners{0, UINT64_MAX};
  for (int n = 1; n <= 52; ++n) {
    const std::uint64_t power = std::uint64_t{1} << (64 - n);
    const auto root = static_cast<std::uint64_t>(static_cast<double>(power) * std::sqrt(0.5));
    for (const std::uint64_t middle : {power, root}) {
      for (std::uint64_t step = 0; step < 4; ++step) {
        corners.push_back(middle + (step << 12));
        corners.push_back(middle - (step << 12));
      }
    }
  }
  return corners;
}

std::vector<std::uint64_t> ManyBits() {
  std::vector<std::uint64_t> bits = Corners();
  Random random(2);
  for (int i = 0; i < 200'000; ++i) {
    // Also numbers far below 1.
    bits.push_back(random.Next() >> (i % 3 == 0 ? random.Below(53) : 0));
  }
  return bits;
}

TEST(UnitExponential, IsTheLogarithmTo15Digits) {
  double worst = 0.0;
  for (const std::uint64_t bits : ManyBits()) {
    const long double exact = -std::log(static_cast<long double>(UnitInterval(bits)));
    const double error = static_cast<double>(std::abs(UnitExponential(bits) - exact) / exact);
    worst = std::max(worst, error);
    ASSERT_GE(UnitExponential(bits), 0.0) << bits;
  }
  // 4.5 units of the last of 53 bits.
  EXPECT_LT(worst, 5e-16);
}

TEST(UnitExponential, IsWhatItIsOnEveryMachine) {
  static_assert(UnitExponential(std::uint64_t{1} << 63) == UnitExponential(std::uint64_t{1} << 63));
  // u = 1/2 + 2^-53: -ln u = ln 2 - 2^-52.
  EXPECT_EQ(UnitExponential(std::uint64_t{1} << 63), 0x1.62e42fefa39edp-1);
  // u = 2^-53: 53 ln 2 = 36.7368.
  EXPECT_EQ(UnitExponential(0), 53 * 0x1.62e42fefa39efp-1);
}

TEST(UnitExponentials, AreTheSameManyAtOnce) {
  const std::vector<std::uint64_t> bits = ManyBits();
  std::vector<double> out(bits.size());
  UnitExponentials(bits, out);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    ASSERT_EQ(out[i], UnitExponential(bits[i])) << bits[i];
  }
}

}  // namespace
}  // namespace loadline
