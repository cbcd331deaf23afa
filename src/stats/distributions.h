// Probability distributions: the tails and quantiles that intervals and tests need.
//
// Pure arithmetic, safe from any thread. Arguments outside their ranges are bugs and abort.
#pragma once

#include <cstdint>

namespace loadline::stats {

/// P(Z <= x) of the standard normal distribution.
[[nodiscard]] double NormalCdf(double x);

/// The x with P(Z <= x) = p, for p in (0, 1): 1.96 at 0.975.
[[nodiscard]] double NormalQuantile(double p);

/// P(T <= x) of Student's t distribution with `degrees` > 0 degrees of freedom.
/// Source: M. Abramowitz, I. Stegun, "Handbook of Mathematical Functions", 26.7.1 with 26.5.27.
[[nodiscard]] double StudentCdf(double x, double degrees);

/// The x with P(T <= x) = p, for p in (0, 1): 2.228 at 0.975 with 10 degrees.
[[nodiscard]] double StudentQuantile(double p, double degrees);

/// P(X <= k) of X successes in `n` >= 0 independent trials that each succeed with probability `p`
/// in [0, 1]; any k.
[[nodiscard]] double BinomialCdf(std::int64_t k, std::int64_t n, double p);

/// I_x(a, b), the regularised incomplete beta function; a, b > 0, x in [0, 1].
/// Source: NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction), evaluated
/// as in I. Thompson, A. Barnett, "Coulomb and Bessel Functions", J. Comput. Phys. 64, 1986
/// (Lentz's method).
[[nodiscard]] double IncompleteBeta(double a, double b, double x);

/// P(sup |B(t)| > x) of a Brownian bridge B on [0, 1]: the limit law of Kolmogorov's test; x >= 0.
/// Source: A. Kolmogorov, "Sulla determinazione empirica di una legge di distribuzione", 1933.
[[nodiscard]] double KolmogorovTail(double x);

}  // namespace loadline::stats
