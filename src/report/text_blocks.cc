// The blocks that several verdicts share.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

void AddPercentiles(Table& table, const std::string& name, const stats::Histogram& histogram) {
  constexpr std::array kQuantiles{0.5, 0.9, 0.95, 0.99, 0.999};
  std::vector<std::string> cells{name};
  for (const double q : kQuantiles) {
    cells.push_back(histogram.empty() ? "-" : FormatDuration(histogram.ValueAtQuantile(q)));
  }
  cells.push_back(histogram.empty() ? "-" : FormatDuration(histogram.Mean()));
  cells.push_back(histogram.empty() ? "-" : FormatDuration(histogram.Max()));
  table.Add(std::move(cells));
}

/// What ended a probe before its time; empty if nothing did.
std::string StopNote(const measure::Measurement& m) {
  switch (m.stop) {
    case measure::StopReason::kErrors:
      return fmt::format(
          "the brake ended it after {}: more than half of the requests failed for 2 s; --no-brake "
          "goes on regardless",
          FormatDuration(m.warmup + m.measured));
    case measure::StopReason::kNoReply:
      return fmt::format("the brake ended it after {}: no reply at all for 2 s",
                         FormatDuration(m.warmup + m.measured));
    case measure::StopReason::kInterrupted:
      return fmt::format("interrupted after {}: the figures are those of that time",
                         FormatDuration(m.warmup + m.measured));
    case measure::StopReason::kDataEnded:
      return fmt::format("ended after {}: the data of order `once` was used up",
                         FormatDuration(m.warmup + m.measured));
    case measure::StopReason::kComplete:
    case measure::StopReason::kObserver:
      return {};
  }
  return {};
}

/// `40,828 scheduled = 40,828 dispatched = 40,828 stored`, and whatever makes it more than that.
std::string AccountsText(const measure::Accounts& a) {
  std::string text = fmt::format("{} scheduled = {} dispatched", FormatCount(a.scheduled),
                                 FormatCount(a.dispatched));
  if (a.never_dispatched > 0) {
    text += fmt::format(" + {} never dispatched", FormatCount(a.never_dispatched));
  }
  const bool one_each = a.attempts == a.dispatched && a.never_dispatched == 0;
  text += one_each ? fmt::format(" = {} stored", FormatCount(a.stored))
                   : fmt::format("; {} attempts = {} stored", FormatCount(a.attempts),
                                 FormatCount(a.stored));
  if (a.skipped > 0) {
    text += fmt::format(" + {} left out by choice", FormatCount(a.skipped));
  }
  if (a.dropped > 0) {
    text += fmt::format(" + {} LOST", FormatCount(a.dropped));
  }
  if (a.cut > 0) {
    text += fmt::format("; {} cut at the end", FormatCount(a.cut));
  }
  return text;
}

bool AnyOpenLoop(const RunReport& report) {
  for (const StepReport& step : report.steps) {
    if (step.purpose != "preflight" && step.measurement.load.open()) {
      return true;
    }
  }
  return false;
}

/// What happened to simulated pods; empty if nothing did.
std::string PodsText(const measure::PodFacts& pods, const Style& style) {
  std::string text;
  if (pods.cpu_periods > 0) {
    const double share =
        static_cast<double>(pods.throttled_periods) / static_cast<double>(pods.cpu_periods);
    text =
        fmt::format("throttled in {} of {} CPU periods ({})", FormatCount(pods.throttled_periods),
                    FormatCount(pods.cpu_periods), FormatPercent(share));
  }
  if (pods.failures > 0) {
    text +=
        fmt::format("{}{} failed, {} request{} lost with them", text.empty() ? "" : "; ",
                    FormatCount(pods.failures), FormatCount(pods.lost), pods.lost == 1 ? "" : "s");
  }
  return text.empty() ? text : Labelled(style, "pods", kVerdictLabel, text);
}

}  // namespace

