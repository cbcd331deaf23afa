// Shard: one engine thread: its loop, users, connections, histograms and books. Shares nothing.
//
// One turn: wait for events (pacing decides how), read the replies of a small batch, end what is
// overdue, send what is due, render ahead, report. Sends follow the reads of a batch of at most 64
// events: measured faster than sending from within the reads, because the code stays in cache. In
// an open loop what becomes due between two reads is sent at once.
//
// The coordinator talks to it through ShardControl (a few atomics) and Loop::Wake().
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "load/connection_pool.h"
#include "load/pacing.h"
#include "load/plan.h"
#include "load/recorder.h"
#include "load/request.h"
#include "load/source.h"
#include "measure/load.h"
#include "net/deadline_wheel.h"
#include "net/loop.h"
#include "scenario/check_reply.h"

namespace loadline::load {

/// What the coordinator tells all shards. Instants as ns of the monotonic clock.
struct ShardControl {
  static constexpr std::int64_t kNever = INT64_MAX;
  std::atomic<std::int64_t> start_ns{0};      ///< The probe's start; 0: not yet known.
  std::atomic<std::int64_t> stop_ns{kNever};  ///< Nothing scheduled from here on is issued.
  std::atomic<std::int64_t> cut_ns{kNever};   ///< What is still in flight then is cut.
};

/// Constant for one probe, the same for all shards but for `index`.
struct ShardOptions {
  int index = 0;
  int shards = 1;  ///< That take part in the load.
  std::uint16_t step = 1;
  Pacing pacing = Pacing::kTimer;
  bool wants_events = false;
  Instant epoch{};
  Records records = Records::kAll;
  std::int64_t row_limit = 0;
  std::int64_t rows_before = 0;
  Spool* spool = nullptr;
  Duration drain{};
  std::int64_t max_connections = 0;  ///< Of this shard; 0: no limit.
  std::int64_t descriptors = 0;      ///< Of this shard.
  std::vector<net::Address> addresses;
  std::string unresolved;  ///< Why there are none.
};

/// What a shard leaves behind beside its reports. Read it when the thread has ended.
struct ShardResult {
  RecorderTotals totals;
  std::int64_t never_dispatched = 0;
  std::int64_t in_flight_end = 0;  ///< When issuing ended.
  Instant last_scheduled{};        ///< Of what was dispatched.
  bool exhausted = false;          ///< All requests asked for were issued, or the data ended.
  Duration cpu{};                  ///< While issuing, spinning included.
  Duration spin{};
  Duration issuing{};  ///< How long that was.
  Duration stalled{};  ///< Time lost in gaps of at least 100 ms.
  std::int64_t connections_opened = 0;
  Duration connect_sum{};
  Duration tls_sum{};
  std::vector<std::string> addresses;
};

class Shard {
 public:
  /// All references must outlive it. Makes everything that can fail; the thread comes later.
  [[nodiscard]] static Result<std::unique_ptr<Shard>> Create(
      const ShardOptions& options, const Plan& plan, const measure::Load& load,
      const ShardControl& control, ErrorRegistry& registry, net::Loop& coordinator);

  /// The thread's whole life: on_start of an open loop, the load, the drain, the last report.
  void Run();

  /// Any thread: look at the control again.
  void Wake() { loop_->Wake(); }
  /// Any thread: ready for ShardControl::start_ns.
  [[nodiscard]] bool prepared() const { return prepared_.load(std::memory_order_acquire); }

  [[nodiscard]] Recorder::Outbox& outbox() { return outbox_; }
  [[nodiscard]] const ShardResult& result() const { return result_; }

 private:
  Shard(const ShardOptions& options, const Plan& plan, const measure::Load& load,
        const ShardControl& control, ErrorRegistry& registry, net::Loop& coordinator,
        std::unique_ptr<net::Loop> loop, std::unique_ptr<net::TlsContext> tls);

  // The loop (shard.cc).
  void Prepare();
  void Issue();
  void Drain();
  void Turn(Instant next_due);
  [[nodiscard]] Instant WaitUntil(Instant next_due) const;
  void NoteGap(Duration gap);
  void TakeDue(int most);
  void RenderAhead();
  void EndIssuing();
  void CutAll();
  [[nodiscard]] Instant ReadStop() const {
    return Instant(Duration(control_.stop_ns.load(std::memory_order_acquire)));
  }
  void OnEvent(const net::Event& event);

