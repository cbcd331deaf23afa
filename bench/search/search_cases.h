// The targets on which whole searches are tried, in virtual time (docs/benchmarks-search.md).
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "search/find.h"
#include "sim/sim_prober.h"

namespace loadline::bench {

/// A simulated target and the search for its line. Mean service time 50 ms.
struct SearchCase {
  std::string name;
  sim::SimOptions target;
  search::FindOptions find;
  double line = 0.0;  ///< The true line; 0: there is none that stays.
};

[[nodiscard]] std::vector<SearchCase> SearchCases();

}  // namespace loadline::bench
