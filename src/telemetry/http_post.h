// HttpPost: one HTTP request at a time to one URL, for what is pushed to a receiver.
//
// Blocks the calling thread, never past a deadline. Belongs to one thread, which need not be the
// one that made it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "http/request.h"
#include "http/response_parser.h"
#include "http/url.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/tls.h"

namespace loadline::telemetry {

/// What came back, whatever the status.
struct PostReply {
  int status = 0;
  std::string body;  ///< At most its first 64 KiB.
  std::optional<Duration> retry_after;
};

class HttpPost {
 public:
  /// `ca_file`: PEM for https; empty: the system's trusted roots.
  /// Errors: those of TlsContext::Create() and Loop::Create().
  [[nodiscard]] static Result<std::unique_ptr<HttpPost>> Create(const http::Url& url,
                                                                const std::string& ca_file);

  /// Sends `body` and waits for the reply, on a new connection.
  /// Errors: kInvalidArgument (a header that may not be sent), kUnavailable (name, connection, TLS,
  /// no whole reply in time) with the reason.
  [[nodiscard]] Result<PostReply> Send(std::span<const http::HeaderView> headers,
                                       std::string_view body, Instant deadline);

 private:
  HttpPost(http::Url url, std::unique_ptr<net::Loop> loop, std::unique_ptr<net::TlsContext> tls);

  [[nodiscard]] Result<std::vector<net::Address>> Resolve(Instant deadline);
  [[nodiscard]] Status Connect(const net::Address& address, Instant deadline);
  [[nodiscard]] Status Write(std::string_view bytes, Instant deadline);
  [[nodiscard]] Status Read(http::ResponseParser& parser, Instant deadline);
  /// Waits for the next event; false: the deadline has passed.
  [[nodiscard]] bool Await(Instant deadline);
  void Close();

  // Constant after construction.
  http::Url url_;
  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<net::TlsContext> tls_;
  net::Resolver resolver_;
  net::ResolverClient asked_;
  net::Stream stream_;
  net::Registration registration_;
};

}  // namespace loadline::telemetry
