#include "report/live.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/units_text.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

std::string TimeText(const LiveState& state) {
  std::string text = FormatDuration(std::chrono::floor<std::chrono::seconds>(state.elapsed));
  if (state.total.has_value()) {
    text += " of " + RoughText(*state.total);
  }
  return text + (state.warmup ? ", warming up" : "");
}

std::string FlowLine(const LiveState& state) {
  std::string text = fmt::format(
      "offered   {}  achieved {}  in flight {}", Pad(FormatRate(state.offered), 9, Align::kLeft),
      Pad(FormatRate(state.achieved), 9, Align::kLeft), FormatCount(state.progress.in_flight));
  if (!state.open_loop) {
    text += fmt::format("  users {}", FormatCount(state.progress.users));
  }
  return text + fmt::format("  connections {}", FormatCount(state.progress.connections));
}

std::string PercentileLine(std::string_view name, Duration p50, Duration p95, Duration p99,
                           bool known) {
  const auto text = [&](Duration d) {
    return Pad(known ? FormatDuration(d) : "-", 8, Align::kLeft);
  };
  return fmt::format("{:<10}p50 {}  p95 {}  p99 {}", name, text(p50), text(p95), text(p99));
}

/// `3 status 503, 1 reset`: the most frequent first.
std::string KindsText(std::vector<measure::ErrorTally> errors) {
  std::stable_sort(errors.begin(), errors.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  std::string text;
  for (const measure::ErrorTally& tally : errors) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", FormatCount(tally.count),
                        tally.name.empty() ? std::string(Name(tally.kind)) : Plain(tally.name));
  }
  return text;
}

std::string ErrorsLine(const LiveState& state) {
  const measure::Progress& p = state.progress;
  if (p.failed == 0) {
    return "errors    0";
  }
  const double share =
      p.completed > 0 ? static_cast<double>(p.failed) / static_cast<double>(p.completed) : 0.0;
  std::string text = fmt::format("errors    {} ({})", FormatCount(p.failed), FormatPercent(share));
  const std::string kinds = KindsText(state.errors);
  return kinds.empty() ? text : text + ": " + kinds;
}

std::string GeneratorLine(const LiveState& state) {
  if (!state.has_generator) {
    return "generator -";
  }
  const measure::Generator& g = state.generator;
  std::string text = fmt::format("generator late by p99 {}, busiest core {}",
                                 FormatDuration(g.lateness_p99), RoughPercent(g.cpu_busiest));
  if (g.dropped_records > 0) {
    text += fmt::format(", {} records LOST", FormatCount(g.dropped_records));
  }
  return text + (g.throttled > Duration::zero() ? ", THROTTLED" : "");
}

std::string BracketText(const LiveState& state) {
  const auto text = [](const std::optional<double>& level) {
    return level.has_value() ? LevelText(measure::SearchAxis::kRate, *level) : std::string("?");
  };
  return fmt::format("so far    holds at {}, broken at {}", text(state.held), text(state.broken));
}

}  // namespace

void LiveSeconds::Add(const measure::Second& second) {
  Kept kept;
  kept.scheduled = second.scheduled;
  kept.completed = second.completed;
  for (const measure::TaskSecond& task : second.tasks) {
    if (task.response.layout() == kept.response.layout()) {
      kept.response.Add(task.response);
    }
    if (task.wire.layout() == kept.wire.layout()) {
      kept.wire.Add(task.wire);
    }
  }
  if (seconds_.size() == kSpan) {
    seconds_.erase(seconds_.begin());
  }
  seconds_.push_back(std::move(kept));
  generator_ = second.generator;
}

void LiveSeconds::Reset() {
  seconds_.clear();
  generator_ = {};
}

void LiveSeconds::Fill(LiveState& state) const {
  if (seconds_.empty()) {
    state.has_percentiles = false;
    state.has_generator = false;
    return;
  }
  stats::Histogram response;
  stats::Histogram wire;
  double scheduled = 0;
  double completed = 0;
  for (const Kept& kept : seconds_) {
    scheduled += static_cast<double>(kept.scheduled);
    completed += static_cast<double>(kept.completed);
    response.Add(kept.response);
    wire.Add(kept.wire);
  }
  const auto span = static_cast<double>(seconds_.size());
  state.offered = Rate{scheduled / span};
  state.achieved = Rate{completed / span};
  state.has_percentiles = !response.empty();
  state.response_p50 = response.ValueAtQuantile(0.5);
  state.response_p95 = response.ValueAtQuantile(0.95);
  state.response_p99 = response.ValueAtQuantile(0.99);
  state.wire_p50 = wire.ValueAtQuantile(0.5);
  state.wire_p95 = wire.ValueAtQuantile(0.95);
  state.wire_p99 = wire.ValueAtQuantile(0.99);
  state.generator = generator_;
  state.has_generator = true;
}

std::vector<std::string> LiveBlock(const LiveState& state, const Style& style) {
  std::vector<std::string> lines{
      fmt::format("{}   {}", Plain(state.title), TimeText(state)),
      FlowLine(state),
      PercentileLine("response", state.response_p50, state.response_p95, state.response_p99,
                     state.has_percentiles) +
          "  (from due time)",
      PercentileLine("wire", state.wire_p50, state.wire_p95, state.wire_p99,
                     state.has_percentiles) +
          "  (from send)",
      ErrorsLine(state),
      GeneratorLine(state),
  };
  if (state.held.has_value() || state.broken.has_value()) {
    lines.push_back(BracketText(state));
  }
  for (std::string& line : lines) {
    line = Spelled(style, Shorten(line, style.width));
    // Spelling makes some characters longer.
    line = DisplayWidth(line) > style.width ? line.substr(0, static_cast<std::size_t>(style.width))
                                            : line;
  }
  lines.front() = Paint(style, Tone::kBold, lines.front());
  if (state.progress.failed > 0) {
    lines[4] = Paint(style, Tone::kBad, lines[4]);
  }
  return lines;
}

std::string LiveLine(const LiveState& state) {
  std::string text = fmt::format("{}  {}  offered {}  achieved {}  in flight {}",
                                 Plain(state.title), TimeText(state), FormatRate(state.offered),
                                 FormatRate(state.achieved), FormatCount(state.progress.in_flight));
  if (!state.open_loop) {
    text += fmt::format("  users {}", FormatCount(state.progress.users));
  }
  if (state.has_percentiles) {
    text += fmt::format("  p50 {}  p95 {}  p99 {}", FormatDuration(state.response_p50),
                        FormatDuration(state.response_p95), FormatDuration(state.response_p99));
  }
  text += "  errors " + FormatCount(state.progress.failed);
  if (const std::string kinds = KindsText(state.errors); !kinds.empty()) {
    text += " (" + kinds + ")";
  }
  return text;
}

}  // namespace loadline::report
