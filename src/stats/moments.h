// Moments: count, mean and variance of a stream of numbers, in one pass and without cancellation.
//
// Plain value; merging two is the same as having seen both streams.
// Source: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products",
// Technometrics 4(3), 1962; merging: T. Chan, G. Golub, R. LeVeque, Stanford report STAN-CS-79-773,
// 1979.
#pragma once

#include <cmath>
#include <cstdint>

namespace loadline::stats {

class Moments {
 public:
  void Add(double x) {
    ++count_;
    const double away = x - mean_;
    mean_ += away / static_cast<double>(count_);
    squares_ += away * (x - mean_);
  }

  void Add(const Moments& other) {
    if (other.count_ == 0) {
      return;
    }
    const double n = static_cast<double>(count_);
    const double m = static_cast<double>(other.count_);
    const double away = other.mean_ - mean_;
    count_ += other.count_;
    mean_ += away * m / (n + m);
    squares_ += other.squares_ + away * away * n * m / (n + m);
  }

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// 0 when empty.
  [[nodiscard]] double Mean() const { return mean_; }
  /// With divisor n − 1; 0 below two numbers.
  [[nodiscard]] double Variance() const {
    return count_ < 2 ? 0.0 : squares_ / static_cast<double>(count_ - 1);
  }
  [[nodiscard]] double Stddev() const { return std::sqrt(Variance()); }
  /// Of the mean, if the numbers are independent; 0 below two.
  [[nodiscard]] double StandardError() const {
    return count_ < 2 ? 0.0 : std::sqrt(Variance() / static_cast<double>(count_));
  }
  /// Squared coefficient of variation, Variance / Mean²; 0 where the mean is 0.
  [[nodiscard]] double Scv() const { return mean_ == 0.0 ? 0.0 : Variance() / (mean_ * mean_); }

 private:
  std::int64_t count_ = 0;
  double mean_ = 0.0;
  double squares_ = 0.0;  // Of the deviations from the mean.
};

}  // namespace loadline::stats
