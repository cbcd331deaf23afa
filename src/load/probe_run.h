// ProbeRun: one probe from start to measurement: starts the shards, merges what they report,
// tells the observer, and decides when it is over.
//
// Lives on the thread that called Engine::Probe(). Shards are asked nothing while they run: they
// report every 100 ms, and what they report is merged in time order up to the instant that all of
// them have passed.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "load/arrival_walk.h"
#include "load/cgroup.h"
#include "load/event_merge.h"
#include "load/shard.h"
#include "load/timeline.h"
#include "measure/brake.h"
#include "measure/prober.h"

namespace loadline::load {

struct ProbeOptions {
  std::uint16_t step = 1;
  int threads = 1;
  Pacing pacing = Pacing::kTimer;
  Instant epoch{};
  Records records = Records::kAll;
  std::int64_t row_limit = 0;             ///< Per thread, over the whole run.
  std::vector<std::int64_t> rows_before;  ///< By thread: rows of the run's earlier steps.
  Spool* spool = nullptr;
  Duration drain{};
  bool brake = true;
  Duration slowest{};  ///< Longest response time known from before: the brake's patience.
  Duration tightest_objective{};
  std::vector<net::Address> addresses;
  std::string unresolved;
};

class ProbeRun {
 public:
  /// All references must outlive it. `loop` is the calling thread's; waking it after setting
  /// `interrupted` ends the probe.
  ProbeRun(ProbeOptions options, const Plan& plan, const measure::Load& load,
           measure::Observer& observer, net::Loop& loop, const Cgroup& cgroup,
           const std::atomic<bool>& interrupted);
  ~ProbeRun();
  ProbeRun(const ProbeRun&) = delete;
  ProbeRun& operator=(const ProbeRun&) = delete;

  /// Errors: kExhausted, kIo: the threads could not be made.
  [[nodiscard]] Result<measure::Measurement> Run();

  /// Rows pushed by each thread over the whole run; after Run().
  [[nodiscard]] std::vector<std::int64_t> rows_pushed() const;

 private:
  /// What a shard has said and nobody has used yet.
  struct Mail {
    std::deque<Report> reports;  // Not yet passed by a window.
    Report latest;               // The last one that a window has passed.
    std::deque<SecondSlab*> slabs;
    std::int64_t newest = 0;  // Window of the newest report.
    bool final = false;
  };

  // Life (probe_run.cc).
  [[nodiscard]] Status CreateShards();
  void Start();
  void Watch();
  void Fetch();
  void FetchFrom(std::size_t index);
  void DeliverWindows();
  void DeliverWindow(std::int64_t window, Duration begin, Duration end);
  void DeliverSecond(bool last);
  void Stop(measure::StopReason reason);
  [[nodiscard]] bool AllFinal() const;
  [[nodiscard]] std::int64_t CompleteWindows() const;
  [[nodiscard]] Duration StopAt() const;
  [[nodiscard]] Duration ProbeTime() const;
  [[nodiscard]] measure::Generator LookAtMachine();

  // The result (probe_result.cc).
  [[nodiscard]] measure::Measurement Summarize();
  void FillJudged(measure::Measurement& result) const;
  void FillAccounts(measure::Measurement& result);
  void FillConnections(measure::Measurement& result) const;
  void FillGenerator(measure::Measurement& result) const;
  [[nodiscard]] double GoodShare() const;
  [[nodiscard]] Duration MeasuredLength() const;
  [[nodiscard]] bool AllExhausted() const;

  // Constant after construction.
  ProbeOptions options_;
  const Plan& plan_;
  measure::Load load_;
  measure::Observer& observer_;
  net::Loop& loop_;
  const Cgroup& cgroup_;
  const std::atomic<bool>& interrupted_;
  bool wants_events_;
  int shard_count_;           // That take part: not more than users or connections.
  std::uint64_t data_limit_;  // Requests that data of order `once` lasts for.
  // Crosses threads.
  ShardControl control_;
  ErrorRegistry registry_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::thread> threads_;
  // Calling thread only.
  std::vector<Mail> mail_;
  std::optional<ArrivalWalk> walk_;  // Open loop.
  EventMerge merge_;
  Timeline timeline_;
  measure::Brake brake_;
  measure::Progress progress_;
  measure::StopReason stop_reason_ = measure::StopReason::kComplete;
  bool stopping_ = false;
  Instant start_{};
  UtcTime started_{};
  std::int64_t windows_ = 0;  // Delivered so far.
  Duration delivered_to_{};
  Duration slowest_{};
  Duration throttled_at_start_{};
  Duration throttled_before_{};
  measure::Generator machine_;
  std::int64_t spool_written_ = 0;  // Before this probe.
  std::int64_t spool_lost_ = 0;
};

}  // namespace loadline::load
