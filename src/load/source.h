// Source: which request comes next on one engine thread, and when. Open and closed loop alike.
//
// Open loop: arrival k of the schedule is this thread's if k mod threads is its number, whatever
// happened before. Closed loop: its users (user u if u mod threads is its number) send, wait for
// the answer, think, and send again. Requests that differ from each other are rendered ahead of the
// time they are due. Belongs to one thread; reads no clock.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "arrival/schedule.h"
#include "arrival/task_mix.h"
#include "arrival/users.h"
#include "base/units.h"
#include "load/plan.h"
#include "load/request.h"
#include "load/request_builder.h"
#include "measure/load.h"
#include "scenario/render.h"

namespace loadline::load {

/// A request that is due.
struct Due {
  std::uint64_t number = 0;  ///< Over the whole load, in an open loop in time order; on_start: the
                             ///< user's number.
  Instant scheduled{};
  std::uint32_t user = 0;         ///< Closed loop: index within this thread.
  std::uint32_t text = kNoIndex;  ///< In the TextPool; kNoIndex: the plan's bytes.
  std::uint16_t task = 0;         ///< Index into Plan::tasks, or into Plan::on_start.
  bool on_start = false;
  bool broken = false;  ///< It could not be rendered: error() says why.
};

class Source {
 public:
  /// `plan` and `texts` must outlive it. 0 <= `part` < `parts`.
  Source(const Plan& plan, const measure::Load& load, int part, int parts, TextPool& texts);

  /// Fixes the probe's start; before it only on_start requests of an open loop come.
  void Start(Instant start);

  /// Open loop: the thread's own on_start requests have been answered (or given up). Closed loop:
  /// true; each user's come as it starts.
  [[nodiscard]] bool prepared() const { return prepared_; }

  /// No request that was scheduled up to the result is still to be taken. `now`: the present.
  [[nodiscard]] Instant Watermark(Instant now) const;

  /// When Take() will have something; Instant::max(): not before something is answered, or never.
  [[nodiscard]] Instant NextDue() const;

  /// Takes the next request that is due at `now` and was scheduled before `stop`.
  [[nodiscard]] bool Take(Instant now, Instant stop, Due& due);

  /// Closed loop: a user's request ended at `done`.
  void Answered(std::uint32_t user, Instant done);
  /// A user's (open loop: the thread's) on_start request ended; the next, or the load, follows. A
  /// failed one is tried again after a pause.
  void StartAnswered(std::uint32_t user, bool succeeded, Instant done);

  /// Renders one request ahead, if there is room and one to render; true if it did. Call it when
  /// nothing is due.
  bool RenderAhead();

  /// The load's own end was reached: as many requests as asked, or the data ended.
  [[nodiscard]] bool exhausted() const { return exhausted_; }

  /// Requests scheduled before `stop` that nobody took. Closed loop: the users are removed from the
  /// queue and their ready times given to `visit(at, user)`. Call it once, at the end.
  template <typename Visit>
  [[nodiscard]] std::int64_t CountUntaken(Instant stop, Visit&& visit);

  /// Users that take part at `now`: those started so far, without those that pause by then.
  [[nodiscard]] std::int64_t UsersAt(Instant now) const;
  /// What on_start captured for a user; open loop: for the thread.
  [[nodiscard]] scenario::Captured& captured(std::uint32_t user) {
    return captured_[closed_ ? user : 0];
  }
  [[nodiscard]] const std::string& error() const { return error_; }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  struct User {
    std::uint64_t number = 0;  // Of the request prepared.
    std::uint32_t text = kNoIndex;
    std::uint32_t answers = 0;
    std::uint16_t task = 0;
    std::uint16_t started = 0;  // on_start requests answered.
    bool prepared = false;
    bool broken = false;
  };
  struct Ready {
    Instant at;
    std::uint32_t user;
  };
  /// Open loop: requests rendered ahead, oldest first.
  struct Ahead {
    arrival::Arrival arrival;
    std::uint16_t task = 0;
    std::uint32_t text = kNoIndex;
    bool broken = false;
  };

