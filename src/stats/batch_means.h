// Batch means: the mean of a correlated series and how sure it is, in memory that does not grow.
//
// The series is cut into batches; once there are twice as many as asked for, neighbours are merged
// in pairs and batches become twice as long. Belongs to one thread. Source: A. Law, "Simulation
// Modeling and Analysis", 5th edition 2015, section 9.5.3; merging in pairs: G. Fishman, L.
// Yarberry, "An Implementation of the Batch Means Method", INFORMS J. Computing 9(3), 1997.
#pragma once

#include <cstdint>
#include <vector>

#include "stats/interval.h"

namespace loadline::stats {

class BatchMeans {
 public:
  /// Keeps between `batches` and 2 · `batches` − 1 full batches once it has seen enough (`batches`
  /// >= 2), each of at least `first_length` >= 1 numbers.
  explicit BatchMeans(int batches = 32, std::int64_t first_length = 1);

  void Add(double x);

  [[nodiscard]] std::int64_t count() const { return count_; }
  /// Numbers per batch now.
  [[nodiscard]] std::int64_t batch_length() const { return length_; }
  /// Means of the full batches, oldest first; what is left over is not among them.
  [[nodiscard]] const std::vector<double>& batches() const { return means_; }

  /// Mean over the full batches; 0 without one.
  [[nodiscard]] double Mean() const;
  /// Standard error of Mean() as the batches show it; 0 below two of them. Right only once batches
  /// are much longer than the series remembers.
  [[nodiscard]] double StandardError() const;
  /// Student's interval for the mean; below two batches it has no ends.
  [[nodiscard]] Interval MeanInterval(double confidence) const;

 private:
  // Constant after construction.
  std::size_t most_;
  // The state of the series.
  std::int64_t length_;
  std::int64_t count_ = 0;
  std::int64_t filled_ = 0;  // Of the batch under way.
  double sum_ = 0.0;
  std::vector<double> means_;
};

}  // namespace loadline::stats