  // From due to sent (shard_send.cc).
  void Dispatch(const Due& due);
  void DispatchBroken(std::uint32_t slot);
  [[nodiscard]] Connection* FindReady(const Request& request);
  void Await(std::uint32_t slot);
  void OpenOwn(std::uint32_t slot);
  void OpenMore();
  /// Somebody waits for whom no connection is being opened yet.
  [[nodiscard]] bool WantsConnection() const {
    return line_.size() > pool_.connecting() && pool_.HasRoom();
  }
  void ServeLine();
  void Send(Connection& connection, std::uint32_t slot);
  void ContinueSend(Connection& connection);
  void OnConnecting(Connection& connection);
  void ConnectTimedOut(Connection& connection);
  void FailWaiting(std::uint32_t own_request, const NamedFailure& failure);
  void Close(Connection& connection, bool reset);
  [[nodiscard]] std::string_view TextOf(const Request& request);
  [[nodiscard]] const TaskPlan& TaskOf(const Request& request) const {
    return request.on_start ? plan_.on_start[request.task] : plan_.tasks[request.task];
  }

  // From reply to end (shard_reply.cc).
  void Read(Connection& connection);
  void ReadUnasked(Connection& connection);
  void OnBytes(Connection& connection, std::string_view bytes);
  void OnReply(Connection& connection, std::string_view bytes, std::size_t consumed);
  [[nodiscard]] Failure Judge(Connection& connection, const Request& request,
                              std::string_view bytes);
  [[nodiscard]] Failure CheckReply(Connection& connection, const Request& request,
                                   std::string_view body);
  void Free(Connection& connection, bool reusable);
  void FailConnection(Connection& connection, const NamedFailure& failure,
                      std::string_view sample = {});
  void OnOverdue(std::uint32_t slot);
  void FailAttempt(std::uint32_t slot, const NamedFailure& failure, std::string_view sample = {});
  void EndAttempt(std::uint32_t slot, const Recorder::Outcome& outcome);
  /// The pause before another attempt; nothing if there shall be none.
  [[nodiscard]] std::optional<Duration> MayTryAgain(const Request& request, const Failure& failure,
                                                    std::optional<Duration> retry_after) const;
  void Pause(std::uint32_t slot, Duration pause);
  void Resume(std::uint32_t slot);

  // Constant after construction.
  ShardOptions options_;
  const Plan& plan_;
  measure::Load load_;
  const ShardControl& control_;
  net::Loop& coordinator_;
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<net::TlsContext> tls_;  // Null: plain HTTP.
  bool own_connections_;                  // Every user has a connection of its own.
  std::vector<bool> plain_check_;  // By task: only the status is looked at, and it must be 2xx.
  // Loop thread only.
  Instant clock_{};  // The latest reading of the clock.
  Instant start_{};
  Instant next_due_ = Instant::max();  // Open loop: sends from between the reads.
  Instant stop_ = Instant::max();      // As last read from the control.
  Instant issue_end_{};
  int opens_left_ = 0;  // Connections that may still be opened in this turn.
  bool issuing_ = false;
  bool more_to_render_ = false;
  TextPool texts_;
  Source source_;
  RequestPool requests_;
  WaitingLine line_;
  std::vector<scenario::ReplyChecker> checkers_;  // By task.
  std::vector<scenario::ReplyChecker> start_checkers_;
  ConnectionPool pool_;
  std::vector<std::uint32_t> own_;  // By user: the connection it has; kNoIndex: none (yet).
  net::DeadlineWheel wheel_;        // By request slot.
  std::string detail_;              // Room for a failure's detail.
  std::string rewritten_;           // Room for a redirected request.
  Duration spin_{};  // Spent on polls that found nothing, while something was soon due.
  ShardResult result_;
  // Crosses threads.
  Recorder::Outbox outbox_;
  // Loop thread only; uses the above.
  Recorder recorder_;
  // Crosses threads.
  std::atomic<bool> prepared_{false};
};

}  // namespace loadline::load
