// `size --output FOLDER`: the answer as manifests for Kubernetes.
#pragma once

#include "base/result.h"
#include "cli/size_input.h"
#include "report/size.h"

namespace loadline::cli {

/// Whether the manifests may be written: nothing of the user's is in their place, or `force`.
///
/// A file is ours if it begins with our mark and nobody has changed it since.
/// Errors (kInvalidArgument): a file that is not ours, a folder that is none.
[[nodiscard]] Status CheckManifests(const ManifestsInput& input);

/// Writes them, each whole or not at all, and puts what was written and how to use it into
/// `report`. Errors: kInvalidArgument: a name that Kubernetes would refuse; kIo.
[[nodiscard]] Status WriteManifests(const SizeInput& input, report::SizeReport& report);

}  // namespace loadline::cli
