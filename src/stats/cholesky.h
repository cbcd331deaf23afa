// Symmetric positive definite matrices, row by row, of a handful of rows: covariances.
//
// Pure arithmetic, safe from any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace loadline::stats {

/// L⁻¹ of A = L Lᵀ, L lower triangular: it turns errors with covariance A into independent ones of
/// size 1. `matrix` has `size`² values. Nothing where A is not positive definite.
[[nodiscard]] std::optional<std::vector<double>> WhiteningOf(std::span<const double> matrix,
                                                             std::size_t size);

/// A⁻¹ = L⁻ᵀ L⁻¹; nothing where A is not positive definite.
[[nodiscard]] std::optional<std::vector<double>> InverseOfPositive(std::span<const double> matrix,
                                                                   std::size_t size);

/// `matrix` times `vector`, whose size is that of a row.
[[nodiscard]] std::vector<double> Times(std::span<const double> matrix,
                                        std::span<const double> vector);

}  // namespace loadline::stats
