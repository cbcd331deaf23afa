#include "stats/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "stats/distributions.h"

namespace loadline::stats {

void LinearRegression::Add(double x, double y) {
  ++count_;
  const double n = static_cast<double>(count_);
  const double dx = x - mean_x_;
  const double dy = y - mean_y_;
  mean_x_ += dx / n;
  mean_y_ += dy / n;
  xx_ += dx * (x - mean_x_);
  xy_ += dx * (y - mean_y_);
  yy_ += dy * (y - mean_y_);
}

double LinearRegression::Slope() const {
  CHECK(HasLine());
  return xy_ / xx_;
}

double LinearRegression::Intercept() const {
  return mean_y_ - Slope() * mean_x_;
}

double LinearRegression::At(double x) const {
  return mean_y_ + Slope() * (x - mean_x_);
}

double LinearRegression::ResidualStddev() const {
  const double residuals = std::max(0.0, yy_ - Slope() * xy_);
  return count_ > 2 ? std::sqrt(residuals / static_cast<double>(count_ - 2)) : 0.0;
}

double LinearRegression::RSquared() const {
  const double slope = Slope();
  return yy_ > 0 ? std::clamp(slope * xy_ / yy_, 0.0, 1.0) : 1.0;
}

Interval LinearRegression::Around(double centre, double error, double confidence) const {
  CHECK(confidence > 0 && confidence < 1);
  if (count_ < 3) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    return {.lower = -kInfinity, .upper = kInfinity};
  }
  const double half =
      StudentQuantile(0.5 + confidence / 2, static_cast<double>(count_ - 2)) * error;
  return {.lower = centre - half, .upper = centre + half};
}

Interval LinearRegression::SlopeInterval(double confidence) const {
  return Around(Slope(), ResidualStddev() / std::sqrt(xx_), confidence);
}

Interval LinearRegression::IntervalAt(double x, double confidence) const {
  const double spread =
      1 / static_cast<double>(count_) + (x - mean_x_) * (x - mean_x_) / std::max(xx_, 1e-300);
  return Around(At(x), ResidualStddev() * std::sqrt(spread), confidence);
}

Interval LinearRegression::PredictionAt(double x, double confidence) const {
  const double spread =
      1 + 1 / static_cast<double>(count_) + (x - mean_x_) * (x - mean_x_) / std::max(xx_, 1e-300);
  return Around(At(x), ResidualStddev() * std::sqrt(spread), confidence);
}

}  // namespace loadline::stats
