#include "queueing/usl.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "stats/cholesky.h"
#include "stats/distributions.h"

namespace loadline::queueing {
namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

// The inverse of a symmetric matrix by Gauss and Jordan; nothing where it is singular. Rows are
// scaled first: γ and κ differ by many orders of magnitude.
std::optional<Matrix> Inverse(Matrix matrix) {
  Vector scale{};
  for (std::size_t i = 0; i < 3; ++i) {
    if (!(matrix[i][i] > 0)) {
      return std::nullopt;
    }
    scale[i] = 1 / std::sqrt(matrix[i][i]);
  }
  Matrix inverse{};
  for (std::size_t i = 0; i < 3; ++i) {
    inverse[i][i] = 1;
    for (std::size_t j = 0; j < 3; ++j) {
      matrix[i][j] *= scale[i] * scale[j];
    }
  }
  for (std::size_t column = 0; column < 3; ++column) {
    std::size_t pivot = column;
    for (std::size_t row = column + 1; row < 3; ++row) {
      pivot = std::abs(matrix[row][column]) > std::abs(matrix[pivot][column]) ? row : pivot;
    }
    if (std::abs(matrix[pivot][column]) < 1e-13) {
      return std::nullopt;
    }
    std::swap(matrix[column], matrix[pivot]);
    std::swap(inverse[column], inverse[pivot]);
    const double factor = 1 / matrix[column][column];
    for (std::size_t j = 0; j < 3; ++j) {
      matrix[column][j] *= factor;
      inverse[column][j] *= factor;
    }
    for (std::size_t row = 0; row < 3; ++row) {
      const double times = row == column ? 0 : matrix[row][column];
      for (std::size_t j = 0; j < 3; ++j) {
        matrix[row][j] -= times * matrix[column][j];
        inverse[row][j] -= times * inverse[column][j];
      }
    }
  }
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      inverse[i][j] *= scale[i] * scale[j];
    }
  }
  return inverse;
}

// Parameters γ, σ, κ.
double At(const Vector& p, double n) {
  return p[0] * n / (1 + p[1] * (n - 1) + p[2] * n * (n - 1));
}

struct Measured {
  std::span<const ScalingPoint> points;
  std::vector<double> whitening;  // What makes their errors independent and of size 1.

  [[nodiscard]] std::vector<double> White(std::span<const double> values) const {
    return stats::Times(whitening, values);
  }
};

// Errors that are not known count as 1.
std::vector<double> WhiteningOfOwn(std::span<const ScalingPoint> points) {
  std::vector<double> rows(points.size() * points.size(), 0.0);
  for (std::size_t i = 0; i < points.size(); ++i) {
    rows[i * points.size() + i] = points[i].error > 0 ? 1 / points[i].error : 1.0;
  }
  return rows;
}

double SquaredError(const Vector& p, const Measured& measured) {
  std::vector<double> errors;
  for (const ScalingPoint& point : measured.points) {
    errors.push_back(point.throughput - At(p, point.size));
  }
  double sum = 0;
  for (const double error : measured.White(errors)) {
    sum += error * error;
  }
  return sum;
}

struct Normal {
  Matrix matrix{};  // JᵀJ
  Vector right{};   // Jᵀ · residuals
};

Normal NormalEquations(const Vector& p, const Measured& measured) {
  std::vector<double> residuals;
  std::array<std::vector<double>, 3> slopes;
  for (const ScalingPoint& point : measured.points) {
    const double n = point.size;
    const double x = At(p, n);
    const double below = 1 + p[1] * (n - 1) + p[2] * n * (n - 1);
    residuals.push_back(point.throughput - x);
    slopes[0].push_back(x / p[0]);
    slopes[1].push_back(-x * (n - 1) / below);
    slopes[2].push_back(-x * n * (n - 1) / below);
  }
  const std::vector<double> right = measured.White(residuals);
  std::array<std::vector<double>, 3> white;
  std::transform(slopes.begin(), slopes.end(), white.begin(),
                 [&](const std::vector<double>& slope) { return measured.White(slope); });
  Normal normal;
  for (std::size_t i = 0; i < 3; ++i) {
    normal.right[i] = std::inner_product(white[i].begin(), white[i].end(), right.begin(), 0.0);
    for (std::size_t j = 0; j < 3; ++j) {
      normal.matrix[i][j] =
          std::inner_product(white[i].begin(), white[i].end(), white[j].begin(), 0.0);
    }
  }
  return normal;
}

Vector Bounded(Vector p) {
  p[1] = std::max(0.0, p[1]);
  p[2] = std::max(0.0, p[2]);
  return p;
}

// Gauss–Newton, halving steps that do not help (damped).
Vector Descend(Vector p, const Measured& measured) {
  double error = SquaredError(p, measured);
  double damping = 1e-3;
  for (int turn = 0; turn < 300; ++turn) {
    Normal normal = NormalEquations(p, measured);
    for (std::size_t i = 0; i < 3; ++i) {
      normal.matrix[i][i] *= 1 + damping;
    }
    const std::optional<Matrix> inverse = Inverse(normal.matrix);
    if (!inverse) {
      break;
    }
    Vector next = p;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        next[i] += (*inverse)[i][j] * normal.right[j];
      }
    }
    next = Bounded(next);
    const double now = next[0] > 0 ? SquaredError(next, measured) : error * 2 + 1;
    if (now < error) {
      const bool settled = error - now < 1e-14 * error;
      p = next;
      error = now;
      damping = std::max(1e-12, damping / 10);
      if (settled) {
        break;
      }
    } else {
      damping *= 10;
      if (damping > 1e12) {
        break;
      }
    }
  }
  return p;
}

}  // namespace

