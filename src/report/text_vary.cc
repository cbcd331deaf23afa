// The latency table.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text_parts.h"
#include "report/vary_report.h"

namespace loadline::report {
namespace {

std::string PercentText(double share) {
  return fmt::format("{:.1f} %", 100.0 * share);
}

std::string OverheadText(const VaryReport& report) {
  double worst = 0.0;
  for (const VaryRow& row : report.rows) {
    worst = std::max(worst, std::abs(row.residual.value_or(0.0)));
  }
  std::string text =
      fmt::format("about {} beside each request's own time", FormatDuration(*report.overhead));
  if (report.overhead_low && report.overhead_high) {
    text +=
        fmt::format(" ({} to {})", FormatDuration(std::max(Duration::zero(), *report.overhead_low)),
                    FormatDuration(*report.overhead_high));
  }
  return text + fmt::format("; with it the calculation is off by {} at most", PercentText(worst));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> VarySentences(const VaryReport& report) {
  std::vector<std::pair<std::string, std::string>> sentences;
  sentences.emplace_back(
      "calculated",
      fmt::format("{} pod{} · {} at a time / latency ({})", report.pods,
                  report.pods == 1 ? "" : "s", report.concurrency,
                  report.nominal ? "as the field asks for" : "of a lone request, on the wire"));
  if (report.overhead) {
    sentences.emplace_back("overhead", OverheadText(report));
  }
  return sentences;
}

std::string VaryText(const VaryReport& report, const Style& style) {
  using enum Align;
  Table table({{report.field, kRight},
               {"latency", kRight},
               {"calculated", kRight},
               {"achieved", kRight},
               {"achieved ÷ calculated", kRight},
               {"residual", kRight},
               {"run", kLeft}});
  for (const VaryRow& row : report.rows) {
    table.Add({row.value, FormatDuration(row.latency), FormatRate(row.calculated),
               row.achieved ? FormatRate(*row.achieved) : "-",
               row.achieved ? PercentText(*row.achieved / row.calculated) : "-",
               row.residual ? fmt::format("{:+.1f} %", 100.0 * *row.residual) : "-", row.run});
  }
  std::string text = fmt::format("\n{}\n", table.Render());
  for (const auto& [label, sentence] : VarySentences(report)) {
    text += Labelled(style, label == "overhead" ? Paint(style, Tone::kBold, label) : label, 12,
                     sentence);
  }
  return Spelled(style, text);
}

}  // namespace loadline::report
