// Differences of two runs' figures, and what they prove.
//
// Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compare/estimate.h"
#include "compare/sample.h"

namespace loadline::compare {

/// How much b differs from a, with its interval.
struct Change {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;

  friend bool operator==(const Change&, const Change&) = default;
};

/// b/a − 1: 0.1 is 10 % more. `a.value` and `b.value` must be above 0 and finite, else all of it is
/// NaN. Formed of the two intervals on the logarithmic scale.
/// Source: G. Y. Zou, A. Donner, "Construction of Confidence Limits about Effect Measures: a
/// General Approach", Statistics in Medicine 27(10), 2008 (MOVER).
[[nodiscard]] Change RelativeChange(const Estimate& a, const Estimate& b);

/// b − a, by the same method.
[[nodiscard]] Change AbsoluteChange(const Estimate& a, const Estimate& b);

/// What a change proves.
enum class Proof {
  kWorse,      ///< Surely worse, and by at least what is tolerated as far as it was measured.
  kNoWorse,    ///< Surely not worse by more than what is tolerated.
  kBetter,     ///< That, and surely better.
  kUndecided,  ///< Neither: more seconds would tell.
};
[[nodiscard]] std::string_view Name(Proof proof);

/// `more_is_worse`: false for throughput.
[[nodiscard]] Proof Judge(const Change& change, double tolerated, bool more_is_worse);

/// One figure of two runs.
struct Compared {
  std::string name;  ///< `p95`, `mean`, `errors`, `throughput`
  Estimate a;
  Estimate b;
  Change change = {};
  bool relative = true;  ///< Else the change is in the figure's own unit.
  Proof proof = Proof::kUndecided;
};

struct CompareOptions {
  double confidence = 0.95;         ///< That no figure at all is called worse or better by chance.
  double tolerated = 0.05;          ///< Relative change that does not matter.
  double tolerated_errors = 0.005;  ///< Share of failures more that does not matter.
  std::vector<double> quantiles = {0.5, 0.95, 0.99};
  bool throughput = true;  ///< Users: it is a result; at a given rate it says nothing.
};

/// All figures of two runs, each with an interval at the confidence that keeps the whole family's
/// (C. E. Bonferroni). Both samples must be enough().
[[nodiscard]] std::vector<Compared> Compare(const RunSample& a, const RunSample& b,
                                            const CompareOptions& options);

/// Of all figures: worse if one is, undecided if one is and none is worse.
[[nodiscard]] Proof Overall(const std::vector<Compared>& figures);

}  // namespace loadline::compare
