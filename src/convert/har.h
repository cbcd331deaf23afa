// HAR: a browser's recording as requests.
//
// Pure functions; safe from any thread. The text is walked in place: memory is that of what is
// kept, not of the file.
// Source of the format: HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "convert/found.h"

namespace loadline::convert {

struct HarChoice {
  std::string origin{};  ///< `https://host:port`; empty: the one with the most requests.
  int max_tasks = 50;    ///< The most frequent are kept.
};

/// Requests of documents and scripts (XHR, fetch), the same ones merged with their number as the
/// weight, in the order in which they first occur. Images, styles, scripts and fonts are left out,
/// and so is what goes to other origins; the notes say how many.
///
/// Errors: kInvalidArgument: no JSON (with line and column), no HAR, nothing left.
[[nodiscard]] Result<Found> ReadHar(std::string_view text, const HarChoice& choice);

/// `line 3, column 17` of the byte at `offset`.
[[nodiscard]] std::string Position(std::string_view text, std::size_t offset);

}  // namespace loadline::convert
