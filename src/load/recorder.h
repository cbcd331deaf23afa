// Recorder: what one engine thread keeps of its requests: counts, histograms, rows, events, errors.
//
// Owner thread only, but for what it hands over: Reports through a mailbox, slabs by lending, rows
// through a ring, events through a mailbox. Nothing here waits or, in the steady state, allocates.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "base/mailbox.h"
#include "base/units.h"
#include "load/engine.h"
#include "load/error_book.h"
#include "load/request.h"
#include "load/slab.h"
#include "load/spool.h"
#include "measure/row.h"
#include "measure/window.h"
#include "net/loop.h"

namespace loadline::load {

/// The observer's windows end at whole multiples of it.
inline constexpr Duration kWindow = 100ms;
inline constexpr int kWindowsPerSecond = 10;

/// One thread's counts since the probe's start.
struct Tally {
  std::int64_t scheduled = 0;  ///< Closed loop only; in an open loop the schedule says it.
  std::int64_t dispatched = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t rejected = 0;
  std::int64_t answered = 0;  ///< Of completed: with a whole reply, good or bad.
  std::int64_t users = 0;     ///< Started.
  std::int64_t connections = 0;
  std::int64_t dropped_rows = 0;  ///< The ring was full.
  std::int64_t dropped_events = 0;
};

/// What a thread says at the end of a window.
struct Report {
  std::int64_t window = 0;     ///< Every event up to `window` times kWindow has been delivered.
  Tally tally;                 ///< At that instant.
  Duration slowest{};          ///< Longest response time so far.
  SecondSlab* slab = nullptr;  ///< Lent, if a second ended.
  bool final = false;          ///< The thread's last word.
};

/// The books of one thread, at its end.
struct RecorderTotals {
  std::int64_t attempts = 0;
  std::int64_t pushed = 0;   ///< Rows given to the spool.
  std::int64_t skipped = 0;  ///< By choice.
  std::int64_t cut = 0;
  std::int64_t span_completed = 0;  ///< Completed between warm-up's end and the end of issuing.
  Instant last_done{};              ///< When the latest attempt ended.
  std::int64_t no_descriptors = 0;
  std::int64_t no_ports = 0;
  std::int64_t not_rendered = 0;
  std::int64_t judged_rejected = 0;
  std::int64_t starved = 0;
  std::int64_t waits = 0;      ///< Attempts sent, for the mean of…
  Duration connection_wait{};  ///< …dispatched → sent, summed.
};

struct RecorderOptions {
  int shard = 0;
  int shards = 1;
  std::uint16_t step = 0;
  std::size_t tasks = 1;
  bool closed = false;
  bool wants_events = false;
  Instant epoch{};
  Duration warmup{};
  Records records = Records::kAll;
  std::int64_t row_limit = 0;    ///< Rows of this thread in the whole run; beyond: as kSample.
  std::int64_t rows_before = 0;  ///< Of the run's earlier probes.
  Spool* spool = nullptr;        ///< Null: no rows are kept.
};

class Recorder {
 public:
  /// Mailboxes of a thread to the coordinator.
  struct Outbox {
    Outbox(std::size_t reports_capacity, std::size_t events_capacity)
        : reports(reports_capacity), events(events_capacity) {}
    Mailbox<Report> reports;
    Mailbox<measure::Event> events;
  };

  /// All references must outlive it. `spin`: the thread's time spent spinning so far. `coordinator`
  /// is woken when there is something to fetch.
  Recorder(const RecorderOptions& options, Outbox& outbox, ErrorRegistry& registry,
           const scenario::Redactor& redactor, const Duration& spin, net::Loop& coordinator);

  /// The probe starts: windows and CPU time count from here. Until then only on_start requests end.
  void Begin(Instant start);

  /// A user became ready (closed loop), seen when it is taken up.
  void Scheduled(Instant at, std::uint32_t user, std::uint16_t task);
  /// The engine took a request up at request.dispatched.
  void Dispatched(const Request& request);
  /// Its first byte is about to be sent.
  void Sent(const Request& request) {
    totals_.connection_wait += request.sent - request.dispatched;
    ++totals_.waits;
  }

  /// The outcome of an attempt.
  struct Outcome {
    Failure failure;  ///< kind kNone: success.
    std::uint16_t status = 0;
    bool answered = false;  ///< A whole reply was read.
    bool last = true;       ///< No further attempt follows.
  };
  /// An attempt ended at `done`; with `last`, its request did.
  void Ended(const Request& request, const Outcome& outcome, Instant done);

  /// Call it at the end of each turn of the loop. `watermark`: no event up to it can come any more.
  void EndTurn(Instant now, Instant watermark) {
    if (now >= next_boundary_) [[unlikely]] {
      Cross(now);
    }
    if (pending_ && watermark >= BoundaryOf(pending_->window)) [[unlikely]] {
      Post();
    }
  }
  /// A turn of the loop took so long.
  void NoteLag(Duration lag) {
    if (lag > slab_->loop_lag_max) {
      slab_->loop_lag_max = lag;
    }
  }
  /// When EndTurn() wants to be called next.
  [[nodiscard]] Instant next_boundary() const { return next_boundary_; }

  /// Issuing has ended: what completes later is outside the judged span.
  void EndIssuing(Instant at) { issue_end_ = at; }
  void SetUsers(std::int64_t users) { tally_.users = users; }
  void SetConnections(std::int64_t connections) { tally_.connections = connections; }

  /// The thread's last word: everything is handed over. Waits for room in the mailbox.
  void Close(Instant now);

  [[nodiscard]] const RecorderTotals& totals() const { return totals_; }
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] std::int64_t rows_pushed() const { return options_.rows_before + totals_.pushed; }
  [[nodiscard]] ErrorLedger& ledger() { return ledger_; }

 private:
  void Cross(Instant at);
  void WriteRow(const Request& request, const Outcome& outcome, std::uint16_t tally, Instant done);
  [[nodiscard]] bool Wanted(const Request& request, const Outcome& outcome) const;
  void PushEvent(const measure::Event& event);
  void FinishSlab(Instant now);
  void Post();
  [[nodiscard]] Instant BoundaryOf(std::int64_t window) const { return start_ + window * kWindow; }
  [[nodiscard]] std::uint32_t GlobalUser(std::uint32_t user) const {
    return user * static_cast<std::uint32_t>(options_.shards) +
           static_cast<std::uint32_t>(options_.shard);
  }
  [[nodiscard]] std::int64_t Stamp(Instant at) const {
    return at == Instant{} ? 0 : (at - options_.epoch).count();
  }

  // Constant after construction.
  RecorderOptions options_;
  Outbox& outbox_;
  const Duration& spin_;
  net::Loop& coordinator_;
  RowRing* ring_ = nullptr;
  // Constant after Begin().
  Instant start_;
  Instant warmup_end_;
  // Owner thread only.
  ErrorLedger ledger_;
  Tally tally_;
  RecorderTotals totals_;
  Instant next_boundary_;
  Instant issue_end_ = Instant::max();
  Duration slowest_{};
  std::optional<Report> pending_;  // Crossed, but not handed over yet.
  std::int64_t crossed_ = 0;       // Windows crossed so far.
  std::int64_t second_ = 0;        // That slab_ is about.
  Duration cpu_before_{};
  Duration spin_before_{};
  Instant slab_since_;
  std::size_t events_before_wake_;
  std::array<std::unique_ptr<SecondSlab>, 2> slabs_;
  SecondSlab* slab_;
};

}  // namespace loadline::load
