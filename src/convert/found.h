// Found: requests as somebody else wrote them down (a curl command, a HAR file, an OpenAPI
// description), before they become a scenario.
//
// All text is template text: a literal `${` is written `$${`, and `${NAME}` is a variable of the
// environment. Secrets still stand in it: convert/secrecy.h takes them out. Plain values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loadline::convert {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// One request, or several that are the same.
struct Request {
  std::string name;  ///< Of the task; empty: made of method and path.
  double weight = 1.0;
  std::string method = "GET";
  std::string url;  ///< Absolute, without user, password and fragment.
  std::vector<Header> headers;
  bool has_body = false;
  std::string body;
  std::string body_file;  ///< Sent as it is instead of `body`; empty: none.
  std::string shape;      ///< `kserve-v2`: what `as:` says; empty: plain.
  std::string user;       ///< `user:password` of `Authorization: Basic`; empty: none.
};

/// How to reach the server, as far as the source says so.
struct Transport {
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  bool insecure = false;
  int redirects = 0;
  int retries = 0;
  std::string connect_timeout;       ///< As a scenario writes it: `2s`; empty: the default.
  std::string timeout;               ///< Of the whole request.
  std::vector<std::string> resolve;  ///< `host:port:address`

  friend bool operator==(const Transport&, const Transport&) = default;
};

struct Found {
  std::string target;  ///< URL that all requests begin with; empty: their common origin.
  std::vector<Request> requests;
  Transport transport;
  std::vector<std::string> notes;  ///< What was left out or changed, each one sentence.
};

/// `text` in lower case, ASCII only.
[[nodiscard]] std::string Lower(std::string_view text);

/// The value of the header `name` (in any case); null if there is none.
[[nodiscard]] const std::string* FindHeader(const std::vector<Header>& headers,
                                            std::string_view name);

/// `https://host:port` of an absolute URL; empty if it is none.
[[nodiscard]] std::string OriginOf(std::string_view url);

/// Removes `user:password@` from a URL and gives what stood before the @.
[[nodiscard]] std::string TakeUser(std::string& url);

}  // namespace loadline::convert
