// ProbeBooks: the accounts of one simulated probe, kept as the real engine keeps them.
//
// It is told every arrival, dispatch and departure in time order (instants since the probe's start)
// and makes of them windows, seconds and, at the end, the Measurement. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/brake.h"
#include "measure/prober.h"
#include "sim/sim_prober.h"

namespace loadline::sim {

/// A request between its arrival and its end.
struct Outstanding {
  Duration scheduled{};
  Duration dispatched{};
  std::uint32_t user = 0;  ///< Closed loop.
  std::uint16_t task = 0;
  bool sent = false;  ///< Dispatched, by a generator that keeps up at once.
  bool ended = false;
};

/// How a request ended.
struct Ending {
  measure::ErrorKind kind = measure::ErrorKind::kNone;
  int status = 200;  ///< 0: none was read.
};

/// What happened in a part of a window, counted by whoever knew it at once: the requests of a probe
/// with one task that were sent when due and succeeded.
struct Tally {
  std::int64_t arrivals = 0;
  std::int64_t judged_arrivals = 0;  ///< Of these: after the warm-up.
  std::int64_t completed = 0;
  std::int64_t in_time = 0;  ///< Of these: after the warm-up, while requests are issued.
  std::int64_t good = 0;     ///< Of these: within SimOptions::goodput_within.
  Duration slowest{};        ///< Longest response.
};

/// What a probe needs to know for its rows.
struct RowOrder {
  RowSink* sink = nullptr;  ///< Null: no rows are made.
  int step = 1;
  Duration start{};  ///< Of the probe, after kRunEpoch.
};

class ProbeBooks {
 public:
  /// `slowest`: longest response time of earlier probes, for the brake's patience.
  ProbeBooks(const SimOptions& options, const measure::Load& load, const RowOrder& rows,
             measure::Observer& observer, Duration slowest);

  void Arrival(Duration at, std::uint32_t request, std::uint16_t task);
  void Dispatch(Duration at, const Outstanding& request);
  void Departure(Duration at, std::uint32_t number, const Outstanding& request, Ending ending);
  /// The same in bulk; AddResponses() has to follow before the second ends.
  void Add(const Tally& tally);
  /// Responses of the requests that Add() counted in this second, by whether they were due after
  /// the warm-up.
  void AddResponses(const stats::Histogram& judged, const stats::Histogram& unjudged);
  /// The same for one of them, by its bucket.
  void AddResponse(std::uint32_t bucket, bool judged);
  /// A request that ended before it was ever dispatched; its departure is told apart.
  void NeverDispatched() { ++measurement_.accounts.never_dispatched; }
  void UserStarted() { ++progress_.users; }

  /// Issuing stopped.
  void StopIssuing(Duration at, measure::StopReason reason);

  /// A window ends: tells the observer. True if the probe has to stop, and `reason` says why.
  [[nodiscard]] bool EndWindow(Duration end, measure::StopReason& reason);

  [[nodiscard]] const measure::Progress& progress() const { return progress_; }

  /// Longest response time seen, earlier probes included.
  [[nodiscard]] Duration slowest() const { return slowest_; }

  /// The last window and second have ended at `end`: the result.
  [[nodiscard]] measure::Measurement Finish(Duration end);

 private:
  void EndSeconds(Duration end, bool last);
  void ResetSecond();
  [[nodiscard]] std::size_t TallyOf(Duration at, Ending ending);
  void WriteRow(Duration at, std::uint32_t number, const Outstanding& request, Ending ending,
                std::size_t tally);
  void JudgeGenerator(measure::Measurement& result) const;

  // Constant after construction.
  const SimOptions& options_;
  const measure::Load& load_;
  RowOrder rows_;
  measure::Observer& observer_;
  bool wants_events_;
  // Owner thread only.
  std::vector<measure::Event> events_;
  Duration window_begin_{};
  measure::Progress progress_;
  measure::Brake brake_;
  std::int64_t answered_ = 0;  // Completed with a whole reply, good or bad.
  Duration slowest_{};         // Longest response so far, of earlier probes too.
  bool issuing_ = true;
  measure::Second second_;
  stats::Histogram second_lateness_;
  stats::Histogram lateness_;
  bool limited_;  // The generator has a limit: lateness is worth recording.
  measure::Measurement measurement_;
  Duration issue_end_{};
  std::int64_t judged_arrivals_ = 0;
  std::int64_t judged_completions_ = 0;  // By the time of completion.
  std::int64_t judged_good_ = 0;
  std::vector<int> error_status_;  // Beside measurement_.errors.
};

}  // namespace loadline::sim
