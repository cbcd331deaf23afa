// ResponseBook: what is measured of each objective while the tests decide: the quantile, share,
// mean, maximum or goodput itself.
//
// Judged part only: requests that arrived after the warm-up. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "measure/objective.h"
#include "search/ratio_batches.h"
#include "stats/histogram.h"

namespace loadline::search {

class ResponseBook {
 public:
  /// `task_of[i]` is the task of objective i, or kAllTasks (search/ledger.h).
  ResponseBook(const std::vector<measure::Objective>& objectives, std::vector<int> task_of);

  /// A request of the judged part ended.
  void Depart(int task, Duration response, measure::ErrorKind error);
  /// `seconds` > 0 of the judged part have passed: closes a cell of the batch means.
  void Advance(double seconds);

  /// Seconds, a share or requests/s, by the objective's metric.
  [[nodiscard]] double Value(std::size_t objective) const;
  /// The response that a share `share` of requests exceeds [s]; infinite among failed requests.
  [[nodiscard]] double ResponseExceededBy(std::size_t objective, double share) const;
  /// Requests that ended and concern the objective.
  [[nodiscard]] std::int64_t Requests(std::size_t objective) const;
  /// kMean and kGoodput: the batch means.
  [[nodiscard]] RatioBatches::Estimate Mean(std::size_t objective) const;

 private:
  /// What is kept per set of tasks.
  struct Group {
    explicit Group(int tasks) : task(tasks) {}

    int task;
    stats::Histogram responses;  // Successes.
    std::int64_t failed = 0;
    double seconds = 0.0;  // Sum and number of successes in the open cell…
    double successes = 0.0;
    double good = 0.0;  // …and of them those within the loosest threshold.
    RatioBatches mean;
    RatioBatches goodput;
  };

  std::vector<measure::Objective> objectives_;
  std::vector<std::size_t> group_of_;  // By objective.
  std::vector<Group> groups_;
  Duration loosest_ = Duration::max();
};

}  // namespace loadline::search
