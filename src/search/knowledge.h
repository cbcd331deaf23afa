// Knowledge: where the line may lie, after the probes so far, and what a proof beside it would
// cost.
//
// It only places probes and makes the printed estimate; no verdict depends on it. Levels are
// requests/s or users, handled as logarithms. One thread.
#pragma once

#include <optional>
#include <vector>

#include "base/units.h"
#include "measure/load_line.h"
#include "queueing/placement.h"
#include "search/judge.h"

namespace loadline::search {

/// What one probe taught.
struct Lesson {
  double level = 0.0;
  measure::TestKind test = measure::TestKind::kNone;
  std::optional<LineEstimate> estimate;  ///< As the test sees the line; relative to `level`.
  double requests = 0.0;                 ///< Behind the estimate.
  double held_deviation = 0.0;           ///< As in Evidence.
  double broken_deviation = 0.0;
  double share_ratio = 0.0;  ///< Late share over the allowed one, of the worst objective; 0: none.
  double share_ratio_sd = 0.0;  ///< 0: unknown.
  queueing::ProbeSummary summary;
};

/// A guess of ln(line).
struct Guess {
  double log_line = 0.0;
  double sd = 0.0;  ///< What the model behind it may be off included.
};

class Knowledge {
 public:
  /// `allowed`: the loosest allowed share and threshold, for the placement model; `think` > 0 by
  /// users.
  Knowledge(measure::SearchAxis axis, double allowed, Duration threshold, Duration think)
      : axis_(axis), allowed_(allowed), threshold_(threshold), think_(think) {}

  void Add(const Lesson& lesson) { lessons_.push_back(lesson); }
  /// What an earlier search found out: a level with its estimate.
  void AddEarlier(const measure::SearchStep& step);

  /// What the tests saw of the line, without any model of the service.
  [[nodiscard]] std::optional<Guess> Seen() const;

  /// The best guess of the line, with a model where the tests say little; none before anything is
  /// known.
  [[nodiscard]] std::optional<Guess> Line() const;

  /// The estimate to print: only from level-crossing probes within a few per cent of the line.
  [[nodiscard]] std::optional<Guess> NearEstimate() const;

  /// A verdict `held`, or `broken`, at a logarithmic distance d from the line takes about
  /// (bound · this / d)² requests.
  [[nodiscard]] double HeldDeviation() const;
  [[nodiscard]] double BrokenDeviation() const;

  [[nodiscard]] bool empty() const { return lessons_.empty(); }

 private:
  /// A guess of the line if estimates lean so, and how plausible that is.
  struct LeanGuess {
    Guess line;
    double log_weight = 0.0;
  };
  [[nodiscard]] std::optional<LeanGuess> AtLean(double log_lean, double within) const;
  /// From the probes that see the line nearer than `within` (logarithmic).
  [[nodiscard]] std::optional<Guess> FromTests(double within) const;
  [[nodiscard]] std::optional<Guess> FromShares() const;
  [[nodiscard]] double Deviation(double usual, double Lesson::*seen) const;
  [[nodiscard]] std::optional<Guess> FromModel() const;

  measure::SearchAxis axis_;
  double allowed_;
  Duration threshold_;
  Duration think_;
  std::vector<Lesson> lessons_;
};

}  // namespace loadline::search
