// The pieces that all texts are made of. Inside the report only. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/units.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "report/run_report.h"
#include "report/style.h"

namespace loadline::report {

enum class Tone { kBold, kGood, kBad, kDoubt };

// In a marked style (Style::marked) labels end with kLabelEnd, and what has a tone stands between
// two kToneMark, the tone's number first. No text of a target holds them: Plain() took them out.
inline constexpr char kLabelEnd = '\x1f';
inline constexpr char kToneMark = '\x1e';

/// `text` in a colour, where the style has colours.
[[nodiscard]] std::string Paint(const Style& style, Tone tone, std::string_view text);

/// Columns of the labels before the first request, and of those of a verdict.
inline constexpr int kHeadLabel = 9;
inline constexpr int kVerdictLabel = 11;

/// A label and its text, broken at the style's width, the further lines below the text.
[[nodiscard]] std::string Labelled(const Style& style, std::string_view label, int label_width,
                                   std::string_view text);

/// In ASCII where the style asks for it: `±` as `+-`, `µs` as `us`, `…` as `...`.
[[nodiscard]] std::string Spelled(const Style& style, std::string text);

/// A level of a search without its unit: `202`, `1,250`, `0.5`; and the unit: `req/s`, `users`.
[[nodiscard]] std::string LevelText(measure::SearchAxis axis, double level);
[[nodiscard]] std::string_view LevelUnit(measure::SearchAxis axis);

/// A duration for a plan: `5 min`, `90 s`, `2 h`.
[[nodiscard]] std::string RoughText(Duration d);

/// A share in whole percent, or with two digits below 10: `12 %`, `3.1 %`.
[[nodiscard]] std::string RoughPercent(double share);

/// `HELD`, `BROKEN`, `NOT DECIDED`, coloured.
[[nodiscard]] std::string StateWord(const Style& style, measure::ObjectiveState state);

/// A value of an objective with its unit, by metric: `171 ms`, `0.3 %`, `180/s`; `∞` included.
[[nodiscard]] std::string ObjectiveValue(const measure::Objective& objective, double value);

/// An objective with what was measured: `p95 < 200ms: 171 ms (168 ms to 174 ms) on 13,332
/// requests; needs about 5,000 requests more`.
[[nodiscard]] std::string ObjectiveLine(const measure::ObjectiveResult& result);

// Blocks that several verdicts share, each of whole lines; empty where there is nothing to say.

/// `REFUSED: this measured the generator, not the target (reason; what to change)`.
[[nodiscard]] std::string RefusedText(std::span<const measure::Refusal> refusals,
                                      const Style& style);
/// `: the first request failed: connect_refused`, or nothing if the preflight went well.
[[nodiscard]] std::string FirstFailureText(const RunReport& report);
/// Why a probe ended early, and whether the generator was its limit.
[[nodiscard]] std::string NotesText(const measure::Measurement& m, const Style& style);
/// That the target's certificate was not verified, where it was not.
[[nodiscard]] std::string InsecureText(const TargetFacts& target, const Style& style);
/// A line per objective.
[[nodiscard]] std::string ObjectivesText(std::span<const measure::ObjectiveResult> objectives,
                                         const Style& style);
/// Percentiles of response and wire, of all tasks and of each.
[[nodiscard]] std::string PercentilesText(const measure::Measurement& m, const Style& style);
/// A line per kind of error: how many, first, last, a sample.
[[nodiscard]] std::string ErrorsText(std::span<const measure::ErrorTally> errors,
                                     const Style& style);
/// The generator's health and the accounts.
[[nodiscard]] std::string GeneratorText(const RunReport& report, const Style& style);
/// Phases of an overload and the recovery from it.
[[nodiscard]] std::string OverloadText(const OverloadVerdict& overload, const Style& style);
/// A smaller drift is not worth a line.
inline constexpr double kDriftThatMatters = 0.05;
/// That the response time was not the same from beginning to end; empty if it surely was not, or
/// by little.
[[nodiscard]] std::string DriftText(const compare::Change& drift, const Style& style);
/// What periods of background activity a verdict covers.
[[nodiscard]] std::string CoversText(Duration below, const Style& style);

}  // namespace loadline::report
