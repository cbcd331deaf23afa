#include "stats/distributions.h"

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r is not in namespace std.

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "stats/bisect.h"

namespace loadline::stats {
namespace {

double LogGamma(double x) {
  int sign = 0;
  return lgamma_r(x, &sign);  // std::lgamma writes a global.
}

// The continued fraction of DLMF 8.17.22; converges fast for x < (a + 1) / (a + b + 2).
double BetaFraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr int kMaxTerms = 1'000'000;  // About sqrt(max(a, b)) are needed.
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMaxTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= c * d;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= c * d;
    if (std::abs(c * d - 1) < 1e-15) {
      break;
    }
  }
  return fraction;
}

}  // namespace

double NormalCdf(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

double NormalQuantile(double p) {
  CHECK(p > 0 && p < 1);
  // By symmetry in the lower half, where erfc keeps its relative precision.
  const double lower = std::min(p, 1 - p);
  const double x = LastThat(-40, 0, [&](double y) { return NormalCdf(y) <= lower; });
  return p < 0.5 ? x : -x;
}

double IncompleteBeta(double a, double b, double x) {
  CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  if (x == 0 || x == 1) {
    return x;
  }
  const double front =
      std::exp(LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * BetaFraction(a, b, x) / a
                                   : 1 - front * BetaFraction(b, a, 1 - x) / b;
}

double StudentCdf(double x, double degrees) {
  CHECK(degrees > 0);
  const double tail = 0.5 * IncompleteBeta(degrees / 2, 0.5, degrees / (degrees + x * x));
  return x > 0 ? 1 - tail : tail;
}

double StudentQuantile(double p, double degrees) {
  CHECK(p > 0 && p < 1);
  const double lower = std::min(p, 1 - p);
  const double x = LastThat(-1e9, 0, [&](double y) { return StudentCdf(y, degrees) <= lower; });
  return p < 0.5 ? x : -x;
}

double BinomialCdf(std::int64_t k, std::int64_t n, double p) {
  CHECK(n >= 0 && p >= 0 && p <= 1);
  if (k < 0) {
    return 0;
  }
  if (k >= n) {
    return 1;
  }
  return IncompleteBeta(static_cast<double>(n - k), static_cast<double>(k + 1), 1 - p);
}

double KolmogorovTail(double x) {
  CHECK(x >= 0);
  if (x < 0.2) {
    return 1;  // Beyond the precision of a double, and where the series converges slowly.
  }
  double sum = 0;
  double sign = 1;
  for (int k = 1; k <= 100; ++k) {
    const double term = std::exp(-2.0 * k * k * x * x);
    sum += sign * term;
    sign = -sign;
    if (term < 1e-17) {
      break;
    }
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace loadline::stats
