// Fetching: what lies behind a URL, for scenarios and for `scenario from`.
//
// Blocks the calling thread. Belongs to the time before a load.
#pragma once

#include <string>

#include "base/result.h"
#include "fetch/download.h"
#include "scenario/surroundings.h"

namespace loadline::cli {

/// The process's environment, the file system, and data from afar: fetched over https (http on the
/// loopback alone) and kept by checksum in the cache folder, so that a second run needs no network.
/// Models are asked for with the target's secrets, which are in no message.
[[nodiscard]] scenario::Surroundings FetchingSurroundings();

/// A description that `scenario from` reads: http or https, at most 64 MiB.
[[nodiscard]] Result<fetch::Downloaded> FetchDescription(const std::string& url,
                                                         const std::string& ca_file);

}  // namespace loadline::cli
