// RatioBatches: the mean of something per something else (seconds per response, good replies per
// second) with its error from batch means, streaming.
//
// Cells come in time order; 30 to 60 batches of equally many cells are in use. One thread.
#pragma once

#include <cstddef>
#include <vector>

namespace loadline::search {

class RatioBatches {
 public:
  static constexpr int kFewestBatches = 10;

  /// Adds the next cell: `above` per `below`.
  void Add(double above, double below);

  struct Estimate {
    double ratio = 0.0;
    double sd = 0.0;
    double degrees = 0.0;  ///< Of freedom; 0: fewer than kFewestBatches batches, sd means nothing.
  };
  [[nodiscard]] Estimate Get() const;

 private:
  static constexpr std::size_t kMostBatches = 60;
  struct Sums {
    double above = 0.0;
    double below = 0.0;
  };
  std::vector<Sums> full_;
  Sums open_;           // The batch that is being filled.
  int in_open_ = 0;     // Cells in it.
  int cells_each_ = 1;  // Cells in a full batch.
};

}  // namespace loadline::search
