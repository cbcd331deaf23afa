// The fingerprint of this machine. Reads /proc and /sys; any thread.
#pragma once

#include "store/run_record.h"

namespace loadline::store {

/// This machine. What cannot be found out stays empty or 0.
[[nodiscard]] Machine ThisMachine();

}  // namespace loadline::store
