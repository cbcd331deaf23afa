#include "queueing/mgc.h"

#include <gtest/gtest.h>

namespace loadline::queueing {
namespace {

ServiceShape Pool(int servers, double scv) {
  return {.servers = {.count = servers, .service = 1s}, .scv = scv};
}

TEST(ServiceShape, MeanResponseIsPollaczekKhinchineForOneServer) {
  // M/G/1, λ = 0.5/s, S = 1 s: wait = ρ S (1 + scv) / (2 (1 − ρ)) = (1 + scv)/2 s.
  EXPECT_EQ(MeanResponse(Pool(1, 0), Rate{0.5}), 1500ms);
  EXPECT_EQ(MeanResponse(Pool(1, 1), Rate{0.5}), 2s);
  EXPECT_EQ(MeanResponse(Pool(1, 4), Rate{0.5}), 3500ms);
}

TEST(ServiceShape, DelayIsAddedAndPoolsShareTheLoad) {
  ServiceShape shape = Pool(1, 0);
  shape.pools = 12;
  shape.delay = 100ms;
  EXPECT_EQ(MeanResponse(shape, Rate{6}), 1600ms);  // 0.5/s for each
  EXPECT_DOUBLE_EQ(shape.Capacity().per_second, 12);
  EXPECT_EQ(MeanResponse(shape, Rate{12}), Duration::max());
}

TEST(ResponseLaw, LinesLieNearTheSimulatedOnes) {
  // Simulated with 40 million requests each (docs/load-line.md); exponential service is exact.
  const auto line = [](const ServiceShape& shape, Duration t) {
    return ResponseLaw(shape).LoadLine(t, 0.05).per_second;
  };
  EXPECT_NEAR(line(Pool(4, 0), 6s) / 3.7194, 1, 0.02);
  EXPECT_NEAR(line(Pool(4, 2.25), 6s) / 3.0781, 1, 0.02);  // lognormal, cv 1.5
  EXPECT_NEAR(line(Pool(4, 2.25), 8s) / 3.3286, 1, 0.02);  // bimodal of the same scatter
  EXPECT_NEAR(line(Pool(4, 1), 6s) / LoadLine({.count = 4, .service = 1s}, 6s, 0.05).per_second, 1,
              0.02);
  EXPECT_NEAR(line(Pool(12, 1), 4s) / LoadLine({.count = 12, .service = 1s}, 4s, 0.05).per_second,
              1, 0.02);
}

TEST(ResponseLaw, ConstantServiceIsNeverLateAlone) {
  const ResponseLaw law(Pool(4, 0));
  EXPECT_EQ(law.Tail(Rate{0}, 1001ms), 0);
  EXPECT_EQ(law.Tail(Rate{0}, 999ms), 1);
  EXPECT_EQ(law.LoadLine(999ms, 0.05).per_second, 0);
}

TEST(ResponseLaw, BeyondTheCapacityAllAreLate) {
  EXPECT_EQ(ResponseLaw(Pool(4, 1)).Tail(Rate{4}, 100s), 1);
  EXPECT_EQ(ResponseLaw(Pool(4, 1)).Tail(Rate{5}, 100s), 1);
}

TEST(ResponseLaw, MoreLoadNeverHelps) {
  const ResponseLaw law(Pool(12, 0.25));
  double last = 0;
  for (int quarters = 0; quarters < 50; ++quarters) {
    const double rate = 0.25 * quarters;
    const double tail = law.Tail(Rate{rate}, 3s);
    EXPECT_GE(tail, last) << rate;
    last = tail;
  }
}

}  // namespace
}  // namespace loadline::queueing
