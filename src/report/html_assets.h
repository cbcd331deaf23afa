// The style sheet and the script of the HTML report, as built into the program, and the hashes by
// which the page's own security policy knows them. Written by cmake/embed.cmake from assets/.
//
// Constants; any thread.
#pragma once

#include <string_view>

namespace loadline::report {

[[nodiscard]] std::string_view StyleSheet();
[[nodiscard]] std::string_view Script();

/// `sha256-…`, base64.
[[nodiscard]] std::string_view StyleSheetHash();
[[nodiscard]] std::string_view ScriptHash();

}  // namespace loadline::report
