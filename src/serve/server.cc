#include "serve/server.h"

#include <fmt/core.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/clock.h"
#include "serve/exchange.h"
#include "serve/response_text.h"
#include "serve/spin_budget.h"
#include "serve/tls_files.h"

namespace loadline::serve {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using internal::Exchange;

namespace {

constexpr std::size_t kReadBytes = 16UL * 1024;
constexpr Duration kSweepEvery = 500ms;
constexpr Duration kSweepWhenStopping = 20ms;
constexpr Duration kAcceptPause = 100ms;
/// How long a client that sent a bad request may take to read why.
constexpr Duration kLinger = 2s;

std::string_view View(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

std::chrono::steady_clock::time_point SteadyTime(Instant when) {
  return std::chrono::steady_clock::time_point(when.time_since_epoch());
}

/// What connections share: the server without its socket and thread.
struct Core {
  ServerOptions options;
  Server::Handler handler;
  std::unordered_set<Exchange*> open;  // Loop thread only.
  std::string date;                    // Loop thread only.
  bool stopping = false;               // Loop thread only.
  // Cross threads.
  std::atomic<std::int64_t> accepted{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> requests{0};
  std::atomic<std::int64_t> faults{0};
};

/// Our own count of something that only the loop thread writes.
void Count(std::atomic<std::int64_t>& counter, std::int64_t by = 1) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

/// One connection: reads a request, hands it over, writes the answer, and so on.
template <typename Stream>
class Connection final : public Exchange, public std::enable_shared_from_this<Connection<Stream>> {
  static constexpr bool kTls = !std::is_same_v<Stream, tcp::socket>;

 public:
  template <typename... Args>
  explicit Connection(Core& core, Args&&... args) : core_(core) {
    stream_.emplace(std::forward<Args>(args)...);
    core_.open.insert(this);
    Count(core_.connections);
  }

  void Start() {
    idle_ = false;
    deadline_ = Now() + core_.options.request_timeout;
    if constexpr (kTls) {
      stream_->async_handshake(asio::ssl::stream_base::server,
                               [self = this->shared_from_this()](error_code error) {
                                 error ? self->Close() : self->AwaitRequest();
                               });
    } else {
      AwaitRequest();
    }
  }

  void Reply(const Response& response) override {
    if (!stream_) {
      return;
    }
    const auto& message = parser_->get();
    const bool close = response.close || core_.stopping || !message.keep_alive();
    Write(response, close, !close && message.version() == 10, message.method() != http::verb::head);
  }

  void Abandon() override { Close(); }

  void Close() override {
    if (!stream_) {
      return;
    }
    stream_.reset();
    core_.open.erase(this);
    Count(core_.connections, -1);
  }

 private:
  void AwaitRequest() {
    parser_.emplace();
    parser_->eager(true);
    parser_->header_limit(static_cast<std::uint32_t>(core_.options.max_head.count));
    parser_->body_limit(static_cast<std::uint64_t>(core_.options.max_body.count));
    continued_ = false;
    idle_ = buffer_.size() == 0;
    deadline_ = Now() + (idle_ ? core_.options.idle_timeout : core_.options.request_timeout);
    if (idle_ && core_.stopping) {
      Close();
      return;
    }
    idle_ ? Read() : Parse();
  }

  void Read() {
    stream_->async_read_some(buffer_.prepare(kReadBytes), [self = this->shared_from_this()](
                                                              error_code error, std::size_t bytes) {
      if (error || !self->stream_) {
        self->Close();
        return;
      }
      if (self->idle_) {
        self->idle_ = false;
        self->deadline_ = Now() + self->core_.options.request_timeout;
      }
      self->buffer_.commit(bytes);
      self->Parse();
    });
  }

  void Parse() {
    error_code error;
    while (buffer_.size() > 0 && !parser_->is_done()) {
      const std::size_t used = parser_->put(buffer_.data(), error);
      buffer_.consume(used);
      if (error == http::error::need_more || (!error && used == 0)) {
        error = {};
        break;
      }
      if (error) {
        Refuse(error);
        return;
      }
    }
    if (parser_->is_done()) {
      HandOver();
    } else if (parser_->is_header_done() && !continued_ &&
               View(parser_->get()[http::field::expect]) == "100-continue") {
      Continue();
    } else {
      Read();
    }
  }

  /// The client waits for our word before it sends its body.
  void Continue() {
    continued_ = true;
    out_ = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(*stream_, asio::buffer(out_),
                      [self = this->shared_from_this()](error_code error, std::size_t) {
                        error || !self->stream_ ? self->Close() : self->Read();
                      });
  }

  void HandOver() {
    deadline_ = Instant::max();
    const auto& message = parser_->get();
    headers_.clear();
    for (const auto& field : message) {
      headers_.emplace_back(View(field.name_string()), View(field.value()));
    }
    Request request;
    request.method = View(message.method_string());
    const std::string_view target = View(message.target());
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    request.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
    request.headers = headers_;
    request.body = message.body();
    Count(core_.requests);
    core_.handler(request, Responder(this->shared_from_this()));
  }

  /// Not HTTP, or too much of it: says so and ends the connection.
  void Refuse(error_code error) {
    Count(core_.faults);
    const int status = error == http::error::header_limit ? 431
                       : error == http::error::body_limit ? 413
                                                          : 400;
    Write(Response{.status = status, .body = R"({"error":"bad request"})", .close = true}, true,
          false, true);
  }

  void Write(const Response& response, bool close, bool keep_http10, bool with_body) {
    deadline_ = Now() + core_.options.request_timeout;
    WriteResponse(response, core_.date, close, keep_http10, with_body, out_);
    asio::async_write(*stream_, asio::buffer(out_),
                      [self = this->shared_from_this(), close](error_code error, std::size_t) {
                        if (error || !self->stream_) {
                          self->Close();
                        } else if (close) {
                          self->Finish();
                        } else {
                          self->AwaitRequest();
                        }
                      });
  }

  /// Says that we have said everything, and swallows what still comes: a close with unread bytes
  /// would be a reset, and take our last answer with it.
  void Finish() {
    deadline_ = Now() + kLinger;
    idle_ = true;
    if constexpr (kTls) {
      stream_->async_shutdown([self = this->shared_from_this()](error_code) { self->Close(); });
    } else {
      error_code ignored;
      stream_->shutdown(tcp::socket::shutdown_send, ignored);
      Swallow();
    }
  }

  void Swallow() {
    buffer_.clear();
    stream_->async_read_some(buffer_.prepare(kReadBytes),
                             [self = this->shared_from_this()](error_code error, std::size_t) {
                               error || !self->stream_ ? self->Close() : self->Swallow();
                             });
  }

  Core& core_;
  std::optional<Stream> stream_;  // Empty: closed.
  boost::beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::vector<Header> headers_;
  std::string out_;
  bool continued_ = false;
};

using PlainConnection = Connection<tcp::socket>;
using TlsConnection = Connection<asio::ssl::stream<tcp::socket>>;

}  // namespace

struct Server::Parts {
  Core core;
  Alarm alarm;
  asio::io_context context{1};
  tcp::acceptor acceptor{context};
  asio::steady_timer alarm_timer{context};
  asio::steady_timer sweep_timer{context};
  asio::steady_timer accept_timer{context};
  std::optional<asio::ssl::context> tls;
  std::string self_signed;
  tcp::endpoint endpoint;
  std::thread thread;
  // Loop thread only.
  Instant alarm_at = Instant::max();
  Instant armed_at = Instant::max();
  Instant stop_by = Instant::max();
  SpinBudget spin_budget;

  Status Listen();
  Status PrepareTls();
  void Accept();
  void Welcome(tcp::socket socket);
  void Sweep();
  void Run();
  void ArmFor(Instant when);
  void TurnBeforeAlarm(Instant now);
  void StopBy(Instant when);
};

Status Server::Parts::PrepareTls() {
  if (!core.options.tls) {
    return {};
  }
  try {
    tls.emplace(asio::ssl::context::tls_server);
    tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv3 |
                     asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  } catch (const std::exception& error) {
    return Error{ErrorCode::kInternal, fmt::format("TLS: {}", error.what())};
  }
  return LoadCertificate(core.options, tls->native_handle(), self_signed);
}

Status Server::Parts::Listen() {
  const ServerOptions& options = core.options;
  error_code error;
  const asio::ip::address address =
      asio::ip::make_address(options.address == "localhost" ? "127.0.0.1" : options.address, error);
  if (error) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("address `{}`: a literal address such as 127.0.0.1 or ::1 would be "
                             "right",
                             options.address)};
  }
  endpoint = tcp::endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error && address.is_v6()) {
    acceptor.set_option(asio::ip::v6_only(!address.is_unspecified()), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(4096, error);
  }
  if (!error) {
    endpoint = acceptor.local_endpoint(error);
  }
  if (error) {
    return Error{ErrorCode::kIo, fmt::format("cannot listen on {} port {}: {}", options.address,
                                             options.port, error.message())};
  }
  return {};
}

void Server::Parts::Accept() {
  acceptor.async_accept([this](error_code error, tcp::socket socket) {
    if (!acceptor.is_open()) {
      return;
    }
    if (error) {
      // Out of descriptors, most likely: the pending connection stays, so asking again at once
      // would spin.
      accept_timer.expires_at(SteadyTime(Now() + kAcceptPause));
      accept_timer.async_wait([this](error_code) {
        if (acceptor.is_open()) {
          Accept();
        }
      });
      return;
    }
    Welcome(std::move(socket));
    Accept();
  });
}

void Server::Parts::Welcome(tcp::socket socket) {
  if (core.open.size() >= core.options.max_connections) {
    Count(core.refused);
    return;
  }
  Count(core.accepted);
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (tls) {
    std::make_shared<TlsConnection>(core, std::move(socket), *tls)->Start();
  } else {
    std::make_shared<PlainConnection>(core, std::move(socket))->Start();
  }
}

void Server::Parts::Sweep() {
  core.date = HttpDate(UtcNow());
  const Instant now = Now();
  std::vector<Exchange*> late;
  for (Exchange* exchange : core.open) {
    if (exchange->deadline() <= now || (core.stopping && exchange->idle())) {
      late.push_back(exchange);
    }
  }
  for (Exchange* exchange : late) {
    exchange->Close();
  }
  sweep_timer.expires_at(SteadyTime(now + (core.stopping ? kSweepWhenStopping : kSweepEvery)));
  sweep_timer.async_wait([this](error_code error) {
    if (!error) {
      Sweep();
    }
  });
}

void Server::Parts::ArmFor(Instant when) {
  if (armed_at == when) {
    return;
  }
  armed_at = when;
  alarm_timer.expires_at(SteadyTime(when));
  alarm_timer.async_wait([this](error_code error) {
    if (!error) {
      armed_at = Instant::max();
    }
  });
}

/// Spins if the alarm is near and we can afford it, else sleeps until it is near, or due.
void Server::Parts::TurnBeforeAlarm(Instant now) {
  const Duration spin = core.options.spin;
  const bool near = alarm_at - now <= spin;
  if (near && spin_budget.MaySpin(now)) {
    context.poll_one();
    spin_budget.Spent(Now());
    return;
  }
  ArmFor(near ? alarm_at : alarm_at - spin);
  context.run_one();
}

void Server::Parts::Run() {
  // Timers of this thread may fire on time: the default slack is 50 us.
  prctl(PR_SET_TIMERSLACK, 1);
  Accept();
  Sweep();
  while (!(core.stopping && (core.open.empty() || Now() >= stop_by))) {
    if (alarm_at == Instant::max()) {
      context.run_one();
      continue;
    }
    const Instant now = Now();
    if (now >= alarm_at) {
      alarm_at = Instant::max();
      alarm(now);
      context.poll_one();  // However late the alarms are, connections get their turn.
    } else {
      TurnBeforeAlarm(now);
    }
  }
  const std::vector<Exchange*> open(core.open.begin(), core.open.end());
  for (Exchange* exchange : open) {
    exchange->Close();
  }
}

void Server::Parts::StopBy(Instant when) {
  stop_by = std::min(stop_by, when);
  core.stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  sweep_timer.cancel();
  Sweep();
}

Result<std::unique_ptr<Server>> Server::Create(const ServerOptions& options, Handler handler,
                                               Alarm alarm) {
  if (options.certificate_file.empty() != options.key_file.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 "TLS: a certificate needs its key, and a key its certificate"};
  }
  auto parts = std::make_unique<Parts>();
  parts->core.options = options;
  parts->core.handler = std::move(handler);
  parts->alarm = std::move(alarm);
  TRY(parts->PrepareTls());
  TRY(parts->Listen());
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() {
  if (parts_->thread.joinable()) {
    Stop(Duration::zero());
    Wait();
  }
}

void Server::Start() {
  CHECK(!parts_->thread.joinable());
  parts_->thread = std::thread([this] { parts_->Run(); });
}

void Server::Stop(Duration grace) {
  asio::post(parts_->context, [this, grace] { parts_->StopBy(Now() + grace); });
}

void Server::Wait() {
  if (parts_->thread.joinable()) {
    parts_->thread.join();
  }
}

std::uint16_t Server::port() const {
  return parts_->endpoint.port();
}

std::string Server::url() const {
  const asio::ip::address address = parts_->endpoint.address();
  return fmt::format("{}://{}{}{}:{}", parts_->tls ? "https" : "http", address.is_v6() ? "[" : "",
                     address.to_string(), address.is_v6() ? "]" : "", port());
}

const std::string& Server::self_signed_certificate() const {
  return parts_->self_signed;
}

void Server::SetAlarm(Instant when) {
  parts_->alarm_at = when;
}

void Server::Post(std::function<void()> task) {
  asio::post(parts_->context, std::move(task));
}

ServerCounters Server::counters() const {
  const Core& core = parts_->core;
  return {.accepted = core.accepted.load(std::memory_order_relaxed),
          .refused = core.refused.load(std::memory_order_relaxed),
          .connections = core.connections.load(std::memory_order_relaxed),
          .requests = core.requests.load(std::memory_order_relaxed),
          .faults = core.faults.load(std::memory_order_relaxed)};
}

}  // namespace loadline::serve
