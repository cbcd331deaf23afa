// Access logs of web servers (the common and the combined format) as rows of a data set.
//
// Pure functions. The format: https://httpd.apache.org/docs/2.4/logs.html ("Common Log Format",
// "Combined Log Format"); nginx writes the combined one by default.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "scenario/model.h"

namespace loadline::scenario {

/// Lines that could not become rows.
struct LeftOut {
  std::int64_t not_get = 0;  ///< A log does not have the bodies that other methods sent.
  std::int64_t broken = 0;   ///< No line of these formats, or no request that anybody could send.
};

/// Fills `data` with the GET requests, in order of time (a server may log them as they end), in the
/// columns time, method, path, status, bytes, referer, agent.
///
/// Errors: kInvalidArgument if no line is left.
[[nodiscard]] Status ReadAccessLog(std::string_view text, DataSet& data, LeftOut& left_out);

}  // namespace loadline::scenario
