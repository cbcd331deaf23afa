#include "compare/figures.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "measure/objective.h"

namespace loadline::compare {

std::string FigureKind::name() const {
  switch (of) {
    case Of::kQuantile:
      return measure::QuantileName(quantile);
    case Of::kMean:
      return "mean";
    case Of::kErrors:
      return "errors";
    case Of::kThroughput:
      return "throughput";
  }
  return {};
}

std::vector<FigureKind> FiguresFor(const CompareOptions& options) {
  std::vector<FigureKind> figures;
  for (const double quantile : options.quantiles) {
    figures.push_back({.of = FigureKind::Of::kQuantile, .quantile = quantile});
  }
  figures.push_back({.of = FigureKind::Of::kMean});
  figures.push_back({.of = FigureKind::Of::kErrors});
  if (options.throughput) {
    figures.push_back({.of = FigureKind::Of::kThroughput});
  }
  return figures;
}

double ConfidenceOfEach(const CompareOptions& options) {
  return 1.0 - (1.0 - options.confidence) / static_cast<double>(FiguresFor(options).size());
}

Estimate EstimateOf(const FigureKind& figure, const RunSample& sample, double confidence) {
  switch (figure.of) {
    case FigureKind::Of::kQuantile:
      return QuantileOf(sample, figure.quantile, confidence);
    case FigureKind::Of::kMean:
      return MeanOf(sample, confidence);
    case FigureKind::Of::kErrors:
      return ErrorsOf(sample, confidence);
    case FigureKind::Of::kThroughput:
      return ThroughputOf(sample, confidence);
  }
  return {};
}

double ValueOf(const FigureKind& figure, const Batch& batch) {
  constexpr double kEndless = std::numeric_limits<double>::infinity();
  const double succeeded = static_cast<double>(batch.response.count());
  switch (figure.of) {
    case FigureKind::Of::kQuantile: {
      if (batch.requests() == 0) {
        return kEndless;
      }
      const Duration value = batch.response.ValueAtQuantile(figure.quantile, batch.failed);
      return value == Duration::max() ? kEndless : Seconds(value);
    }
    case FigureKind::Of::kMean:
      return batch.response.empty() ? kEndless : Seconds(batch.response.Mean());
    case FigureKind::Of::kErrors:
      return static_cast<double>(batch.failed) /
             static_cast<double>(std::max<std::int64_t>(1, batch.requests()));
    case FigureKind::Of::kThroughput:
      return batch.seconds > 0.0 ? succeeded / batch.seconds : 0.0;
  }
  return kEndless;
}

Proof JudgeFigure(const FigureKind& figure, const Change& change, const CompareOptions& options) {
  return Judge(change, figure.relative() ? options.tolerated : options.tolerated_errors,
               figure.more_is_worse());
}

Proof JudgeEndless(const Estimate& a, const Estimate& b) {
  if (a.value == b.value) {
    return Proof::kNoWorse;
  }
  if (std::isinf(b.value) && b.low > a.high) {
    return Proof::kWorse;
  }
  return std::isinf(a.value) && a.low > b.high ? Proof::kBetter : Proof::kUndecided;
}

}  // namespace loadline::compare
