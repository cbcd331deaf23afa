// HTTP/1.1 requests as bytes, made ahead of the time they are due.
//
// Pure functions; safe from any thread. What the user supplies is validated here, so that no value
// from a data row can end a line and smuggle in another header or request.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::http {

/// One header field; a view of the caller's text.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

/// A request to be written out. Views: nothing is copied until SerializeRequest().
struct RequestView {
  std::string_view method = "GET";
  std::string_view target = "/";  ///< Origin form: `/path?query`.
  std::string_view host = {};     ///< Url::HostHeader(); not used if `headers` has a Host.
  std::span<const HeaderView> headers = {};
  std::string_view body = {};
  bool close = false;  ///< Adds `Connection: close`.
};

/// Replaces `out` by the bytes of `request`: head, Content-Length, body. Keeps the capacity of
/// `out`, so that rendering again into the same string does not allocate.
///
/// Content-Length is written if there is a body, or if the method usually has one (POST, PUT,
/// PATCH). Errors: kInvalidArgument for a method or header name that is not a token (RFC 9110
/// 5.6.2), a value or target with a control character or a bad target, a second Host, and for
/// Content-Length, Transfer-Encoding, or Connection among `headers` (they are ours to say).
[[nodiscard]] Status SerializeRequest(const RequestView& request, std::string& out);

/// Bytes of the head of a serialised request, blank line included; 0 if there is no blank line.
[[nodiscard]] std::size_t HeadSize(std::string_view serialized);

/// kInvalidArgument unless `method` is a token.
[[nodiscard]] Status CheckMethod(std::string_view method);
/// kInvalidArgument unless `name` is a token and not a header that is ours to say.
[[nodiscard]] Status CheckHeaderName(std::string_view name);
/// kInvalidArgument for a control character other than a tab: in particular for CR, LF and NUL.
[[nodiscard]] Status CheckHeaderValue(std::string_view value);
/// kInvalidArgument unless `target` begins with `/` and holds neither spaces, control characters,
/// non-ASCII bytes nor `#`.
[[nodiscard]] Status CheckTarget(std::string_view target);

}  // namespace loadline::http
