#include "standin/standin.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/exposition.h"
#include "base/random.h"
#include "inference/predict.h"
#include "inference/shape.h"
#include "serve/server.h"
#include "sim/service.h"
#include "standin/burners.h"
#include "standin/id_log.h"
#include "standin/metrics_page.h"

namespace loadline::standin {

using inference::ModelRequest;
using serve::Request;
using serve::Responder;

namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
/// The longest own time that a request may ask for.
constexpr double kLongestMilli = 3'600'000.0;

/// A request between its admission and its reply.
struct Pending {
  Responder responder;
  ModelRequest request;
  std::uint32_t next_free = kNone;
};

/// What a request to the path of a predict protocol asks for; others as they are.
/// Errors: kInvalidArgument where its body is not of that protocol.
Result<ModelRequest> OfPath(const Request& request, ModelRequest asked) {
  const inference::PredictPath path = inference::ParsePredictPath(request.path);
  if (path.kind == inference::PredictPath::Kind::kV2Infer) {
    asked.rows = TRY(inference::V2Rows(request.body));
    asked.shape = ModelRequest::Shape::kInfer;
    asked.model = path.model;
  } else if (path.kind == inference::PredictPath::Kind::kV1Predict) {
    if (asked.shape != ModelRequest::Shape::kMlflow) {
      return Error{ErrorCode::kInvalidArgument, "instances is needed"};
    }
    asked.shape = ModelRequest::Shape::kPredict;
  }
  return asked;
}

serve::ServerOptions ListenOptions(const StandinOptions& options) {
  serve::ServerOptions listen;
  listen.address = options.host;
  listen.port = options.port;
  listen.tls = !options.certificate_file.empty();
  if (options.certificate_file != kSelfSigned) {
    listen.certificate_file = options.certificate_file;
    listen.key_file = options.key_file;
  }
  listen.spin = options.spin;
  return listen;
}

}  // namespace

/// Everything below runs on the server's thread, except construction and destruction.
struct Standin::Parts {
  explicit Parts(const StandinOptions& o)
      : options(o),
        service(o.service, o.seed, Now(),
                o.cpu ? sim::Service::Completion::kReported : sim::Service::Completion::kTimed),
        ids(o.id_log) {}

  void OnRequest(const Request& request, Responder responder);
  /// Answers a question about a model; false if it is none.
  bool Describe(const Request& request, Responder& responder);
  void Score(Instant now, const Request& request, Responder responder);
  void Advance(Instant now);
  void StartWork();
  void Reply(const sim::Departure& departure);
  void Refuse(Responder responder, const ModelRequest& request, int status, std::string_view code,
              std::string_view message);
  void Say(Responder responder, int status, std::string_view body);
  void Metrics(Instant now, Responder responder);
  void Ids(Responder responder);
  [[nodiscard]] std::uint32_t Keep(Responder responder, const ModelRequest& request);

  StandinOptions options;
  sim::Service service;
  IdLog ids;
  ReplyCounts replies;
  DelayHistogram delays;
  std::vector<Pending> pending;  // By tag.
  std::uint32_t free = kNone;
  std::string text;  // The reply that is being written.
  std::uint64_t scored = 0;
  std::unique_ptr<serve::Server> server;
  std::optional<Burners> burners;  // Last: its threads post to the server.
};

std::uint32_t Standin::Parts::Keep(Responder responder, const ModelRequest& request) {
  if (free == kNone) {
    pending.emplace_back();
    free = static_cast<std::uint32_t>(pending.size() - 1);
  }
  const std::uint32_t tag = free;
  free = pending[tag].next_free;
  pending[tag].responder = std::move(responder);
  pending[tag].request = request;
  return tag;
}

void Standin::Parts::OnRequest(const Request& request, Responder responder) {
  const Instant now = Now();
  Advance(now);
  const std::string_view path = request.path;
  if (path == "/healthz") {
    Say(std::move(responder), 200, R"({"status":"ok"})");
  } else if (path == "/readyz") {
    const bool ready = service.ReadyPods(now) > 0;
    Say(std::move(responder), ready ? 200 : 503,
        ready ? R"({"status":"ready"})" : R"({"status":"starting"})");
  } else if (path == "/metrics") {
    Metrics(now, std::move(responder));
  } else if (path == "/ids") {
    Ids(std::move(responder));
  } else if (request.method == "GET" && Describe(request, responder)) {
    // Answered.
  } else {
    Score(now, request, std::move(responder));
  }
  server->SetAlarm(service.next());
}

bool Standin::Parts::Describe(const Request& request, Responder& responder) {
  const std::string_view path = request.path;
  if (path == "/v2/health/live" || path == "/v2/health/ready") {
    Say(std::move(responder), 200,
        path.ends_with("live") ? R"({"live":true})" : R"({"ready":true})");
    return true;
  }
  using Kind = inference::PredictPath::Kind;
  const inference::PredictPath asked = inference::ParsePredictPath(path);
  if (asked.kind != Kind::kV1Status && asked.kind != Kind::kV1Metadata &&
      asked.kind != Kind::kV2Metadata) {
    return false;
  }
  inference::WritePredictMetadata(asked, text);
  Say(std::move(responder), 200, text);
  return true;
}

