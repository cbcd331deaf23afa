// The services on which the tests are tried, each with its exact line (docs/benchmarks-search.md).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "measure/load.h"
#include "measure/objective.h"
#include "search/testing/queue_sim.h"

namespace loadline::bench {

/// A service, an objective, and the load at which it is just kept. Mean service time 1 s.
struct Case {
  std::string_view name;
  search::testing::QueueSpec service;
  double threshold = 6.0;  ///< [s]; 0: the objective is on errors.
  double allowed = 0.05;   ///< Share that may be later.
  double line = 0.0;       ///< Requests/s, or users of a closed loop.
  /// Closed loop: mean pause [s]; 0: open loop.
  double think = 0.0;
  search::testing::Think think_law = search::testing::Think::kExponential;
  bool constant_arrivals = false;
  bool batch_test = false;  ///< Judged by the batch test although another would do.
};

/// Poisson arrivals: the level-crossing test.
[[nodiscard]] std::span<const Case> OpenCases();
/// Users with exponential think times: the closed level-crossing test.
[[nodiscard]] std::span<const Case> ClosedCases();
/// Everything else: the batch test.
[[nodiscard]] std::span<const Case> BatchCases();

/// The load of `c` at `relative` of its line (1: on it).
[[nodiscard]] measure::Load LoadOf(const Case& c, double relative);

/// The objective of `c`.
[[nodiscard]] measure::Objective ObjectiveOf(const Case& c);

}  // namespace loadline::bench
