// Judge: watches a probe's windows and says of each objective whether it holds, by the sequential
// test that suits the load (docs/load-line.md). Used by run, verify and find alike.
//
// Belongs to one probe and to the thread that calls Probe().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/objective.h"
#include "measure/prober.h"
#include "measure/window.h"

namespace loadline::search {

/// What a judge needs to know before the probe starts.
struct JudgeOptions {
  std::vector<measure::Objective> objectives = {};  ///< Of any metric; may be empty.
  std::vector<std::string> tasks =
      {};                   ///< Names by index, for objectives of one task; may be empty.
  measure::Load load = {};  ///< As given to Probe().
  /// Largest probability of a wrong `held`, and of a wrong `broken`, over all looks; (0, 0.5].
  double alpha = 0.05;
  /// Response time of a lone request; 0: learnt from the probe's first replies.
  Duration alone = Duration::zero();
  /// Slowest periodic activity that the verdict shall cover: no verdict before 20 periods.
  Duration covers = Duration::zero();
  /// Open loop: `held` needs proof that the backlog does not grow, too. For searches of the
  /// saturation, where no objective says it.
  bool prove_steady = false;
  /// OnWindow() answers kStop as soon as everything testable is decided (`run`: false).
  bool stop_when_decided = true;
};

/// The line as one probe sees it, in units of its own load: line = level · e^log_ratio.
struct LineEstimate {
  double log_ratio = 0.0;  ///< ln(line / level): > 0 when the probe ran below the line.
  double sd = 0.0;         ///< Standard deviation of log_ratio.
  double unseen = 0.0;     ///< What it may be off beside, because it rests on states not yet seen.
};

/// What has come in so far, verdict or not.
struct Evidence {
  double requests = 0.0;     ///< Judged at the latest look; 0: there was none yet.
  double share_ratio = 0.0;  ///< Violations as a multiple of the allowed, of the worst objective…
  double share_ratio_sd = 0.0;  ///< …with its standard deviation.
  double more_requests = 0.0;   ///< About how many more decide; 0: unknown.
  /// Level crossing: a verdict at distance d from the line takes (bound · this / d)² requests, by
  /// what the worst objective shows so far; 0: unknown.
  double held_deviation = 0.0;
  double broken_deviation = 0.0;
  double seen = 0.0;        ///< Requests whose outcome is known, looks or not…
  double seen_ratio = 0.0;  ///< …and their violations as a multiple of the allowed (worst).
};

/// Fewer users than this were not tried with the closed level-crossing test.
inline constexpr int kFewestCrossingUsers = 30;

/// The test that judges `load`: level crossing for Poisson arrivals, its closed form for enough
/// users with exponential think times, the batch test for everything else.
[[nodiscard]] measure::TestKind TestFor(const measure::Load& load);

class JudgeState;

class Judge : public measure::Observer {
 public:
  explicit Judge(JudgeOptions options);
  ~Judge() override;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;

  measure::Decision OnWindow(const measure::Window& window) override;
  void OnSecond(const measure::Second& second) override;
  [[nodiscard]] bool WantsEvents() const override { return true; }

  /// One last look, after the probe has ended.
  void Finish();

  /// Held: all objectives held. Broken: one is broken, or the backlog grows. Without objectives:
  /// broken or undecided. `mean`, `max` and `goodput` count from Finish() on.
  [[nodiscard]] measure::ObjectiveState state() const;
  /// Open loop: the backlog is proved to grow, so no steady state exists at this load.
  [[nodiscard]] bool backlog_grows() const;
  /// The objectives in the order given, with what is known of each now.
  [[nodiscard]] std::vector<measure::ObjectiveResult> Results() const;
  /// The line as this probe sees it; none where the test in use cannot say, or not yet.
  [[nodiscard]] std::optional<LineEstimate> Estimate() const;
  /// Where the backlog would begin to grow: open loop with Poisson arrivals; else none.
  [[nodiscard]] std::optional<LineEstimate> Headroom() const;
  [[nodiscard]] Evidence evidence() const;
  /// Response time of a lone request, as given or learnt; 0: not known yet.
  [[nodiscard]] Duration alone() const;
  /// How long requests have been judged.
  [[nodiscard]] Duration judged() const;
  [[nodiscard]] measure::TestKind test() const;
  /// Background activity with shorter periods is covered: a twentieth of what was judged.
  [[nodiscard]] Duration covers_periods_below() const;
  /// The target changed while it was probed (it warms up, slows down, scales itself): no verdict
  /// was given on the part before the change.
  [[nodiscard]] bool drifted() const;

 private:
  std::unique_ptr<JudgeState> state_;
};

/// Passes everything on to two observers; stops when either says so.
class Both : public measure::Observer {
 public:
  Both(measure::Observer& first, measure::Observer& second) : first_(first), second_(second) {}

  measure::Decision OnWindow(const measure::Window& window) override {
    const measure::Decision a = first_.OnWindow(window);
    const measure::Decision b = second_.OnWindow(window);
    return a == measure::Decision::kStop ? a : b;
  }
  void OnSecond(const measure::Second& second) override {
    first_.OnSecond(second);
    second_.OnSecond(second);
  }
  [[nodiscard]] bool WantsEvents() const override {
    return first_.WantsEvents() || second_.WantsEvents();
  }

 private:
  measure::Observer& first_;
  measure::Observer& second_;
};

}  // namespace loadline::search
