// A sizing drawn: as a page of its own, and as a section of the report of its run. Both consist of
// the answer in words, its first figures, the figures (size_figures.h) and the arithmetic.
#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/size_figures.h"
#include "report/size_page.h"
#include "report/size_parts.h"

namespace loadline::report {
namespace {

/// A line's text; where the terminal shows a gap, a page shows one too.
std::string Words(const SizeLine& line) {
  constexpr std::string_view kGap = "   ";
  std::string text = Escaped(line.text);
  for (std::size_t at = text.find(kGap); at != std::string::npos; at = text.find(kGap)) {
    text.replace(at, kGap.size(), "\u2003");
  }
  return text;
}

/// The answer large, what it costs below it.
std::string Answer(const SizePage& page) {
  std::string html;
  for (const SizeLine& line : page.lines) {
    if (line.head == "ANSWER") {
      html += fmt::format("<p class=\"{}\">{}</p>\n", html.empty() ? "answer first" : "sub",
                          Words(line));
    }
  }
  return html;
}

/// The other lines as a list of headings.
std::string Reasons(const SizePage& page, std::string_view css) {
  std::string html;
  std::string_view last;
  for (const SizeLine& line : page.lines) {
    if (line.head == "ANSWER") {
      continue;
    }
    if (line.head == last) {
      html += "<br>" + Words(line);
      continue;
    }
    html +=
        fmt::format("{}<div><dt class=\"{}\">{}</dt><dd>{}", last.empty() ? "" : "</dd></div>\n",
                    line.head == "THIN ICE" ? "doubt" : "", Escaped(line.head), Words(line));
    last = line.head;
  }
  return last.empty() ? "" : fmt::format("<dl class=\"{}\">\n{}</dd></div>\n</dl>\n", css, html);
}

std::string Tiles(const SizePage& page) {
  std::string tiles = Tile("pods", FormatCount(page.pods));
  if (page.pods != page.needed) {
    tiles += Tile("of them needed", FormatCount(page.needed));
  }
  if (page.nodes) {
    tiles += Tile("nodes", FormatCount(*page.nodes));
  }
  if (page.usd_per_month) {
    tiles += Tile("USD a month", FormatCount(std::llround(*page.usd_per_month)));
  }
  tiles += Tile("busy", FormatPercent(page.busy));
  tiles += Tile("traffic", LevelText(page, page.level));
  tiles += Tile("classic formula", PodsOrNone(page.classic));
  return fmt::format("<div class=\"tiles\"><dl>\n{}</dl></div>\n", tiles);
}

std::string Arithmetic(const SizePage& page) {
  std::string steps;
  for (const std::string& line : page.arithmetic) {
    steps += Escaped(line) + "\n";
  }
  return steps.empty() ? ""
                       : fmt::format(
                             "<p>The classic formulae keep every pod busy all the time; the answer "
                             "above adds the room that queues need.</p>\n"
                             "<pre tabindex=\"0\">{}</pre>\n",
                             steps);
}

std::string Command(const SizePage& page, std::string_view made) {
  return page.invocation.empty()
             ? ""
             : fmt::format("<p>The command{}:</p>\n<pre tabindex=\"0\">{}</pre>\n", made,
                           Escaped(page.invocation));
}

/// Sizings as lines of a table; of `all` from `first` on.
std::string SizingsTable(std::string_view caption, const std::vector<SizingLine>& all,
                         std::size_t first) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = first; i < all.size(); ++i) {
    const SizingLine& line = all[i];
    std::string made = MinuteText(line.made);
    made.resize(made.find(" UTC"));
    rows.push_back(
        {std::move(made), FormatCount(line.pods), line.nodes ? FormatCount(*line.nodes) : "–",
         line.usd_per_month ? UsdText(*line.usd_per_month) : "–", line.promise, line.invocation});
  }
  if (rows.empty()) {
    return {};
  }
  const std::vector<std::string> head{"made (UTC)", "pods",    "nodes",
                                      "a month",    "promise", "command"};
  return HtmlTable(caption, head, rows, 2);
}

}  // namespace

std::string SizingSection(const PageFacts& facts) {
  const Sizings& sizings = facts.sizings;
  if (sizings.all.empty()) {
    return {};
  }
  if (!sizings.newest) {
    return Section(
        "sizing", "Sizing",
        fmt::format("<p class=\"doubt\">The newest sizing cannot be drawn: {}.</p>\n{}",
                    Escaped(sizings.problem),
                    SizingsTable("Sizings made from this run, the newest first", sizings.all, 0)));
  }
  const SizePage& page = *sizings.newest;
  const std::string arithmetic = Arithmetic(page);
  return Section(
      "sizing", "Sizing",
      Answer(page) + Tiles(page) + Reasons(page, "facts") + TrafficFigure(page) +
          LimitFigure(page) + FillFigure(page) + BalancersTable(page) +
          (arithmetic.empty()
               ? ""
               : fmt::format("<details><summary>The classic arithmetic</summary>\n{}</details>\n",
                             arithmetic)) +
          Command(page, fmt::format(", {}", MinuteText(sizings.all.front().made))) +
          SizingsTable("Earlier sizings made from this run", sizings.all, 1));
}

std::string SizeHtml(const SizePage& page) {
  constexpr std::array<SectionLink, 5> kLinks{{{"traffic", "Traffic"},
                                               {"objective", "Objective"},
                                               {"nodes", "Nodes"},
                                               {"instead", "Balancers"},
                                               {"arithmetic", "Arithmetic"}}};
  const std::string level = LevelText(page, page.level);
  const std::string title = fmt::format("size: {} for {}", PodsOrNone(page.pods), level);
  const std::string header = fmt::format(
      "<header>\n<p class=\"kicker\"><span>loadline size</span><span>{}</span></p>\n"
      "<h1>How many pods for {}?</h1>\n</header>\n",
      Escaped(page.origin), Escaped(level));
  const std::string answer = fmt::format(
      "<section id=\"verdict\" class=\"verdict good\" aria-labelledby=\"verdict-title\">"
      "<h2 id=\"verdict-title\" class=\"hidden\">Answer</h2>\n{}{}</section>\n",
      Answer(page), Reasons(page, ""));
  const std::string body =
      Section("traffic", "Pods against traffic", TrafficFigure(page)) +
      Section("objective", "Cost against the objective", LimitFigure(page)) +
      Section("nodes", "How full a node is", FillFigure(page)) +
      Section("instead", "Other balancers", BalancersTable(page)) +
      Section("arithmetic", "The arithmetic", Arithmetic(page) + Command(page, ""));
  return WholePage(page.version, title, header,
                   answer + Tiles(page) + Contents(kLinks, body) + body, "docs/sizing.md");
}

}  // namespace loadline::report
