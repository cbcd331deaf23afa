// The bytes of a response. Pure; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/units.h"
#include "serve/request.h"

namespace loadline::serve {

/// `Too Many Requests` for 429; `Unknown` for a status without a registered phrase.
[[nodiscard]] std::string_view ReasonPhrase(int status);

/// Replaces `out` by head and body of `response`. `close` adds `Connection: close`, `keep_http10`
/// the `Connection: keep-alive` that HTTP/1.0 clients ask for. Without `with_body` (replies to
/// HEAD) the body is left out, but Content-Length still tells its length. `date` is the value of
/// Date.
void WriteResponse(const Response& response, std::string_view date, bool close, bool keep_http10,
                   bool with_body, std::string& out);

/// IMF-fixdate (RFC 9110 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] std::string HttpDate(UtcTime t);

}  // namespace loadline::serve
