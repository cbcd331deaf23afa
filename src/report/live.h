// The live view: what a run looks like while it goes on. Pure functions; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/error_kind.h"
#include "measure/load.h"
#include "measure/window.h"
#include "report/style.h"

namespace loadline::report {

/// What is known at one moment of a probe.
struct LiveState {
  std::string title;  ///< What goes on: `202/s, Poisson arrivals`, `probe 4: 228/s`.
  Duration elapsed{};
  std::optional<Duration> total;  ///< Of the probe or of the search; none: open-ended.
  measure::Progress progress;
  bool open_loop = true;
  Rate offered;  ///< Over the last seconds, as are the following.
  Rate achieved;
  Duration response_p50{};
  Duration response_p95{};
  Duration response_p99{};
  Duration wire_p50{};
  Duration wire_p95{};
  Duration wire_p99{};
  bool has_percentiles = false;             ///< False until the first second is complete.
  std::vector<measure::ErrorTally> errors;  ///< By kind; may be empty although progress.failed > 0.
  measure::Generator generator;             ///< Of the last complete second.
  bool has_generator = false;
  std::optional<double> held;  ///< find: the bracket so far, by `users` or rate.
  std::optional<double> broken;
  bool warmup = false;
};

/// Adds up the last seconds for the view: rates, percentiles over kLiveSeconds, generator.
class LiveSeconds {
 public:
  /// How many seconds the view looks back.
  static constexpr int kSpan = 3;

  /// A complete second of the probe (Observer::OnSecond).
  void Add(const measure::Second& second);
  /// A new probe starts: forgets everything.
  void Reset();
  /// Fills rates, percentiles and generator of `state`.
  void Fill(LiveState& state) const;

 private:
  struct Kept {
    std::int64_t scheduled = 0;
    std::int64_t completed = 0;
    stats::Histogram response;
    stats::Histogram wire;
  };
  std::vector<Kept> seconds_;  // At most kSpan, oldest first.
  measure::Generator generator_;
};

/// The block for a terminal: at most ten lines, none wider than style.width, without newlines.
[[nodiscard]] std::vector<std::string> LiveBlock(const LiveState& state, const Style& style);

/// One plain line, for output that is not a terminal (print one every few seconds).
[[nodiscard]] std::string LiveLine(const LiveState& state);

}  // namespace loadline::report