std::string ObjectiveLine(const measure::ObjectiveResult& result) {
  std::string text = fmt::format("{}: {}", Format(result.objective),
                                 ObjectiveValue(result.objective, result.value));
  const bool interval = std::isfinite(result.interval_low) && !std::isnan(result.interval_high) &&
                        result.interval_high != 0.0;
  if (interval) {
    text += fmt::format(" ({} to {})", ObjectiveValue(result.objective, result.interval_low),
                        ObjectiveValue(result.objective, result.interval_high));
  }
  if (result.requests > 0) {
    text += fmt::format(" on {} requests", FormatCount(result.requests));
  }
  if (result.state == measure::ObjectiveState::kUndecided) {
    text += result.more_requests > 0
                ? fmt::format("; needs about {} requests more", FormatCount(result.more_requests))
                : "; needs more requests";
  }
  return text;
}

std::string RefusedText(std::span<const measure::Refusal> refusals, const Style& style) {
  std::string text;
  for (const measure::Refusal& refusal : refusals) {
    const std::string change = refusal.remedy.empty() ? "" : "; " + Plain(refusal.remedy);
    text += Labelled(style, Paint(style, Tone::kBad, "REFUSED:"), kHeadLabel,
                     fmt::format("this measured the generator, not the target ({}{})",
                                 Plain(refusal.reason), change));
  }
  return text;
}

std::string FirstFailureText(const RunReport& report) {
  for (const StepReport& step : report.steps) {
    const measure::Measurement& m = step.measurement;
    if (step.purpose == "preflight" && m.failed > 0 && !m.errors.empty()) {
      return ": the first request failed: " + Plain(m.errors.front().name);
    }
  }
  return {};
}

std::string NotesText(const measure::Measurement& m, const Style& style) {
  std::string text;
  if (const std::string note = StopNote(m); !note.empty()) {
    text += Labelled(style, Paint(style, Tone::kDoubt, "stopped"), kVerdictLabel, note);
  }
  if (m.generator_limited) {
    text += Labelled(style, Paint(style, Tone::kDoubt, "limit"), kVerdictLabel,
                     fmt::format("generator-limited: the target can do at least {}; this machine "
                                 "could send no more",
                                 FormatRate(m.achieved)));
  }
  return text;
}

std::string InsecureText(const TargetFacts& target, const Style& style) {
  return target.insecure ? Labelled(style, Paint(style, Tone::kDoubt, "insecure"), kVerdictLabel,
                                    "the target's certificate was not verified (--insecure)")
                         : std::string();
}

std::string ObjectivesText(std::span<const measure::ObjectiveResult> objectives,
                           const Style& style) {
  std::string text;
  int width = kVerdictLabel;
  for (const measure::ObjectiveResult& result : objectives) {
    width = std::max(width, DisplayWidth(StateWord(style, result.state)) + 2);
  }
  for (const measure::ObjectiveResult& result : objectives) {
    text += Labelled(style, StateWord(style, result.state), width, ObjectiveLine(result));
  }
  return text;
}

std::string PercentilesText(const measure::Measurement& m, const Style& style) {
  const measure::TaskMeasurement all = AllTasks(m);
  if (all.response.empty()) {
    return Labelled(style, "response", kVerdictLabel, "no request succeeded");
  }
  using enum Align;
  Table table({{"", kLeft},
               {"p50", kRight},
               {"p90", kRight},
               {"p95", kRight},
               {"p99", kRight},
               {"p99.9", kRight},
               {"mean", kRight},
               {"max", kRight}});
  AddPercentiles(table, "response (from due time)", all.response);
  AddPercentiles(table, "wire (from send)", all.wire);
  if (m.tasks.size() > 1) {
    for (const measure::TaskMeasurement& task : m.tasks) {
      const std::string name = "  " + Shorten(task.name, 20);
      AddPercentiles(table, name + ", response", task.response);
      AddPercentiles(table, name + ", wire", task.wire);
    }
  }
  std::string text = table.Render();
  if (m.failed > 0) {
    text += "(of the requests that succeeded)\n";
  }
  return text;
}

