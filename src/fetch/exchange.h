// Exchange: one HTTP request at a time to one URL, outside the load: what is fetched before it and
// what is pushed to a receiver beside it.
//
// Blocks the calling thread, never past a deadline. Belongs to one thread, which need not be the
// one that made it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "http/body_capture.h"
#include "http/request.h"
#include "http/response_parser.h"
#include "http/url.h"
#include "net/loop.h"
#include "net/resolver.h"
#include "net/stream.h"
#include "net/tls.h"

namespace loadline::fetch {

/// What came back, whatever the status.
struct Reply {
  int status = 0;
  std::string body;
  std::string location;  ///< Of a redirect; empty: none.
  std::string encoding;  ///< Content-Encoding; empty: none.
  std::optional<Duration> retry_after;
};

struct Question {
  std::string_view method = "GET";
  std::span<const http::HeaderView> headers = {};
  std::string_view body = {};
};

/// How much, and how long.
struct Patience {
  Instant deadline{};  ///< Of the whole exchange.
  Duration idle =
      Duration::max();  ///< Until the request is sent; also the longest pause of the reply.
  std::size_t max_bytes = 64UL * 1024;  ///< Of the reply's body.
  /// A longer body: true is an error, false cuts it off.
  bool whole = false;
};

class Exchange {
 public:
  /// `tls`: for https; its server_name is ours to say. Overrides are those of `--resolve`.
  /// Errors: those of TlsContext::Create() and Loop::Create().
  [[nodiscard]] static Result<std::unique_ptr<Exchange>> Create(
      const http::Url& url, net::TlsOptions tls, std::vector<net::ResolveOverride> overrides = {});

  /// Sends the question and waits for the reply, on a new connection.
  /// Errors: kInvalidArgument (a header that may not be sent), kUnavailable (name, connection, TLS,
  /// no whole reply in time, a body that is too large) with the reason.
  [[nodiscard]] Result<Reply> Send(const Question& question, const Patience& patience);

 private:
  Exchange(http::Url url, std::unique_ptr<net::Loop> loop, std::unique_ptr<net::TlsContext> tls,
           std::vector<net::ResolveOverride> overrides);

  [[nodiscard]] Result<std::vector<net::Address>> Resolve(Instant deadline);
  [[nodiscard]] Status Connect(const net::Address& address, Instant deadline);
  [[nodiscard]] Status Write(std::string_view bytes, Instant deadline);
  [[nodiscard]] Status Read(http::ResponseParser& parser, const http::BodyCapture& capture,
                            const Patience& patience);
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

}  // namespace loadline::fetch
