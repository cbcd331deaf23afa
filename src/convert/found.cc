#include "convert/found.h"

#include <algorithm>

namespace loadline::convert {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return lower;
}

const std::string* FindHeader(const std::vector<Header>& headers, std::string_view name) {
  const std::string lower = Lower(name);
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const Header& header) {
    return Lower(header.name) == lower;
  });
  return found == headers.end() ? nullptr : &found->value;
}

std::string OriginOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) {
    return {};
  }
  // A `${NAME}` of the environment may stand where the host does.
  const std::size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
  return end == scheme + 3 ? std::string() : std::string(url.substr(0, end));
}

std::string TakeUser(std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  const std::size_t at = url.substr(0, end).rfind('@');
  if (at == std::string::npos || at < begin) {
    return {};
  }
  std::string user = url.substr(begin, at - begin);
  url.erase(begin, at + 1 - begin);
  return user;
}

}  // namespace loadline::convert
