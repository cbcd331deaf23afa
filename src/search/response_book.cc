#include "search/response_book.h"

#include <algorithm>
#include <limits>

#include "search/ledger.h"

namespace loadline::search {

ResponseBook::ResponseBook(const std::vector<measure::Objective>& objectives,
                           std::vector<int> task_of)
    : objectives_(objectives) {
  Duration loosest = Duration::zero();
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    if (objectives[i].metric == measure::Metric::kQuantile) {
      loosest = std::max(loosest, objectives[i].threshold);
    }
    const auto same = [&](const Group& group) { return group.task == task_of[i]; };
    const auto found = std::find_if(groups_.begin(), groups_.end(), same);
    group_of_.push_back(static_cast<std::size_t>(found - groups_.begin()));
    if (found == groups_.end()) {
      groups_.emplace_back(task_of[i]);
    }
  }
  if (loosest > Duration::zero()) {
    loosest_ = loosest;
  }
}

void ResponseBook::Depart(int task, Duration response, measure::ErrorKind error) {
  for (Group& group : groups_) {
    if (group.task != kAllTasks && group.task != task) {
      continue;
    }
    if (error != measure::ErrorKind::kNone) {
      ++group.failed;
      continue;
    }
    group.responses.Record(response);
    group.seconds += Seconds(response);
    group.successes += 1.0;
    group.good += response <= loosest_ ? 1.0 : 0.0;
  }
}

void ResponseBook::Advance(double seconds) {
  for (Group& group : groups_) {
    group.mean.Add(group.seconds, group.successes);
    group.goodput.Add(group.good, seconds);
    group.seconds = group.successes = group.good = 0.0;
  }
}

double ResponseBook::Value(std::size_t objective) const {
  const Group& group = groups_[group_of_[objective]];
  switch (objectives_[objective].metric) {
    case measure::Metric::kQuantile:
      return ResponseExceededBy(objective, 1.0 - objectives_[objective].quantile);
    case measure::Metric::kErrors: {
      const double all = static_cast<double>(Requests(objective));
      return all > 0.0 ? static_cast<double>(group.failed) / all : 0.0;
    }
    case measure::Metric::kMean:
      return group.mean.Get().ratio;
    case measure::Metric::kMax:
      return Seconds(group.responses.Max());
    case measure::Metric::kGoodput:
      return group.goodput.Get().ratio;
  }
  return 0.0;
}

double ResponseBook::ResponseExceededBy(std::size_t objective, double share) const {
  const Group& group = groups_[group_of_[objective]];
  const Duration value =
      group.responses.ValueAtQuantile(std::clamp(1.0 - share, 0.0, 1.0), group.failed);
  return value == Duration::max() ? std::numeric_limits<double>::infinity() : Seconds(value);
}

std::int64_t ResponseBook::Requests(std::size_t objective) const {
  const Group& group = groups_[group_of_[objective]];
  return group.responses.count() + group.failed;
}

RatioBatches::Estimate ResponseBook::Mean(std::size_t objective) const {
  const Group& group = groups_[group_of_[objective]];
  return objectives_[objective].metric == measure::Metric::kMean ? group.mean.Get()
                                                                 : group.goodput.Get();
}

}  // namespace loadline::search
