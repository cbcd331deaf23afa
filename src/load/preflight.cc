#include "load/preflight.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/response_parser.h"
#include "load/net_failure.h"
#include "load/request_builder.h"
#include "net/stream.h"
#include "scenario/check_reply.h"

namespace loadline::load {
namespace {

using measure::ErrorKind;
using measure::Row;

constexpr std::size_t kShownBody = 512;
constexpr std::size_t kShownHead = 4096;
constexpr Duration kLongest = 5min;  // For a task without time-outs.
constexpr Duration kLook = 100ms;    // How often we look for Ctrl-C.

std::uint32_t Micros32(Duration d) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(d.count() / 1000, 0, UINT32_MAX));
}

/// The whole conversation of step 0, on one connection as long as it lasts.
class Conversation {
 public:
  Conversation(const PreflightOptions& options, const Plan& plan, const net::Resolution& resolution,
               const std::atomic<bool>& interrupted, std::unique_ptr<net::Loop> loop,
               std::unique_ptr<net::TlsContext> tls)
      : options_(options),
        plan_(plan),
        resolution_(resolution),
        interrupted_(interrupted),
        loop_(std::move(loop)),
        tls_(std::move(tls)),
        builder_(plan, plan.scenario.load.seed),
        captured_(plan.scenario.captured.size()),
        ledger_(registry_, plan.redactor),
        redactor_(plan.redactor) {}

  ~Conversation() { Close(); }

  /// Sends request 0 of one task and fills `reply` in.
  void Exchange(const TaskPlan& task, bool on_start, std::uint16_t index, PreflightReply& reply);

  PreflightOutcome outcome;

  [[nodiscard]] std::vector<measure::ErrorTally> Tallies() {
    ledger_.Close();
    return registry_.Tallies();
  }
  [[nodiscard]] bool interrupted() const { return interrupted_.load(std::memory_order_acquire); }

 private:
  [[nodiscard]] NamedFailure Connect(const TaskPlan& task);
  [[nodiscard]] NamedFailure SendAll(const TaskPlan& task, const std::string& bytes);
  [[nodiscard]] NamedFailure ReadReply(const TaskPlan& task);
  [[nodiscard]] NamedFailure CheckReply(const TaskPlan& task, bool on_start);
  /// Waits for the next event; false: `deadline` has passed, or the user has enough.
  [[nodiscard]] bool Await(Instant deadline);
  [[nodiscard]] Instant Deadline(Duration limit) const {
    return row_start_ + std::min(limit, kLongest);
  }
  void Describe(const TaskPlan& task, PreflightReply& reply) const;
  void Record(const NamedFailure& failure, bool on_start, std::uint16_t index, Instant done);
  void Close();
  [[nodiscard]] std::int64_t Stamp(Instant at) const {
    return at == Instant{} ? 0 : (at - options_.epoch).count();
  }

  const PreflightOptions& options_;
  const Plan& plan_;
  const net::Resolution& resolution_;
  const std::atomic<bool>& interrupted_;
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<net::TlsContext> tls_;
  RequestBuilder builder_;
  scenario::Captured captured_;
  ErrorRegistry registry_;
  ErrorLedger ledger_;
  scenario::Redactor redactor_;
  net::Stream stream_;
  net::Registration registration_;
  http::ResponseParser parser_;
  http::BodyCapture body_{scenario::kBodyLimit};
  std::size_t next_address_ = 0;
  std::string address_;
  // Of the request under way.
  Instant row_start_{};
  Instant sent_{};
  Instant first_byte_{};
  bool reused_ = false;
  std::uint32_t bytes_out_ = 0;
  std::uint32_t bytes_in_ = 0;
  std::uint64_t request_ = 0;
};

bool Conversation::Await(Instant deadline) {
  const Instant now = Now();
  if (now >= deadline || interrupted()) {
    return false;
  }
  (void)loop_->Wait(now, std::min(deadline, now + kLook));
  loop_->Dispatch([this](const net::Event& event) { stream_.OnEvent(event); });
  return true;
}

NamedFailure Conversation::Connect(const TaskPlan& task) {
  if (stream_.is_open()) {
    return {};
  }
  if (resolution_.addresses.empty()) {
    return {.kind = ErrorKind::kDns, .code = 0, .detail = resolution_.error};
  }
  NamedFailure failure;
  // A name may lead to addresses that do not answer: try each once.
  for (std::size_t tried = 0; tried < resolution_.addresses.size(); ++tried) {
    const net::Address& address =
        resolution_.addresses[next_address_++ % resolution_.addresses.size()];
    address_ = address.Text();
    net::StreamState state = stream_.StartConnect(address, {}, tls_.get(), Now());
    if (state != net::StreamState::kFailed) {
      Result<net::Registration> added = loop_->Add(stream_.fd(), 0);
      if (!added) {
        Close();
        return {.kind = ErrorKind::kNoDescriptors, .code = 0, .detail = {}};
      }
      registration_ = *added;
    }
    bool in_time = true;
    while (state != net::StreamState::kOpen && state != net::StreamState::kFailed && in_time) {
      in_time = Await(Deadline(std::min(task.connect, task.whole)));
      state = stream_.ContinueConnect(Now());
    }
    if (state == net::StreamState::kOpen) {
      return {};
    }
    failure = state == net::StreamState::kFailed
                  ? ConnectFailure(stream_)
                  : NamedFailure{.kind = ErrorKind::kConnectTimeout, .code = 0, .detail = {}};
    Close();
  }
  return failure;
}

