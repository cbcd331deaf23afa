#include "stats/cholesky.h"

#include <cmath>
#include <numeric>

#include "base/check.h"

namespace loadline::stats {

std::optional<std::vector<double>> WhiteningOf(std::span<const double> matrix, std::size_t size) {
  CHECK(matrix.size() == size * size);
  std::vector<double> factor(size * size, 0.0);
  std::vector<double> inverse(size * size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double left = matrix[i * size + j];
      for (std::size_t k = 0; k < j; ++k) {
        left -= factor[i * size + k] * factor[j * size + k];
      }
      if (i == j && !(left > 0)) {
        return std::nullopt;
      }
      factor[i * size + j] = i == j ? std::sqrt(left) : left / factor[j * size + j];
    }
    // Forward substitution gives this row of the inverse.
    for (std::size_t j = 0; j <= i; ++j) {
      double value = i == j ? 1.0 : 0.0;
      for (std::size_t k = j; k < i; ++k) {
        value -= factor[i * size + k] * inverse[k * size + j];
      }
      inverse[i * size + j] = value / factor[i * size + i];
    }
  }
  return inverse;
}

std::optional<std::vector<double>> InverseOfPositive(std::span<const double> matrix,
                                                     std::size_t size) {
  const std::optional<std::vector<double>> lower = WhiteningOf(matrix, size);
  if (!lower) {
    return std::nullopt;
  }
  std::vector<double> inverse(size * size, 0.0);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      for (std::size_t k = 0; k < size; ++k) {
        inverse[i * size + j] += (*lower)[k * size + i] * (*lower)[k * size + j];
      }
    }
  }
  return inverse;
}

std::vector<double> Times(std::span<const double> matrix, std::span<const double> vector) {
  CHECK(matrix.size() % vector.size() == 0);
  std::vector<double> product;
  for (std::size_t at = 0; at < matrix.size(); at += vector.size()) {
    product.push_back(
        std::inner_product(vector.begin(), vector.end(), matrix.subspan(at).begin(), 0.0));
  }
  return product;
}

}  // namespace loadline::stats
