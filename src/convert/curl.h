// curl: command lines of curl as requests.
//
// Pure functions; safe from any thread. What an option means: curl's manual,
// https://curl.se/docs/manpage.html
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "convert/found.h"

namespace loadline::convert {

/// Reads one command whose words the shell has split already, with or without `curl` before them.
///
/// Errors: kInvalidArgument: no URL, an option that is unknown or that a scenario cannot express
/// (named, with what to do instead).
[[nodiscard]] Result<Found> ReadCurlWords(std::span<const std::string> words);

/// Reads a script of curl commands, as typed or as a browser copies them; each becomes a request.
/// Errors: those of SplitShell and ReadCurlWords; a command that is not curl.
[[nodiscard]] Result<Found> ReadCurlText(std::string_view text);

}  // namespace loadline::convert
