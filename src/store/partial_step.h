// What is known of a step whose process died in the middle of it: the seconds that it had stored.
// Inside the store only; belongs to the thread of the store.
#pragma once

#include "base/result.h"
#include "store/run_record.h"
#include "store/store.h"

namespace loadline::store {

/// Fills the measurements of all unfinished steps of `record` from their seconds: counts, rates,
/// histograms, generator at its worst, stored rows. Warm-up seconds are outside, as ever; what was
/// sent and never answered before the end counts as dispatched alone. Addresses, connections and
/// the kinds of errors are not known.
[[nodiscard]] Status FillUnfinishedSteps(Store& store, RunRecord& record);

}  // namespace loadline::store
