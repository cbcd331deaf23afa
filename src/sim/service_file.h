// ServiceFile: a simulated service as people write it, in YAML.
//
//     pods: 12
//     concurrency: 1
//     queue: 10                     # or unlimited
//     latency: lognormal:50ms,cv=0.5
//     overhead: 2ms
//     balance: least
//
// Every key has a default (ServiceOptions). docs/simulate.md has the whole table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/fault.h"
#include "sim/sim_prober.h"

namespace loadline::sim {

/// What the file says.
struct ServiceFile {
  SimOptions options;
  /// Service time of a task relative to the law, by name.
  std::vector<std::pair<std::string, double>> sizes;
};

/// The keys at the top of a service file.
[[nodiscard]] std::span<const std::string_view> ServiceKeys();

/// Reads a service from the YAML `text` of the file called `name`.
///
/// All that is wrong is added to `faults` in one pass, with line, path, what was found and what
/// would be right; the result is then only good for finding further faults.
[[nodiscard]] ServiceFile ReadServiceFile(std::string_view text, const std::string& name,
                                          std::vector<scenario::Fault>& faults);

/// `4 pods, concurrency 1, queue 10, lognormal:50ms,cv=0.5, overhead 2 ms, least`
[[nodiscard]] std::string Describe(const ServiceOptions& service);

}  // namespace loadline::sim
