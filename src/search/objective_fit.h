// ObjectiveFit: one objective in one look of the level-crossing test; the arithmetic of
// CrossingFit.
//
// Internal to the test: use CrossingFit::Look(). Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "search/crossing_fit.h"
#include "search/isotonic.h"

namespace loadline::search {

class ObjectiveFit {
 public:
  /// `fit` must outlive this.
  ObjectiveFit(const CrossingFit& fit, const CrossingObjective& objective);

  [[nodiscard]] CrossingLook Look();

 private:
  /// What arrivals would find, and how many of them would be late, at load · e^tilt.
  struct Tilted {
    double share = 1.0;  ///< Of violations.
    double slope = 0.0;  ///< d share / d tilt.
  };
  /// Standard deviation of the share at a tilt, by how the batches differ and by counting noise.
  struct Influence {
    double sd = 0.0;
    std::vector<double> of_batches;
  };

  void FitShares();
  /// Fills seen_ (and tail_): the distribution of what arrivals find at `tilt`, with `users` users
  /// in a closed loop.
  Tilted Tilt(double tilt, double users);
  Tilted Tilt(double tilt) { return Tilt(tilt, fit_.law_.users); }
  /// The tilt within [low, high] at which the share is `share`; an end where there is none.
  double Solve(double share, double low, double high);
  /// How the share at the tilt that was last given to Tilt() depends on the data.
  [[nodiscard]] Influence Influences(const Tilted& tilted) const;
  [[nodiscard]] double BatchInfluence(int batch, const std::vector<double>& by_departure,
                                      const std::vector<double>& by_late) const;
  /// The same as a standard deviation of the tilt.
  [[nodiscard]] static double Deviation(const Tilted& tilted, const Influence& influence);
  void LookHopeless(CrossingLook& look, double low, double high);
  void LookForRoom(CrossingLook& look, double unseen_late);
  void LookAtExcess(CrossingLook& look);
  void LookMildly(CrossingLook& look, double low, double high);
  /// Requests of this objective's task in one of the first batches: how many could have violated it
  /// in a batch that was not seen.
  [[nodiscard]] double BatchOfLate() const;
  /// Closed loop: fills users_ratio of `look` from its log_ratio.
  void SolveUsers(CrossingLook& look);

  const CrossingFit& fit_;
  int objective_;
  double allowed_;
  bool of_failures_;
  std::vector<double> found_;  // By bin, over all batches.
  std::vector<double> late_;
  std::vector<IsotonicBlock> blocks_;  // Over bins.
  std::vector<std::size_t> block_of_;  // Bin -> block.
  std::vector<double> share_of_;       // Bin -> fitted share of late requests.
  double arrivals_ = 0.0;
  double unseen_share_ = 1.0;  // Share of late requests in states that were not seen.
  std::vector<double> seen_;   // By state: what arrivals find.
  double tail_ = 0.0;          // Open loop: the mass beyond the states in use…
  double tail_ratio_ = 0.0;    // …which falls by this factor per state.
};

}  // namespace loadline::search
