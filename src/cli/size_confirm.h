// Whether the simulator agrees with what `size` foresaw.
#pragma once

#include "base/result.h"
#include "report/size.h"

namespace loadline::cli {

/// Simulates `outlook.pods` pods of `model` (with the upper end of its service time) under
/// `traffic`.
///
/// The same arguments give the same figures. Takes some seconds at most; where the simulator cannot
/// do what the model says, the result says why nothing was simulated.
/// Errors: those of the simulator.
[[nodiscard]] Result<report::Confirmation> ConfirmSize(const sizing::ServiceModel& model,
                                                       const sizing::Traffic& traffic,
                                                       const sizing::PodsOutlook& outlook);

}  // namespace loadline::cli
