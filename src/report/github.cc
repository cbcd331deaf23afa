#include "report/github.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

constexpr std::size_t kMaxAnnotations = 10;  // GitHub shows ten of a level per step.

/// `%`, line ends and, in properties, what separates them.
std::string Escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (c == ':' && property) {
      out += "%3A";
    } else if (c == ',' && property) {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view LevelName(AnnotationLevel level) {
  switch (level) {
    case AnnotationLevel::kNotice:
      return "notice";
    case AnnotationLevel::kWarning:
      return "warning";
    case AnnotationLevel::kError:
      return "error";
  }
  return "notice";
}

void AddObjectives(const RunReport& report, std::vector<Annotation>& list) {
  for (const measure::ObjectiveResult& result : report.objectives) {
    if (result.state != measure::ObjectiveState::kHeld) {
      const bool broken = result.state == measure::ObjectiveState::kBroken;
      list.push_back({broken ? AnnotationLevel::kError : AnnotationLevel::kWarning,
                      fmt::format("loadline: {} {}", Format(result.objective), Name(result.state)),
                      ObjectiveLine(result)});
    }
  }
}

/// `: cannot resolve "x.test"`, if that is known.
std::string Why(const RunReport& report) {
  return report.failure.empty() ? FirstFailureText(report) : ": " + Plain(report.failure);
}

std::string LineSentence(const measure::LoadLine& line) {
  const auto level = [&](double value) {
    return fmt::format("{} {}", LevelText(line.axis, value), LevelUnit(line.axis));
  };
  const std::string what = line.has_objectives ? "load line" : "saturation";
  if (line.held && line.broken) {
    return fmt::format("{} between {} and {}", what, LevelText(line.axis, *line.held),
                       level(*line.broken));
  }
  if (line.held) {
    return fmt::format("{}: at least {}", what, level(*line.held));
  }
  if (line.broken) {
    return fmt::format("{}: below {}", what, level(*line.broken));
  }
  if (!line.has_objectives && line.saturation) {
    return fmt::format("{} at about {}", what, level(*line.saturation));
  }
  return fmt::format("{} not found: {}", what, Name(line.end));
}

}  // namespace

std::string WorkflowCommand(const Annotation& annotation) {
  return fmt::format("::{} title={}::{}\n", LevelName(annotation.level),
                     Escaped(annotation.title, true), Escaped(annotation.message, false));
}

std::string MarkdownText(std::string_view text) {
  std::string out;
  for (const char c : Plain(text)) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (std::string_view("\\`*_[]|~#!").find(c) != std::string_view::npos) {
      // As a reference, which means the same in a cell, where a backslash before `|` is special.
      fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string MarkdownTable(const std::vector<std::string>& header,
                          const std::vector<std::vector<std::string>>& rows) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text = "|";
    for (const std::string& cell : cells) {
      text += " " + cell + " |";
    }
    return text + "\n";
  };
  std::string table = line(header);
  std::vector<std::string> alignment(header.size(), "---:");
  alignment.front() = ":---";
  table += line(alignment);
  for (const std::vector<std::string>& row : rows) {
    table += line(row);
  }
  return table;
}

std::vector<Annotation> AnnotationsOf(const RunReport& report) {
  std::vector<Annotation> list;
  const Totals totals = TotalsOf(report);
  for (const measure::Refusal& refusal : totals.refusals) {
    list.push_back(
        {AnnotationLevel::kError, "loadline: refused",
         fmt::format("this measured the generator, not the target: {}{}{}", refusal.reason,
                     refusal.remedy.empty() ? "" : "\n", refusal.remedy)});
  }
  if (totals.refusals.empty()) {
    AddObjectives(report, list);
    if (report.verify && report.verify->backlog_grows) {
      list.push_back(
          {AnnotationLevel::kError, "loadline: the backlog grows", Plain(report.verify->cause)});
    }
  }
  constexpr int kNeverAnswered = 5;
  constexpr int kInterrupted = 4;
  if (report.exit_code == kNeverAnswered) {
    list.push_back({AnnotationLevel::kError, "loadline: never answered",
                    fmt::format("{} never answered{}", report.target.url, Why(report))});
  } else if (report.exit_code == kInterrupted) {
    list.push_back(
        {AnnotationLevel::kWarning, "loadline: interrupted", "the figures are those up to then"});
  } else if (report.load_line) {
    const bool found = report.exit_code == 0;
    const bool broken = report.exit_code == 1;
    list.push_back({found    ? AnnotationLevel::kNotice
                    : broken ? AnnotationLevel::kError
                             : AnnotationLevel::kWarning,
                    "loadline: " + report.target.url, LineSentence(*report.load_line)});
  } else if (report.staircase) {
    const std::optional<int> users = report.staircase->Users();
    list.push_back(
        {report.exit_code == 0   ? AnnotationLevel::kNotice
         : report.exit_code == 1 ? AnnotationLevel::kError
                                 : AnnotationLevel::kWarning,
         "loadline: " + report.target.url,
         users ? fmt::format(
                     "{}{} users without errors",
                     report.staircase->end == measure::StaircaseEnd::kCeiling ? "at least " : "",
                     *users)
               : fmt::format("staircase: {}", Name(report.staircase->end))});
  } else if (report.exit_code == 0) {
    std::string message;
    for (const measure::ObjectiveResult& result : report.objectives) {
      message += (message.empty() ? "" : "\n") + ObjectiveLine(result);
    }
    list.push_back({AnnotationLevel::kNotice,
                    report.objectives.empty() ? "loadline: complete" : "loadline: held",
                    message.empty() ? report.target.url : message});
  } else if (list.empty()) {
    list.push_back({AnnotationLevel::kError,
                    "loadline: exit code " + std::to_string(report.exit_code),
                    "no objective says why: see the job's log" + Why(report)});
  }
  if (list.size() > kMaxAnnotations) {
    list.resize(kMaxAnnotations);
  }
  return list;
}

}  // namespace loadline::report
