// SearchRun: one search for a load line, from the lone request to the operating load. Internal to
// find.
//
// Every turn of its loop chooses the next probe from what is known (choice.cc), runs it, and takes
// in what it taught (digest.cc). One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/prober.h"
#include "search/cause.h"
#include "search/error_budget.h"
#include "search/find.h"
#include "search/judge.h"
#include "search/knowledge.h"
#include "search/probe_watch.h"

namespace loadline::search {

class SearchRun {
 public:
  SearchRun(measure::Prober& prober, const FindOptions& options, FindListener& listener);

  [[nodiscard]] Result<measure::LoadLine> Run();

 private:
  /// A probe to run next.
  struct Choice {
    StepKind kind = StepKind::kGlance;
    double level = 0.0;
    double alpha = 0.01;
    double planned_requests = 0.0;
    double distance = 0.0;
    Duration limit{};
    Duration last{};
    Duration covers{};
  };
  /// A probe that was run.
  struct Probed {
    measure::Measurement measurement;
    WatchEnd end = WatchEnd::kNone;
    measure::ObjectiveState state = measure::ObjectiveState::kUndecided;
    bool backlog = false;
    bool drifted = false;
    std::optional<LineEstimate> estimate;
    std::optional<LineEstimate> headroom;
    Evidence evidence;
    std::vector<measure::ObjectiveResult> objectives;
    measure::TestKind test = measure::TestKind::kNone;
    Duration covers{};
  };
  /// Where a proof lies: below the line, to show that the load holds, or above it.
  enum class Side { kBelow, kAbove };
  /// Logarithmic distances from the line.
  struct Distances {
    double below = 0.0;
    double above = 0.0;
  };
  /// A verdict that bounds the line, and what it covers.
  struct Bound {
    double level = 0.0;
    Duration covers{};
    std::string binding = {};
    std::string cause = {};
  };

  /// A throughput as one probe saw it.
  struct Seen {
    double level = 0.0;
    double surely = 0.0;  ///< As far as chance goes, it was at least this.
  };

  // search_run.cc: the course of the search.
  [[nodiscard]] Status MeasureAlone();
  void TakeEarlier();
  [[nodiscard]] Status SearchOn();
  [[nodiscard]] Status Recover();
  [[nodiscard]] Status Operate();
  [[nodiscard]] Result<Probed> RunProbe(const Choice& choice);
  [[nodiscard]] std::optional<double> Saturation() const;
  [[nodiscard]] measure::LoadLine Conclude();

  // choice.cc: where to probe next.
  [[nodiscard]] std::optional<Choice> Choose();
  [[nodiscard]] std::optional<Choice> ChooseGlance();
  /// What a first look at `level` takes, with some to spare.
  [[nodiscard]] Duration GlanceLook(double level) const;
  /// The longest time to issue a glance's requests.
  [[nodiscard]] Duration GlanceLimit(double level) const;
  [[nodiscard]] std::optional<Choice> ChooseDownward();
  [[nodiscard]] std::optional<Choice> ChooseProof(const Guess& line);
  /// With both ends proved: which one to bring nearer to a line guessed at `line` (logarithmic),
  /// which may be off by `off`.
  [[nodiscard]] std::optional<Choice> ChooseNarrower(double line, double off);
  /// Nearer to the line than this (logarithmic) no end has to be.
  [[nodiscard]] double WantedDistance() const;
  [[nodiscard]] std::optional<Choice> ProveAt(double log_line, double distance, Side side);
  /// The distances from the line at which the wanted proofs take all of `time`.
  [[nodiscard]] Distances Affordable(double line, Duration time, bool below, bool above) const;
  [[nodiscard]] Distances Spread(double scale) const;
  /// The distance at which a lower end is proved soonest.
  [[nodiscard]] double CheapestBelow(double line) const;
  /// Probe time of a proof so far from the line.
  [[nodiscard]] double ProofSeconds(double line, double distance, Side side) const;
  /// A proof at distance d from the line takes about (CostFactor() / d)² requests…
  [[nodiscard]] double CostFactor(Side side) const;
  /// …and these beside, however far the line is.
  [[nodiscard]] double Overhead(double level, Side side) const;
  /// What a bracket of relative width `width` around `line` takes.
  [[nodiscard]] Duration BracketCost(double line, double width) const;
  [[nodiscard]] FindPlan MakePlan(double assumed_level) const;
  [[nodiscard]] Duration Left() const;
  [[nodiscard]] double RateAt(double level) const;
  [[nodiscard]] double Rounded(double level) const;
  [[nodiscard]] measure::Load ShapeAt(double level) const;
  /// Requests in a batch, and in the queue's memory, as the judge will have them.
  [[nodiscard]] double BatchAt(double level) const;
  [[nodiscard]] double MemoryAt(double level) const;

  // digest.cc: what a probe taught.
  void Digest(const Choice& choice, const Probed& probed);
  void Learn(const Choice& choice, const Probed& probed);
  void NoteSaturation(double level, const Probed& probed);
  void NoteContradiction(const Choice& choice, const Probed& probed);
  [[nodiscard]] measure::StepResult ResultOf(const Probed& probed) const;
  [[nodiscard]] std::string ReasonOf(const Choice& choice, const Probed& probed,
                                     measure::StepResult result) const;
  [[nodiscard]] queueing::ProbeSummary SummaryOf(const Probed& probed) const;
  [[nodiscard]] std::string BindingOf(const Probed& probed) const;
  void End(measure::SearchEnd end);

  // Constant after construction.
  measure::Prober& prober_;
  FindOptions options_;  // Objectives are never empty: without any, those of the saturation.
  FindListener& listener_;
  bool saturation_only_;

  Duration spent_{};
  int number_ = 0;
  Duration alone_{};       // Response of a lone request: median…
  Duration alone_mean_{};  // …mean…
  Duration alone_wire_{};  // …and its median wire time.
  ErrorBudget errors_;
  std::optional<Knowledge> knowledge_;
  Duration threshold_{};  // The loosest of the objectives; 0: there is none on latency.
  std::optional<Bound> held_;
  std::optional<Bound> broken_;
  double clear_ = 0.0;             // Highest level that a glance saw clear.
  double near_ = 0.0;              // A glance could not say of this level on which side it is.
  double start_ = 0.0;             // First level.
  double lowest_ = 0.0;            // Broken here: no load is low enough.
  std::optional<double> recheck_;  // A verdict that a later probe contradicts.
  bool rechecked_ = false;
  int refusals_ = 0;     // In a row.
  int lower_tries_ = 0;  // Proofs of a lower end that were begun.
  bool recover_ = false;
  std::optional<Seen> saturation_;       // Seen beyond it…
  std::optional<Seen> saturation_hint_;  // …or foreseen from below.
  double operating_ = 0.0;
  std::string cause_;  // Of an end that has one of its own.
  bool ended_ = false;
  bool planned_again_ = false;
  measure::LoadLine line_;
};

}  // namespace loadline::search