void Standin::Parts::Score(Instant now, const Request& request, Responder responder) {
  ids.Add(RequestId(request.Find("X-Request-Id"), request.body));
  const bool mlflow = request.path == inference::kMlflowPath;
  ModelRequest asked;
  asked.shape = mlflow ? ModelRequest::Shape::kMlflow : ModelRequest::Shape::kPlain;
  const Result<ModelRequest> parsed = inference::ParseModelRequest(request.body);
  if (!parsed) {
    Refuse(std::move(responder), asked, 400, "BAD_REQUEST", parsed.error().message);
    return;
  }
  if (mlflow && parsed->shape != ModelRequest::Shape::kMlflow) {
    Refuse(std::move(responder), asked, 400, "BAD_REQUEST",
           "dataframe_split, dataframe_records, inputs or instances is needed");
    return;
  }
  const Result<ModelRequest> known = OfPath(request, *parsed);
  if (!known) {
    // Of the predict protocols, whose errors look like plain ones.
    Refuse(std::move(responder), {}, 400, "BAD_REQUEST", known.error().message);
    return;
  }
  asked = *known;
  std::optional<Duration> own_time;
  if (asked.milli) {
    own_time = FromSeconds(std::min(*asked.milli, kLongestMilli) * 1e-3);
  }
  const std::uint32_t tag = Keep(std::move(responder), asked);
  const sim::Admission admission = service.Arrive(now, tag, own_time);
  if (admission == sim::Admission::kServing || admission == sim::Admission::kQueued) {
    StartWork();
    return;
  }
  Pending& rejected = pending[tag];
  rejected.next_free = std::exchange(free, tag);
  Refuse(std::move(rejected.responder), asked, 503, "UNAVAILABLE",
         admission == sim::Admission::kFull ? "queue full" : "not ready");
}

void Standin::Parts::Advance(Instant now) {
  sim::Departure departure;
  while (service.Depart(now, departure)) {
    delays.Record(Now() - departure.at);
    Reply(departure);
  }
}

void Standin::Parts::StartWork() {
  if (!burners) {
    return;
  }
  sim::Start start;
  while (service.NextStart(start)) {
    burners->Burn(start.ticket, start.work);
  }
}

void Standin::Parts::Reply(const sim::Departure& departure) {
  const std::uint32_t tag = static_cast<std::uint32_t>(departure.tag);
  Pending& done = pending[tag];
  done.next_free = std::exchange(free, tag);
  if (departure.failed) {
    Refuse(std::move(done.responder), done.request, 500, "INTERNAL_ERROR", "the model failed");
    return;
  }
  // Three digits: as long as a real score, and another for each request.
  const double score = static_cast<double>(Mix(++scored) % 1000) / 1000.0;
  inference::WriteModelReply(done.request, score, text);
  ++replies.ok;
  done.responder.Send({.status = 200, .body = text});
}

void Standin::Parts::Refuse(Responder responder, const ModelRequest& request, int status,
                            std::string_view code, std::string_view message) {
  replies.bad += status == 400 ? 1 : 0;
  replies.failed += status == 500 ? 1 : 0;
  replies.unavailable += status == 503 ? 1 : 0;
  inference::WriteModelError(request.shape, code, message, text);
  responder.Send({.status = status, .body = text});
}

void Standin::Parts::Say(Responder responder, int status, std::string_view body) {
  responder.Send({.status = status, .body = body});
}

void Standin::Parts::Metrics(Instant now, Responder responder) {
  WriteMetrics({.replies = replies,
                .service = service.counters(),
                .delays = delays,
                .ids = ids,
                .serving = service.serving(),
                .waiting = service.waiting(),
                .ready_pods = service.ReadyPods(now)},
               text);
  responder.Send({.content_type = Exposition::kContentType, .body = text});
}

void Standin::Parts::Ids(Responder responder) {
  const std::string forgotten = std::to_string(ids.forgotten());
  const std::array<serve::Header, 1> headers = {{{"X-Forgotten", forgotten}}};
  responder.Send({.content_type = "text/plain", .headers = headers, .body = ids.text()});
}

Result<std::unique_ptr<Standin>> Standin::Create(const StandinOptions& options) {
  TRY(ValidateOptions(options));
  auto parts = std::make_unique<Parts>(options);
  Parts* self = parts.get();
  parts->server = TRY(serve::Server::Create(
      ListenOptions(options),
      [self](const Request& request, Responder responder) {
        self->OnRequest(request, std::move(responder));
      },
      [self](Instant now) {
        self->Advance(now);
        self->server->SetAlarm(self->service.next());
      }));
  return std::unique_ptr<Standin>(new Standin(std::move(parts)));
}

Standin::Standin(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Standin::~Standin() {
  parts_->server->Stop(Duration::zero());
  Wait();
}

void Standin::Start() {
  if (parts_->options.cpu) {
    const int slots = parts_->options.service.pods * parts_->options.service.concurrency;
    parts_->burners.emplace(slots, [self = parts_.get()](std::uint32_t ticket) {
      self->server->Post([self, ticket] {
        self->Reply(self->service.Finish(Now(), ticket));
        self->StartWork();
      });
    });
  }
  parts_->server->Start();
}

void Standin::Stop(Duration grace) {
  parts_->server->Stop(grace);
}

void Standin::Wait() {
  parts_->server->Wait();
}

std::uint16_t Standin::port() const {
  return parts_->server->port();
}

std::string Standin::url() const {
  return parts_->server->url();
}

}  // namespace loadline::standin
