#include "queueing/mmc.h"

#include <gtest/gtest.h>

#include <cmath>

namespace loadline::queueing {
namespace {

TEST(Mmc, OneServerIsTheExponentialOfTextbooks) {
  // M/M/1, S = 1 s, λ = 0.5/s: response exponential with mean 1/(1 − 0.5) = 2 s, wait 1 s.
  const Servers one{.count = 1, .service = 1s};
  EXPECT_EQ(MeanResponse(one, Rate{0.5}), 2s);
  EXPECT_EQ(MeanWait(one, Rate{0.5}), 1s);
  EXPECT_NEAR(ResponseTail(one, Rate{0.5}, 3s), std::exp(-1.5), 1e-12);
  EXPECT_NEAR(WaitTail(one, Rate{0.5}, 2s), 0.5 * std::exp(-1.0), 1e-12);
  // p95 = −ln 0.05 · 2 s.
  EXPECT_NEAR(Seconds(ResponseQuantile(one, Rate{0.5}, 0.95)), -std::log(0.05) * 2, 1e-8);
}

TEST(Mmc, AgreesWithAPublishedSizingExample) {
  // 24 requests/s of 0.5 s: 12 Erlang. 15 servers: mean wait 53 ms, p95 of the wait 309 ms; 17
  // servers: 13 and 93 ms.
  const Servers fifteen{.count = 15, .service = 500ms};
  EXPECT_NEAR(Millis(MeanWait(fifteen, Rate{24})), 53, 0.5);
  EXPECT_NEAR(WaitTail(fifteen, Rate{24}, 309ms), 0.05, 5e-4);
  const Servers seventeen{.count = 17, .service = 500ms};
  EXPECT_NEAR(Millis(MeanWait(seventeen, Rate{24})), 13, 0.5);
  EXPECT_NEAR(WaitTail(seventeen, Rate{24}, 93ms), 0.05, 5e-4);
}

TEST(Mmc, TheTailHasItsValueWhereTheTwoRatesMeet) {
  // c − λS = 1: the formula is 0/0, the limit (1 − C) e^−x + C e^−x (1 + x); c = 2, λS = 1, C =
  // 1/3.
  const Servers two{.count = 2, .service = 1s};
  const double exact = (2.0 / 3 + 1.0 / 3 * 4) * std::exp(-3.0);
  EXPECT_NEAR(ResponseTail(two, Rate{1}, 3s), exact, 1e-13);
  EXPECT_NEAR(ResponseTail(two, Rate{1 + 1e-12}, 3s), exact, 1e-10);
  EXPECT_NEAR(ResponseTail(two, Rate{1 - 1e-12}, 3s), exact, 1e-10);
}

TEST(Mmc, WithoutLoadTheResponseIsTheService) {
  const Servers many{.count = 48, .service = 10ms};
  EXPECT_NEAR(ResponseTail(many, Rate{0}, 10ms), std::exp(-1.0), 1e-12);
  EXPECT_EQ(MeanResponse(many, Rate{0}), 10ms);
  EXPECT_EQ(ResponseTail(many, Rate{0}, 0s), 1);
}

TEST(Mmc, BeyondTheCapacityNothingHolds) {
  const Servers four{.count = 4, .service = 50ms};  // capacity 80/s
  EXPECT_DOUBLE_EQ(four.Capacity().per_second, 80);
  EXPECT_EQ(ResponseTail(four, Rate{80}, 10s), 1);
  EXPECT_EQ(WaitTail(four, Rate{81}, 10s), 1);
  EXPECT_EQ(MeanWait(four, Rate{80}), Duration::max());
  EXPECT_EQ(MeanResponse(four, Rate{80}), Duration::max());
  EXPECT_EQ(ResponseQuantile(four, Rate{80}, 0.5), Duration::max());
}

TEST(LoadLine, IsThatOfTheSimulationStudy) {
  // Utilisation at the line as published with the study of the sequential tests
  // (docs/load-line.md).
  const auto utilisation = [](int servers, Duration t, double late) {
    return LoadLine({.count = servers, .service = 1s}, t, late).per_second / servers;
  };
  EXPECT_NEAR(utilisation(1, 6s, 0.05), 0.50, 0.005);
  EXPECT_NEAR(utilisation(4, 6s, 0.05), 0.855, 0.0005);
  EXPECT_NEAR(utilisation(4, 4s, 0.05), 0.735, 0.0005);
  EXPECT_NEAR(utilisation(12, 4s, 0.05), 0.899, 0.0005);
  EXPECT_NEAR(utilisation(12, 6s, 0.05), 0.949, 0.0005);
  EXPECT_NEAR(utilisation(12, 6s, 0.01), 0.909, 0.0005);
  EXPECT_NEAR(utilisation(48, 5s, 0.05), 0.982, 0.0005);
}

TEST(LoadLine, OfOneServerIsClosedForm) {
  // e^−(1 − λ) 6 = 0.05: λ = 1 + ln 0.05 / 6 = 0.50071.
  EXPECT_NEAR(LoadLine({.count = 1, .service = 1s}, 6s, 0.05).per_second, 1 + std::log(0.05) / 6,
              1e-9);
}

TEST(LoadLine, ScalesWithTheServiceTime) {
  const double slow = LoadLine({.count = 12, .service = 1s}, 4s, 0.05).per_second;
  const double fast = LoadLine({.count = 12, .service = 50ms}, 200ms, 0.05).per_second;
  EXPECT_NEAR(fast, slow * 20, 1e-6 * fast);
}

TEST(LoadLine, IsZeroWhereALoneRequestIsTooSlow) {
  // e^−2 = 13.5 % of the services alone take longer than 2 S.
  EXPECT_EQ(LoadLine({.count = 4, .service = 1s}, 2s, 0.05).per_second, 0);
}

}  // namespace
}  // namespace loadline::queueing
