#include "search/boundary.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "stats/distributions.h"

namespace loadline::search {
namespace {

/// How many independent looks a test's bound is worth at alpha = 0.01 and 0.05.
struct Looks {
  double at_01;
  double at_05;
};

double Bound(Looks looks, double alpha) {
  CHECK(alpha > 0.0 && alpha <= 0.5);
  const double slope = std::log(looks.at_05 / looks.at_01) / std::log(0.05 / 0.01);
  const double worth = looks.at_01 * std::exp(slope * std::log(alpha / 0.01));
  return stats::NormalQuantile(1.0 - alpha / std::clamp(worth, 4.0, 80.0));
}

}  // namespace

Boundary BoundaryFor(measure::TestKind test, double alpha_held, double alpha_broken) {
  if (test == measure::TestKind::kBatch) {
    // Bounds 3.5 / 2.8 and 3.2 / 2.6 at alpha = 0.01 / 0.05.
    return {.held = Bound({.at_01 = 43.0, .at_05 = 19.6}, alpha_held),
            .broken = Bound({.at_01 = 14.6, .at_05 = 10.7}, alpha_broken)};
  }
  // Bounds 3.58 / 3.06 and 3.52 / 2.9.
  return {.held = Bound({.at_01 = 58.0, .at_05 = 45.0}, alpha_held),
          .broken = Bound({.at_01 = 46.0, .at_05 = 26.8}, alpha_broken)};
}

double NormalFromStudent(double t, double degrees) {
  CHECK(degrees >= 1.0);
  return (1.0 - 1.0 / (4.0 * degrees)) * t / std::sqrt(1.0 + t * t / (2.0 * degrees));
}

}  // namespace loadline::search
