// The built-in price list's text, made part of the program by cmake/embed.cmake.
#pragma once

#include <string_view>

namespace loadline::catalog {

[[nodiscard]] std::string_view BuiltInPricesText();

}  // namespace loadline::catalog
