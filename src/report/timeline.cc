#include "report/timeline.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <variant>

#include "base/units_text.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

/// A second of which so much was sending counts as one in full.
constexpr double kWhole = 0.999;
/// Of less than this no rate is made: a single request would look like a peak.
constexpr double kLeastShare = 0.2;
/// Columns beyond the plan, for seconds in which the last requests were waited for.
constexpr std::size_t kMostDrainColumns = 4000;

double PerSecond(std::int64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds
                     : std::numeric_limits<double>::quiet_NaN();
}

std::string LoadLabel(const StepReport& step) {
  const measure::Load& load = step.measurement.load;
  if (const auto* open = std::get_if<measure::OpenLoad>(&load.shape)) {
    return FormatRate(open->rate);
  }
  if (const auto* closed = std::get_if<measure::ClosedLoad>(&load.shape)) {
    return fmt::format("{} users", FormatCount(closed->users));
  }
  return Describe(load);
}

}  // namespace

double TimelineColumn::offered_rps() const {
  return PerSecond(scheduled, offered_s);
}

double TimelineColumn::achieved_rps() const {
  return PerSecond(completed, achieved_s);
}

double TimelineColumn::failed_rps() const {
  return PerSecond(failed, achieved_s);
}

Timeline::Timeline(const std::vector<StepReport>& steps) {
  Duration end{};
  Duration zero{};
  bool first = true;
  for (const StepReport& step : steps) {
    if (step.purpose == "preflight") {
      continue;
    }
    const measure::Measurement& m = step.measurement;
    if (first) {
      zero = m.started_after;
      first = false;
    }
    TimelineStep one;
    one.number = m.step;
    one.label = LoadLabel(step);
    one.charted = InStepTable(step);
    one.closed = !m.load.open();
    one.valid = m.valid();
    one.result = step.verdict.result;
    // Where stamps are missing or overlap, one after the other.
    one.begin = std::max(m.started_after - zero, end);
    one.warmup = m.warmup;
    one.issued = m.warmup + m.measured;
    end = one.begin + one.issued;
    steps_.push_back(std::move(one));
  }
  column_s_ = std::max(1, static_cast<int>(std::ceil(Seconds(end) / kMostColumns)));
}

void Timeline::Add(int step, const measure::Second& second) {
  const auto found = std::find_if(steps_.begin(), steps_.end(),
                                  [&](const TimelineStep& one) { return one.number == step; });
  if (found == steps_.end() || second.index < 0) {
    return;
  }
  const double at = Seconds(found->begin) + second.index;
  const auto index = static_cast<std::size_t>(at / column_s_);
  if (index >= columns_.size()) {
    if (index > kMostColumns + kMostDrainColumns) {
      return;
    }
    columns_.resize(index + 1);
  }
  TimelineColumn& column = columns_[index];
  const double share = std::min(1.0, Seconds(found->issued) - second.index);
  if (share >= kLeastShare) {
    column.scheduled += second.scheduled;
    column.offered_s += share;
  }
  if (share >= kWhole) {
    column.completed += second.completed;
    column.failed += second.failed;
    column.achieved_s += 1;
  }
  column.failures_all += second.failed;
  column.in_flight = std::max(column.in_flight, second.in_flight);
  column.users = std::max(column.users, second.users);
  if (column.any) {
    column.generator.Worsen(second.generator);
  } else {
    column.generator = second.generator;
  }
  column.any = true;
  for (const measure::TaskSecond& task : second.tasks) {
    if (task.response.layout() == column.response.layout()) {
      column.response.Add(task.response);
    }
  }
}

double Timeline::seconds() const {
  double end = static_cast<double>(columns_.size()) * column_s_;
  for (const TimelineStep& step : steps_) {
    end = std::max(end, Seconds(step.begin + step.issued));
  }
  return std::max(1.0, end);
}

const TimelineStep* Timeline::StepAt(std::size_t index) const {
  const double middle = (static_cast<double>(index) + 0.5) * column_s_;
  const TimelineStep* last = nullptr;
  for (const TimelineStep& step : steps_) {
    if (Seconds(step.begin) <= middle) {
      last = &step;
    }
  }
  return last;
}

}  // namespace loadline::report
