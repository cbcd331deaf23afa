// RunReport: everything that text and JSON say of a run. A plain value, filled in by the command
// line from what ran just now or from what the store kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "compare/difference.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/objective.h"
#include "measure/staircase.h"
#include "report/vary_report.h"

namespace loadline::report {

/// Where the load went.
struct TargetFacts {
  std::string method;                  ///< Of the first task: `POST`.
  std::string url;                     ///< Secrets redacted.
  std::vector<std::string> addresses;  ///< As resolved.
  Duration connect{};                  ///< Of the preflight; 0: unknown.
  std::string tls;                     ///< `TLSv1.3`; empty: plain HTTP.
  bool insecure = false;               ///< Certificates were not verified: said in every result.
  std::string name = {};               ///< ab: `A` or `B`; else empty.
};

/// The preflight's reply to one task.
struct ReplyFacts {
  std::string task;      ///< Shown where there are several.
  bool answered = true;  ///< A whole reply came.
  int status = 0;
  Duration wire{};
  std::int64_t body_bytes = 0;
  std::string content_type;
  std::string body;   ///< Its beginning, secrets redacted.
  std::string error;  ///< What was wrong, in words; empty: nothing.
};

/// What a search or a run is going to do, told before the first request.
struct PlanFacts {
  std::string load;  ///< run, verify: Describe(load); find: empty.
  measure::SearchAxis axis = measure::SearchAxis::kRate;
  double max = 0.0;                        ///< find: never more than this.
  std::optional<Duration> time;            ///< Duration of a run, budget of a search.
  std::int64_t requests = 0;               ///< run: ends after so many; 0: no limit.
  std::string payload{};                   ///< What was made up to be sent; empty: nothing.
  bool brake = true;                       ///< Probes end at > 50 % errors for 2 s.
  std::optional<double> expected_width;    ///< find: relative width of the bracket to expect.
  std::optional<double> precision;         ///< find: as wanted…
  std::optional<Duration> precision_cost;  ///< …and about what it takes in all.
};

/// One step: preflight, probe or glance.
struct StepReport {
  /// `preflight`, `probe` (run, verify), `alone`, `glance`, `proof`, `recovery`, `operating`,
  /// `stair` (find), `block` (ab).
  std::string purpose = "probe";
  measure::Measurement measurement;
  measure::SearchStep verdict;  ///< run, verify: result, reason and objectives alone.
};

/// What `verify` decided, beyond the objectives.
struct VerifyVerdict {
  measure::ObjectiveState state = measure::ObjectiveState::kUndecided;
  measure::TestKind test = measure::TestKind::kNone;
  bool backlog_grows = false;
  Duration covers_periods_below{};
  std::string binding;  ///< The objective that decided it, or is nearest its limit.
  std::string cause;
};

/// One phase of `run --overload`.
struct OverloadPhaseFacts {
  double seconds = 0.0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;
  double goodput_rps = 0.0;
  Duration p50{};
  Duration p95{};
};

/// What happened beyond the load line and afterwards.
struct OverloadVerdict {
  double factor = 1.0;
  OverloadPhaseFacts before;
  OverloadPhaseFacts during;
  OverloadPhaseFacts after;
  std::optional<Duration> recovery;  ///< Nothing: not well again while it was watched.
};

/// A whole run.
struct RunReport {
  std::string id;
  std::string command;  ///< `run`, `find`, `verify`, `ab`
  std::string version;  ///< Of loadline.
  std::string label;
  UtcTime started{};
  std::string state;  ///< `complete`, `interrupted`, `refused`, `failed`, `running`
  int exit_code = 0;
  std::string failure;  ///< The error that ended it before its time, in words; empty: none.
  std::uint64_t seed = 1;
  double confidence = 0.95;
  TargetFacts target;
  std::vector<StepReport> steps;    ///< In order; preflight first if kept.
  std::optional<StepReport> whole;  ///< ab: its blocks in one, see WholeOfBlocks().
  std::vector<measure::ObjectiveResult> objectives;  ///< run, verify: of the run; find: empty.
  std::optional<VerifyVerdict> verify;
  std::optional<measure::LoadLine> load_line;
  std::optional<measure::Staircase> staircase;  ///< find with that strategy.
  std::optional<VaryReport> vary;               ///< find --vary: the table it belongs to.
  std::optional<OverloadVerdict> overload;      ///< run --overload.
  /// run with a steady load, if long enough: how the mean response changed from beginning to end.
  std::optional<compare::Change> drift;
  std::int64_t stored =
      -1;                  ///< Rows in the database; -1: not imported (the spool's count is told).
  std::string spool_note;  ///< Where records that could not be imported lie; empty: all well.
};

/// Figures of all steps together: counts added, the generator at its worst.
struct Totals {
  measure::Accounts accounts;              ///< Of every step.
  measure::Generator generator;            ///< Of the steps that count for the verdict.
  std::vector<measure::Refusal> refusals;  ///< Of those steps, each reason once, in their order.
  std::optional<measure::PodFacts> pods;   ///< Of every step; nothing where none knows of pods.
  bool generator_limited = false;
  int refused_probes = 0;  ///< Probes of a search that were refused, and left out for that.
};

/// A search goes on after a refused probe and builds its answer on the others, so that such a probe
/// makes it invalid only if the generator was what ended it. Everything else stands or falls whole.
[[nodiscard]] Totals TotalsOf(const RunReport& report);

/// Whether any request found a connection ready, so that its send error says something.
[[nodiscard]] bool HasSendError(const measure::Generator& generator,
                                const measure::Accounts& accounts);

/// The valid blocks of an A/B trial's side in one: counts and histograms added, the generator at
/// its worst. Nothing if there are none.
[[nodiscard]] std::optional<StepReport> WholeOfBlocks(const RunReport& report);

/// The step that the run's figures are taken from: `whole`, the last `operating` step of a search,
/// else the last `probe`; null if there is none.
[[nodiscard]] const StepReport* Headline(const RunReport& report);

/// All tasks of a step in one: histograms and counts added.
[[nodiscard]] measure::TaskMeasurement AllTasks(const measure::Measurement& measurement);

}  // namespace loadline::report
