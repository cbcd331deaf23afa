// Shard, from due to sent: finding or opening a connection, and sending.
#include <algorithm>

#include "base/clock.h"
#include "load/shard.h"

namespace loadline::load {
namespace {

std::uint32_t SaturatingMicros(Duration d) {
  const std::int64_t us = d.count() / 1000;
  return us > UINT32_MAX ? UINT32_MAX : static_cast<std::uint32_t>(std::max<std::int64_t>(us, 0));
}

}  // namespace

std::string_view Shard::TextOf(const Request& request) {
  return request.text == kNoIndex ? std::string_view(TaskOf(request).bytes)
                                  : std::string_view(texts_[request.text]);
}

void Shard::Dispatch(const Due& due) {
  const std::uint32_t slot = requests_.Allocate();
  wheel_.Reserve(requests_.size());
  Request& request = requests_[slot];
  request.number = due.number;
  request.scheduled = due.scheduled;
  request.user = due.user;
  request.text = due.text;
  request.task = due.task;
  request.on_start = due.on_start;
  request.warmup = !due.on_start && due.scheduled < start_ + load_.warmup;
  clock_ = Now();
  request.dispatched = clock_;
  Connection* const ready = due.broken ? nullptr : FindReady(request);
  request.starved = ready == nullptr;
  if (!due.on_start) {
    if (source_.closed()) {
      recorder_.Scheduled(due.scheduled, due.user, due.task);
    }
    recorder_.Dispatched(request);
    result_.last_scheduled = std::max(result_.last_scheduled, due.scheduled);
  }
  wheel_.Arm(slot, DeadlineFor(request.scheduled, TaskOf(request).whole));
  if (ready != nullptr) [[likely]] {
    Send(*ready, slot);
  } else if (due.broken) {
    DispatchBroken(slot);
  } else {
    Await(slot);
  }
}

void Shard::DispatchBroken(std::uint32_t slot) {
  Recorder::Outcome outcome;
  outcome.failure = {.kind = measure::ErrorKind::kRender,
                     .code = 0,
                     .detail = {},
                     .head = source_.error(),
                     .body = {}};
  EndAttempt(slot, outcome);
}

Connection* Shard::FindReady(const Request& request) {
  if (!own_connections_) {
    // Who has waited longer goes first.
    return line_.size() > 0 ? nullptr : pool_.TakeIdle(clock_);
  }
  if (own_[request.user] == kNoIndex) {
    return nullptr;
  }
  Connection& own = pool_[own_[request.user]];
  if (own.served == 0 || pool_.MayReuse(own, clock_)) [[likely]] {
    return &own;
  }
  Close(own, false);
  return nullptr;
}

void Shard::Await(std::uint32_t slot) {
  Request& request = requests_[slot];
  request.phase = Phase::kWaiting;
  if (own_connections_) {
    OpenOwn(slot);
    return;
  }
  line_.PushBack(requests_, slot);
  ServeLine();
}

void Shard::OpenOwn(std::uint32_t slot) {
  Request& request = requests_[slot];
  NamedFailure failure;
  Connection* const connection =
      pool_.Open(clock_, DeadlineFor(request.scheduled, TaskOf(request).connect), failure);
  if (connection == nullptr) {
    FailAttempt(slot, failure);
    return;
  }
  connection->user = request.user;
  own_[request.user] = connection->index;
  if (connection->state == ConnectionState::kIdle) {
    Send(*connection, slot);
    return;
  }
  connection->request = slot;
  request.connection = connection->index;
}

void Shard::ServeLine() {
  while (line_.size() > 0) {
    Connection* const connection = pool_.TakeIdle(clock_);
    if (connection == nullptr) {
      OpenMore();
      return;
    }
    const std::uint32_t slot = line_.first();
    line_.Remove(requests_, slot);
    clock_ = Now();
    Send(*connection, slot);
  }
}

void Shard::OpenMore() {
  while (WantsConnection() && opens_left_ > 0) {
    --opens_left_;
    const Request& latest = requests_[line_.last()];
    NamedFailure failure;
    Connection* const connection =
        pool_.Open(clock_, DeadlineFor(latest.scheduled, TaskOf(latest).connect), failure);
    if (connection == nullptr) {
      FailWaiting(kNoIndex, failure);
    } else if (connection->state == ConnectionState::kIdle) {
      const std::uint32_t slot = line_.first();
      line_.Remove(requests_, slot);
      clock_ = Now();
      Send(*connection, slot);
    }
  }
}

void Shard::Send(Connection& connection, std::uint32_t slot) {
  Request& request = requests_[slot];
  const TaskPlan& task = TaskOf(request);
  request.phase = Phase::kFlying;
  request.connection = connection.index;
  request.reused = connection.served > 0;
  request.sent = clock_;
  if (!request.reused) {
    request.connect_us = SaturatingMicros(connection.stream.connect_time());
    request.tls_us = SaturatingMicros(connection.stream.tls_time());
  }
  connection.request = slot;
  connection.parser.Expect(task.head_request, connection.capture.get());
  const std::string_view text = TextOf(request);
  const net::IoResult io = connection.stream.Send(text);
  if (io.status == net::IoStatus::kError || io.status == net::IoStatus::kClosed) [[unlikely]] {
    request.sent = Instant{};
    FailConnection(connection, TransferFailure(connection.stream));
    return;
  }
  recorder_.Sent(request);
  request.bytes_out = SaturatingAdd(0, io.bytes);
  connection.unsent = text.substr(io.bytes);
  connection.state =
      connection.unsent.empty() ? ConnectionState::kWaiting : ConnectionState::kSending;
  if (task.first_byte != Duration::max()) {
    wheel_.Arm(slot, DeadlineFor(request.scheduled, std::min(task.first_byte, task.whole)));
  }
}

void Shard::ContinueSend(Connection& connection) {
  Request& request = requests_[connection.request];
  while (!connection.unsent.empty()) {
    const net::IoResult io = connection.stream.Send(connection.unsent);
    if (io.status == net::IoStatus::kAgain) {
      return;
    }
    if (io.status != net::IoStatus::kOk) {
      // A peer that refuses a long request may have replied before it closed: read that first.
      if (!connection.stream.is_open()) {
        clock_ = Now();
        FailConnection(connection, TransferFailure(connection.stream));
      }
      return;
    }
    request.bytes_out = SaturatingAdd(request.bytes_out, io.bytes);
    connection.unsent.remove_prefix(io.bytes);
  }
  if (connection.state == ConnectionState::kSending) {
    connection.state = ConnectionState::kWaiting;
  }
}

void Shard::OnConnecting(Connection& connection) {
  if (pool_.Continue(connection, clock_)) {
    clock_ = Now();
    if (connection.request != kNoIndex) {
      Send(connection, connection.request);
    } else {
      pool_.QueueIdle(connection);  // Served after this batch of events.
    }
    return;
  }
  if (connection.stream.state() == net::StreamState::kFailed) {
    const NamedFailure failure = ConnectFailure(connection.stream);
    const std::uint32_t request = connection.request;
    clock_ = Now();
    Close(connection, true);
    FailWaiting(request, failure);
  }
}

void Shard::ConnectTimedOut(Connection& connection) {
  const std::uint32_t request = connection.request;
  Close(connection, true);
  FailWaiting(request, {.kind = measure::ErrorKind::kConnectTimeout, .code = 0, .detail = {}});
}

void Shard::FailWaiting(std::uint32_t own_request, const NamedFailure& failure) {
  if (own_request != kNoIndex) {
    FailAttempt(own_request, failure);
    return;
  }
  // A connection that nobody needs any more fails for nobody. Otherwise it costs the one who has
  // waited longest his attempt, so that each failed connection is charged exactly once.
  if (line_.size() > pool_.connecting()) {
    const std::uint32_t slot = line_.first();
    line_.Remove(requests_, slot);
    FailAttempt(slot, failure);
  }
}

void Shard::Close(Connection& connection, bool reset) {
  if (connection.user != kNoIndex) {
    own_[connection.user] = kNoIndex;
  }
  pool_.Close(connection, reset);
}

}  // namespace loadline::load
