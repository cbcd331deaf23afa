// JudgeState: what a judge knows of the probe that it watches. Internal to judge.
//
// The ledger reads the events and calls the sink functions here; they fill the counts of the test
// in use, and Look() asks that test now and then. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/units.h"
#include "measure/load_line.h"
#include "measure/objective.h"
#include "measure/window.h"
#include "search/backlog_growth.h"
#include "search/boundary.h"
#include "search/crossing_counts.h"
#include "search/crossing_fit.h"
#include "search/judge.h"
#include "search/late_batches.h"
#include "search/ledger.h"
#include "search/response_book.h"
#include "search/state_bins.h"

namespace loadline::search {

class JudgeState {
 public:
  explicit JudgeState(JudgeOptions options);

  void TakeWindow(const measure::Window& window);
  void TakeSecond(const measure::Second& second);
  void Finish();

  [[nodiscard]] const JudgeOptions& options() const { return options_; }
  [[nodiscard]] measure::ObjectiveState state() const;
  [[nodiscard]] bool backlog_grows() const { return backlog_grows_; }
  [[nodiscard]] std::vector<measure::ObjectiveResult> Results() const;
  [[nodiscard]] std::optional<LineEstimate> Estimate() const;
  [[nodiscard]] std::optional<LineEstimate> Headroom() const { return headroom_; }
  [[nodiscard]] Evidence evidence() const;
  [[nodiscard]] Duration alone() const { return FromSeconds(alone_); }
  [[nodiscard]] Duration judged() const { return judged_until_ - began_; }
  [[nodiscard]] measure::TestKind test() const { return test_; }
  [[nodiscard]] Duration covers_periods_below() const;
  [[nodiscard]] bool drifted() const { return drops_ > 0; }

  // What the ledger tells (search/ledger.h).

  void Stay(std::uint32_t in_flight, Duration duration) {
    if (crossing_) {
      crossing_->Stay(BinOf(in_flight), Seconds(duration));
    }
  }
  void Late(std::size_t tested, const LedgerEntry& entry);
  void Arrive(LedgerEntry& entry);
  void Depart(std::uint32_t in_flight, const LedgerEntry& entry, Duration response,
              measure::ErrorKind error);

 private:
  /// An objective that is tested sequentially.
  struct Tested {
    std::size_t index = 0;  // Into options_.objectives.
    int task = kAllTasks;
    double allowed = 0.0;
    measure::ObjectiveState state = measure::ObjectiveState::kUndecided;
    std::optional<LateBatches> late;
    // As of the latest look.
    std::optional<CrossingLook> crossing;
    double share = 0.0;
    double share_sd = 0.0;
    double held_z = 0.0;
    double broken_z = 0.0;
    double requests = 0.0;
    // Since the warm-up, looks or not.
    double arrived = 0.0;
    double violated = 0.0;
  };

  void Learn(Duration response);
  void Begin();
  void BeginLateBatches(double rate);
  /// Of a load that changes no steady state can be tested: what was measured decides.
  void RuleAsMeasured();
  void Look();
  void LookAtBacklog();
  void LookCrossing(Tested& tested);
  void LookBatch(Tested& tested);
  /// Turns evidence into a verdict, unless the target has changed meanwhile.
  void Rule(Tested& tested, std::span<const double> influences);
  /// Forgets the first `part` in [0, 1] of what was judged.
  void DropFirst(double part);
  [[nodiscard]] bool Decided() const;
  [[nodiscard]] std::uint32_t DecidedTag(std::size_t tested) const;
  [[nodiscard]] double JudgedSeconds() const { return Seconds(judged_until_ - began_); }
  [[nodiscard]] double ExpectedRate() const;
  /// How far the share of `tested` may be off by its test.
  [[nodiscard]] double Margin(const Tested& tested) const;
  /// As proved, unless all that is known by now speaks against it.
  [[nodiscard]] measure::ObjectiveState StateOf(const Tested& tested) const;
  [[nodiscard]] measure::ObjectiveResult TestedResult(const Tested& tested) const;
  [[nodiscard]] measure::ObjectiveResult MeasuredResult(std::size_t index) const;

  // Constant after construction.
  JudgeOptions options_;
  measure::TestKind test_;
  Boundary boundary_;
  Duration settled_{};  // No request is judged before this: warm-up, users still being started.

  std::vector<Tested> tested_;
  std::vector<std::size_t> tested_of_;  // Objective -> index into tested_, or SIZE_MAX.
  Ledger ledger_;
  ResponseBook book_;
  std::optional<CrossingCounts> crossing_;
  std::optional<BacklogGrowth> backlog_;
  ArrivalLaw law_;

  bool deaf_ = false;  // Events were lost: no test may judge.
  bool finished_ = false;
  bool begun_ = false;  // Requests are judged, from `skip_` arrivals on.
  double alone_ = 0.0;  // Response of a lone request [s]; 0: not known yet.
  std::vector<double> learning_;
  std::int64_t skip_ = 0;
  std::int64_t counted_ = 0;  // Arrivals judged.
  double next_look_ = 0.0;    // When counted_ reaches this.
  Duration began_{};
  Duration judged_until_{};
  bool backlog_grows_ = false;
  double steady_z_ = 0.0;                 // Evidence that the backlog does not grow…
  std::optional<LineEstimate> headroom_;  // …and where it would.
  int drops_ = 0;
  int fewest_batches_ = 0;
};

}  // namespace loadline::search
