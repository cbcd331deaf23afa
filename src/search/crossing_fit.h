// CrossingFit: what one look of the level-crossing test sees (docs/load-line.md derives it).
//
// With k requests in flight, arrivals (their rate is known) take the state up and departures take
// it down, equally often in the long run. So the departure rates alone give the distribution of
// what arrivals find; with the share of late requests by state found, that gives the share of late
// requests, now and at any other load. Pure: built from counts, then only read.
#pragma once

#include <cstddef>
#include <vector>

#include "search/crossing_counts.h"
#include "search/isotonic.h"

namespace loadline::search {

/// How requests arrive: known, because we make them.
struct ArrivalLaw {
  double rate = 0.0;   ///< Open loop: Poisson arrivals per second, > 0; else 0.
  int users = 0;       ///< Closed loop: >= 2 users…
  double think = 0.0;  ///< …whose pauses are exponential with this mean [s], > 0.

  [[nodiscard]] bool closed() const { return users > 0; }
};

/// An objective as the test sees it.
struct CrossingObjective {
  int index = 0;             ///< Among those that CrossingCounts counts.
  double allowed = 0.05;     ///< Share of violations, in (0, 1).
  bool of_failures = false;  ///< About failures only: they do not come in batches.
};

/// What one objective looks like. Ratios are of loads and logarithmic: the line lies at
/// load · e^log_ratio. Where something cannot be said its sd is infinite.
struct CrossingLook {
  double share = 0.0;      ///< Share of violations at the present load, by the fit.
  double share_sd = 0.0;   ///< Its standard deviation where the share is as allowed.
  double log_ratio = 0.0;  ///< Where the share would be as allowed: the estimate of the line.
  double log_ratio_sd = 0.0;
  double careful = 0.0;  ///< The same with one more batch of violations than were seen.
  double careful_sd = 0.0;
  double mild = 0.0;  ///< The same if only those are late who were seen to be; <= 0.
  double mild_sd = 0.0;
  double unseen = 0.0;       ///< How far log_ratio would rise if unseen states were not late…
  double unseen_part = 0.0;  ///< …and the part of the allowed violations that they make.
  double users_ratio = 0.0;  ///< Closed loop: ln(users at the line / users); open: log_ratio.
  double users_ratio_sd = 0.0;
  /// What each batch adds to the error, in time order: nearly independent where nothing changes.
  std::vector<double> influences;
  int batches = 0;

  /// Evidence for held and for broken, in standard normal units.
  [[nodiscard]] double HeldZ() const;
  [[nodiscard]] double BrokenZ() const;
  bool hopeless = false;  ///< Violations even without load: only the share itself is judged.
  /// How far the share is above the allowed one, in deviations of it…
  double excess_z = 0.0;
  /// …and how far below it would be at a much higher load.
  double room_z = 0.0;
};

/// Whether more arrives than leaves even while the backlog is high. Open loop.
struct Backlog {
  double z = 0.0;  ///< Evidence that it grows for ever, in standard normal units; < 0: it shrinks.
  /// ln(rate at which requests leave while the backlog is high / rate at which they arrive).
  double log_headroom = 0.0;
  double log_headroom_sd = 0.0;
};

class CrossingFit {
 public:
  /// The first `batches` >= 2 full batches of `counts`, which must outlive the fit.
  CrossingFit(const CrossingCounts& counts, int batches, const ArrivalLaw& law);

  /// Open loop only.
  [[nodiscard]] Backlog GetBacklog() const;

  [[nodiscard]] CrossingLook Look(const CrossingObjective& objective) const;

  /// Largest number in flight that was seen (rounded up to its bin).
  [[nodiscard]] std::size_t most_in_flight() const { return states_ - 1; }

 private:
  friend class ObjectiveFit;

  void PoolRates();
  /// The first bin above `pooled` from which requests leave because the queue is full; bins_: none.
  [[nodiscard]] std::size_t FindRejecting(std::size_t pooled) const;

  const CrossingCounts& counts_;
  int batches_;
  ArrivalLaw law_;
  std::vector<double> seconds_;     // By bin, over all batches.
  std::vector<double> departures_;  // By bin, over all batches.
  std::size_t bins_ = 0;            // Bins in use.
  std::size_t states_ = 0;          // States in use: 0 … states_ - 1.
  std::vector<std::size_t> group_;  // Bin -> first bin of those that share one departure rate.
  std::vector<double> leave_;       // Departure rate by bin.
  std::vector<double> support_;     // Departures behind that rate.
  std::size_t lowest_ = 0;          // The first state to which there was a way back.
};

}  // namespace loadline::search
