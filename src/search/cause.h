// Cause: what a broken probe ran into, as far as a client can see. Pure functions.
#pragma once

#include <string>

#include "base/units.h"
#include "measure/measurement.h"

namespace loadline::search {

enum class Cause {
  kNone,
  kGenerator,   ///< This machine, not the target.
  kRejections,  ///< 503: the target turns requests away.
  kTimeouts,
  kErrors,          ///< Any other failures.
  kConnections,     ///< Requests wait for a connection before they are sent.
  kThroughput,      ///< Answers stopped following requests.
  kServiceWaiting,  ///< Requests wait in the service: wire time under load far above alone.
};

struct CauseFinding {
  Cause cause = Cause::kNone;
  std::string label;     ///< For a table: `503s`, `time-outs`, `connections`, …; may be empty.
  std::string sentence;  ///< For the verdict, without a full stop; empty for kNone.
};

/// The most telling cause in `m`, a probe that did not keep its objectives. `alone`: median wire
/// time of a lone request, 0 if unknown. `backlog`: the backlog was proved to grow.
[[nodiscard]] CauseFinding FindCause(const measure::Measurement& m, Duration alone, bool backlog);

/// Median wire time over all tasks; 0 where nothing succeeded.
[[nodiscard]] Duration MedianWire(const measure::Measurement& m);
/// Mean response time over all tasks; 0 where nothing succeeded.
[[nodiscard]] Duration MeanResponse(const measure::Measurement& m);
/// Median response time over all tasks; 0 where nothing succeeded.
[[nodiscard]] Duration MedianResponse(const measure::Measurement& m);

}  // namespace loadline::search
