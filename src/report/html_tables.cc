// Errors, the generator's health and its books, and what was set up.
#include <fmt/core.h>

#include <algorithm>

#include "base/clock.h"
#include "base/units_text.h"
#include "report/html_sections.h"
#include "report/markup.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

/// Kinds of errors told; a target that invents a new one each time shall not fill the page.
constexpr std::size_t kMostErrors = 60;

/// Of a longer scenario or command line (payloads in it) only the beginning is told.
constexpr std::size_t kMostText = 48'000;

struct StepError {
  std::string step;  ///< `230/s`; empty where there is one step only.
  const measure::ErrorTally* tally = nullptr;
};

std::vector<StepError> ErrorsOf(const PageFacts& facts) {
  std::vector<StepError> errors;
  const bool several = facts.report.steps.size() > 2;
  for (const StepReport& step : facts.report.steps) {
    for (const measure::ErrorTally& tally : step.measurement.errors) {
      std::string name = step.purpose;
      if (step.purpose != "preflight" && several) {
        name = Describe(step.measurement.load);
      } else if (step.purpose == "preflight") {
        name = "first request";
      }
      errors.push_back({std::move(name), &tally});
    }
  }
  return errors;
}

std::string ErrorRow(const StepError& error) {
  const measure::ErrorTally& tally = *error.tally;
  std::string html = fmt::format(
      "<tr><th scope=\"row\" class=\"left\">{}</th><td class=\"right\">{}</td><td class=\"left\">{}"
      "</td><td class=\"right\">{}</td><td class=\"right\">{}</td></tr>\n",
      Escaped(tally.name), FormatCount(tally.count), Escaped(error.step),
      FormatDuration(tally.first), FormatDuration(tally.last));
  if (!tally.sample.empty()) {
    html += fmt::format(
        "<tr class=\"sample\"><td colspan=\"5\"><details><summary>a sample</summary>"
        "<pre>{}</pre></details></td></tr>\n",
        Escaped(tally.sample));
  }
  if (!tally.curl.empty()) {
    html += fmt::format(
        "<tr class=\"sample\"><td colspan=\"5\"><details><summary>its request, for a "
        "terminal</summary><pre>{}</pre></details></td></tr>\n",
        Escaped(tally.curl));
  }
  return html;
}

std::string FactRow(std::string_view name, std::string_view value) {
  return value.empty()
             ? std::string()
             : fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", Escaped(name), Escaped(value));
}

std::string Facts(const std::string& rows) {
  return rows.empty() ? std::string() : fmt::format("<dl class=\"facts\">\n{}</dl>\n", rows);
}

std::string HealthFacts(const RunReport& report) {
  const measure::Generator g = TotalsOf(report).generator;
  const auto times = [](Duration p50, Duration p99) {
    return fmt::format("p50 {}, p99 {}", FormatDuration(p50), FormatDuration(p99));
  };
  std::string rows;
  rows += FactRow("lateness", times(g.lateness_p50, g.lateness_p99) +
                                  fmt::format(", longest {}", FormatDuration(g.lateness_max)));
  rows += FactRow("send error", times(g.send_error_p50, g.send_error_p99));
  rows += FactRow("longest turn of a loop", FormatDuration(g.loop_lag_max));
  rows += FactRow("busiest engine thread",
                  fmt::format("{} of a core, and {} spinning", RoughPercent(g.cpu_busiest),
                              RoughPercent(g.spin_busiest)));
  rows += FactRow("waited for a connection", fmt::format("{} requests", FormatCount(g.starved)));
  const bool closed = std::any_of(
      report.steps.begin(), report.steps.end(),
      [](const StepReport& step) { return InStepTable(step) && !step.measurement.load.open(); });
  if (closed) {
    rows += FactRow("think times overrun",
                    fmt::format("p99 {}", FormatDuration(FromSeconds(g.think_overrun_p99_s))));
  }
  rows += FactRow("throttled by its cgroup", FormatDuration(g.throttled));
  rows += FactRow("lost", fmt::format("{} records, {} events", FormatCount(g.dropped_records),
                                      FormatCount(g.dropped_events)));
  rows += FactRow("still free",
                  fmt::format("{} descriptors, {} local ports", FormatCount(g.descriptors_left),
                              FormatCount(g.ports_left)));
  return Facts(rows);
}

std::string BooksTable(const measure::Accounts& a) {
  const std::vector<std::string> head{"the books", "requests or attempts"};
  const std::vector<std::vector<std::string>> rows{
      {"scheduled", FormatCount(a.scheduled)},
      {"= dispatched", FormatCount(a.dispatched)},
      {"+ never dispatched", FormatCount(a.never_dispatched)},
      {"attempts", FormatCount(a.attempts)},
      {"= stored", FormatCount(a.stored)},
      {"+ left out by choice", FormatCount(a.skipped)},
      {"+ lost", FormatCount(a.dropped)},
      {"of the attempts: cut at the end", FormatCount(a.cut)}};
  return HtmlTable(a.Balanced() ? "The books balance" : "THE BOOKS DO NOT BALANCE", head, rows);
}

