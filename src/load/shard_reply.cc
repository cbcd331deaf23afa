// Shard, from reply to end: reading, judging, trying again, and ending what is overdue.
#include <algorithm>

#include "base/clock.h"
#include "load/redirect.h"
#include "load/shard.h"

namespace loadline::load {
namespace {

using measure::ErrorKind;

bool IsWorthAnotherTry(const Failure& failure) {
  switch (failure.kind) {
    case ErrorKind::kDns:
    case ErrorKind::kConnectRefused:
    case ErrorKind::kConnectReset:
    case ErrorKind::kConnectTimeout:
    case ErrorKind::kConnectUnreachable:
    case ErrorKind::kReset:
    case ErrorKind::kClosedEarly:
      return true;
    case ErrorKind::kStatus:
      return failure.code == 503;
    default:
      return false;
  }
}

/// The part of `bytes` that follows `head`, if the head lies in it: the body's beginning as it was
/// received, framing included. For samples.
std::string_view BehindHead(std::string_view head, std::string_view bytes) {
  if (head.data() < bytes.data() || head.data() >= bytes.data() + bytes.size()) {
    return {};
  }
  return bytes.substr(static_cast<std::size_t>(head.data() - bytes.data()) + head.size());
}

}  // namespace

void Shard::Read(Connection& connection) {
  const std::span<char> buffer = loop_->receive_buffer();
  while (connection.state >= ConnectionState::kSending &&
         connection.state <= ConnectionState::kReceiving) {
    const net::IoResult io = connection.stream.Recv(buffer);
    if (io.status == net::IoStatus::kAgain) {
      return;
    }
    clock_ = Now();
    if (io.status == net::IoStatus::kOk) [[likely]] {
      OnBytes(connection, {buffer.data(), io.bytes});
    } else if (io.status == net::IoStatus::kError) {
      FailConnection(connection, TransferFailure(connection.stream));
    } else {
      connection.parser.OnClose();
      if (connection.parser.done()) {
        OnReply(connection, {}, 0);
      } else {
        FailConnection(connection, ReplyFailure(connection.parser.fault()));
      }
    }
  }
  if (connection.state != ConnectionState::kClosed) {
    ReadUnasked(connection);  // Edge-triggered: what is there now is not announced again.
  }
}

void Shard::ReadUnasked(Connection& connection) {
  const std::span<char> buffer = loop_->receive_buffer();
  while (connection.state == ConnectionState::kIdle ||
         connection.state == ConnectionState::kLingering) {
    const net::IoResult io = connection.stream.Recv(buffer);
    if (io.status == net::IoStatus::kAgain) {
      return;
    }
    if (io.status != net::IoStatus::kOk || connection.state == ConnectionState::kIdle) {
      Close(connection, false);
    }
  }
}

void Shard::OnBytes(Connection& connection, std::string_view bytes) {
  Request& request = requests_[connection.request];
  request.bytes_in = SaturatingAdd(request.bytes_in, bytes.size());
  if (request.first_byte == Instant{}) {
    request.first_byte = clock_;
    connection.state = ConnectionState::kReceiving;
    const TaskPlan& task = TaskOf(request);
    if (task.first_byte != Duration::max()) {
      wheel_.Arm(connection.request, DeadlineFor(request.scheduled, task.whole));
    }
  }
  const std::size_t consumed = connection.parser.Feed(bytes);
  if (connection.parser.state() == http::ParseState::kDone) [[likely]] {
    OnReply(connection, bytes, consumed);
  } else if (connection.parser.state() == http::ParseState::kFailed) {
    FailConnection(connection, ReplyFailure(connection.parser.fault()), bytes);
  }
}

void Shard::OnReply(Connection& connection, std::string_view bytes, std::size_t consumed) {
  const std::uint32_t slot = connection.request;
  Request& request = requests_[slot];
  const http::ResponseParser& reply = connection.parser;
  const scenario::RetryPolicy& retry = plan_.scenario.target.retry;
  const bool reusable =
      reply.keep_alive() && connection.unsent.empty() && consumed == bytes.size() && !bytes.empty();
  Recorder::Outcome outcome;
  outcome.failure = Judge(connection, request, bytes);
  outcome.status = static_cast<std::uint16_t>(reply.status());
  outcome.answered = true;
  bool redirected = false;
  if (retry.max_redirects > request.redirects && IsRedirect(reply.status())) {
    const std::optional<std::string_view> location = reply.Header("Location");
    redirected =
        location && Redirect(plan_.url, TextOf(request), reply.status(), *location, rewritten_);
  }
  std::optional<Duration> pause;
  if (outcome.failure.kind != ErrorKind::kNone && !redirected) [[unlikely]] {
    pause = MayTryAgain(request, outcome.failure, reply.retry_after());
  }
  outcome.last = !redirected && !pause;
  EndAttempt(slot, outcome);
  Free(connection, reusable);
  if (redirected) {
    if (request.text == kNoIndex) {
      request.text = texts_.Allocate();
    }
    texts_[request.text].swap(rewritten_);
    ++request.redirects;
    Resume(slot);
  } else if (pause) {
    Pause(slot, *pause);
  }
}

Failure Shard::Judge(Connection& connection, const Request& request, std::string_view bytes) {
  const int status = connection.parser.status();
  Failure failure;
  if (!request.on_start && plain_check_[request.task]) {
    if (status >= 200 && status <= 299) [[likely]] {
      return failure;
    }
    failure.kind = ErrorKind::kStatus;
    failure.code = static_cast<std::uint32_t>(status);
    detail_ = std::to_string(status);
    failure.detail = detail_;
  } else {
    failure = CheckReply(connection, request, bytes);
  }
  if (failure.kind != ErrorKind::kNone) {
    failure.head = connection.parser.head();
    failure.body = BehindHead(failure.head, bytes);
    if (failure.body.empty() && connection.capture != nullptr) {
      failure.body = connection.capture->view();
    }
  }
  return failure;
}

Failure Shard::CheckReply(Connection& connection, const Request& request, std::string_view bytes) {
  scenario::ReplyView view;
  view.status = connection.parser.status();
  view.head = connection.parser.head();
  view.body =
      connection.capture != nullptr ? connection.capture->view() : BehindHead(view.head, bytes);
  view.truncated = connection.capture != nullptr && connection.capture->truncated();
  scenario::ReplyChecker& checker =
      request.on_start ? start_checkers_[request.task] : checkers_[request.task];
  const scenario::CheckResult checked = checker.Check(view);
  Failure failure;
  failure.kind = checked.kind;
  if (checked.kind == ErrorKind::kStatus) {
    failure.code = static_cast<std::uint32_t>(checked.detail);
    detail_ = std::to_string(checked.detail);
  } else if (checked.kind == ErrorKind::kCheck) {
    failure.code = (std::uint32_t{request.task} << 16) + static_cast<std::uint32_t>(checked.detail);
    detail_ = checker.names()[static_cast<std::size_t>(checked.detail)];
  } else if (request.on_start) {
    scenario::Captured& captured = source_.captured(request.user);
    const Status taken = scenario::CaptureFrom(*TaskOf(request).task, view, captured);
    for (const std::string& value : captured) {
      recorder_.ledger().Hide(value);
    }
    if (!taken) {
      failure.kind = ErrorKind::kCheck;
      failure.code = (std::uint32_t{request.task} << 16) + 0xffff;
      detail_ = taken.error().message;
    }
  }
  failure.detail = detail_;
  return failure;
}

void Shard::Free(Connection& connection, bool reusable) {
  connection.request = kNoIndex;
  connection.unsent = {};
  connection.served += connection.served < UINT32_MAX ? 1 : 0;
  if (reusable && pool_.MayReuse(connection, clock_)) [[likely]] {
    connection.state = ConnectionState::kIdle;
    if (!own_connections_) {
      pool_.QueueIdle(connection);
    }
    return;
  }
  if (connection.user != kNoIndex) {
    own_[connection.user] = kNoIndex;
    connection.user = kNoIndex;
  }
  if (connection.parser.keep_alive()) {
    pool_.Close(connection, false);  // The server would keep it: closing is ours.
  } else {
    pool_.Linger(connection, clock_);
  }
}

void Shard::FailConnection(Connection& connection, const NamedFailure& failure,
                           std::string_view sample) {
  const std::uint32_t slot = connection.request;
  Close(connection, true);
  FailAttempt(slot, failure, sample);
}

void Shard::FailAttempt(std::uint32_t slot, const NamedFailure& named, std::string_view sample) {
  Request& request = requests_[slot];
  Recorder::Outcome outcome;
  outcome.failure = {
      .kind = named.kind, .code = named.code, .detail = named.detail, .head = sample, .body = {}};
  const std::optional<Duration> pause = MayTryAgain(request, outcome.failure, std::nullopt);
  outcome.last = !pause;
  EndAttempt(slot, outcome);
  if (pause) {
    Pause(slot, *pause);
  }
}

void Shard::EndAttempt(std::uint32_t slot, const Recorder::Outcome& outcome) {
  Request& request = requests_[slot];
  recorder_.Ended(request, outcome, clock_);
  if (!outcome.last) {
    return;
  }
  wheel_.Disarm(slot);
  texts_.Release(request.text);
  const bool on_start = request.on_start;
  const std::uint32_t user = request.user;
  requests_.Release(slot);
  if (on_start) [[unlikely]] {
    source_.StartAnswered(user, outcome.failure.kind == ErrorKind::kNone, clock_);
  } else if (source_.closed()) {
    source_.Answered(user, clock_);
  }
}

std::optional<Duration> Shard::MayTryAgain(const Request& request, const Failure& failure,
                                           std::optional<Duration> retry_after) const {
  const scenario::RetryPolicy& retry = plan_.scenario.target.retry;
  const int tried = request.attempt - request.redirects;
  if (tried >= retry.max_retries || request.on_start || !IsWorthAnotherTry(failure)) {
    return std::nullopt;
  }
  const Duration doubled = retry.backoff * (std::int64_t{1} << std::min(tried, 20));
  const Duration pause = std::max(doubled, retry_after.value_or(Duration::zero()));
  if (clock_ + pause >= DeadlineFor(request.scheduled, TaskOf(request).whole)) {
    return std::nullopt;  // It could not end in time any more.
  }
  return pause;
}

void Shard::Pause(std::uint32_t slot, Duration pause) {
  Request& request = requests_[slot];
  request.phase = Phase::kPausing;
  request.connection = kNoIndex;
  wheel_.Arm(slot, clock_ + pause);
}

void Shard::Resume(std::uint32_t slot) {
  Request& request = requests_[slot];
  ++request.attempt;
  request.connection = kNoIndex;
  request.sent = Instant{};
  request.first_byte = Instant{};
  request.bytes_out = 0;
  request.bytes_in = 0;
  request.connect_us = 0;
  request.tls_us = 0;
  wheel_.Arm(slot, DeadlineFor(request.scheduled, TaskOf(request).whole));
  clock_ = Now();
  Connection* const ready = FindReady(request);
  if (ready != nullptr) {
    Send(*ready, slot);
  } else {
    Await(slot);
  }
}

void Shard::OnOverdue(std::uint32_t slot) {
  Request& request = requests_[slot];
  clock_ = Now();
  if (request.phase == Phase::kPausing) {
    Resume(slot);
    return;
  }
  NamedFailure failure;
  failure.kind = request.sent != Instant{} && request.first_byte == Instant{}
                     ? ErrorKind::kTimeoutFirstByte
                     : ErrorKind::kTimeoutWhole;
  if (request.connection != kNoIndex) {
    Close(pool_[request.connection], true);
  } else {
    line_.Remove(requests_, slot);
  }
  FailAttempt(slot, failure);
}

}  // namespace loadline::load