  [[nodiscard]] bool TakeOpen(Instant now, Instant stop, Due& due);
  [[nodiscard]] bool TakeClosed(Instant now, Instant stop, Due& due);
  [[nodiscard]] bool TakeOnStart(std::uint32_t user, Instant at, Due& due);
  void GatherReady(Instant now);
  void BecomeReady(std::uint32_t user, Instant at, Instant now);
  /// Gives the user's next request its number and renders it; false: there are no numbers left.
  bool Prepare(std::uint32_t user);
  [[nodiscard]] std::uint64_t NextNumber() const {
    return issued_ * static_cast<std::uint64_t>(parts_) + static_cast<std::uint64_t>(part_);
  }
  std::uint32_t Render(std::uint16_t task, std::uint64_t number, std::uint32_t user, bool& broken);
  [[nodiscard]] Ahead NextArrival();
  /// Sets when the next user starts.
  void AwaitUser();
  /// When a user who could go on `at` does.
  [[nodiscard]] Instant GoesOn(std::uint32_t user, Instant at) const;
  [[nodiscard]] std::int64_t GlobalUser(std::uint32_t user) const {
    return static_cast<std::int64_t>(user) * parts_ + part_;
  }

  // Constant after construction.
  const Plan& plan_;
  TextPool& texts_;
  RequestBuilder builder_;
  arrival::TaskMix mix_;
  arrival::ThinkTimes think_;
  bool closed_;
  bool thinks_;  // Users pause between answer and request.
  bool all_static_ = true;
  std::int64_t part_;
  std::int64_t parts_;
  std::uint64_t limit_;  // Numbers below it are issued.
  std::uint32_t user_count_ = 0;
  measure::ClosedLoad users_load_;  // Closed loop: who takes part when.
  // Owner thread only.
  Instant start_ = Instant::max();
  bool prepared_ = true;
  bool exhausted_ = false;
  std::string error_;
  std::vector<scenario::Captured> captured_;
  // Open loop.
  std::optional<arrival::Share> share_;
  std::vector<Ahead> ahead_;  // A ring.
  std::size_t ahead_first_ = 0;
  std::size_t ahead_size_ = 0;
  // Closed loop.
  std::vector<User> users_;
  std::uint64_t issued_ = 0;             // Numbers given out by this thread.
  std::uint32_t prepared_users_ = 0;     // Of them: not taken yet.
  std::uint32_t spawned_ = 0;            // Users below it have started…
  Instant next_start_ = Instant::max();  // …and the next one does then.
  std::vector<Ready> ready_;             // In order; those before ready_first_ are gone.
  std::size_t ready_first_ = 0;
  std::vector<Ready> thinking_;            // A heap: the earliest on top. on_start pauses too.
  std::vector<std::uint32_t> unprepared_;  // Users whose next request can be rendered ahead.
};

template <typename Visit>
std::int64_t Source::CountUntaken(Instant stop, Visit&& visit) {
  std::int64_t count = 0;
  if (!closed_) {
    while (ahead_size_ > 0) {
      const Ahead& ahead = ahead_[ahead_first_];
      count += start_ + ahead.arrival.due < stop ? 1 : 0;
      texts_.Release(ahead.text);
      ahead_first_ = (ahead_first_ + 1) % ahead_.size();
      --ahead_size_;
    }
    while (share_ && static_cast<std::uint64_t>(share_->Next().k) < limit_ &&
           start_ + share_->Next().due < stop) {
      ++count;
      share_->Advance();
    }
    return count;
  }
  GatherReady(stop);
  for (; ready_first_ < ready_.size(); ++ready_first_) {
    const Ready& ready = ready_[ready_first_];
    if (ready.at < stop && !exhausted_ && users_[ready.user].started >= plan_.on_start.size()) {
      ++count;
      visit(ready.at, ready.user);
    }
  }
  return count;
}

}  // namespace loadline::load
