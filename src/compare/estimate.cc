#include "compare/estimate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "base/check.h"
#include "stats/distributions.h"

namespace loadline::compare {
namespace {

/// Correlation of neighbours beyond this many of its standard deviations (1/√batches) is taken for
/// real.
constexpr double kTellingSigmas = 1.28;
/// More than this cannot be told apart from a trend; nor would the correction mean anything.
constexpr double kMostCorrelation = 0.6;

/// Σ above / Σ below over batches.
struct Ratio {
  double value = 0.0;
  double sd = 0.0;
  double degrees = 1.0;
};

struct Terms {
  double above = 0.0;
  double below = 0.0;
};

Ratio RatioOf(std::span<const Terms> batches) {
  double above = 0.0;
  double below = 0.0;
  for (const Terms& batch : batches) {
    above += batch.above;
    below += batch.below;
  }
  const double count = static_cast<double>(batches.size());
  CHECK(count >= 2.0);
  Ratio ratio{.value = below > 0.0 ? above / below : 0.0, .sd = 0.0, .degrees = count - 1.0};
  double squares = 0.0;
  double neighbours = 0.0;
  double last = 0.0;
  for (const Terms& batch : batches) {
    const double residual = batch.above - ratio.value * batch.below;
    squares += residual * residual;
    neighbours += residual * last;
    last = residual;
  }
  if (below <= 0.0 || squares <= 0.0) {
    return ratio;
  }
  double variance = count / (count - 1.0) * squares / (below * below);
  // Batches that are still like their neighbours know less than their number says: as for an
  // autoregression of first order.
  const double correlation = std::min(neighbours / squares, kMostCorrelation);
  if (correlation > kTellingSigmas / std::sqrt(count)) {
    variance *= (1.0 + correlation) / (1.0 - correlation);
  }
  ratio.sd = std::sqrt(variance);
  return ratio;
}

template <typename TermsOf>
Ratio RatioOver(const RunSample& sample, const TermsOf& terms_of) {
  std::vector<Terms> terms;
  terms.reserve(sample.batches().size());
  for (const Batch& batch : sample.batches()) {
    terms.push_back(terms_of(batch));
  }
  return RatioOf(terms);
}

double Margin(const Ratio& ratio, double confidence) {
  return ratio.sd * stats::StudentQuantile(0.5 * (1.0 + confidence), ratio.degrees);
}

Estimate WithMargin(const Ratio& ratio, double confidence) {
  const double margin = Margin(ratio, confidence);
  return {.value = ratio.value,
          .low = std::max(0.0, ratio.value - margin),
          .high = ratio.value + margin};
}

/// The value that a share `share` of the requests exceed [s]; infinite among failures.
double ExceededBy(const Batch& whole, double share) {
  if (share <= 0.0) {
    return std::numeric_limits<double>::infinity();
  }
  const Duration value = whole.response.ValueAtQuantile(std::max(0.0, 1.0 - share), whole.failed);
  return value == Duration::max() ? std::numeric_limits<double>::infinity() : Seconds(value);
}

}  // namespace

Estimate QuantileOf(const RunSample& sample, double quantile, double confidence) {
  CHECK(quantile > 0.0 && quantile < 1.0);
  const Batch whole = sample.Whole();
  const double allowed = 1.0 - quantile;
  Estimate estimate;
  estimate.value = ExceededBy(whole, allowed);
  const Duration at = std::isinf(estimate.value) ? Duration::max() : FromSeconds(estimate.value);
  const Ratio ratio = RatioOver(sample, [&](const Batch& batch) {
    const std::int64_t slower = at == Duration::max() ? 0 : batch.response.CountAbove(at);
    return Terms{.above = static_cast<double>(slower + batch.failed),
                 .below = static_cast<double>(batch.requests())};
  });
  // At least what a single request more or less does.
  const double one = 1.0 / static_cast<double>(std::max<std::int64_t>(1, sample.requests()));
  const double margin = std::max(one, Margin(ratio, confidence));
  estimate.low = ExceededBy(whole, std::min(1.0, allowed + margin));
  estimate.high = ExceededBy(whole, allowed - margin);
  return estimate;
}

Estimate MeanOf(const RunSample& sample, double confidence) {
  const Ratio ratio = RatioOver(sample, [](const Batch& batch) {
    const double count = static_cast<double>(batch.response.count());
    return Terms{.above = Seconds(batch.response.Mean()) * count, .below = count};
  });
  return WithMargin(ratio, confidence);
}

Estimate ErrorsOf(const RunSample& sample, double confidence) {
  const Ratio ratio = RatioOver(sample, [](const Batch& batch) {
    return Terms{.above = static_cast<double>(batch.failed),
                 .below = static_cast<double>(batch.requests())};
  });
  Estimate estimate = WithMargin(ratio, confidence);
  const double requests = static_cast<double>(std::max<std::int64_t>(1, sample.requests()));
  estimate.high = std::min(1.0, std::max(estimate.high, -std::log(1.0 - confidence) / requests));
  return estimate;
}

Estimate ThroughputOf(const RunSample& sample, double confidence) {
  const Ratio ratio = RatioOver(sample, [](const Batch& batch) {
    return Terms{.above = static_cast<double>(batch.response.count()), .below = batch.seconds};
  });
  return WithMargin(ratio, confidence);
}

}  // namespace loadline::compare
