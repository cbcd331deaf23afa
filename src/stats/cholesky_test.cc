#include "stats/cholesky.h"

#include <gtest/gtest.h>

namespace loadline::stats {
namespace {

// L = (2 0; 1 3): A = L Lᵀ = (4 2; 2 10), its determinant 36.
const std::vector<double> kMatrix = {4, 2, 2, 10};

TEST(WhiteningOf, IsTheInverseOfTheLowerFactor) {
  // L⁻¹ = (1/2 0; −1/6 1/3).
  const std::vector<double> white = *WhiteningOf(kMatrix, 2);
  EXPECT_DOUBLE_EQ(white[0], 0.5);
  EXPECT_DOUBLE_EQ(white[1], 0);
  EXPECT_DOUBLE_EQ(white[2], -1.0 / 6);
  EXPECT_DOUBLE_EQ(white[3], 1.0 / 3);
}

TEST(InverseOfPositive, InvertsAndIsNothingWhereThereIsNone) {
  // A⁻¹ = (10 −2; −2 4) / 36.
  const std::vector<double> inverse = *InverseOfPositive(kMatrix, 2);
  EXPECT_NEAR(inverse[0], 10.0 / 36, 1e-15);
  EXPECT_NEAR(inverse[1], -2.0 / 36, 1e-15);
  EXPECT_NEAR(inverse[2], -2.0 / 36, 1e-15);
  EXPECT_NEAR(inverse[3], 4.0 / 36, 1e-15);
  EXPECT_FALSE(InverseOfPositive(std::vector<double>{1, 2, 2, 1}, 2));  // Eigenvalues 3 and −1.
}

TEST(Times, MultipliesRowByRow) {
  // (4 2; 2 10) (1; −1) = (2; −8).
  EXPECT_EQ(Times(kMatrix, std::vector<double>{1, -1}), (std::vector<double>{2, -8}));
}

}  // namespace
}  // namespace loadline::stats
