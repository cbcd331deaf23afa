// What stands at the top of the page: whether the run is whole, the verdict, the first figures.
#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/units_text.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/text.h"
#include "report/text_parts.h"
#include "report/verdict_lines.h"

namespace loadline::report {
namespace {

std::string_view ToneClass(std::optional<Tone> tone) {
  if (!tone.has_value()) {
    return "plain";
  }
  switch (*tone) {
    case Tone::kGood:
      return "good";
    case Tone::kBad:
      return "bad";
    case Tone::kDoubt:
      return "doubt";
    case Tone::kBold:
      return "bold";
  }
  return "plain";
}

std::string Sentence(const VerdictLine& line) {
  std::string html;
  for (const ToneText& piece : line.text) {
    html += piece.tone.has_value() ? fmt::format("<strong class=\"{}\">{}</strong>",
                                                 ToneClass(piece.tone), Escaped(piece.text))
                                   : Escaped(piece.text);
  }
  return html;
}

/// A shape before the word, so that colour is never all that tells held from broken.
std::string_view ToneSign(std::optional<Tone> tone) {
  if (tone == Tone::kGood) {
    return "\u2713 ";
  }
  if (tone == Tone::kBad) {
    return "\u2715 ";
  }
  return tone == Tone::kDoubt ? "? " : "";
}

std::string Answer(const VerdictLine& line, bool first) {
  std::string label = line.label;
  if (label.ends_with(':')) {
    label.pop_back();
  }
  if (label.empty()) {
    return fmt::format("<p class=\"sub\">{}</p>\n", Sentence(line));
  }
  return fmt::format("<p class=\"{}\"><span class=\"badge {}\">{}{}</span> {}</p>\n",
                     first ? "answer first" : "answer", ToneClass(line.tone), ToneSign(line.tone),
                     Escaped(label), Sentence(line));
}

/// The tone of the whole: that of the worst answer.
std::string_view Overall(const RunReport& report, const std::vector<VerdictLine>& lines,
                         std::size_t answers) {
  bool doubt = false;
  bool good = report.exit_code == 0 && report.load_line.has_value();
  for (std::size_t i = 0; i < answers; ++i) {
    if (lines[i].tone == Tone::kBad) {
      return "bad";
    }
    doubt = doubt || lines[i].tone == Tone::kDoubt;
    good = good || lines[i].tone == Tone::kGood;
  }
  if (doubt || report.exit_code != 0) {
    return "doubt";
  }
  return good ? "good" : "plain";
}

}  // namespace

std::string StateBanner(const PageFacts& facts) {
  const RunReport& report = facts.report;
  std::string word;
  std::string text;
  std::string more;
  if (report.state == "interrupted") {
    word = "INTERRUPTED";
    text = "This run did not come to its end: what follows is what was measured until then.";
    for (const StepReport& step : report.steps) {
      if (std::find(facts.unfinished.begin(), facts.unfinished.end(), step.measurement.step) ==
          facts.unfinished.end()) {
        continue;
      }
      more += fmt::format("<p>Its process died in the middle of a step at {}.</p>",
                          Escaped(Describe(step.measurement.load)));
    }
  } else if (report.state == "running") {
    word = "STILL RUNNING";
    text = "This run has not come to its end: what follows is what was measured so far.";
  } else if (report.state == "failed") {
    word = "FAILED";
    text = "This run ended with an error" + FirstFailureText(report) + ".";
  } else if (report.state == "refused" || !TotalsOf(report).refusals.empty()) {
    word = "REFUSED";
    text = "No figure below says anything of the target: this measured the generator.";
  }
  if (word.empty()) {
    return {};
  }
  return fmt::format("<div class=\"banner\" role=\"note\"><p><strong>{}</strong> {}</p>{}</div>\n",
                     word, Escaped(text), more);
}

std::string VerdictSection(const PageFacts& facts) {
  const std::vector<VerdictLine> lines = VerdictLines(facts.report);
  // The answer: everything up to the first label without a tone; at least the first line.
  std::size_t answers = lines.empty() ? 0 : 1;
  while (answers < lines.size() &&
         (lines[answers].tone.has_value() || lines[answers].label.empty())) {
    ++answers;
  }
  std::string html = fmt::format(
      "<section id=\"verdict\" class=\"verdict {}\" aria-labelledby=\"verdict-title\">"
      "<h2 id=\"verdict-title\" class=\"hidden\">Verdict</h2>\n",
      Overall(facts.report, lines, answers));
  for (std::size_t i = 0; i < answers; ++i) {
    html += Answer(lines[i], i == 0);
  }
  if (answers < lines.size()) {
    html += "<dl>\n";
    bool open = false;
    for (std::size_t i = answers; i < lines.size(); ++i) {
      if (!lines[i].label.empty() || !open) {
        html += fmt::format("{}<div><dt class=\"{}\">{}</dt><dd>", open ? "</dd></div>\n" : "",
                            ToneClass(lines[i].tone), Escaped(lines[i].label));
        open = true;
      } else {
        html += "<br>";
      }
      html += Sentence(lines[i]);
    }
    html += "</dd></div>\n</dl>\n";
  }
  return html + "</section>\n";
}

std::string TilesSection(const PageFacts& facts) {
  const StepReport* shown = ShownStep(facts);
  if (shown == nullptr || !shown->measurement.valid()) {
    return {};
  }
  const measure::Measurement& m = shown->measurement;
  const stats::Histogram response = AllTasks(m).response;
  const double quantile = ShownQuantile(ObjectivesOf(facts.report));
  std::string tiles;
  const auto time = [&](double q) { return FormatDuration(response.ValueAtQuantile(q)); };
  if (!response.empty()) {
    tiles += Tile("p50 response", time(0.5));
    tiles += Tile(measure::QuantileName(quantile) + " response", time(quantile));
    tiles += quantile < 0.99 ? Tile("p99 response", time(0.99)) : "";
  }
  tiles += Tile("offered", FormatRate(m.offered));
  tiles += Tile("achieved", FormatRate(m.achieved));
  const std::int64_t ended = m.succeeded + m.failed;
  tiles += Tile("failed", ended == 0 ? std::string("–")
                                     : FormatPercent(static_cast<double>(m.failed) /
                                                     static_cast<double>(ended)));
  tiles += Tile("requests", FormatCount(m.requests));
  const bool search = facts.report.load_line.has_value();
  const std::string where = search && shown->purpose == "operating"
                                ? "Measured at the operating load, " + Describe(m.load)
                            : search ? "Measured at " + Describe(m.load)
                                     : std::string();
  return fmt::format("<div class=\"tiles\">{}<dl>\n{}</dl></div>\n",
                     where.empty() ? "" : fmt::format("<p>{}</p>", Escaped(where)), tiles);
}

}  // namespace loadline::report