namespace {

/// Of a sample the target's own words, its body, where there are any: the kind names the status.
std::string_view Telling(std::string_view sample) {
  const std::size_t head =
      sample.starts_with("HTTP/") ? sample.find("\n\n") : std::string_view::npos;
  return head == std::string_view::npos || head + 2 == sample.size() ? sample
                                                                     : sample.substr(head + 2);
}

}  // namespace

std::string ErrorsText(std::span<const measure::ErrorTally> errors, const Style& style) {
  if (errors.empty()) {
    return {};
  }
  Table table({{"errors", Align::kRight},
               {"kind", Align::kLeft},
               {"first", Align::kRight},
               {"last", Align::kRight},
               {"sample", Align::kLeft}});
  for (const measure::ErrorTally& tally : errors) {
    table.Add({FormatCount(tally.count), Shorten(tally.name, 40), FormatDuration(tally.first),
               FormatDuration(tally.last),
               Shorten(Telling(tally.sample), std::max(20, style.width - 60))});
  }
  return table.Render();
}

std::string GeneratorText(const RunReport& report, const Style& style) {
  const Totals totals = TotalsOf(report);
  const measure::Generator& g = totals.generator;
  const std::string ok = totals.refusals.empty() ? Paint(style, Tone::kGood, "ok")
                                                 : Paint(style, Tone::kBad, "NOT ok");
  // A request that found no connection ready says nothing of the sending: its start must do.
  const bool sends = AnyOpenLoop(report) && HasSendError(g, totals.accounts);
  std::string health = fmt::format(
      "{}: 99 % of {} within {}, busiest core {}", ok, sends ? "sends" : "starts",
      FormatDuration(sends ? g.send_error_p99 : g.lateness_p99), RoughPercent(g.cpu_busiest));
  if (g.starved > 0) {
    health += fmt::format("; {} request{} waited for a connection", FormatCount(g.starved),
                          g.starved == 1 ? "" : "s");
  }
  if (g.throttled > Duration::zero()) {
    health += fmt::format("; throttled for {}", FormatDuration(g.throttled));
  }
  if (g.dropped_events > 0) {
    health +=
        fmt::format("; {} events lost on their way to the test", FormatCount(g.dropped_events));
  }
  if (totals.refused_probes > 0) {
    health += fmt::format("; {} refused and not used",
                          totals.refused_probes == 1
                              ? std::string("1 probe was")
                              : fmt::format("{} probes were", totals.refused_probes));
  }
  std::string text = totals.pods ? PodsText(*totals.pods, style) : "";
  text += Labelled(style, "generator", kVerdictLabel, health);
  text += Labelled(style, "", kVerdictLabel, AccountsText(totals.accounts));
  if (!totals.accounts.Balanced()) {
    text += Labelled(style, "", kVerdictLabel,
                     Paint(style, Tone::kBad,
                           "THE BOOKS DO NOT BALANCE: this is a fault of loadline, please report "
                           "it"));
  }
  if (!report.spool_note.empty()) {
    text += Labelled(style, "records", kVerdictLabel,
                     fmt::format("not all are in the database yet: they lie in {} and are imported "
                                 "when it is next opened",
                                 report.spool_note));
  }
  return text;
}

std::string CoversText(Duration below, const Style& style) {
  if (below <= Duration::zero()) {
    return {};
  }
  // The next step worth asking for: an order of magnitude more, in round numbers.
  constexpr int kPeriods = 20;  // In a probe that covers them.
  const Duration next = below < 10s ? Duration(60s) : Duration(10min);
  const std::string advice =
      below < 10min ? fmt::format("; --covers {} for more (probes of {})",
                                  below < 10s ? "60s" : "10m", RoughText(kPeriods * next))
                    : "";
  return Labelled(
      style, "covers", kVerdictLabel,
      fmt::format("background activity with periods below {}{}", RoughText(below), advice));
}

}  // namespace loadline::report
