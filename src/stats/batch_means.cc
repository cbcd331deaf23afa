#include "stats/batch_means.h"

#include <cmath>
#include <limits>

#include "base/check.h"
#include "stats/distributions.h"
#include "stats/moments.h"

namespace loadline::stats {
namespace {

Moments Of(const std::vector<double>& means) {
  Moments moments;
  for (const double mean : means) {
    moments.Add(mean);
  }
  return moments;
}

}  // namespace

BatchMeans::BatchMeans(int batches, std::int64_t first_length)
    : most_(2 * static_cast<std::size_t>(batches)), length_(first_length) {
  CHECK(batches >= 2 && first_length >= 1);
  means_.reserve(most_);
}

void BatchMeans::Add(double x) {
  ++count_;
  sum_ += x;
  if (++filled_ < length_) {
    return;
  }
  means_.push_back(sum_ / static_cast<double>(length_));
  sum_ = 0;
  filled_ = 0;
  if (means_.size() == most_) {
    for (std::size_t i = 0; i < most_ / 2; ++i) {
      means_[i] = (means_[2 * i] + means_[2 * i + 1]) / 2;
    }
    means_.resize(most_ / 2);
    length_ *= 2;
  }
}

double BatchMeans::Mean() const {
  return Of(means_).Mean();
}

double BatchMeans::StandardError() const {
  return Of(means_).StandardError();
}

Interval BatchMeans::MeanInterval(double confidence) const {
  CHECK(confidence > 0 && confidence < 1);
  if (means_.size() < 2) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {.lower = -kInfinity, .upper = kInfinity};
  }
  const Moments moments = Of(means_);
  const double t = StudentQuantile(0.5 + confidence / 2, static_cast<double>(moments.count() - 1));
  const double half = t * moments.StandardError();
  return {.lower = moments.Mean() - half, .upper = moments.Mean() + half};
}

}  // namespace loadline::stats
