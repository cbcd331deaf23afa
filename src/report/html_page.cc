#include <fmt/core.h>

#include <array>
#include <string>

#include "report/html.h"
#include "report/html_assets.h"
#include "report/html_sections.h"
#include "report/markup.h"

namespace loadline::report {
namespace {

/// Title of the tab and of a printed page.
std::string TitleOf(const RunReport& report) {
  return fmt::format("{} {}: {}", report.command, report.id, report.target.url);
}

std::string HeadHtml(std::string_view version, std::string_view title) {
  // The page may load nothing and run nothing but its own script, whatever got into its text.
  return fmt::format(
      "{}\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; "
      "style-src '{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta name=\"generator\" content=\"loadline {}\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      kReportMark, ScriptHash(), StyleSheetHash(), Escaped(version), Escaped(title), StyleSheet());
}

std::string HeaderHtml(const PageFacts& facts) {
  const RunReport& report = facts.report;
  std::string kicker =
      fmt::format("<span>loadline {}</span><span>run {}</span><span>{}</span>",
                  Escaped(report.command), Escaped(report.id), MinuteText(report.started));
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

}  // namespace

std::string Contents(std::span<const SectionLink> links, const std::string& body) {
  std::string html;
  for (const SectionLink& link : links) {
    if (body.find(fmt::format("<section id=\"{}\"", link.id)) != std::string::npos) {
      html += fmt::format("<li><a href=\"#{}\">{}</a></li>", link.id, link.name);
    }
  }
  return fmt::format("<nav aria-label=\"Sections\"><ul>{}</ul></nav>\n", html);
}

std::string WholePage(std::string_view version, std::string_view title, const std::string& header,
                      const std::string& content, std::string_view explained_in) {
  return fmt::format(
      "{}<body>\n{}<main>\n{}</main>\n<footer><p>Made by loadline {}. This file is complete: "
      "it loads nothing. Words and figures are explained in {} of the project.</p>"
      "</footer>\n<script>{}</script>\n</body>\n</html>\n",
      HeadHtml(version, title), header, content, Escaped(version), Escaped(explained_in), Script());
}

std::string HtmlPage(const PageFacts& facts, const Timeline& timeline) {
  constexpr std::array<SectionLink, 9> kLinks{{{"staircase", "Rounds"},
                                               {"search", "Search"},
                                               {"vary", "Other values"},
                                               {"percentiles", "Percentiles"},
                                               {"time", "Over time"},
                                               {"errors", "Errors"},
                                               {"generator", "Generator"},
                                               {"sizing", "Sizing"},
                                               {"setup", "Setup"}}};
  const std::string body = StaircaseSection(facts) + SearchSection(facts) + VarySection(facts) +
                           PercentilesSection(facts) + TimeSection(facts, timeline) +
                           ErrorsSection(facts) + GeneratorSection(facts, timeline) +
                           SizingSection(facts) + SetupSection(facts);
  return WholePage(facts.report.version, TitleOf(facts.report), HeaderHtml(facts),
                   StateBanner(facts) + VerdictSection(facts) + TilesSection(facts) +
                       Contents(kLinks, body) + body,
                   "docs/report.md");
}

}  // namespace loadline::report
