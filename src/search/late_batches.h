// LateBatches: the conservative sequential test for arrivals of any kind: batch means of lateness,
// with a cluster of late requests added that was not seen (docs/load-line.md).
//
// Late requests come in clusters as long as the queue's memory; batches are several memories long,
// and the error is never believed to be smaller than one cluster. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace loadline::search {

/// What one look of the batch test sees.
struct BatchLook {
  double share = 0.0;     ///< Share of violations.
  double share_sd = 0.0;  ///< Its standard deviation, at least one cluster.
  double held_z = 0.0;    ///< Evidence for held and for broken, in standard normal units.
  double broken_z = 0.0;
  std::vector<double> influences;  ///< What each batch adds to the error, in time order.
  int batches = 0;
  double requests = 0.0;  ///< Of the objective's task, in those batches.
};

class LateBatches {
 public:
  static constexpr int kFewestBatches = 30;
  static constexpr int kMostBatches = 60;

  /// `memory` τ₀ >= 1 [requests]: so far apart requests hardly know of each other. `allowed` in (0,
  /// 1): share of violations. `own_share` in (0, 1]: share of arrivals that belong to the
  /// objective's task.
  LateBatches(double memory, double allowed, double own_share);

  /// The memory of an open queue at `rate` [1/s], where a request takes `alone` [s] without waiting
  /// and violates beyond `threshold` [s] in a share `allowed` of cases: the relaxation of the queue
  /// whose waits have that tail, in heavy traffic.
  [[nodiscard]] static double OpenMemory(double rate, double threshold, double alone,
                                         double allowed);

  /// The next arrival; its tag, for Late(). The first 3 τ₀ are skipped.
  std::uint32_t Arrive(bool own);
  void Late(std::uint32_t tag);

  /// True once enough is known for a look when all arrivals up to `decided` (a tag) are decided.
  [[nodiscard]] bool Ready(std::uint32_t decided) const;
  /// Precondition: Ready(decided).
  [[nodiscard]] BatchLook Look(std::uint32_t decided) const;

  /// Batches whose arrivals have all come.
  [[nodiscard]] int full() const { return static_cast<int>(FullBatches(UINT32_MAX)); }
  /// About the number of arrivals, skipped ones included, at which a look can be taken first.
  [[nodiscard]] std::int64_t first_look() const { return unit_ + first_look_; }
  /// Arrivals so far, skipped ones included.
  [[nodiscard]] std::int64_t arrivals() const { return arrivals_; }
  /// Forgets the first `count` full batches: the target was another one then.
  void DropFirst(int count);

 private:
  struct Batch {
    double own = 0.0;
    double late = 0.0;
  };
  [[nodiscard]] std::int64_t FullBatches(std::uint32_t decided) const;

  // Constant after construction.
  double memory_;
  double allowed_;
  std::int64_t unit_;  // Arrivals in each of the first batches.
  std::int64_t first_look_;

  std::int64_t arrivals_ = 0;
  std::int64_t begin_;      // Arrival at which batch 0 begins.
  std::int64_t per_batch_;  // Arrivals in each batch now.
  std::vector<Batch> batches_;
};

}  // namespace loadline::search
