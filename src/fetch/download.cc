#include "fetch/download.h"

#include <fmt/core.h>

#include <memory>

#include "base/clock.h"
#include "base/url_text.h"
#include "fetch/exchange.h"

namespace loadline::fetch {
namespace {

constexpr int kMaxRedirects = 5;

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool SameOrigin(const http::Url& a, const http::Url& b) {
  return a.tls == b.tls && a.host == b.host && a.port == b.port;
}

Error Failed(const http::Url& url, ErrorCode code, std::string_view reason) {
  return {code, fmt::format("{}: {}", ShownUrl(url.Text()), reason)};
}

Status CheckScheme(const http::Url& url, const DownloadOptions& options) {
  if (!url.tls && options.https_only && !IsLoopback(url)) {
    return Failed(url, ErrorCode::kInvalidArgument,
                  "expected https (plain http only on the loopback)");
  }
  return {};
}

Result<Reply> Ask(const http::Url& url, bool first_origin, const DownloadOptions& options,
                  Instant deadline) {
  net::TlsOptions tls = options.tls;
  if (!first_origin) {
    tls.client_certificate_file.clear();
    tls.client_key_file.clear();
  }
  const std::unique_ptr<Exchange> exchange = TRY(Exchange::Create(url, tls, options.overrides));
  std::vector<http::HeaderView> headers = {
      {"User-Agent", options.user_agent}, {"Accept", "*/*"}, {"Accept-Encoding", "identity"}};
  if (first_origin) {
    for (const auto& [name, value] : options.headers) {
      headers.push_back({name, value});
    }
  }
  Result<Reply> reply =
      exchange->Send({.method = "GET", .headers = headers}, {.deadline = deadline,
                                                             .idle = options.connect,
                                                             .max_bytes = options.max_bytes,
                                                             .whole = true});
  return reply ? std::move(reply) : Failed(url, reply.error().code, reply.error().message);
}

}  // namespace

bool IsLoopback(const http::Url& url) {
  const bool is_ipv4 = url.host.find_first_not_of("0123456789.") == std::string::npos;
  return url.host == "localhost" || url.host == "::1" || (is_ipv4 && url.host.starts_with("127."));
}

Result<Downloaded> Download(const std::string& text, const DownloadOptions& options) {
  http::Url url = TRY(http::ParseUrl(text));
  const http::Url first = url;
  const Instant deadline = Now() + options.whole;
  for (int redirects = 0;; ++redirects) {
    TRY(CheckScheme(url, options));
    Reply reply = TRY(Ask(url, SameOrigin(first, url), options, deadline));
    if (IsRedirect(reply.status) && !reply.location.empty()) {
      const Result<http::Url> next = http::ResolveUrl(url, reply.location);
      if (!next) {
        return Failed(url, ErrorCode::kInvalidArgument, "it redirects to something that is no URL");
      }
      if (redirects == kMaxRedirects) {
        return Failed(first, ErrorCode::kInvalidArgument,
                      fmt::format("more than {} redirects", kMaxRedirects));
      }
      if (url.tls && !next->tls) {
        return Failed(url, ErrorCode::kInvalidArgument, "it redirects from https to http");
      }
      url = *next;
      continue;
    }
    if (reply.status != 200) {
      const bool missing = reply.status == 404 || reply.status == 410;
      return Failed(url, missing ? ErrorCode::kNotFound : ErrorCode::kInvalidArgument,
                    fmt::format("status {}", reply.status));
    }
    if (!reply.encoding.empty() && reply.encoding != "identity") {
      return Failed(url, ErrorCode::kInvalidArgument,
                    "the reply is compressed although that was not asked for");
    }
    return Downloaded{std::move(reply.body), url.Text()};
  }
}

}  // namespace loadline::fetch
