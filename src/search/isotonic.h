// Isotonic regression of shares: the non-decreasing fit by pooling adjacent violators. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace loadline::search {

/// Neighbouring places that share one fitted value.
struct IsotonicBlock {
  std::size_t first = 0;  ///< Places first … last, both included.
  std::size_t last = 0;
  double trials = 0.0;
  double hits = 0.0;

  /// The fitted share; 0 where nothing was tried.
  [[nodiscard]] double Share() const { return trials > 0.0 ? hits / trials : 0.0; }
};

/// The non-decreasing shares that fit `hits[i]` out of `trials[i]` best (weighted least squares,
/// which is also maximum likelihood), as blocks in rising order that cover every place. A place
/// without trials joins the block before it. Both spans have the same length.
/// Source: R. E. Barlow et al., "Statistical Inference under Order Restrictions", Wiley 1972.
[[nodiscard]] std::vector<IsotonicBlock> FitIsotonic(std::span<const double> trials,
                                                     std::span<const double> hits);

}  // namespace loadline::search
