// What a fit to runs says of itself, beside the answer that rests on it.
#pragma once

#include "base/result.h"
#include "report/size.h"
#include "sizing/fit.h"

namespace loadline::cli {

/// How pods slow each other down, or how far they do not.
void SayScaling(const sizing::FittedService& fitted, report::SizeReport& report);
/// How requests in one pod slow each other down; nothing where that was not fitted.
void SayCurve(const sizing::FittedService& fitted, report::SizeReport& report);

/// Refuses an answer that the measured scaling says next to nothing of.
/// Errors: kInvalidArgument, with what to measure.
[[nodiscard]] Status CheckReach(const sizing::FittedService& fitted, int pods);

/// How far the answer is from what was measured.
void SayExtrapolation(const sizing::FittedService& fitted, report::SizeReport& report);

/// The arithmetic of what was fitted, at the answer's number of pods.
void ExplainFit(report::SizeReport& report);

}  // namespace loadline::cli
