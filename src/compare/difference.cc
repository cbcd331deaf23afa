#include "compare/difference.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "compare/figures.h"

namespace loadline::compare {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// The limits of b − a from those of both.
Change Mover(const Estimate& a, const Estimate& b) {
  const double difference = b.value - a.value;
  return {.value = difference,
          .low = difference - std::hypot(b.value - b.low, a.high - a.value),
          .high = difference + std::hypot(b.high - b.value, a.value - a.low)};
}

Estimate Logarithm(const Estimate& e) {
  return {.value = std::log(e.value), .low = std::log(e.low), .high = std::log(e.high)};
}

}  // namespace

Change RelativeChange(const Estimate& a, const Estimate& b) {
  if (!(a.value > 0.0 && b.value > 0.0 && std::isfinite(a.value) && std::isfinite(b.value))) {
    return {.value = kNaN, .low = kNaN, .high = kNaN};
  }
  const Change change = Mover(Logarithm(a), Logarithm(b));
  return {.value = std::expm1(change.value),
          .low = std::expm1(change.low),
          .high = std::expm1(change.high)};
}

Change AbsoluteChange(const Estimate& a, const Estimate& b) {
  return Mover(a, b);
}

std::string_view Name(Proof proof) {
  switch (proof) {
    case Proof::kWorse:
      return "worse";
    case Proof::kNoWorse:
      return "no worse";
    case Proof::kBetter:
      return "better";
    case Proof::kUndecided:
      return "not decided";
  }
  return "unknown";
}

Proof Judge(const Change& change, double tolerated, bool more_is_worse) {
  const double value = more_is_worse ? change.value : -change.value;
  const double low = more_is_worse ? change.low : -change.high;
  const double high = more_is_worse ? change.high : -change.low;
  if (low > 0.0 && value >= tolerated) {
    return Proof::kWorse;
  }
  if (high < 0.0) {
    return Proof::kBetter;
  }
  return high <= tolerated ? Proof::kNoWorse : Proof::kUndecided;
}

std::vector<Compared> Compare(const RunSample& a, const RunSample& b,
                              const CompareOptions& options) {
  CHECK(a.enough() && b.enough());
  const double each = ConfidenceOfEach(options);
  std::vector<Compared> all;
  for (const FigureKind& figure : FiguresFor(options)) {
    Compared one{
        .name = figure.name(), .a = EstimateOf(figure, a, each), .b = EstimateOf(figure, b, each)};
    one.relative = figure.relative();
    one.change = one.relative ? RelativeChange(one.a, one.b) : AbsoluteChange(one.a, one.b);
    one.proof = std::isnan(one.change.value) ? JudgeEndless(one.a, one.b)
                                             : JudgeFigure(figure, one.change, options);
    all.push_back(std::move(one));
  }
  return all;
}

Proof Overall(const std::vector<Compared>& figures) {
  const auto any = [&](Proof proof) {
    return std::any_of(figures.begin(), figures.end(),
                       [proof](const Compared& one) { return one.proof == proof; });
  };
  if (any(Proof::kWorse)) {
    return Proof::kWorse;
  }
  if (any(Proof::kUndecided)) {
    return Proof::kUndecided;
  }
  return any(Proof::kBetter) ? Proof::kBetter : Proof::kNoWorse;
}

}  // namespace loadline::compare
