// CurlCommand: a request as a curl command for a terminal.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert/found.h"

namespace loadline::convert {

/// A request as it would be sent; nothing in it is template text.
struct CurlRequest {
  std::string method = "GET";
  std::string url;
  std::vector<Header> headers;
  /// Headers whose value a shell expands: `Bearer $SCORE_KEY`. Written in double quotes.
  std::vector<Header> secret_headers;
  std::string secret_user;  ///< Of --user, expanded by the shell as well; empty: none.
  bool has_body = false;
  std::string body;
  Transport transport;
};

/// `curl …`, one option a line, ended by a newline. Bytes that a terminal cannot show are escaped
/// (`$'…'`). Reads back with ReadCurlText().
[[nodiscard]] std::string CurlCommand(const CurlRequest& request);

/// `text` as one word of a shell that stands for itself.
[[nodiscard]] std::string ShellQuoted(std::string_view text);

}  // namespace loadline::convert
