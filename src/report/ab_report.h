// The texts of an A/B trial beside its comparison: the plan, a line for each pair, the blocks.
//
// Pure functions from values to lines; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "compare/paired.h"
#include "report/style.h"

namespace loadline::report {

/// How the blocks of a trial are, and were, made.
struct TrialFacts {
  int pairs = 0;            ///< As planned…
  int done = 0;             ///< …and as measured.
  Duration block{};         ///< Of one target, warm-up included.
  Duration warmup{};        ///< Left out at the beginning of each.
  std::vector<bool> order;  ///< Of each pair; true: B first.
  std::uint64_t seed = 1;   ///< Replays order, arrivals and data.
  bool brake = true;
  int refused = 0;       ///< Pairs made again because the generator did not keep up.
  std::string ended_by;  ///< In words, where it ended before its time; empty: it did not.
  std::optional<int> pairs_to_decide;  ///< In all, if what is not decided is what it seems.
};

/// `plan     60/s, Poisson: 10 blocks of 10 s on each target, …`
[[nodiscard]] std::string TrialPlanText(const std::string& load, const TrialFacts& trial,
                                        const Style& style);

/// `pair 3 BA   A p50 24 ms, p95 40 ms   B p50 25 ms, p95 43 ms   mean +4.2 %`
[[nodiscard]] std::string PairText(int number, const compare::BlockPair& pair, const Style& style);

/// `blocks   10 of 10 s on each target, AB BA BA AB …`, and what ended it.
[[nodiscard]] std::string TrialText(const TrialFacts& trial, const Style& style);

/// What more blocks would buy, in a sentence.
[[nodiscard]] std::string MoreBlocksText(const TrialFacts& trial);

}  // namespace loadline::report
