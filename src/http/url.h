// Url: the address of a target, parsed strictly.
//
// Plain value and pure functions; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::http {

/// An http or https URL without user information and fragment.
struct Url {
  bool tls = false;  ///< https.
  std::string host;  ///< Lower case; an IPv6 literal without its brackets.
  bool host_is_ipv6 = false;
  std::uint16_t port = 80;  ///< Default 80, 443 for https.
  std::string target;       ///< What goes into the request line: `/path?query`, at least `/`.

  /// `scoring.example.com`, `[::1]:8500`: the value of the Host header (no default port).
  [[nodiscard]] std::string HostHeader() const;
  /// The whole URL in its normal form; ParseUrl() of it gives the same Url.
  [[nodiscard]] std::string Text() const;

  friend bool operator==(const Url&, const Url&) = default;
};

/// Parses an absolute URL (RFC 3986 with http's rules, RFC 9110 4.2).
///
/// Accepts `http://` and `https://` in any case, names (letters, digits, `-`, `_`, `.`), IPv4 and
/// bracketed IPv6 literals, an optional port 1..65535. In path and query, spaces, control and
/// non-ASCII bytes are refused (write them percent-encoded) and so are broken percent-encodings;
/// nothing else is changed, so that what is sent is what was written. A fragment is refused: it is
/// never sent. User information is refused: credentials come from the environment or a file.
///
/// kInvalidArgument says what was found and what would be right; it never repeats a password.
[[nodiscard]] Result<Url> ParseUrl(std::string_view text);

/// Resolves `reference` (a Location header, or a task's path such as `/score?x=1`) against `base`:
/// an absolute URL, `//host/path`, `/path`, `?query` or a relative path with dot segments
/// (RFC 3986 5.2). A fragment is dropped. Errors as ParseUrl.
[[nodiscard]] Result<Url> ResolveUrl(const Url& base, std::string_view reference);

}  // namespace loadline::http
