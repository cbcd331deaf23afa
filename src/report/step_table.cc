// The table of a search, a line whenever a step ends.
#include <fmt/core.h>

#include <string>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

std::string Line(std::string_view level, std::string_view sent, std::string_view median,
                 std::string_view tail, std::string_view errors, std::string_view result) {
  std::string line = Pad(level, 8, Align::kRight) + "  " + Pad(sent, 9, Align::kRight) + "  " +
                     Pad(median, 8, Align::kRight) + "  " + Pad(tail, 8, Align::kRight) + "  " +
                     Pad(errors, 7, Align::kRight) + "  " + std::string(result);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string ResultText(const StepReport& step, const Style& style) {
  std::string reason = Plain(step.verdict.reason);
  const auto word = [&](Tone tone, std::string_view name) {
    return Paint(style, tone, name) + (reason.empty() ? "" : "   " + reason);
  };
  if (!step.measurement.valid() || step.verdict.result == measure::StepResult::kRefused) {
    return word(Tone::kBad, "REFUSED");
  }
  if (step.purpose == "operating") {
    return reason.empty() ? "operating load" : reason;
  }
  switch (step.verdict.result) {
    case measure::StepResult::kHeld:
      return word(Tone::kGood, "HELD");
    case measure::StepResult::kBroken:
      return word(Tone::kBad, "BROKEN");
    case measure::StepResult::kClear:
      return reason.empty() ? "clear" : reason;
    case measure::StepResult::kUndecided:
      return word(Tone::kDoubt, "not decided");
    case measure::StepResult::kRefused:
      break;  // Told above.
  }
  return reason;
}

}  // namespace

std::string StepTableHeader(const StepTable& table, const Style& style) {
  return Spelled(style, Line(table.axis == measure::SearchAxis::kRate ? "rate" : "users", "sent",
                             "p50", measure::QuantileName(table.quantile), "errors", "result"));
}

std::string StepTableRow(const StepTable& table, const StepReport& step, const Style& style) {
  const measure::Measurement& m = step.measurement;
  const measure::TaskMeasurement all = AllTasks(m);
  const std::string level = table.axis == measure::SearchAxis::kRate
                                ? FormatRate(Rate{step.verdict.level})
                                : LevelText(table.axis, step.verdict.level);
  const auto quantile = [&](double q) {
    return all.response.empty() ? std::string("-")
                                : FormatDuration(all.response.ValueAtQuantile(q));
  };
  const std::int64_t ended = m.succeeded + m.failed;
  const std::string errors =
      m.failed == 0 || ended == 0
          ? "0"
          : FormatPercent(static_cast<double>(m.failed) / static_cast<double>(ended));
  return Spelled(style, Line(level, FormatCount(m.accounts.dispatched), quantile(0.5),
                             quantile(table.quantile), errors, ResultText(step, style)));
}

bool InStepTable(const StepReport& step) {
  return step.purpose != "preflight" && step.purpose != "alone" && step.purpose != "recovery";
}

double ShownQuantile(std::span<const measure::Objective> objectives) {
  for (const measure::Objective& objective : objectives) {
    if (objective.metric == measure::Metric::kQuantile) {
      return objective.quantile;
    }
  }
  return 0.95;
}

}  // namespace loadline::report
