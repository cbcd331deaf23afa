// LindleyRun: one probe of a service whose balancer looks at nothing, without an event list.
//
// Where a request goes then does not depend on what became of the others, and each pod is a queue
// of its own, served in order of arrival: a request begins when it arrives or when the pod's first
// slot becomes free, whichever is later, so all is known of it as soon as it arrives. The streams
// of random numbers, windows, seconds and the measurement are those of ProbeRun, to the last bit.
// Sources: D. V. Lindley, "The theory of queues with a single server", Proc. Cambridge Phil. Soc.
// 48, 1952; for several slots J. Kiefer, J. Wolfowitz, "On the theory of queues with many servers",
// Trans. AMS 78, 1955. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "arrival/schedule.h"
#include "base/random.h"
#include "measure/prober.h"
#include "sim/balancer.h"
#include "sim/probe_books.h"
#include "sim/rolling.h"
#include "sim/sim_prober.h"
#include "stats/histogram.h"

namespace loadline::sim {

class LindleyRun {
 public:
  /// Whether the result would be the one of ProbeRun: an open load of one task, at a service with
  /// endless queues and slots, nothing that disturbs it, and a balancer that does not look (or only
  /// one pod). `wants_events`: the observer's wish, which only ProbeRun can fulfil.
  [[nodiscard]] static bool Fits(const SimOptions& options, const measure::Load& load,
                                 bool wants_events);

  /// `load` must fit, and have passed CheckLoad(). `seed`: of the World that ProbeRun would meet.
  LindleyRun(const SimOptions& options, const measure::Load& load, std::uint64_t seed,
             measure::Observer& observer, Duration slowest);

  [[nodiscard]] measure::Measurement Run();

  /// When it was over, since its origin.
  [[nodiscard]] Duration ended() const { return ended_; }
  /// Longest response time so far, earlier probes included.
  [[nodiscard]] Duration slowest() const { return books_.slowest(); }

 private:
  static constexpr std::size_t kBlock = 512;

  /// Departures in one window.
  struct Slot {
    std::int64_t completed = 0;
    std::int64_t late = 0;   // Of these: after issuing stops.
    std::int64_t early = 0;  // Of these: before the warm-up ends.
    std::int64_t slow = 0;   // Of the rest: beyond SimOptions::goodput_within.
    Duration slowest{};
  };
  /// Responses of one second, by whether they were due after the warm-up: the first ones as buckets
  /// of a histogram, kJudged set or not, which is cheaper as long as they are few.
  struct Responses {
    static constexpr std::size_t kFew = 4096;
    std::vector<std::uint32_t> few = std::vector<std::uint32_t>(kFew);
    std::size_t count = 0;  // Of these.
    bool many = false;      // More are in the histograms.
    stats::Histogram judged;
    stats::Histogram unjudged;
  };
  static constexpr std::uint32_t kJudged = 1U << 31;

  void FillBlock();
  void Issue();
  void Serve(std::size_t begin, std::size_t end);
  [[nodiscard]] Duration TakeSlot(std::uint32_t pod, Duration due, Duration work);
  void Count(std::size_t begin, std::size_t end);
  template <bool kPlain>
  void CountEach(std::size_t begin, std::size_t end);
  void CountApart(Slot& window, Duration due, Duration departure) const;
  void CloseWindow(bool stops);
  void GiveUpUntil(Duration end);
  static void Pour(Responses& responses);
  void EndSecond();

  // Constant after construction.
  const SimOptions& options_;
  const measure::Load& load_;
  std::size_t slots_per_pod_;
  std::int64_t total_;     // Arrivals at most.
  Duration issue_before_;  // Arrivals are due before it.
  Duration stop_;          // When issuing stops, unless the observer or the brake stops it.
  // Owner thread only.
  arrival::Schedule schedule_;
  Random random_;
  Balancer balancer_;
  ProbeBooks books_;
  std::array<Duration, kBlock> due_{};
  std::array<Duration, kBlock> work_{};
  std::array<std::uint32_t, kBlock> pod_{};
  std::array<Duration, kBlock> departure_{};
  stats::Histogram buckets_;    // Empty: knows in which bucket a time lies.
  std::size_t taken_ = kBlock;  // Of the block.
  std::int64_t drawn_ = 0;      // Arrivals in blocks so far.
  std::vector<Duration> free_;  // By pod, a heap of when each of its slots is free.
  Rolling<Slot> windows_;
  Rolling<Responses> seconds_;
  std::deque<Duration> gives_up_;  // When the client does, of those that take too long.
  std::int64_t window_ = 0;        // Number of the window under way.
  Duration boundary_;              // Its end.
  std::int64_t arrivals_ = 0;      // In this window…
  std::int64_t judged_ = 0;        // …of these after the warm-up.
  Duration last_end_{};            // Of all requests so far.
  bool issuing_ = true;
  Duration ended_{};
};

}  // namespace loadline::sim
