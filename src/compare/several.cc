#include "compare/several.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "compare/figures.h"
#include "compare/load_lines.h"
#include "stats/distributions.h"
#include "stats/moments.h"

namespace loadline::compare {
namespace {

/// The mean of independent estimates, each with its own interval: the ends' distances add in
/// squares.
Estimate MeanOfEstimates(std::span<const Estimate> runs, bool logarithmic) {
  const double count = static_cast<double>(runs.size());
  const auto scaled = [&](double value) { return logarithmic ? std::log(value) : value; };
  double mean = 0.0;
  double below = 0.0;
  double above = 0.0;
  for (const Estimate& run : runs) {
    mean += scaled(run.value) / count;
    below += std::pow(scaled(run.value) - scaled(run.low), 2.0);
    above += std::pow(scaled(run.high) - scaled(run.value), 2.0);
  }
  const auto back = [&](double value) { return logarithmic ? std::exp(value) : value; };
  return {.value = back(mean),
          .low = back(mean - std::sqrt(below) / count),
          .high = back(mean + std::sqrt(above) / count)};
}

/// Everything that any of the runs leaves possible.
Estimate HullOf(std::span<const Estimate> runs) {
  Estimate hull = runs.front();
  for (const Estimate& run : runs) {
    hull.value = std::max(hull.value, run.value);
    hull.low = std::min(hull.low, run.low);
    hull.high = std::max(hull.high, run.high);
  }
  return hull;
}

/// `within`: the change and its interval as the runs know it from within; widened by how the
/// baseline's runs differ.
Compared Against(std::span<const Estimate> runs, const Estimate& b, bool relative,
                 double confidence) {
  Compared one{.name = {}, .a = {}, .b = b};
  one.relative = relative;
  const auto measurable = [&](const Estimate& each) {
    return std::isfinite(each.value) && (!relative || each.value > 0.0);
  };
  if (!std::all_of(runs.begin(), runs.end(), measurable) || !measurable(b)) {
    one.a = HullOf(runs);
    one.change = RelativeChange(one.a, one.b);
    one.change.value = std::nan("");
    one.proof = JudgeEndless(one.a, one.b);
    return one;
  }
  one.a = MeanOfEstimates(runs, relative);
  one.change = relative ? RelativeChange(one.a, b) : AbsoluteChange(one.a, b);
  stats::Moments spread;
  for (const Estimate& run : runs) {
    spread.Add(relative ? std::log(run.value) : run.value);
  }
  const double count = static_cast<double>(runs.size());
  const double t = stats::StudentQuantile(0.5 * (1.0 + confidence), count - 1.0);
  const double of_mean = t * spread.StandardError();
  const double of_next = t * spread.Stddev() * std::sqrt(1.0 + 1.0 / count);
  const auto widen = [&](double low, double high, auto& out) {
    out.low = std::min(out.low, low);
    out.high = std::max(out.high, high);
  };
  if (relative) {
    const double change = std::log1p(one.change.value);
    widen(std::expm1(change - of_next), std::expm1(change + of_next), one.change);
    widen(std::exp(spread.Mean() - of_mean), std::exp(spread.Mean() + of_mean), one.a);
  } else {
    widen(one.change.value - of_next, one.change.value + of_next, one.change);
    widen(std::max(0.0, spread.Mean() - of_mean), spread.Mean() + of_mean, one.a);
  }
  return one;
}

}  // namespace

std::vector<Compared> CompareWithSeveral(std::span<const RunSample> a, const RunSample& b,
                                         const CompareOptions& options) {
  CHECK(a.size() >= kFewestBaselineRuns && b.enough());
  const double each = ConfidenceOfEach(options);
  std::vector<Compared> all;
  for (const FigureKind& figure : FiguresFor(options)) {
    std::vector<Estimate> runs;
    for (const RunSample& run : a) {
      CHECK(run.enough());
      runs.push_back(EstimateOf(figure, run, each));
    }
    Compared one = Against(runs, EstimateOf(figure, b, each), figure.relative(), each);
    one.name = figure.name();
    if (!std::isnan(one.change.value)) {
      one.proof = JudgeFigure(figure, one.change, options);
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::optional<Compared> CompareLinesWithSeveral(std::span<const measure::LoadLine> a,
                                                const measure::LoadLine& b,
                                                const CompareOptions& options) {
  CHECK(a.size() >= kFewestBaselineRuns);
  std::vector<Estimate> runs;
  std::optional<Compared> last;
  for (const measure::LoadLine& line : a) {
    last = CompareLines(line, b, options.tolerated);
    if (!last) {
      return std::nullopt;
    }
    runs.push_back(last->a);
  }
  Compared one = Against(runs, last->b, /*relative=*/true, options.confidence);
  one.name = last->name;
  if (!std::isnan(one.change.value)) {
    one.proof = Judge(one.change, options.tolerated, /*more_is_worse=*/false);
  }
  return one;
}

}  // namespace loadline::compare
