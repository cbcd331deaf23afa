// What happened beyond the load line.
#include <fmt/core.h>

#include <string>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

std::string ShareText(std::int64_t part, const OverloadPhaseFacts& phase) {
  const std::int64_t all = phase.succeeded + phase.failed;
  return all > 0 ? FormatPercent(static_cast<double>(part) / static_cast<double>(all)) : "-";
}

}  // namespace

std::string OverloadText(const OverloadVerdict& overload, const Style& style) {
  using enum Align;
  Table table({{"phase", kLeft},
               {"seconds", kRight},
               {"goodput", kRight},
               {"failed", kRight},
               {"503", kRight},
               {"p50", kRight},
               {"p95", kRight}});
  const auto row = [&](const std::string& name, const OverloadPhaseFacts& phase) {
    table.Add({name, fmt::format("{:.0f}", phase.seconds), FormatRate(Rate{phase.goodput_rps}),
               ShareText(phase.failed, phase), ShareText(phase.rejected, phase),
               phase.succeeded > 0 ? FormatDuration(phase.p50) : "-",
               phase.succeeded > 0 ? FormatDuration(phase.p95) : "-"});
  };
  row("operating load", overload.before);
  row(fmt::format("{:.3g} times the line", overload.factor), overload.during);
  row("operating load again", overload.after);
  const std::string recovery =
      overload.recovery ? (*overload.recovery == Duration::zero()
                               ? std::string("well again at once")
                               : fmt::format("well again {} after the overload",
                                             FormatDuration(*overload.recovery)))
                        : fmt::format("not well again within {:.0f} s after the overload",
                                      overload.after.seconds);
  return Labelled(style, Paint(style, Tone::kBold, "OVERLOAD"), kVerdictLabel, recovery) +
         table.Render();
}

std::string DriftText(const compare::Change& drift, const Style& style) {
  const bool sure = drift.low > 0.0 || drift.high < 0.0;
  const bool matters = drift.value > kDriftThatMatters || drift.value < -kDriftThatMatters;
  if (!sure || !matters) {
    return {};
  }
  return Labelled(style, Paint(style, Tone::kDoubt, "drift"), kVerdictLabel,
                  fmt::format("the mean response {} {:.1f} % from beginning to end ({:+.1f} to "
                              "{:+.1f} %): this is no steady state",
                              drift.value > 0.0 ? "rose by" : "fell by",
                              100.0 * (drift.value > 0.0 ? drift.value : -drift.value),
                              100.0 * drift.low, 100.0 * drift.high));
}

}  // namespace loadline::report
