#include "stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "stats/bisect.h"

namespace loadline::stats {
namespace {

TEST(LastThat, FindsTheEdgeOfAPredicate) {
  EXPECT_NEAR(LastThat(0, 10, [](double x) { return x * x <= 2; }), std::numbers::sqrt2, 1e-15);
  EXPECT_EQ(LastThat(1, 2, [](double) { return false; }), 1);
  EXPECT_NEAR(LastThat(1, 2, [](double) { return true; }), 2, 1e-15);
  EXPECT_EQ(LastThat(3, 3, [](double) { return true; }), 3);
}

TEST(Normal, AgreesWithTheTables) {
  EXPECT_DOUBLE_EQ(NormalCdf(0), 0.5);
  EXPECT_NEAR(NormalCdf(1), 0.841344746068543, 1e-15);
  EXPECT_NEAR(NormalQuantile(0.975), 1.959963984540054, 1e-13);
  EXPECT_NEAR(NormalQuantile(0.995), 2.575829303548901, 1e-13);
  EXPECT_NEAR(NormalQuantile(0.025), -1.959963984540054, 1e-13);
  EXPECT_NEAR(NormalQuantile(1e-10), -6.361340902404056, 1e-12);
  EXPECT_NEAR(NormalQuantile(0.5), 0, 1e-15);
}

TEST(Student, AgreesWithTheTables) {
  // Abramowitz and Stegun, table 26.10, and for broken degrees SciPy 1.
  EXPECT_NEAR(StudentQuantile(0.975, 1), 12.706, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.975, 10), 2.228, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.995, 30), 2.750, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.95, 120), 1.658, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.05, 120), -1.658, 5e-4);
  EXPECT_NEAR(StudentQuantile(0.975, 2.5), 3.5746548420, 1e-9);
  EXPECT_NEAR(StudentQuantile(0.999, 31), 3.3748992804, 1e-9);
}

TEST(Student, WithOneDegreeIsCauchy) {
  for (const double x : {-3.0, -0.5, 0.0, 0.5, 3.0}) {
    EXPECT_NEAR(StudentCdf(x, 1), 0.5 + std::atan(x) / std::numbers::pi, 1e-14);
  }
}

TEST(IncompleteBeta, HasItsKnownValues) {
  EXPECT_NEAR(IncompleteBeta(2, 3, 0.5), 11.0 / 16, 1e-15);
  EXPECT_NEAR(IncompleteBeta(1, 1, 0.3), 0.3, 1e-15);
  EXPECT_NEAR(IncompleteBeta(3, 2, 0.5), 5.0 / 16, 1e-15);  // 1 − I(2, 3)
  EXPECT_NEAR(IncompleteBeta(50, 0.5, 0.9), 0.001204149832559813, 1e-15);
  EXPECT_EQ(IncompleteBeta(2, 3, 0), 0);
  EXPECT_EQ(IncompleteBeta(2, 3, 1), 1);
}

TEST(Binomial, AddsUpItsTerms) {
  // P(X <= 2) of 10 at 0.3: 0.7^10 + 10·0.3·0.7^9 + 45·0.09·0.7^8 = 0.028248 + 0.121061 + 0.233474.
  EXPECT_NEAR(BinomialCdf(2, 10, 0.3), 0.382783, 1e-6);
  EXPECT_NEAR(BinomialCdf(949, 1000, 0.95), 0.462470959198575, 1e-11);
  EXPECT_NEAR(BinomialCdf(95'000'000, 100'000'000, 0.95), 0.5000640665, 1e-6);
  EXPECT_EQ(BinomialCdf(-1, 10, 0.3), 0);
  EXPECT_EQ(BinomialCdf(10, 10, 0.3), 1);
  EXPECT_EQ(BinomialCdf(0, 0, 0.3), 1);
  EXPECT_EQ(BinomialCdf(5, 10, 0), 1);
  EXPECT_EQ(BinomialCdf(5, 10, 1), 0);
}

TEST(Kolmogorov, AgreesWithTheTables) {
  EXPECT_NEAR(KolmogorovTail(1.3581), 0.05, 1e-5);
  EXPECT_NEAR(KolmogorovTail(1.6276), 0.01, 1e-5);
  EXPECT_NEAR(KolmogorovTail(0.5), 0.96394524, 1e-8);
  EXPECT_EQ(KolmogorovTail(0), 1);
  EXPECT_EQ(KolmogorovTail(INFINITY), 0);
}

TEST(DistributionsDeathTest, RefuseWhatIsOutOfRange) {
  EXPECT_DEATH({ [[maybe_unused]] const double x = NormalQuantile(0); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const double x = NormalQuantile(NAN); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const double x = StudentQuantile(0.5, 0); }, "CHECK");
  EXPECT_DEATH({ [[maybe_unused]] const double x = BinomialCdf(1, 2, 1.5); }, "CHECK");
}

}  // namespace
}  // namespace loadline::stats