std::string Connections(const PageFacts& facts) {
  const StepReport* shown = ShownStep(facts);
  if (shown == nullptr) {
    return {};
  }
  const measure::Measurement& m = shown->measurement;
  std::string text = fmt::format("{} opened", FormatCount(m.connections_opened));
  if (m.connect_mean > Duration::zero()) {
    text += fmt::format(", connect {}", FormatDuration(m.connect_mean));
  }
  if (m.tls_mean > Duration::zero()) {
    text += fmt::format(", TLS {}", FormatDuration(m.tls_mean));
  }
  return text + fmt::format(", waited for {} (means)", FormatDuration(m.connection_wait_mean));
}

/// `text`, cut at the end of a line if it is too long, and how much more there was.
std::string Beginning(const std::string& text) {
  if (text.size() <= kMostText) {
    return text;
  }
  const std::size_t line = text.rfind('\n', kMostText);
  const std::string begin =
      text.substr(0, line == std::string::npos || line == 0 ? kMostText : line);
  return fmt::format("{}\n… and {} more", begin,
                     FormatBytes(Bytes{static_cast<std::int64_t>(text.size() - begin.size())}));
}

std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : ", ") + word;
  }
  return text;
}

}  // namespace

std::string ErrorsSection(const PageFacts& facts) {
  const std::vector<StepError> errors = ErrorsOf(facts);
  const bool measured = ShownStep(facts) != nullptr;
  if (errors.empty()) {
    std::int64_t failed = 0;
    for (const StepReport& step : facts.report.steps) {
      failed += step.measurement.failed;
    }
    const std::string words =
        failed == 0 ? std::string("No request failed.")
                    : fmt::format(
                          "{} failed; of a step that never ended the kinds of errors are "
                          "not kept, only their number.",
                          FormatCount(failed));
    return measured ? Section("errors", "Errors", fmt::format("<p>{}</p>\n", words))
                    : std::string();
  }
  std::string html =
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Errors by kind\">"
      "<table><caption>Errors by kind; times since the step began</caption><thead><tr>"
      "<th scope=\"col\" class=\"left\">kind</th><th scope=\"col\" class=\"right\">requests</th>"
      "<th scope=\"col\" class=\"left\">at</th><th scope=\"col\" class=\"right\">first</th>"
      "<th scope=\"col\" class=\"right\">last</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < std::min(errors.size(), kMostErrors); ++i) {
    html += ErrorRow(errors[i]);
  }
  html += "</tbody></table></div>\n";
  if (errors.size() > kMostErrors) {
    html += fmt::format("<p>And {} kinds more: <code>loadline runs show {} --json -</code>.</p>\n",
                        errors.size() - kMostErrors, Escaped(facts.report.id));
  }
  return Section("errors", "Errors", html);
}

std::string GeneratorSection(const PageFacts& facts, const Timeline& timeline) {
  if (ShownStep(facts) == nullptr) {
    return {};
  }
  const Totals totals = TotalsOf(facts.report);
  return Section("generator", "Was it the target that was measured?",
                 "<p>The generator watches itself: requests that leave late, or a machine that has "
                 "no more to give, would be charged to the target.</p>\n" +
                     GeneratorCharts(timeline) + "<div class=\"pair\">" +
                     HealthFacts(facts.report) + BooksTable(totals.accounts) + "</div>\n");
}

std::string SetupSection(const PageFacts& facts) {
  const RunReport& report = facts.report;
  std::string rows;
  rows += FactRow("target", fmt::format("{} {}", report.target.method, report.target.url));
  rows += FactRow("addresses", Joined(report.target.addresses));
  rows += FactRow("TLS", report.target.tls);
  if (report.target.insecure) {
    rows += FactRow("certificate", "NOT verified (--insecure)");
  }
  rows += FactRow("connections", Connections(facts));
  rows += FactRow("label", report.label);
  rows += FactRow("note", facts.note);
  rows += FactRow("client", facts.client);
  rows += FactRow("run",
                  fmt::format("{}, {}, exit code {}", report.id, report.state, report.exit_code));
  rows += FactRow("started", FormatUtc(report.started));
  rows += FactRow("ended", facts.ended.has_value() ? FormatUtc(*facts.ended) : "");
  rows += FactRow("confidence", FormatPercent(report.confidence));
  rows += FactRow("seed", fmt::format("{}", report.seed));
  if (!facts.machine_cpu.empty()) {
    rows +=
        FactRow("machine", fmt::format("{}, {} core{}, {}, {}", facts.machine_cpu,
                                       facts.machine_cores, facts.machine_cores == 1 ? "" : "s",
                                       FormatBytes(facts.machine_memory), facts.machine_kernel));
  }
  rows += FactRow("loadline", report.version);
  std::string html = Facts(rows);
  if (!facts.invocation.empty()) {
    html += fmt::format(
        "<h3>Command</h3>\n<pre tabindex=\"0\" role=\"region\" aria-label=\"Command\">{}</pre>\n",
        Escaped(Beginning(facts.invocation)));
  }
  if (!facts.scenario.empty()) {
    html += fmt::format(
        "<details><summary>The whole scenario, every default filled in</summary>"
        "<pre tabindex=\"0\" role=\"region\" aria-label=\"Scenario\">{}</pre></details>\n",
        Escaped(Beginning(facts.scenario)));
  }
  return Section("setup", "What was run, where", html);
}

}  // namespace loadline::report
