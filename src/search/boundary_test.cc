#include "search/boundary.h"

#include <gtest/gtest.h>

namespace loadline::search {
namespace {

using measure::TestKind;

TEST(BoundaryFor, GivesTheTunedBoundsAtTheTunedAlphas) {
  const Boundary strict = BoundaryFor(TestKind::kLevelCrossing, 0.01, 0.01);
  EXPECT_NEAR(strict.held, 3.58, 0.01);
  EXPECT_NEAR(strict.broken, 3.52, 0.01);
  const Boundary usual = BoundaryFor(TestKind::kLevelCrossing, 0.05, 0.05);
  EXPECT_NEAR(usual.held, 3.06, 0.01);
  EXPECT_NEAR(usual.broken, 2.9, 0.01);
  const Boundary batch = BoundaryFor(TestKind::kBatch, 0.01, 0.05);
  EXPECT_NEAR(batch.held, 3.5, 0.01);
  EXPECT_NEAR(batch.broken, 2.6, 0.01);
}

TEST(BoundaryFor, RisesWithoutEndAsAlphaFalls) {
  double last = 0.0;
  for (const double alpha : {0.5, 0.2, 0.05, 0.01, 0.001, 1e-6}) {
    const double held = BoundaryFor(TestKind::kLevelCrossing, alpha, alpha).held;
    EXPECT_GT(held, last);
    last = held;
  }
  // More than a single look ever needs: the normal quantile at 1e-6 is 4.75.
  EXPECT_GT(last, 4.75);
}

TEST(BoundaryFor, TreatsBothSidesApart) {
  const Boundary split = BoundaryFor(TestKind::kClosedLevelCrossing, 0.05, 0.01);
  EXPECT_NEAR(split.held, 3.06, 0.01);
  EXPECT_NEAR(split.broken, 3.52, 0.01);
}

TEST(NormalFromStudent, ShrinksMoreWithFewerDegrees) {
  // Student's t with 10 degrees of freedom exceeds 2.764 with probability 0.01; so does the normal
  // variate 2.326. (1 - 1/40) * 2.764 / sqrt(1 + 2.764^2 / 20) = 2.6949 / 1.17555 = 2.2925: close,
  // and on the careful side.
  EXPECT_NEAR(NormalFromStudent(2.764, 10.0), 2.2925, 0.0005);
  EXPECT_NEAR(NormalFromStudent(-2.764, 10.0), -2.2925, 0.0005);
  EXPECT_LT(NormalFromStudent(2.764, 10.0), 2.326);
  EXPECT_NEAR(NormalFromStudent(3.0, 1e9), 3.0, 1e-6);
}

}  // namespace
}  // namespace loadline::search
