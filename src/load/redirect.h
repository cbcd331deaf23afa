// Following a redirect: the request to send next, made from the bytes of the one before.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "http/url.h"

namespace loadline::load {

/// True for 301, 302, 303, 307 and 308.
[[nodiscard]] bool IsRedirect(int status);

/// Replaces `out` by `request` (as it was sent) directed to `location`. 303, and 301 or 302 after
/// anything but GET and HEAD, become a GET without a body (RFC 9110 15.4).
///
/// False, and `out` unspecified: `location` does not parse, or leaves the origin (scheme, host,
/// port) of `base`, where credentials must not follow.
[[nodiscard]] bool Redirect(const http::Url& base, std::string_view request, int status,
                            std::string_view location, std::string& out);

}  // namespace loadline::load
