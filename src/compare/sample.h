// RunSample: a run cut into batches of equal time: what a comparison needs of it.
//
// Late requests come in clusters, so single requests say less than their number suggests. Batches
// much longer than a cluster are nearly independent, and how they differ says how sure a figure is.
// One thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "measure/window.h"
#include "stats/histogram.h"

namespace loadline::compare {

/// What happened in one stretch of a run.
struct Batch {
  stats::Histogram response;  ///< Successes.
  std::int64_t failed = 0;
  double seconds = 0.0;

  [[nodiscard]] std::int64_t requests() const { return response.count() + failed; }
};

class RunSample {
 public:
  /// Full batches kept: at least so many once there are as many seconds, below twice as many.
  static constexpr int kBatches = 20;
  /// A comparison needs at least so many.
  static constexpr int kFewestBatches = 8;

  /// Adds the next second of the judged part. `task`: the one that counts; -1: all.
  void Add(const measure::Second& second, int task = -1);

  [[nodiscard]] const std::vector<Batch>& batches() const { return batches_; }
  [[nodiscard]] std::int64_t requests() const { return requests_; }
  [[nodiscard]] double seconds() const { return seconds_; }
  [[nodiscard]] bool enough() const { return static_cast<int>(batches_.size()) >= kFewestBatches; }
  /// All batches in one.
  [[nodiscard]] Batch Whole() const;

 private:
  std::vector<Batch> batches_;  // The last one may be shorter than the others.
  int each_ = 1;                // Seconds in a full batch…
  int in_last_ = 0;             // …and in the last one.
  std::int64_t requests_ = 0;
  double seconds_ = 0.0;
};

}  // namespace loadline::compare
