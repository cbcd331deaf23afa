#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/clock.h"
#include "report/html.h"
#include "report/html_assets.h"
#include "report/html_sections.h"
#include "report/markup.h"

namespace loadline::report {
namespace {

/// `2026-01-02 03:04 UTC`
std::string When(UtcTime at) {
  std::string text = FormatUtc(at).substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text + " UTC";
}

/// Title of the tab and of a printed page.
std::string TitleOf(const RunReport& report) {
  return fmt::format("{} {}: {}", report.command, report.id, report.target.url);
}

std::string HeadHtml(const PageFacts& facts) {
  // The page may load nothing and run nothing but its own script, whatever got into its text.
  return fmt::format(
      "{}\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; "
      "style-src '{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"loadline {}\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      kReportMark, ScriptHash(), StyleSheetHash(), Escaped(facts.report.version),
      Escaped(TitleOf(facts.report)), StyleSheet());
}

std::string HeaderHtml(const PageFacts& facts) {
  const RunReport& report = facts.report;
  std::string kicker =
      fmt::format("<span>loadline {}</span><span>run {}</span><span>{}</span>",
                  Escaped(report.command), Escaped(report.id), When(report.started));
  if (!report.label.empty()) {
    kicker += fmt::format("<span class=\"tag\">{}</span>", Escaped(report.label));
  }
  std::string html = fmt::format(
      "<header>\n<p class=\"kicker\">{}</p>\n<h1>{}{}</h1>\n", kicker,
      report.target.method.empty()
          ? ""
          : fmt::format("<span class=\"method\">{}</span> ", Escaped(report.target.method)),
      Escaped(report.target.url));
  if (!facts.note.empty()) {
    html += fmt::format("<p class=\"note\">{}</p>\n", Escaped(facts.note));
  }
  return html + "</header>\n";
}

/// Links to the sections that are there.
std::string Contents(const std::string& body) {
  struct Entry {
    const char* id;
    const char* name;
  };
  constexpr std::array<Entry, 8> kEntries{{{"staircase", "Rounds"},
                                           {"search", "Search"},
                                           {"vary", "Other values"},
                                           {"percentiles", "Percentiles"},
                                           {"time", "Over time"},
                                           {"errors", "Errors"},
                                           {"generator", "Generator"},
                                           {"setup", "Setup"}}};
  std::string links;
  for (const Entry& entry : kEntries) {
    if (body.find(fmt::format("<section id=\"{}\"", entry.id)) != std::string::npos) {
      links += fmt::format("<li><a href=\"#{}\">{}</a></li>", entry.id, entry.name);
    }
  }
  return fmt::format("<nav aria-label=\"Sections\"><ul>{}</ul></nav>\n", links);
}

}  // namespace

std::string HtmlPage(const PageFacts& facts, const Timeline& timeline) {
  const std::string body = StaircaseSection(facts) + SearchSection(facts) + VarySection(facts) +
                           PercentilesSection(facts) + TimeSection(facts, timeline) +
                           ErrorsSection(facts) + GeneratorSection(facts, timeline) +
                           SetupSection(facts);
  return fmt::format(
      "{}<body>\n{}<main>\n{}{}{}{}{}</main>\n<footer><p>Made by loadline {}. This file is "
      "complete: "
      "it loads nothing. Words and figures are explained in docs/report.md of the project.</p>"
      "</footer>\n<script>{}</script>\n</body>\n</html>\n",
      HeadHtml(facts), HeaderHtml(facts), StateBanner(facts), VerdictSection(facts),
      TilesSection(facts), Contents(body), body, Escaped(facts.report.version), Script());
}

}  // namespace loadline::report
