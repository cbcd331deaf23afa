#include "load/redirect.h"

#include "http/chars.h"
#include "http/request.h"

namespace loadline::load {
namespace {

/// Headers that speak of the body that is left behind.
bool IsAboutBody(std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  for (const std::string_view other :
       {"Content-Length", "Content-Type", "Content-Encoding", "Transfer-Encoding"}) {
    if (http::EqualsIgnoreCase(name, other)) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool Redirect(const http::Url& base, std::string_view request, int status,
              std::string_view location, std::string& out) {
  const std::size_t method_end = request.find(' ');
  const std::size_t target_end = request.find(' ', method_end + 1);
  const std::size_t head_size = http::HeadSize(request);
  if (method_end == std::string_view::npos || target_end == std::string_view::npos ||
      head_size == 0) {
    return false;
  }
  // Relative references start from the request's own target, not from the target's base path.
  http::Url from = base;
  from.target = request.substr(method_end + 1, target_end - method_end - 1);
  const Result<http::Url> to = http::ResolveUrl(from, location);
  if (!to || to->tls != base.tls || to->host != base.host || to->port != base.port) {
    return false;
  }
  const std::string_view method = request.substr(0, method_end);
  const bool becomes_get =
      status == 303 ? method != "HEAD"
                    : (status == 301 || status == 302) && method != "GET" && method != "HEAD";
  out.assign(becomes_get ? std::string_view("GET") : method);
  out += ' ';
  out += to->target;
  std::string_view head = request.substr(target_end, head_size - target_end);
  if (!becomes_get) {
    out += head;
    out += request.substr(head_size);
    return true;
  }
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    if (!IsAboutBody(line)) {
      out += line;
      out += "\r\n";
    }
    head.remove_prefix(end + 2);
  }
  return true;
}

}  // namespace loadline::load
