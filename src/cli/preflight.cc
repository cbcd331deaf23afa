#include "cli/preflight.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "stats/histogram.h"

namespace loadline::cli {
namespace {

bool Succeeded(const load::PreflightReply& reply) {
  return reply.answered && reply.error == measure::ErrorKind::kNone;
}

/// What a failure without a word from the target means, in words; the kind's name for others.
std::string Words(measure::ErrorKind kind, const std::string& address) {
  switch (kind) {
    case measure::ErrorKind::kConnectRefused:
      return fmt::format("nobody listens on {} (connection refused)", address);
    case measure::ErrorKind::kConnectTimeout:
      return fmt::format("{} did not accept a connection in time", address);
    case measure::ErrorKind::kConnectUnreachable:
      return fmt::format("there is no way to {}", address);
    case measure::ErrorKind::kConnectReset:
    case measure::ErrorKind::kReset:
      return fmt::format("{} reset the connection", address);
    case measure::ErrorKind::kClosedEarly:
      return fmt::format("{} closed the connection before its reply was whole", address);
    case measure::ErrorKind::kTimeoutFirstByte:
      return fmt::format("{} was silent until the time-out", address);
    case measure::ErrorKind::kTimeoutWhole:
      return fmt::format("the reply of {} was not whole at the time-out", address);
    default:
      return std::string(measure::Name(kind));
  }
}

}  // namespace

measure::Measurement ToMeasurement(const load::Preflight& preflight,
                                   const scenario::Scenario& scenario) {
  measure::Measurement measurement;
  measurement.step = 0;
  measurement.load.shape = measure::ClosedLoad{};
  measurement.load.duration = Duration::zero();
  measurement.load.requests = static_cast<std::int64_t>(preflight.replies.size());
  measurement.load.seed = scenario.load.seed;
  measurement.started = preflight.started;
  measurement.started_after = preflight.started_after;
  measurement.addresses = preflight.addresses;
  measurement.errors = preflight.errors;
  for (const scenario::Task& task : scenario.tasks) {
    measurement.tasks.emplace_back();
    measurement.tasks.back().name = task.name;
  }
  for (const load::PreflightReply& reply : preflight.replies) {
    const auto task = std::find_if(measurement.tasks.begin(), measurement.tasks.end(),
                                   [&](const auto& each) { return each.name == reply.task; });
    const bool good = Succeeded(reply);
    ++measurement.requests;
    ++(good ? measurement.succeeded : measurement.failed);
    measurement.rejected += reply.status == 503 ? 1 : 0;
    if (task == measurement.tasks.end()) {
      continue;  // An on_start request.
    }
    ++(good ? task->succeeded : task->failed);
    if (good) {
      task->response.Record(reply.dns + reply.connect + reply.tls + reply.wire);
      task->wire.Record(reply.wire);
    }
  }
  return measurement;
}

std::vector<report::ReplyFacts> ToReplies(const load::Preflight& preflight) {
  std::vector<report::ReplyFacts> replies;
  for (const load::PreflightReply& reply : preflight.replies) {
    replies.push_back({reply.task, reply.answered, reply.status, reply.wire, reply.body_bytes,
                       reply.content_type, reply.body, reply.error_text});
  }
  return replies;
}

std::string FirstFault(const load::Preflight& preflight) {
  for (const load::PreflightReply& reply : preflight.replies) {
    if (!Succeeded(reply)) {
      const std::string bare(measure::Name(reply.error));
      std::string text = reply.error_text.empty() || reply.error_text == bare
                             ? Words(reply.error, reply.address)
                             : reply.error_text;
      if (text.starts_with("tls TLS: ")) {  // The kind's name, then OpenSSL's words.
        text.erase(0, 4);
      }
      if (text.find("certificate verify failed") != std::string::npos) {
        text += "; --ca-file FILE trusts its authority, --insecure asks nothing";
      }
      return preflight.replies.size() > 1 ? reply.task + ": " + text : text;
    }
  }
  return "";
}

Duration LoneResponse(const load::Preflight& preflight) {
  Duration longest{};
  for (const load::PreflightReply& reply : preflight.replies) {
    if (Succeeded(reply)) {
      longest = std::max(longest, reply.wire);
    }
  }
  return longest;
}

}  // namespace loadline::cli
