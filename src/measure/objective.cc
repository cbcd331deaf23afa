#include "measure/objective.h"

#include <fmt/core.h>

#include <array>
#include <cmath>

#include "base/plain_text.h"
#include "base/units_text.h"

namespace loadline::measure {
namespace {

constexpr std::string_view kForms =
    "p95 < 200ms, median < 50ms, errors < 0.1%, mean < 80ms, max < 2s or goodput > 180/s, "
    "with a task's name in front where it is about one: score:p95 < 1s";

Error Invalid(std::string_view text, std::string_view why) {
  return {ErrorCode::kInvalidArgument, fmt::format("'{}' is not an objective: {}", text, why)};
}

// The pieces of `task: metric op value`, trimmed.
struct Pieces {
  std::string_view task;
  std::string_view metric;
  std::string_view op;
  std::string_view value;
};

Result<Pieces> Split(std::string_view text) {
  const std::size_t at = text.find_first_of("<>=");
  if (at == std::string_view::npos) {
    return Invalid(text, fmt::format("it compares nothing; write {}", kForms));
  }
  Pieces pieces;
  std::size_t after = at + 1;
  while (after < text.size() && (text[after] == '<' || text[after] == '>' || text[after] == '=')) {
    ++after;
  }
  pieces.op = text.substr(at, after - at);
  pieces.value = Trimmed(text.substr(after));
  std::string_view left = Trimmed(text.substr(0, at));
  // A task's name may hold colons itself: the last one separates.
  if (const std::size_t colon = left.rfind(':'); colon != std::string_view::npos) {
    pieces.task = Trimmed(left.substr(0, colon));
    left = Trimmed(left.substr(colon + 1));
    if (pieces.task.empty()) {
      return Invalid(text, "there is no task's name before the colon");
    }
  }
  pieces.metric = left;
  if (pieces.value.empty()) {
    return Invalid(text, "the limit is missing");
  }
  return pieces;
}

// `p95`, `p99.9`, `median`: the quantile; an error if it looks like one but is none; 0 if it is
// something else.
Result<double> ParseQuantile(std::string_view metric, std::string_view text) {
  if (metric == "median") {
    return 0.5;
  }
  if (metric.size() < 2 || metric[0] != 'p' || metric[1] < '0' || metric[1] > '9') {
    return 0.0;
  }
  // Shifted as text, so that p99.9 is 0.999 and not 0.9990000000000001.
  const Result<double> quantile = ParseNumber(std::string(metric.substr(1)) + "e-2");
  if (!quantile.has_value() || metric.find_first_not_of("0123456789.", 1) != metric.npos ||
      !(*quantile > 0.0 && *quantile < 1.0)) {
    return Invalid(text, fmt::format("'{}' is no quantile; write p50 to p99.99", metric));
  }
  return *quantile;
}

Result<Duration> ParseThreshold(std::string_view value, std::string_view text) {
  const Result<Duration> threshold = ParseDuration(value);
  if (!threshold.has_value()) {
    return Invalid(text, fmt::format("its limit: {}", threshold.error().message));
  }
  if (*threshold <= Duration::zero()) {
    return Invalid(text, "its limit must be more than 0");
  }
  return *threshold;
}

Result<double> ParseErrorShare(std::string_view value, std::string_view text) {
  const Result<double> share = ParseShare(value);
  if (!share.has_value()) {
    return Invalid(text, fmt::format("its limit: {}", share.error().message));
  }
  // No number of requests proves that none ever fails.
  if (!(*share > 0.0 && *share < 1.0)) {
    return Invalid(text, "its limit must lie between 0 and 100 %, both excluded");
  }
  return *share;
}

Result<double> ParseGoodput(std::string_view value, std::string_view text) {
  const Result<Rate> rate = ParseRate(value);
  if (!rate.has_value()) {
    return Invalid(text, fmt::format("its limit: {}", rate.error().message));
  }
  if (!(rate->per_second > 0.0)) {
    return Invalid(text, "its limit must be more than 0");
  }
  return rate->per_second;
}

Status CheckOperator(const Pieces& pieces, std::string_view text) {
  const bool wants_more = pieces.metric == "goodput";
  const bool fits =
      wants_more ? pieces.op == ">" || pieces.op == ">=" : pieces.op == "<" || pieces.op == "<=";
  if (!fits) {
    return Invalid(text, fmt::format("{} takes {}, not '{}'", pieces.metric,
                                     wants_more ? "> or >=" : "< or <=", pieces.op));
  }
  return {};
}

}  // namespace

Result<Objective> ParseObjective(std::string_view text) {
  const Pieces pieces = TRY(Split(text));
  Objective objective;
  objective.task = std::string(pieces.task);
  objective.quantile = TRY(ParseQuantile(pieces.metric, text));
  if (objective.quantile > 0.0) {
    objective.metric = Metric::kQuantile;
  } else if (pieces.metric == "errors") {
    objective.metric = Metric::kErrors;
  } else if (pieces.metric == "mean") {
    objective.metric = Metric::kMean;
  } else if (pieces.metric == "max") {
    objective.metric = Metric::kMax;
  } else if (pieces.metric == "goodput") {
    objective.metric = Metric::kGoodput;
  } else {
    return Invalid(text, fmt::format("'{}' is not known; write {}", pieces.metric, kForms));
  }
  TRY(CheckOperator(pieces, text));
  switch (objective.metric) {
    case Metric::kErrors:
      objective.limit = TRY(ParseErrorShare(pieces.value, text));
      break;
    case Metric::kGoodput:
      objective.limit = TRY(ParseGoodput(pieces.value, text));
      break;
    default:
      objective.threshold = TRY(ParseThreshold(pieces.value, text));
  }
  return objective;
}

std::string Format(const Objective& objective) {
  const std::string task = objective.task.empty() ? "" : objective.task + ":";
  // Exact in decimals, as people wrote it: 0.999 is 99.9, not 99.90000000000001.
  const auto percent = [](double share) { return fmt::format("{:.12g}", share * 100.0); };
  switch (objective.metric) {
    case Metric::kQuantile:
      return fmt::format("{}p{} < {}", task, percent(objective.quantile),
                         FormatDurationExact(objective.threshold));
    case Metric::kErrors:
      return fmt::format("{}errors < {}%", task, percent(objective.limit));
    case Metric::kMean:
      return fmt::format("{}mean < {}", task, FormatDurationExact(objective.threshold));
    case Metric::kMax:
      return fmt::format("{}max < {}", task, FormatDurationExact(objective.threshold));
    case Metric::kGoodput:
      return fmt::format("{}goodput > {:.12g}/s", task, objective.limit);
  }
  return {};
}

std::string QuantileName(double quantile) {
  return fmt::format("p{:.6g}", quantile * 100.0);
}

}  // namespace loadline::measure
