#include "compare/paired.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/random.h"
#include "compare/figures.h"
#include "stats/distributions.h"
#include "stats/moments.h"

namespace loadline::compare {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Of a cross-over: the difference, and half its interval.
struct Difference {
  double value = 0.0;
  double margin = 0.0;
};

Difference DifferenceOf(std::span<const double> differences, std::span<const BlockPair> pairs,
                        double confidence) {
  double sum[2] = {0.0, 0.0};
  double count[2] = {0.0, 0.0};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const int order = pairs[i].b_first ? 1 : 0;
    sum[order] += differences[i];
    count[order] += 1.0;
  }
  const double mean[2] = {sum[0] / count[0], sum[1] / count[1]};
  double squares = 0.0;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double residual = differences[i] - mean[pairs[i].b_first ? 1 : 0];
    squares += residual * residual;
  }
  const double degrees = count[0] + count[1] - 2.0;
  const double variance = squares / degrees * 0.25 * (1.0 / count[0] + 1.0 / count[1]);
  return {
      .value = 0.5 * (mean[0] + mean[1]),
      .margin = std::sqrt(variance) * stats::StudentQuantile(0.5 * (1.0 + confidence), degrees)};
}

/// The mean of one side's blocks with its own interval: shown, and not what the proof is made of.
Estimate SideOf(std::span<const double> values, bool logarithmic, double confidence) {
  stats::Moments moments;
  for (const double value : values) {
    moments.Add(logarithmic ? std::log(value) : value);
  }
  const double mean = moments.Mean();
  const double margin =
      moments.StandardError() *
      stats::StudentQuantile(0.5 * (1.0 + confidence), static_cast<double>(values.size()) - 1.0);
  if (!logarithmic) {
    return {.value = mean, .low = std::max(0.0, mean - margin), .high = mean + margin};
  }
  return {.value = std::exp(mean), .low = std::exp(mean - margin), .high = std::exp(mean + margin)};
}

/// The middle value, and the range.
Estimate RangeOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {.value = values[values.size() / 2], .low = values.front(), .high = values.back()};
}

/// By how many pairs went which way alone.
Proof JudgeSigns(std::span<const double> a, std::span<const double> b, double confidence) {
  std::int64_t worse = 0;
  std::int64_t better = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    worse += b[i] > a[i] ? 1 : 0;
    better += b[i] < a[i] ? 1 : 0;
  }
  if (worse + better == 0) {
    return Proof::kNoWorse;
  }
  const double chance = 2.0 * stats::BinomialCdf(std::min(worse, better), worse + better, 0.5);
  if (chance > 1.0 - confidence) {
    return Proof::kUndecided;
  }
  return worse > better ? Proof::kWorse : Proof::kBetter;
}

/// A share of failures that was never seen may still be as large as so many successes allow.
void WidenForUnseen(std::span<const BlockPair> pairs, double confidence, Compared& errors) {
  std::int64_t of_a = 0;
  std::int64_t of_b = 0;
  for (const BlockPair& pair : pairs) {
    of_a += pair.a.requests();
    of_b += pair.b.requests();
  }
  const auto unseen = [&](std::int64_t requests) {
    return std::min(1.0, -std::log(1.0 - confidence) /
                             static_cast<double>(std::max<std::int64_t>(1, requests)));
  };
  errors.a.high = std::max(errors.a.high, unseen(of_a));
  errors.b.high = std::max(errors.b.high, unseen(of_b));
  errors.change.low = std::min(errors.change.low, errors.change.value - unseen(of_a));
  errors.change.high = std::max(errors.change.high, errors.change.value + unseen(of_b));
}

Compared CompareFigure(const FigureKind& figure, std::span<const BlockPair> pairs,
                       const CompareOptions& options) {
  const double confidence = ConfidenceOfEach(options);
  Compared one{.name = figure.name(), .a = {}, .b = {}};
  one.relative = figure.relative();
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> differences;
  bool endless = false;
  for (const BlockPair& pair : pairs) {
    a.push_back(ValueOf(figure, pair.a));
    b.push_back(ValueOf(figure, pair.b));
    differences.push_back(one.relative ? std::log(b.back() / a.back()) : b.back() - a.back());
    endless = endless || !std::isfinite(differences.back());
  }
  if (endless) {
    one.a = RangeOf(a);
    one.b = RangeOf(b);
    one.change = {.value = kNaN, .low = kNaN, .high = kNaN};
    one.proof =
        figure.more_is_worse() ? JudgeSigns(a, b, confidence) : JudgeSigns(b, a, confidence);
    return one;
  }
  one.a = SideOf(a, one.relative, confidence);
  one.b = SideOf(b, one.relative, confidence);
  const Difference difference = DifferenceOf(differences, pairs, confidence);
  one.change = {.value = difference.value,
                .low = difference.value - difference.margin,
                .high = difference.value + difference.margin};
  if (one.relative) {
    one.change = {.value = std::expm1(one.change.value),
                  .low = std::expm1(one.change.low),
                  .high = std::expm1(one.change.high)};
  } else {
    WidenForUnseen(pairs, confidence, one);
  }
  one.proof = JudgeFigure(figure, one.change, options);
  return one;
}

}  // namespace

std::vector<bool> BlockOrder(int pairs, std::uint64_t seed) {
  CHECK(pairs >= 0);
  Random random(seed);
  const bool odd_b_first = random.Below(2) == 1;
  std::vector<bool> order(static_cast<std::size_t>(pairs));
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = (i % 2 == 1) != odd_b_first;
  }
  for (std::size_t left = order.size(); left > 1; --left) {  // Fisher and Yates.
    const std::size_t other = random.Below(left);
    const bool moved = order[left - 1];
    order[left - 1] = order[other];
    order[other] = moved;
  }
  return order;
}

std::vector<Compared> ComparePairs(std::span<const BlockPair> pairs,
                                   const CompareOptions& options) {
  const auto b_first = [](const BlockPair& pair) { return pair.b_first; };
  const auto first = std::count_if(pairs.begin(), pairs.end(), b_first);
  CHECK(pairs.size() >= kFewestPairs && first > 0 &&
        static_cast<std::size_t>(first) < pairs.size());
  std::vector<Compared> all;
  for (const FigureKind& figure : FiguresFor(options)) {
    all.push_back(CompareFigure(figure, pairs, options));
  }
  return all;
}

std::optional<int> PairsToDecide(std::span<const Compared> figures, int pairs,
                                 const CompareOptions& options) {
  constexpr double kMost = 1000.0;  // Times as many: nobody waits for it.
  double times = 1.0;
  bool open = false;
  for (const Compared& figure : figures) {
    if (figure.proof != Proof::kUndecided) {
      continue;
    }
    open = true;
    const double tolerated = figure.relative ? options.tolerated : options.tolerated_errors;
    const double sign = figure.name == "throughput" ? -1.0 : 1.0;
    const double value = sign * figure.change.value;
    const double high = sign > 0.0 ? figure.change.high : -figure.change.low;
    const double low = sign > 0.0 ? figure.change.low : -figure.change.high;
    // Worse needs the lower end above 0, no worse the upper end within what is tolerated.
    const double needed = value >= tolerated ? value : tolerated - value;
    const double margin = value >= tolerated ? value - low : high - value;
    const double ratio = margin / needed;
    if (!(ratio * ratio <= kMost)) {  // Also where nothing is a number.
      return std::nullopt;
    }
    times = std::max(times, ratio * ratio);
  }
  if (!open) {
    return std::nullopt;
  }
  return std::max(pairs + 1, static_cast<int>(std::ceil(times * pairs)));
}

}  // namespace loadline::compare
