#include "telemetry/otlp_exporter.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "report/table.h"
#include "telemetry/otlp_message.h"
#include "telemetry/protobuf.h"

namespace loadline::telemetry {
namespace {

constexpr Duration kFirstPause = 250ms;
constexpr int kShownReason = 160;  // Columns.

/// What describes us, overlaid with what the environment says.
Labels ResourceOf(const RunFacts& facts, const Labels& stronger) {
  Labels resource = {{"service.name", "loadline"},
                     {"service.version", facts.version},
                     {"service.instance.id", facts.id},
                     {"loadline.run.id", facts.id},
                     {"loadline.command", facts.command}};
  if (!facts.label.empty()) {
    resource.emplace_back("loadline.label", facts.label);
  }
  for (const auto& attribute : stronger) {
    const auto known = std::find_if(resource.begin(), resource.end(), [&](const auto& pair) {
      return pair.first == attribute.first;
    });
    if (known == resource.end()) {
      resource.push_back(attribute);
    } else {
      known->second = attribute.second;
    }
  }
  return resource;
}

/// The reason in a refusal's body: text, or google.rpc.Status (field 2: message).
std::string ReasonIn(std::string_view body) {
  ProtoReader status(body);
  std::string_view message;
  bool whole = !body.empty();
  while (whole && status.Next()) {
    if (status.field() == 2) {
      message = status.bytes();
    }
  }
  return report::Shorten(message.empty() ? body : message, kShownReason);
}

/// Source: opentelemetry.io, "OTLP/HTTP Response", retryable response codes.
bool IsRepeatable(int status) {
  return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

OtlpExporter::OtlpExporter(OtlpOptions options, const RunBook& book,
                           std::unique_ptr<fetch::Exchange> post)
    : options_(std::move(options)),
      book_(book),
      resource_(ResourceOf(book.facts(), options_.resource)),
      post_(std::move(post)) {}

Result<std::unique_ptr<OtlpExporter>> OtlpExporter::Start(OtlpOptions options,
                                                          const RunBook& book) {
  net::TlsOptions tls;
  tls.ca_file = options.ca_file;
  std::unique_ptr<fetch::Exchange> post = TRY(fetch::Exchange::Create(options.url, tls));
  std::unique_ptr<OtlpExporter> exporter(
      new OtlpExporter(std::move(options), book, std::move(post)));
  exporter->thread_ = std::thread([raw = exporter.get()] { raw->Run(); });
  return exporter;
}

OtlpExporter::~OtlpExporter() {
  End(Order::kStop);
}

void OtlpExporter::End(Order order) {
  {
    const std::lock_guard lock(mutex_);
    order_ = order;
  }
  changed_.notify_all();
  if (thread_.joinable()) {
    thread_.join();
  }
}

Delivery OtlpExporter::Finish() {
  End(Order::kFinish);
  return delivery_;
}

std::string OtlpExporter::receiver() const {
  http::Url url = options_.url;
  url.target = url.target.substr(0, url.target.find('?'));
  return url.Text();
}

bool OtlpExporter::Wait(Duration time) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [this] { return order_ != Order::kGoOn; });
}

void OtlpExporter::Run() {
  Duration pause = options_.interval;
  while (!Wait(pause)) {
    const Outcome outcome = Export(Now() + options_.timeout);
    pause = std::max(options_.interval, outcome.wait);
  }
  Order order = Order::kStop;
  {
    const std::lock_guard lock(mutex_);
    order = order_;
  }
  if (order == Order::kFinish) {
    SendLast();
  }
}

void OtlpExporter::SendLast() {
  const Instant deadline = Now() + options_.timeout;
  Duration pause = kFirstPause;
  while (true) {
    const Outcome outcome = Export(deadline);
    delivery_.last_delivered = outcome.delivered;
    const Instant again = Now() + std::max(pause, outcome.wait);
    if (outcome.delivered || !outcome.repeatable || again >= deadline) {
      return;
    }
    SleepUntil(again);
    pause *= 2;
  }
}

OtlpExporter::Outcome OtlpExporter::Export(Instant deadline) {
  const std::vector<Metric> metrics = book_.Metrics();
  const OtlpContext context{resource_, book_.facts().version, CommonLabels(book_.facts().label),
                            book_.facts().started, UtcNow()};
  const std::string body = OtlpRequest(metrics, context);
  std::vector<http::HeaderView> headers = {{"Content-Type", "application/x-protobuf"}};
  const std::string agent = fmt::format("loadline/{}", book_.facts().version);
  headers.push_back({"User-Agent", agent});
  for (const auto& [name, value] : options_.headers) {
    headers.push_back({name, value});
  }
  const Result<fetch::Reply> reply =
      post_->Send({.method = "POST", .headers = headers, .body = body}, {.deadline = deadline});
  if (!reply) {
    ++delivery_.failed;
    delivery_.last_failure = reply.error().message;
    return {false, reply.error().code == ErrorCode::kUnavailable, {}};
  }
  return Judge(*reply);
}

OtlpExporter::Outcome OtlpExporter::Judge(const fetch::Reply& reply) {
  if (reply.status < 200 || reply.status > 299) {
    ++delivery_.failed;
    const std::string reason = ReasonIn(reply.body);
    delivery_.last_failure =
        fmt::format("status {}{}{}", reply.status, reason.empty() ? "" : ": ", reason);
    return {false, IsRepeatable(reply.status), reply.retry_after.value_or(Duration::zero())};
  }
  ++delivery_.delivered;
  if (std::optional<PartialSuccess> partial = ReadOtlpResponse(reply.body)) {
    delivery_.rejected_points += partial->rejected;
    delivery_.rejection = report::Shorten(partial->reason, kShownReason);
  }
  return {true, false, {}};
}

}  // namespace loadline::telemetry
