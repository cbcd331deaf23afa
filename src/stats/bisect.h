// Bisection: where a monotone function crosses. Pure; not for hot paths.
#pragma once

#include "base/check.h"

namespace loadline::stats {

/// The x in [low, high] up to which `holds(x)` is true, for a predicate that is true first and
/// false afterwards, as exactly as doubles allow. `low` where it holds nowhere, `high` where it
/// holds everywhere (up to rounding).
template <typename Predicate>
[[nodiscard]] double LastThat(double low, double high, Predicate&& holds) {
  CHECK(low <= high);
  for (int i = 0; i < 200; ++i) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) {
      break;
    }
    (holds(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace loadline::stats
