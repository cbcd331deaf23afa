// HTML reports as files: nothing of the user's is lost, nobody sees half a page.
//
// Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::cli {

/// Whether a page may replace what is at `path`: nothing, an empty file or a report of ours.
/// Errors: kInvalidArgument naming `flag`, with `way_out`.
[[nodiscard]] Status CheckHtmlTarget(const std::string& path, std::string_view flag,
                                     std::string_view way_out);

/// Writes `page` beside `path` first, so that a full disk leaves the earlier page as it was; what
/// is no ordinary file (a pipe, a device) is written to, and `-` is standard output. Errors:
/// kInvalidArgument naming `flag`; kIo for standard output.
[[nodiscard]] Status WriteHtml(const std::string& path, std::string_view flag,
                               const std::string& page);

}  // namespace loadline::cli
