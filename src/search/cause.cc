#include "search/cause.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/units_text.h"
#include "stats/histogram.h"

namespace loadline::search {
namespace {

using measure::ErrorKind;
using measure::Measurement;

/// Failures of one sort below this share explain nothing.
constexpr double kTellingShare = 0.005;
/// Answers below this part of the requests have stopped following them.
constexpr double kFollowing = 0.95;
/// Wire times this many times those of a lone request: requests wait in the service.
constexpr double kWaitingRatio = 1.5;

stats::Histogram Merged(const Measurement& m, stats::Histogram measure::TaskMeasurement::*which) {
  std::optional<stats::Histogram> merged;
  for (const measure::TaskMeasurement& task : m.tasks) {
    if (!merged) {
      merged = task.*which;
    } else {
      merged->Add(task.*which);
    }
  }
  return merged ? *merged : stats::Histogram();
}

bool IsTimeout(ErrorKind kind) {
  return kind == ErrorKind::kConnectTimeout || kind == ErrorKind::kTimeoutFirstByte ||
         kind == ErrorKind::kTimeoutWhole || kind == ErrorKind::kCut;
}

struct Failures {
  double rejected = 0.0;
  double timeouts = 0.0;
  double generator = 0.0;
  double others = 0.0;
  std::string commonest;  // Of the others.
};

Failures Count(const Measurement& m) {
  Failures failures;
  const double requests = static_cast<double>(std::max<std::int64_t>(1, m.requests));
  failures.rejected = static_cast<double>(m.rejected) / requests;
  std::int64_t most = 0;
  std::int64_t others = 0;
  for (const measure::ErrorTally& tally : m.errors) {
    const double share = static_cast<double>(tally.count) / requests;
    if (measure::IsGeneratorFault(tally.kind)) {
      failures.generator += share;
    } else if (IsTimeout(tally.kind)) {
      failures.timeouts += share;
    } else if (tally.name.find("503") == std::string::npos) {
      others += tally.count;
      if (tally.count > most) {
        most = tally.count;
        failures.commonest = tally.name;
      }
    }
  }
  failures.others = static_cast<double>(others) / requests;
  return failures;
}

CauseFinding FromFailures(const Failures& failures, bool backlog) {
  const double largest = std::max({failures.rejected, failures.timeouts, failures.others});
  if (largest < kTellingShare) {
    return {};
  }
  if (failures.rejected == largest) {
    return {.cause = Cause::kRejections,
            .label = "503s",
            .sentence = fmt::format("the service turns requests away: {} were answered 503",
                                    FormatPercent(failures.rejected))};
  }
  if (failures.timeouts == largest) {
    return {.cause = Cause::kTimeouts,
            .label = "time-outs",
            .sentence = fmt::format("{} of the requests were not answered in time{}",
                                    FormatPercent(failures.timeouts),
                                    backlog ? ", and the backlog grows" : "")};
  }
  return {.cause = Cause::kErrors,
          .label = failures.commonest,
          .sentence = fmt::format("{} of the requests failed, most of them with `{}`",
                                  FormatPercent(failures.others), failures.commonest)};
}

CauseFinding FromTimes(const Measurement& m, Duration alone, bool backlog) {
  const Duration wire = MedianWire(m);
  const Duration wait = m.connection_wait_mean;
  if (wait > Duration::zero() && wait > wire / 2) {
    return {.cause = Cause::kConnections,
            .label = "connections",
            .sentence = fmt::format("requests wait for a connection: {} on average before they are "
                                    "sent, {} on the wire",
                                    FormatDuration(wait), FormatDuration(wire))};
  }
  const bool behind = m.load.open() && m.offered.per_second > 0.0 &&
                      m.achieved.per_second < kFollowing * m.offered.per_second;
  if (backlog || behind) {
    return {.cause = Cause::kThroughput,
            .label = "",
            .sentence = fmt::format("throughput stopped following: {} were offered, {} answered",
                                    FormatRate(m.offered), FormatRate(m.achieved))};
  }
  if (alone > Duration::zero() && Seconds(wire) > kWaitingRatio * Seconds(alone)) {
    return {
        .cause = Cause::kServiceWaiting,
        .label = "",
        .sentence = fmt::format("requests wait in the service: {} on the wire against {} alone; "
                                "connect time does not grow",
                                FormatDuration(wire), FormatDuration(alone))};
  }
  return {.cause = Cause::kServiceWaiting,
          .label = "",
          .sentence = "the slowest requests wait in the service, the others hardly do"};
}

}  // namespace

Duration MedianWire(const Measurement& m) {
  return Merged(m, &measure::TaskMeasurement::wire).ValueAtQuantile(0.5);
}

Duration MedianResponse(const Measurement& m) {
  return Merged(m, &measure::TaskMeasurement::response).ValueAtQuantile(0.5);
}

Duration MeanResponse(const Measurement& m) {
  return Merged(m, &measure::TaskMeasurement::response).Mean();
}

CauseFinding FindCause(const Measurement& m, Duration alone, bool backlog) {
  const Failures failures = Count(m);
  if (!m.refusals.empty() || failures.generator >= kTellingShare) {
    const std::string reason =
        m.refusals.empty() ? "it ran out of its own resources" : m.refusals.front().reason;
    return {.cause = Cause::kGenerator,
            .label = "generator",
            .sentence = "this measured the generator, not the target: " + reason};
  }
  CauseFinding finding = FromFailures(failures, backlog);
  return finding.cause != Cause::kNone ? finding : FromTimes(m, alone, backlog);
}

}  // namespace loadline::search
