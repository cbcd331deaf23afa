#include "base/url_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace loadline {

bool IsUrl(std::string_view text) {
  const std::size_t colon = text.find("://");
  return colon != std::string_view::npos && colon > 0 &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon),
                     [](char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; });
}

std::string ShownUrl(std::string_view url) {
  const std::size_t end = url.find_first_of("?#");
  std::string shown = fmt::format("{}{}", url.substr(0, end), end == url.npos ? "" : "?…");
  if (!IsUrl(shown)) {
    return std::string(url);
  }
  const std::size_t host = shown.find("://") + 3;
  const std::size_t user = shown.find('@', host);
  if (user != std::string::npos && user < shown.find('/', host)) {
    shown.erase(host, user + 1 - host);
  }
  return shown;
}

}  // namespace loadline
