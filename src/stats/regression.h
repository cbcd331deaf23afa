// A straight line through points, by least squares, with intervals. Plain value, one pass.
//
// Source: N. Draper, H. Smith, "Applied Regression Analysis", 3rd edition 1998, chapter 1.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace loadline::stats {

class LinearRegression {
 public:
  void Add(double x, double y);

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Whether there is a line: two points or more, not all at the same x.
  [[nodiscard]] bool HasLine() const { return count_ >= 2 && xx_ > 0; }

  // The following need HasLine() (else: abort).

  [[nodiscard]] double Slope() const;
  [[nodiscard]] double Intercept() const;
  /// The line at `x`.
  [[nodiscard]] double At(double x) const;
  /// Standard deviation of the points about the line (divisor n − 2); 0 for two points.
  [[nodiscard]] double ResidualStddev() const;
  /// Share of the variance of y that the line explains, in [0, 1]; 1 where y does not vary.
  [[nodiscard]] double RSquared() const;

  // Student's intervals for independent, equally scattered residuals; with two points, infinitely
  // wide.

  [[nodiscard]] Interval SlopeInterval(double confidence) const;
  /// For the line at `x` itself; at 0: the intercept.
  [[nodiscard]] Interval IntervalAt(double x, double confidence) const;
  /// For one further point at `x`.
  [[nodiscard]] Interval PredictionAt(double x, double confidence) const;

 private:
  [[nodiscard]] Interval Around(double centre, double error, double confidence) const;

  std::int64_t count_ = 0;
  double mean_x_ = 0.0;
  double mean_y_ = 0.0;
  double xx_ = 0.0;  // Sums of products of the deviations from the means.
  double xy_ = 0.0;
  double yy_ = 0.0;
};

}  // namespace loadline::stats
