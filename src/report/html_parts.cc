#include <fmt/core.h>

#include <algorithm>

#include "base/clock.h"
#include "report/html_sections.h"
#include "report/markup.h"

namespace loadline::report {

std::string MinuteText(UtcTime at) {
  std::string text = FormatUtc(at).substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

std::string Section(std::string_view id, std::string_view title, const std::string& content) {
  return content.empty() ? std::string()
                         : fmt::format(
                               "<section id=\"{0}\" aria-labelledby=\"{0}-title\">"
                               "<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
                               id, Escaped(title), content);
}

std::string HtmlTable(std::string_view caption, std::span<const std::string> head,
                      std::span<const std::vector<std::string>> rows, int left_columns) {
  const auto columns = static_cast<int>(head.size());
  const auto side = [&](int column) {
    return column == 0 || column >= columns - left_columns ? "left" : "right";
  };
  std::string html = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table>"
      "<caption>{0}</caption><thead><tr>",
      Escaped(caption));
  for (int i = 0; i < columns; ++i) {
    html += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>", side(i),
                        Escaped(head[static_cast<std::size_t>(i)]));
  }
  html += "</tr></thead><tbody>\n";
  for (const std::vector<std::string>& row : rows) {
    html += "<tr>";
    for (int i = 0; i < static_cast<int>(row.size()); ++i) {
      const std::string cell = Escaped(row[static_cast<std::size_t>(i)]);
      html += i == 0 ? fmt::format("<th scope=\"row\" class=\"left\">{}</th>", cell)
                     : fmt::format("<td class=\"{}\">{}</td>", side(i), cell);
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string Tile(std::string_view name, std::string_view value) {
  return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", Escaped(name), Escaped(value));
}

std::string_view ResultClass(const StepReport& step) {
  using measure::StepResult;
  if (!step.measurement.valid()) {
    return "refused";
  }
  if (step.purpose == "operating") {
    return "operating";
  }
  switch (step.verdict.result) {
    case StepResult::kHeld:
      return "held";
    case StepResult::kBroken:
      return "broken";
    case StepResult::kClear:
      return "clear";
    case StepResult::kUndecided:
      return "undecided";
    case StepResult::kRefused:
      return "refused";
  }
  return "undecided";
}

Mark ResultMark(const StepReport& step) {
  const std::string_view name = ResultClass(step);
  if (name == "held") {
    return Mark::kDot;
  }
  if (name == "broken") {
    return Mark::kCross;
  }
  if (name == "operating") {
    return Mark::kDiamond;
  }
  return name == "clear" ? Mark::kRing : Mark::kSquare;
}

std::vector<Tick> DurationTicks(const Scale& scale, int most) {
  std::vector<Tick> ticks;
  const std::vector<double> values = scale.logarithmic()
                                         ? LogTicks(scale.low(), scale.high(), most)
                                         : EvenTicks(scale.low(), scale.high(), most - 1);
  ticks.reserve(values.size());
  for (const double value : values) {
    ticks.push_back({value, AxisTime(value)});
  }
  return ticks;
}

std::vector<Tick> NumberTicks(const Scale& scale, int wanted) {
  std::vector<Tick> ticks;
  const std::vector<double> values = scale.logarithmic()
                                         ? LogTicks(scale.low(), scale.high(), wanted + 2)
                                         : EvenTicks(scale.low(), scale.high(), wanted);
  ticks.reserve(values.size());
  for (const double value : values) {
    ticks.push_back({value, AxisNumber(value)});
  }
  return ticks;
}

const StepReport* ShownStep(const PageFacts& facts) {
  const RunReport& report = facts.report;
  if (const StepReport* headline = Headline(report); headline != nullptr) {
    return headline;
  }
  const StepReport* shown = nullptr;
  bool held = false;
  for (const StepReport& step : report.steps) {
    if (step.purpose == "preflight" || step.measurement.requests == 0) {
      continue;
    }
    const bool holds = step.verdict.result == measure::StepResult::kHeld;
    const bool higher = shown == nullptr || !held || step.verdict.level > shown->verdict.level;
    if (holds ? higher : !held) {
      shown = &step;
      held = holds;
    }
  }
  return shown;
}

std::vector<measure::Objective> ObjectivesOf(const RunReport& report) {
  std::vector<measure::Objective> all;
  const auto add = [&](const std::vector<measure::ObjectiveResult>& results) {
    for (const measure::ObjectiveResult& result : results) {
      if (std::find(all.begin(), all.end(), result.objective) == all.end()) {
        all.push_back(result.objective);
      }
    }
  };
  add(report.objectives);
  for (const StepReport& step : report.steps) {
    add(step.verdict.objectives);
  }
  return all;
}

}  // namespace loadline::report
