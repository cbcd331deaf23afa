#include "search/probe_watch.h"

#include <algorithm>
#include <cmath>

namespace loadline::search {
namespace {

/// A glance needs so many requests with a known outcome…
constexpr double kGlanceRequests = 30.0;
/// …and is clear if violations are at most this part of the allowed.
constexpr double kClearRatio = 0.5;
/// Where they are more, so many requests settle whether the load is near the line.
constexpr double kMostGlanceRequests = 400.0;
/// A glance with more than this many requests waiting per request in a lone response is not clear.
constexpr double kClearBacklog = 4.0;
/// A proof is given up when the line is surely nearer than this part of the planned distance: the
/// cost grows with the square.
constexpr double kTooNear = 0.4;
/// Without an estimate of the line: when it would cost so many times what was planned.
constexpr double kDearFactor = 6.0;

}  // namespace

measure::Decision ProbeWatch::OnWindow(const measure::Window& window) {
  elapsed_ = window.end;
  const bool judged = judge_.OnWindow(window) == measure::Decision::kStop;
  const StepLive live{.step = live_.step,
                      .window = window,
                      .spent = live_.spent + window.end,
                      .held = live_.held,
                      .broken = live_.broken};
  if (listener_.OnLive(live) == measure::Decision::kStop) {
    end_ = WatchEnd::kInterrupted;
  }
  if (end_ == WatchEnd::kNone) {
    end_ = judged ? WatchEnd::kJudged : Examine(window);
  }
  return end_ == WatchEnd::kNone ? measure::Decision::kContinue : measure::Decision::kStop;
}

void ProbeWatch::OnSecond(const measure::Second& second) {
  judge_.OnSecond(second);
  listener_.OnSecond(second);
}

WatchEnd ProbeWatch::Examine(const measure::Window& window) const {
  if (window.end >= plan_.limit) {
    return WatchEnd::kTime;
  }
  if (plan_.kind == StepKind::kGlance) {
    return Glance(window);
  }
  if (plan_.kind == StepKind::kProof && plan_.planned_requests > 0.0) {
    const Evidence evidence = judge_.evidence();
    if (const auto line = judge_.Estimate()) {
      const bool near = std::abs(line->log_ratio) + line->sd < kTooNear * plan_.distance;
      return near ? WatchEnd::kTooDear : WatchEnd::kNone;
    }
    const double total = evidence.requests + evidence.more_requests;
    if (evidence.requests > plan_.planned_requests && evidence.more_requests > 0.0 &&
        total > kDearFactor * plan_.planned_requests) {
      return WatchEnd::kTooDear;
    }
  }
  return WatchEnd::kNone;
}

WatchEnd ProbeWatch::Glance(const measure::Window& window) const {
  const Evidence evidence = judge_.evidence();
  if (window.end < plan_.glance_least || evidence.seen < kGlanceRequests) {
    return WatchEnd::kNone;
  }
  const measure::Progress& progress = window.progress;
  const double in_flight = static_cast<double>(progress.in_flight);
  const double usual = Seconds(judge_.alone()) * evidence.seen / Seconds(judge_.judged());
  const bool flat = in_flight <= kClearBacklog * (usual + 2.0);
  if (evidence.seen_ratio <= kClearRatio && flat) {
    return WatchEnd::kClear;
  }
  // Go on until the test says broken, or until it says that this would take too long.
  const bool known = evidence.requests > 0.0 && evidence.seen > kMostGlanceRequests;
  const double rate = evidence.seen / Seconds(judge_.judged());
  const double affordable = rate * Seconds(plan_.limit);
  return known && (evidence.more_requests <= 0.0 ||
                   evidence.requests + evidence.more_requests > affordable)
             ? WatchEnd::kNear
             : WatchEnd::kNone;
}

}  // namespace loadline::search
