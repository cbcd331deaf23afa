// URLs as text, before anybody has parsed them: whether a word is one, and how it may be shown.
//
// Pure functions, safe from any thread.
#pragma once

#include <string>
#include <string_view>

namespace loadline {

/// True for what begins with a scheme of letters and `://`.
[[nodiscard]] bool IsUrl(std::string_view text);

/// A URL without its query and its user, which may hold secrets: `https://host/path`, and `?…`
/// where a query was. What is no URL stays as it is.
[[nodiscard]] std::string ShownUrl(std::string_view url);

}  // namespace loadline