NamedFailure Conversation::SendAll(const TaskPlan& task, const std::string& bytes) {
  std::string_view left = bytes;
  sent_ = Now();
  while (!left.empty()) {
    const net::IoResult io = stream_.Send(left);
    if (io.status == net::IoStatus::kOk) {
      left.remove_prefix(io.bytes);
    } else if (io.status == net::IoStatus::kAgain) {
      if (!Await(Deadline(task.whole))) {
        return {.kind = ErrorKind::kTimeoutWhole, .code = 0, .detail = {}};
      }
    } else {
      return TransferFailure(stream_);
    }
  }
  bytes_out_ = static_cast<std::uint32_t>(bytes.size());
  return {};
}

NamedFailure Conversation::ReadReply(const TaskPlan& task) {
  const std::span<char> buffer = loop_->receive_buffer();
  while (!parser_.done()) {
    const net::IoResult io = stream_.Recv(buffer);
    if (io.status == net::IoStatus::kAgain) {
      const bool waiting = first_byte_ == Instant{};
      if (!Await(Deadline(waiting ? std::min(task.first_byte, task.whole) : task.whole))) {
        return {.kind = waiting ? ErrorKind::kTimeoutFirstByte : ErrorKind::kTimeoutWhole,
                .code = 0,
                .detail = {}};
      }
      continue;
    }
    if (io.status == net::IoStatus::kError) {
      return TransferFailure(stream_);
    }
    if (io.status == net::IoStatus::kClosed) {
      parser_.OnClose();
    } else {
      first_byte_ = first_byte_ == Instant{} ? Now() : first_byte_;
      bytes_in_ += static_cast<std::uint32_t>(io.bytes);
      (void)parser_.Feed({buffer.data(), io.bytes});
    }
    if (parser_.state() == http::ParseState::kFailed) {
      return ReplyFailure(parser_.fault());
    }
  }
  return {};
}

NamedFailure Conversation::CheckReply(const TaskPlan& task, bool on_start) {
  const scenario::ReplyView view{.status = parser_.status(),
                                 .head = parser_.head(),
                                 .body = body_.view(),
                                 .truncated = body_.truncated()};
  scenario::ReplyChecker checker(*task.task, task.codec);
  const scenario::CheckResult checked = checker.Check(view);
  if (checked.kind == ErrorKind::kStatus) {
    return {.kind = checked.kind,
            .code = static_cast<std::uint32_t>(checked.detail),
            .detail = std::to_string(checked.detail)};
  }
  if (checked.kind == ErrorKind::kCheck) {
    return {.kind = checked.kind,
            .code = static_cast<std::uint32_t>(checked.detail),
            .detail = checker.names()[static_cast<std::size_t>(checked.detail)]};
  }
  if (on_start) {
    const Status taken = scenario::CaptureFrom(*task.task, view, captured_);
    for (const std::string& value : captured_) {
      redactor_.Add(value);
      ledger_.Hide(value);
    }
    if (!taken) {
      return {.kind = ErrorKind::kCheck, .code = 0xffff, .detail = taken.error().message};
    }
  }
  return {};
}

void Conversation::Describe(const TaskPlan& task, PreflightReply& reply) const {
  reply.task = task.task->name;
  reply.method = task.task->method;
  http::Url url = plan_.url;
  url.target = builder_.last_target().empty() ? url.target : builder_.last_target();
  reply.url = redactor_.Redact(url.Text());
  reply.address = address_;
  reply.dns = resolution_.took;
  if (!reused_) {
    reply.connect = stream_.connect_time();
    reply.tls = stream_.tls_time();
  }
  reply.tls_version = std::string(stream_.tls_version());
  if (parser_.done()) {
    reply.answered = true;
    reply.status = parser_.status();
    reply.content_type = std::string(parser_.Header("Content-Type").value_or(""));
    reply.head = redactor_.Redact(parser_.head().substr(0, kShownHead));
    reply.body = redactor_.Redact(body_.view()).substr(0, kShownBody);
    reply.body_bytes = static_cast<std::int64_t>(body_.total());
  }
}

