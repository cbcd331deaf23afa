#include "http/url.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "http/chars.h"

namespace loadline::http {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

bool IsLetter(char c) {
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z';
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') {
      c = static_cast<char>(c | 0x20);
    }
  }
  return lower;
}

// Takes `http://` or `https://`, in any case, off the front; empty if neither is there.
std::optional<bool> TakeScheme(std::string_view& text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (EqualsIgnoreCase(text.substr(0, scheme.size()), scheme)) {
      text.remove_prefix(scheme.size());
      return scheme.size() == 8;
    }
  }
  return std::nullopt;
}

Status CheckName(std::string_view host) {
  if (host.size() > 253) {
    return Invalid(fmt::format("host name of {} characters; at most 253 are allowed", host.size()));
  }
  std::string_view rest = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  std::string_view label;
  do {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    label = rest.substr(0, dot);
    rest.remove_prefix(dot);
    if (label.empty() || label.size() > 63) {
      return Invalid(
          fmt::format("host \"{}\" has a part that is empty or longer than 63 characters", host));
    }
    for (const char c : label) {
      if (static_cast<unsigned char>(c) >= 0x80) {
        return Invalid(fmt::format(
            "host \"{}\" should be written in ASCII, such as xn--bcher-kva.example", host));
      }
      if (!IsLetter(c) && !IsDigit(c) && c != '-' && c != '_') {
        return Invalid(
            fmt::format("host \"{}\" should consist of letters, digits, hyphens and dots", host));
      }
    }
  } while (!rest.empty() && (rest.remove_prefix(1), true));
  // A name that ends in a number is meant as an IPv4 address (WHATWG URL, "ends in a number").
  in_addr ignored{};
  if (std::all_of(label.begin(), label.end(), IsDigit) &&
      inet_pton(AF_INET, std::string(host).c_str(), &ignored) != 1) {
    return Invalid(fmt::format("host \"{}\" is not an IPv4 address such as 10.0.0.7", host));
  }
  return {};
}

Status ParsePort(std::string_view text, std::uint16_t& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) {
    // Not repeated unless it is a number: it could be a password with a slash in it.
    const bool is_number = std::all_of(text.begin(), text.end(), IsDigit);
    return Invalid(fmt::format("the port{} should be a number from 1 to 65535",
                               is_number ? fmt::format(" \"{}\"", text) : ""));
  }
  return {};
}

// `host`, `host:port`, `[v6]`, `[v6]:port`.
Status ParseAuthority(std::string_view authority, Url& url) {
  if (authority.find('@') != std::string_view::npos) {
    return Invalid(
        "the URL holds user information before an @; give credentials through the environment or "
        "a file instead");
  }
  std::string_view host = authority.substr(0, authority.find(':'));
  std::string_view rest = authority.substr(host.size());
  url.host_is_ipv6 = authority.starts_with('[');
  if (url.host_is_ipv6) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) {
      return Invalid(fmt::format("\"{}\" lacks the closing ] of an IPv6 address", authority));
    }
    host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
    in6_addr ignored{};
    // inet_pton would stop at a NUL and believe the rest away.
    if (host.find('\0') != std::string_view::npos ||
        inet_pton(AF_INET6, std::string(host).c_str(), &ignored) != 1) {
      return Invalid(fmt::format("\"{}\" is not an IPv6 address", host));
    }
  } else if (host.empty()) {
    return Invalid("the URL has no host, such as http://localhost:8500/score");
  } else {
    TRY(CheckName(host));
  }
  url.host = LowerCase(host);
  url.port = url.tls ? kHttpsPort : kHttpPort;
  if (rest.empty()) {
    return {};
  }
  if (rest.front() != ':') {
    return Invalid(fmt::format("\"{}\" should be followed by :port or /path", authority));
  }
  return ParsePort(rest.substr(1), url.port);
}

