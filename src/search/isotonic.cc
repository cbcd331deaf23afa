#include "search/isotonic.h"

#include "base/check.h"

namespace loadline::search {

std::vector<IsotonicBlock> FitIsotonic(std::span<const double> trials,
                                       std::span<const double> hits) {
  CHECK(trials.size() == hits.size());
  std::vector<IsotonicBlock> blocks;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    blocks.push_back({.first = i, .last = i, .trials = trials[i], .hits = hits[i]});
    while (blocks.size() > 1) {
      const IsotonicBlock& upper = blocks.back();
      IsotonicBlock& lower = blocks[blocks.size() - 2];
      // Cross-multiplied, so that a place without trials merges as well.
      if (lower.hits * upper.trials < upper.hits * lower.trials) {
        break;
      }
      lower.last = upper.last;
      lower.trials += upper.trials;
      lower.hits += upper.hits;
      blocks.pop_back();
    }
  }
  return blocks;
}

}  // namespace loadline::search