std::optional<double> Usl::Peak() const {
  if (!(kappa > 0) || sigma >= 1) {
    return std::nullopt;
  }
  return std::sqrt((1 - sigma) / kappa);
}

stats::Interval UslFit::SlowdownAt(double n) const {
  const double contention = n - 1;
  const double coherence = n * (n - 1);
  const double variance = contention * contention * sigma_variance +
                          2 * contention * coherence * covariance +
                          coherence * coherence * kappa_variance;
  const double half =
      stats::NormalQuantile(1 - (1 - confidence) / 2) * std::sqrt(std::max(0.0, variance));
  const double best = law.Slowdown(n);
  return {std::max(1.0, best - half), best + half};
}

bool UslFit::Shown() const {
  constexpr double kTwoDegrees = 5.99;  // Chi-square at 95 %.
  return chi_square_without - chi_square > kTwoDegrees;
}

Result<UslFit> FitUsl(std::span<const ScalingPoint> points, double confidence,
                      std::span<const double> covariance) {
  CHECK(covariance.empty() || covariance.size() == points.size() * points.size());
  std::set<double> sizes;
  double per_size = 0;
  double mean = 0;
  for (const ScalingPoint& point : points) {
    if (!(point.size >= 1) || !(point.throughput > 0) || !std::isfinite(point.throughput)) {
      return Error{ErrorCode::kInvalidArgument,
                   "scalability: a size below 1 or a throughput that is not above 0"};
    }
    sizes.insert(point.size);
    per_size = std::max(per_size, point.throughput / point.size);
    mean += point.throughput / static_cast<double>(points.size());
  }
  const bool known =
      !covariance.empty() || std::all_of(points.begin(), points.end(),
                                         [](const ScalingPoint& point) { return point.error > 0; });
  if (points.size() < (known ? 3 : 4) || sizes.size() < 3 || !(confidence > 0 && confidence < 1)) {
    return Error{ErrorCode::kInvalidArgument,
                 "scalability: three parameters need at least four measurements (three with errors "
                 "that are known) at three or more different sizes"};
  }
  const std::optional<std::vector<double>> whitening =
      covariance.empty() ? WhiteningOfOwn(points) : stats::WhiteningOf(covariance, points.size());
  if (!whitening) {
    return Error{ErrorCode::kInvalidArgument,
                 "scalability: the covariance of the errors is not positive"};
  }
  const Measured measured{points, *whitening};
  Vector best{};
  double error = -1;
  for (const double sigma : {0.0, 0.01, 0.1, 0.4}) {
    const Vector found = Descend({per_size, sigma, sigma / 100}, measured);
    const double found_error = SquaredError(found, measured);
    if (error < 0 || found_error < error) {
      best = found;
      error = found_error;
    }
  }
  const int degrees = static_cast<int>(points.size()) - 3;
  const std::optional<Matrix> inverse = Inverse(NormalEquations(best, measured).matrix);
  if (!inverse) {
    return Error{ErrorCode::kInvalidArgument,
                 "scalability: these sizes do not tell contention from coherence; measure more"};
  }
  // Known errors count as they are, or more where the law fits worse than they allow.
  const double tail = 1 - (1 - confidence) / 2;
  const double scatter =
      known ? std::max(1.0, degrees > 0 ? error / degrees : 1.0) : error / degrees;
  const double t = known ? stats::NormalQuantile(tail) : stats::StudentQuantile(tail, degrees);
  const auto around = [&](std::size_t i) {
    const double half = t * std::sqrt(std::max(0.0, (*inverse)[i][i] * scatter));
    return stats::Interval{std::max(0.0, best[i] - half), best[i] + half};
  };
  double total = 0;
  double unweighted = 0;
  std::vector<double> sizes_alone;
  std::vector<double> throughputs;
  for (const ScalingPoint& point : points) {
    sizes_alone.push_back(point.size);
    throughputs.push_back(point.throughput);
    total += (point.throughput - mean) * (point.throughput - mean);
    unweighted += std::pow(point.throughput - At(best, point.size), 2);
  }
  // The best straight line through 0.
  const std::vector<double> n = measured.White(sizes_alone);
  const std::vector<double> x = measured.White(throughputs);
  const double along = std::inner_product(n.begin(), n.end(), x.begin(), 0.0) /
                       std::inner_product(n.begin(), n.end(), n.begin(), 0.0);
  return UslFit{.law = {.sigma = best[1], .kappa = best[2]},
                .gamma = best[0],
                .sigma = around(1),
                .kappa = around(2),
                .gamma_interval = around(0),
                .r_squared = total > 0 ? 1 - unweighted / total : 1,
                .chi_square = known ? error : 0.0,
                .chi_square_without = known ? SquaredError({along, 0, 0}, measured) : 0.0,
                .degrees = degrees,
                .confidence = confidence,
                .sigma_variance = (*inverse)[1][1] * scatter,
                .kappa_variance = (*inverse)[2][2] * scatter,
                .covariance = (*inverse)[1][2] * scatter};
}

}  // namespace loadline::queueing