// Path and query, possibly empty.
Status CheckPathAndQuery(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#') {
      return Invalid("the URL has a fragment (#...), which is never sent; leave it out");
    }
    if (c <= ' ' || c >= 0x7f ||
        std::string_view("\"<>\\^`{|}").find(c) != std::string_view::npos) {
      return Invalid(
          fmt::format("the URL holds a character that must be percent-encoded: write "
                      "%{:02X} for the byte at position {} of path and query",
                      static_cast<unsigned char>(c), i + 1));
    }
    if (c == '%' &&
        (i + 2 >= text.size() || HexValue(text[i + 1]) < 0 || HexValue(text[i + 2]) < 0)) {
      return Invalid(fmt::format(
          "the URL has a % without two hexadecimal digits at position {} of path and query; write "
          "%25 for a % sign",
          i + 1));
    }
  }
  return {};
}

// RFC 3986 5.2.4; `path` begins with a slash.
std::string RemoveDotSegments(std::string_view path) {
  std::vector<std::string_view> kept;
  bool ends_in_folder = false;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, slash);
    path.remove_prefix(slash);
    ends_in_folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) {
      kept.pop_back();
    } else if (!ends_in_folder) {
      kept.push_back(segment);
    }
  }
  std::string result;
  for (const std::string_view segment : kept) {
    result.append("/").append(segment);
  }
  if (ends_in_folder || result.empty()) {
    result += '/';
  }
  return result;
}

}  // namespace

std::string Url::HostHeader() const {
  const std::string name = host_is_ipv6 ? fmt::format("[{}]", host) : host;
  return port == (tls ? kHttpsPort : kHttpPort) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::Text() const {
  return fmt::format("{}://{}{}", tls ? "https" : "http", HostHeader(), target);
}

Result<Url> ParseUrl(std::string_view text) {
  std::string_view rest = text;
  const std::optional<bool> tls = TakeScheme(rest);
  if (!tls.has_value()) {
    return Invalid("the URL should begin with http:// or https://");
  }
  Url url;
  url.tls = *tls;
  const std::size_t authority_size = std::min(rest.find_first_of("/?#"), rest.size());
  TRY(ParseAuthority(rest.substr(0, authority_size), url));
  rest.remove_prefix(authority_size);
  TRY(CheckPathAndQuery(rest));
  url.target = rest.starts_with('/') ? std::string(rest) : fmt::format("/{}", rest);
  return url;
}

Result<Url> ResolveUrl(const Url& base, std::string_view reference) {
  std::string_view rest = reference.substr(0, reference.find('#'));
  if (std::string_view absolute = rest; TakeScheme(absolute).has_value()) {
    return ParseUrl(rest);
  }
  if (rest.starts_with("//")) {
    return ParseUrl(fmt::format("{}:{}", base.tls ? "https" : "http", rest));
  }
  // `mailto:x`, `ftp://y`: a colon before any slash begins with another scheme.
  if (const std::size_t colon = rest.find(':');
      colon != std::string_view::npos && colon < rest.find_first_of("/?")) {
    return Invalid(fmt::format("\"{}\" is neither http nor https", rest.substr(0, colon)));
  }
  const std::string_view base_target = base.target;
  const std::string_view base_path = base_target.substr(0, base_target.find('?'));
  std::string target;
  if (rest.empty()) {
    target = base_target;
  } else if (rest.front() == '?') {
    target = std::string(base_path).append(rest);
  } else {
    const std::size_t query = std::min(rest.find('?'), rest.size());
    const std::string_view folder = base_path.substr(0, base_path.rfind('/') + 1);
    const std::string_view path = rest.substr(0, query);
    target = RemoveDotSegments(rest.front() == '/' ? std::string(path)
                                                   : std::string(folder).append(path));
    target.append(rest.substr(query));
  }
  TRY(CheckPathAndQuery(target));
  Url url = base;
  url.target = std::move(target);
  return url;
}

}  // namespace loadline::http
