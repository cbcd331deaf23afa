#include "telemetry/metrics_server.h"

#include <fmt/core.h>

#include <charconv>
#include <utility>

#include "base/exposition.h"
#include "telemetry/prometheus_text.h"

namespace loadline::telemetry {
namespace {

constexpr std::size_t kMaxConnections = 64;
constexpr Duration kGrace = 200ms;
constexpr std::string_view kFrontPage =
    "loadline: a load test is running here; /metrics has its figures\n";

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const Error wrong{ErrorCode::kInvalidArgument,
                    fmt::format("found \"{}\"; expected PORT or ADDR:PORT, such as 9464, "
                                "0.0.0.0:9464 or [::1]:9464",
                                text)};
  const std::size_t colon = text.rfind(':');
  std::string_view address = colon == std::string_view::npos ? "" : text.substr(0, colon);
  const std::string_view port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const bool brackets = address.starts_with('[') && address.ends_with(']');
  if (brackets) {
    address = address.substr(1, address.size() - 2);
  }
  if (address.find(':') != std::string_view::npos && !brackets) {
    return wrong;
  }
  int number = -1;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error != std::errc() || end != port.data() + port.size() || number < 0 || number > 65535) {
    return wrong;
  }
  ListenAddress listen;
  if (!address.empty()) {
    listen.address = std::string(address);
  }
  listen.port = static_cast<std::uint16_t>(number);
  return listen;
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::Start(const ListenAddress& listen,
                                                            const RunBook& book) {
  std::unique_ptr<MetricsServer> metrics(new MetricsServer(book));
  serve::ServerOptions options;
  options.address = listen.address;
  options.port = listen.port;
  options.max_connections = kMaxConnections;
  options.max_body = Bytes{0};
  metrics->server_ = TRY(serve::Server::Create(
      options, [server = metrics.get()](const serve::Request& request, serve::Responder responder) {
        server->Answer(request, std::move(responder));
      }));
  metrics->server_->Start();
  return metrics;
}

MetricsServer::~MetricsServer() {
  if (server_ != nullptr) {
    server_->Stop(kGrace);
    server_->Wait();
  }
}

std::string MetricsServer::url() const {
  return server_->url() + "/metrics";
}

void MetricsServer::Answer(const serve::Request& request, serve::Responder responder) {
  if (request.method != "GET" && request.method != "HEAD") {
    responder.Send({.status = 405, .content_type = "text/plain", .body = "GET /metrics\n"});
    return;
  }
  if (request.path == "/") {
    responder.Send({.content_type = "text/plain", .body = kFrontPage});
    return;
  }
  if (request.path != "/metrics") {
    responder.Send({.status = 404, .content_type = "text/plain", .body = "GET /metrics\n"});
    return;
  }
  const std::string page = PrometheusText(book_.Metrics(), CommonLabels(book_.facts().label));
  responder.Send({.content_type = Exposition::kContentType, .body = page});
  scrapes_.fetch_add(1, std::memory_order_acq_rel);
}

}  // namespace loadline::telemetry
