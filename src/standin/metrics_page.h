// The stand-in's /metrics: its own counts, in Prometheus' text format. Pure values, one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/units.h"
#include "sim/service.h"
#include "standin/id_log.h"

namespace loadline::standin {

/// How late departures left, compared with the instants that the state machine named.
class DelayHistogram {
 public:
  static constexpr std::array<Duration, 10> kLimits = {5us,   10us,  20us, 50us, 100us,
                                                       200us, 500us, 1ms,  5ms,  20ms};

  void Record(Duration delay) {
    std::size_t i = 0;
    while (i < kLimits.size() && delay > kLimits[i]) {
      ++i;
    }
    ++counts_[i];
    ++count_;
    sum_ += delay;
  }

  /// Departures at most kLimits[i] late.
  [[nodiscard]] std::int64_t UpTo(std::size_t i) const {
    std::int64_t sum = 0;
    for (std::size_t k = 0; k <= i; ++k) {
      sum += counts_[k];
    }
    return sum;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] Duration sum() const { return sum_; }

 private:
  std::array<std::int64_t, kLimits.size() + 1> counts_{};
  std::int64_t count_ = 0;
  Duration sum_{};
};

/// Replies by status. Requests for health, metrics and ids are not counted.
struct ReplyCounts {
  std::int64_t ok = 0;           ///< 200
  std::int64_t bad = 0;          ///< 400
  std::int64_t failed = 0;       ///< 500
  std::int64_t unavailable = 0;  ///< 503
};

struct MetricsView {
  const ReplyCounts& replies;
  const sim::ServiceCounters& service;
  const DelayHistogram& delays;
  const IdLog& ids;
  std::int64_t serving = 0;
  std::int64_t waiting = 0;
  int ready_pods = 0;
};

/// Replaces `out` by the page.
void WriteMetrics(const MetricsView& view, std::string& out);

}  // namespace loadline::standin