void Conversation::Record(const NamedFailure& failure, bool on_start, std::uint16_t index,
                          Instant done) {
  std::uint16_t tally = 0;
  if (failure.kind != ErrorKind::kNone) {
    tally = ledger_.NumberOf({.kind = failure.kind,
                              .code = failure.code,
                              .detail = failure.detail,
                              .head = parser_.done() ? parser_.head() : std::string_view(),
                              .body = parser_.done() ? body_.view() : std::string_view()},
                             // Every task's first request.
                             {.number = 0, .task = index, .on_start = on_start});
    ledger_.Count(tally, done - row_start_);
  }
  if (options_.spool == nullptr || options_.records == Records::kNone) {
    return;
  }
  RowRing& ring = options_.spool->ring(0);
  Row* row = ring.Claim();
  if (row == nullptr) {
    return;
  }
  row->request = request_++;
  row->scheduled_ns = row->dispatched_ns = Stamp(row_start_);
  row->sent_ns = Stamp(sent_);
  row->first_byte_ns = Stamp(first_byte_);
  row->done_ns = Stamp(done);
  row->dns_us = Micros32(resolution_.took);
  row->connect_us = reused_ ? 0 : Micros32(stream_.connect_time());
  row->tls_us = reused_ ? 0 : Micros32(stream_.tls_time());
  row->bytes_out = bytes_out_;
  row->bytes_in = bytes_in_;
  row->task = index;
  row->status = static_cast<std::uint16_t>(parser_.done() ? parser_.status() : 0);
  row->error_detail = tally;
  row->kind = failure.kind;
  row->flags = static_cast<std::uint8_t>(measure::kRowLast | (reused_ ? measure::kRowReused : 0) |
                                         (on_start ? measure::kRowOnStart : 0) |
                                         (sent_ == Instant{} ? measure::kRowNeverSent : 0));
  (void)ring.Publish();
  ++outcome.rows;
}

void Conversation::Close() {
  loop_->Remove(registration_);
  stream_.Close();
}

void Conversation::Exchange(const TaskPlan& task, bool on_start, std::uint16_t index,
                            PreflightReply& reply) {
  row_start_ = Now();
  sent_ = first_byte_ = Instant{};
  bytes_out_ = bytes_in_ = 0;
  reused_ = stream_.is_open();
  std::string bytes;
  NamedFailure failure;
  const Status built = builder_.Build(*task.task, 0, captured_, bytes);
  if (!built) {
    failure = {.kind = ErrorKind::kRender, .code = 0, .detail = built.error().message};
  }
  parser_.Expect(task.head_request, &body_);
  if (failure.kind == ErrorKind::kNone) {
    failure = Connect(task);
  }
  if (failure.kind == ErrorKind::kNone) {
    failure = SendAll(task, bytes);
  }
  if (failure.kind == ErrorKind::kNone) {
    failure = ReadReply(task);
  }
  const Instant done = Now();
  const bool answered = parser_.done();
  if (failure.kind == ErrorKind::kNone) {
    failure = CheckReply(task, on_start);
  }
  Describe(task, reply);
  reply.wire = sent_ == Instant{} ? Duration::zero() : done - sent_;
  reply.error = failure.kind;
  if (failure.kind != ErrorKind::kNone) {
    reply.error_text = redactor_.Redact(TallyName(failure.kind, failure.detail));
  }
  if (answered) {
    outcome.slowest = std::max(outcome.slowest, reply.wire);
  }
  Record(failure, on_start, index, done);
  if (!answered || !parser_.keep_alive()) {
    Close();
  }
}

}  // namespace

Result<PreflightOutcome> RunPreflight(const PreflightOptions& options, const Plan& plan,
                                      const net::Resolution& resolution,
                                      const std::atomic<bool>& interrupted) {
  std::unique_ptr<net::Loop> loop = TRY(net::Loop::Create());
  std::unique_ptr<net::TlsContext> tls;
  if (plan.tls != nullptr) {
    tls = TRY(plan.tls->CloneForThread());
  }
  Conversation conversation(options, plan, resolution, interrupted, std::move(loop),
                            std::move(tls));
  Preflight& preflight = conversation.outcome.preflight;
  preflight.started = UtcNow();
  preflight.started_after = Now() - options.epoch;
  for (const net::Address& address : resolution.addresses) {
    preflight.addresses.push_back(address.HostText());
    preflight.public_address =
        preflight.public_address || address.Scope() == net::AddressScope::kPublic;
  }
  const auto ask = [&](const std::vector<TaskPlan>& tasks, bool on_start) {
    for (std::size_t i = 0; i < tasks.size() && !conversation.interrupted(); ++i) {
      PreflightReply reply;
      conversation.Exchange(tasks[i], on_start, static_cast<std::uint16_t>(i), reply);
      if (!on_start || reply.error != ErrorKind::kNone) {
        preflight.replies.push_back(std::move(reply));
      }
    }
  };
  ask(plan.on_start, true);
  ask(plan.tasks, false);
  if (conversation.interrupted()) {
    return Error{ErrorCode::kInterrupted, "interrupted during the first request"};
  }
  preflight.errors = conversation.Tallies();
  return std::move(conversation.outcome);
}

}  // namespace loadline::load
