// OpenAPI: the operations of an API's description as requests with example values.
//
// Pure functions; safe from any thread.
// Source: OpenAPI 3.0.3 and 3.1.0, https://spec.openapis.org/oas/v3.1.0; Swagger 2.0,
// https://swagger.io/specification/v2/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "convert/found.h"

namespace loadline::convert {

struct OpenApiChoice {
  std::string origin{};                   ///< The server's URL; empty: the document's first.
  std::string document{};                 ///< The URL it was fetched from; empty: it is a file.
  std::vector<std::string> operations{};  ///< operationId, or `POST /path`; empty: the usual ones.
};

/// A request per operation. Unless chosen by name, what deletes, what is deprecated and what needs
/// a path parameter without an example is left out, and the notes say so. Security schemes become
/// headers whose values are variables.
///
/// Errors: kInvalidArgument: broken (with line and column), no OpenAPI, no server, an operation
/// that does not exist (it lists them), nothing left.
[[nodiscard]] Result<Found> ReadOpenApi(std::string_view text, const OpenApiChoice& choice);

}  // namespace loadline::convert
