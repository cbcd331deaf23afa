// Request and Response: what the server's handler gets and gives.
//
// Views of the server's and the handler's memory: a Request is valid until the handler returns.
#pragma once

#include <span>
#include <string_view>
#include <utility>

namespace loadline::serve {

/// One header field.
using Header = std::pair<std::string_view, std::string_view>;

struct Request {
  std::string_view method;  ///< `GET`, as sent.
  std::string_view path;    ///< `/score`: the target up to the query, not decoded.
  std::string_view query;   ///< After the `?`; empty: none.
  std::span<const Header> headers;
  std::string_view body;

  /// The value of the first header with this name, whatever its case; empty: none.
  [[nodiscard]] std::string_view Find(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";
  std::span<const Header> headers = {};  ///< Further ones; Content-Length and such are added.
  std::string_view body = {};
  bool close = false;  ///< Close the connection afterwards.
};

}  // namespace loadline::serve
