// Two load lines compared.
//
// Pure function.
#pragma once

#include <optional>

#include "compare/difference.h"
#include "measure/load_line.h"

namespace loadline::compare {

/// Nothing if they are of different kinds (rate and users, with objectives and without), or one of
/// them has neither an estimate nor a whole bracket. Estimates are compared if both have one, else
/// the brackets: proofs, which say less and say it surely. `tolerated`: relative, less of a line
/// that does not matter.
[[nodiscard]] std::optional<Compared> CompareLines(const measure::LoadLine& a,
                                                   const measure::LoadLine& b, double tolerated);

}  // namespace loadline::compare
