// Validity: did we measure the target, or the generator? The rules of the gate, as a pure function.
//
// A slow target never makes a measurement invalid: nothing here looks at response times, except to
// know how much lateness the tightest objective forgives.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"
#include "measure/measurement.h"

namespace loadline::load {

/// What the rules look at, all of it the generator's own doing, over one whole probe.
struct Health {
  bool open = true;               ///< Open loop; else users.
  bool thinking = false;          ///< Users have a think time.
  Duration tightest_objective{};  ///< Shortest latency threshold; 0: no latency objective.
  int threads = 1;
  double seconds = 0.0;          ///< From the start to the end of issuing.
  measure::Generator generator;  ///< Over the probe.
  Duration surely_late{};        ///< The lateness that more than 1 % surely had.
  Duration stalled{};            ///< Time in which a loop did not run for 100 ms and more.
  bool interrupted = false;      ///< The user ended it: the last arrivals were never taken up.
  measure::Accounts accounts;
  std::int64_t no_descriptors = 0;  ///< Requests that failed for want of a descriptor…
  std::int64_t no_ports = 0;        ///< …of a local port…
  std::int64_t not_rendered = 0;    ///< …and because their data made no valid request.
};

/// Of `requests` >= 0 requests, the quantile beyond which so many lie that more than 1 % of all
/// such requests surely do: with at most 1 % of them the chance of so many is at most 1 %. It is
/// below 0.99, and the more so the fewer the requests: of 50 one or two tell nothing.
[[nodiscard]] double SurelyBeyond(std::int64_t requests);

/// Lateness p99 that is allowed: 1 ms, or 2 % of the tightest latency objective if that is more.
[[nodiscard]] Duration LatenessBudget(Duration tightest_objective);

/// Every reason to refuse, with numbers and what to change. Empty: the generator kept up.
[[nodiscard]] std::vector<measure::Refusal> Judge(const Health& health);

/// Closed loop without think time whose threads were at their limit: the target could do more than
/// was measured ("at least X"). Not a refusal.
[[nodiscard]] bool IsGeneratorLimited(const Health& health);

}  // namespace loadline::load
