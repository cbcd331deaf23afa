// A/B trials: what is planned, what each pair showed.
#include <fmt/core.h>

#include <cmath>
#include <string>

#include "base/units_text.h"
#include "compare/figures.h"
#include "report/ab_report.h"
#include "report/table.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

using compare::FigureKind;

std::string TimeText(double seconds) {
  return std::isfinite(seconds) ? FormatDuration(FromSeconds(seconds)) : "among failures";
}

std::string SideText(const compare::Batch& batch) {
  const auto value = [&](double quantile) {
    return TimeText(
        compare::ValueOf({.of = FigureKind::Of::kQuantile, .quantile = quantile}, batch));
  };
  std::string text = fmt::format("p50 {}, p95 {}", value(0.5), value(0.95));
  if (batch.failed > 0) {
    text += fmt::format(", {} failed", FormatCount(batch.failed));
  }
  return text;
}

std::string OrderText(const TrialFacts& trial) {
  std::string text;
  for (int i = 0; i < trial.done; ++i) {
    text += (text.empty() ? "" : " ");
    text += trial.order[static_cast<std::size_t>(i)] ? "BA" : "AB";
  }
  return text;
}

}  // namespace

std::string TrialPlanText(const std::string& load, const TrialFacts& trial, const Style& style) {
  const std::string text = fmt::format(
      "{}: {} blocks of {} on each target, {} in all; pairs AB and BA in shuffled order (seed {}); "
      "the first {} of each block is left out{}",
      load, trial.pairs, FormatDuration(trial.block), RoughText(2 * trial.pairs * trial.block),
      trial.seed, FormatDuration(trial.warmup),
      trial.brake ? "; stops at >50 % errors for 2 s, or 2 s without a reply"
                  : "; no brake: errors stop nothing");
  return Spelled(style, Labelled(style, "plan", kHeadLabel, text));
}

std::string PairText(int number, const compare::BlockPair& pair, const Style& style) {
  const FigureKind mean{.of = FigureKind::Of::kMean};
  const double change =
      100.0 * (compare::ValueOf(mean, pair.b) / compare::ValueOf(mean, pair.a) - 1.0);
  const std::string label = fmt::format("pair {} {}", number, pair.b_first ? "BA" : "AB");
  const std::string text =
      fmt::format("A {}; B {}{}", SideText(pair.a), SideText(pair.b),
                  std::isfinite(change) ? fmt::format("; mean {:+.1f} %", change) : "");
  constexpr int kPairLabel = 13;
  return Spelled(style, Labelled(style, label, kPairLabel, text));
}

std::string TrialText(const TrialFacts& trial, const Style& style) {
  std::string text = fmt::format(
      "{} of {} on each target, the first {} of each left out; in the order {} (seed {})",
      trial.done, FormatDuration(trial.block), FormatDuration(trial.warmup),
      trial.done > 0 ? OrderText(trial) : "-", trial.seed);
  std::string lines = Labelled(style, "blocks", kHeadLabel, text);
  if (trial.refused > 0) {
    lines += Labelled(
        style, "", kHeadLabel,
        Paint(
            style, Tone::kDoubt,
            fmt::format("{} made again: the generator did not keep up",
                        trial.refused == 1 ? "one pair" : fmt::format("{} pairs", trial.refused))));
  }
  if (!trial.ended_by.empty()) {
    lines += Labelled(
        style, "", kHeadLabel,
        Paint(style, Tone::kDoubt,
              fmt::format("{} of {} planned: {}", trial.done, trial.pairs, Plain(trial.ended_by))));
  }
  return Spelled(style, lines);
}

std::string MoreBlocksText(const TrialFacts& trial) {
  if (!trial.pairs_to_decide.has_value()) {
    return "four times as many blocks would make the intervals half as wide";
  }
  const int more = *trial.pairs_to_decide - trial.done;
  return fmt::format(
      "about {} blocks of each instead of {} ({} more) would decide it, if the changes are what "
      "they seem: --blocks {}",
      *trial.pairs_to_decide, trial.done, RoughText(2 * more * trial.block),
      *trial.pairs_to_decide);
}

}  // namespace loadline::report
