// The brake: where requests would go, known before the first one, and whether they may.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "scenario/model.h"

namespace loadline::cli {

/// All addresses of the target, `--resolve` applied. Blocks while the name service is asked.
///
/// Errors: kInvalidArgument (URL or override), kUnavailable (the name does not resolve).
[[nodiscard]] Result<std::vector<net::Address>> ResolveTarget(const scenario::Target& target);

/// Those that are neither loopback nor private, without ports.
[[nodiscard]] std::vector<std::string> PublicAddresses(const std::vector<net::Address>& addresses);

/// `POST`, and the URL with the first task's path as far as it is static: what is told before the
/// first request.
[[nodiscard]] std::string TargetMethod(const scenario::Scenario& scenario);
[[nodiscard]] std::string TargetUrl(const scenario::Scenario& scenario);

}  // namespace loadline::cli
