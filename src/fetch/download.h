// Download: one document by GET, whole or not at all.
//
// Blocks the calling thread. Messages name the host and path of a URL, never its query: it may hold
// a signature.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "http/url.h"
#include "net/resolver.h"
#include "net/tls.h"

namespace loadline::fetch {

struct DownloadOptions {
  net::TlsOptions tls;  ///< server_name is ours to say.
  std::vector<net::ResolveOverride> overrides;
  /// Sent to the first origin alone: a redirect to another one gets none of them.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string user_agent = "loadline";
  /// http is refused but for `localhost` and loopback addresses, also behind a redirect.
  bool https_only = false;
  std::size_t max_bytes = std::size_t{1} << 30;
  Duration connect = 30s;  ///< Until the first byte of a reply; also the longest pause after it.
  Duration whole = 10min;  ///< All redirects together.
};

struct Downloaded {
  std::string content;
  std::string url;  ///< Where redirects led to.
};

/// Follows up to five redirects, never from https to http. Anything but a 200 is an error.
///
/// Errors: kInvalidArgument (a URL that is none, http where https is due, another status than 200,
/// compressed, redirected too often), those of TlsContext, kNotFound (status 404 or 410),
/// kUnavailable (no connection, no trust, no whole reply in time, too large).
[[nodiscard]] Result<Downloaded> Download(const std::string& url, const DownloadOptions& options);

/// True for `localhost` and literal loopback addresses.
[[nodiscard]] bool IsLoopback(const http::Url& url);

}  // namespace loadline::fetch
