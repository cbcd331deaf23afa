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
/// …and than this (logarithmic).
constexpr double kSurelyNear = 0.15;
/// It is also given up when it has cost what was planned and would take so many times the time
/// left.
constexpr double kHopeless = 2.0;
/// It goes on beyond its limit if what it still takes is this part of the time there is.
constexpr double kSoon = 0.8;
constexpr double kEternity = 1e9;

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
  if (plan_.kind == StepKind::kProof && plan_.planned_requests > 0.0) {
    return Proof(window);
  }
  if (window.end >= plan_.limit) {
    return WatchEnd::kTime;
  }
  return plan_.kind == StepKind::kGlance ? Glance(window) : WatchEnd::kNone;
}

WatchEnd ProbeWatch::Proof(const measure::Window& window) const {
  const Evidence evidence = judge_.evidence();
  const double rate = evidence.seen / std::max(1e-3, Seconds(judge_.judged()));
  const double more = evidence.more_requests > 0.0 ? evidence.more_requests / rate : kEternity;
  const double left = Seconds(plan_.last - window.end);
  if (window.end >= plan_.limit && more > kSoon * left) {
    return WatchEnd::kTime;
  }
  const auto line = judge_.Estimate();
  const bool near = line && std::abs(line->log_ratio) + line->sd + line->unseen <
                                std::min(kTooNear * plan_.distance, kSurelyNear);
  const bool hopeless = evidence.requests > plan_.planned_requests && more > kHopeless * left;
  return near || hopeless ? WatchEnd::kTooDear : WatchEnd::kNone;
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
