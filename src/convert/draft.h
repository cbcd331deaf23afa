// Draft: a scenario that is being written from what was found elsewhere.
//
// Pure functions; safe from any thread.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "convert/found.h"
#include "convert/secrecy.h"

namespace loadline::convert {

/// What WriteYaml() writes. Requests have a path for a URL; what they share lies here.
struct Draft {
  std::string url;
  std::vector<TakenSecret> secrets;
  std::vector<Header> headers;  ///< Of every task.
  Transport transport;
  std::vector<Request> tasks;  ///< `url` is what follows the target's.
  std::vector<std::string> notes;
};

/// Takes noise and secrets out of `found`, gives every request a name of its own, and puts what is
/// common to all into the target.
///
/// Errors: kInvalidArgument: no request, or requests to several origins (it lists them).
[[nodiscard]] Result<Draft> MakeDraft(Found found);

/// The scenario as YAML that `loadline scenario check` accepts: `title` and what to export as
/// comments before it.
///
/// Errors: kInvalidArgument where a scenario cannot hold it: a binary body, more than 1 MiB.
[[nodiscard]] Result<std::string> WriteYaml(const Draft& draft, const std::string& title);

}  // namespace loadline::convert
