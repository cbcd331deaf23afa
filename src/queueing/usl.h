// The universal scalability law: what contention and coherence cost as a system grows.
//
// X(n) = γ n / (1 + σ (n − 1) + κ n (n − 1)). Pure functions. Source: N. Gunther, "Guerrilla
// Capacity Planning", 2007, chapters 4 and 5.
#pragma once

#include <optional>
#include <span>

#include "base/result.h"
#include "stats/interval.h"

namespace loadline::queueing {

struct Usl {
  double sigma = 0.0;  ///< Contention: share of the work that is done one at a time, >= 0.
  double kappa = 0.0;  ///< Coherence: cost of keeping every pair consistent, >= 0.

  /// 1 + σ (n − 1) + κ n (n − 1): how much slower each of n >= 1 is than one alone.
  [[nodiscard]] double Slowdown(double n) const {
    return 1 + sigma * (n - 1) + kappa * n * (n - 1);
  }
  /// The n beyond which throughput falls, √((1 − σ)/κ); nothing where it only flattens.
  [[nodiscard]] std::optional<double> Peak() const;

  friend bool operator==(const Usl&, const Usl&) = default;
};

/// A system's throughput at one size.
struct ScalingPoint {
  double size = 1.0;        ///< n: pods, or requests at once; >= 1.
  double throughput = 0.0;  ///< X(n), > 0.
  double error = 0.0;       ///< Its standard deviation, > 0 where known; 0: not known.
};

struct UslFit {
  Usl law;
  double gamma = 0.0;     ///< X of one.
  stats::Interval sigma;  ///< Intervals at the wanted confidence; not below 0.
  stats::Interval kappa;
  stats::Interval gamma_interval;
  double r_squared = 0.0;  ///< Share of the variance of X that the law explains.
  /// With errors that are known: squared residuals in units of them, about `degrees` where the law
  /// is right; and the same for n systems that do not touch each other (σ = κ = 0).
  double chi_square = 0.0;
  double chi_square_without = 0.0;
  int degrees = 0;
  double confidence = 0.95;  ///< Of the intervals.
  /// Variances of σ and of κ, and what they share.
  double sigma_variance = 0.0;
  double kappa_variance = 0.0;
  double covariance = 0.0;

  /// How much slower each of `n` >= 1 is, with what the measurements leave open (delta method); the
  /// interval widens with n beyond the sizes measured. Not below 1.
  [[nodiscard]] stats::Interval SlowdownAt(double n) const;
  /// Whether the measurements need σ or κ at all: both together, at 95 % (likelihood ratio).
  [[nodiscard]] bool Shown() const;
};

/// Least squares in X (Gauss–Newton from the linearised fit), weighted where all errors are known;
/// σ and κ not below 0.
///
/// Errors: kInvalidArgument with fewer than three different sizes, fewer than four points where
/// their errors are not known, or a number out of its range: three parameters cannot be known from
/// less.
///
/// `covariance`, where given, holds the errors' covariances instead of ScalingPoint::error, row by
/// row: generalised least squares, for throughputs that were not measured independently.
[[nodiscard]] Result<UslFit> FitUsl(std::span<const ScalingPoint> points, double confidence,
                                    std::span<const double> covariance = {});

}  // namespace loadline::queueing
