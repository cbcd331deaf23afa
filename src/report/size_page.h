// The answer of `loadline size` as one HTML file: for people who were not there.
//
// Pure functions; any thread. Made of the same parts as the report of a run (report/html.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "measure/objective.h"
#include "report/size.h"

namespace loadline::report {

/// What other traffic would take.
struct PodsForTraffic {
  double level = 0.0;             ///< Requests/s, or users.
  std::optional<int> classic;     ///< The classic formula's pods, without spares.
  std::vector<int> by_balance{};  ///< Pods by SizePage::balances; 0: impossible.
};

/// What another limit of the first objective of a response time would take.
struct PodsForLimit {
  Duration limit{};
  int pods = 0;                           ///< To run, spares included.
  std::optional<double> usd_per_month{};  ///< With nodes.
};

/// One resource of one node when all its places are taken, in shares of the machine.
struct NodeFill {
  std::string type;      ///< `Standard_D4s_v5`
  std::string resource;  ///< `CPU`, `memory`
  double reserved = 0;   ///< For the kubelet, the system and what keeps pods from eviction.
  double daemons = 0;
  double pods = 0;
  int places = 0;
  std::string size;  ///< Of the machine: `4 CPU`, `16 GiB`.
};

/// What the page tells beyond the answer's text.
struct SizePage {
  SizeReport report;
  std::string invocation;              ///< The command line as typed.
  std::string traffic = "requests/s";  /// Unit of PodsForTraffic::level.
  double level = 0.0;                  ///< Traffic sized for, in that unit.
  std::vector<std::string> balances;   ///< The answer's first.
  std::vector<PodsForTraffic> by_traffic;
  std::optional<measure::Objective> varied;  ///< Whose limit `by_limit` varies.
  std::vector<PodsForLimit> by_limit;
  std::vector<NodeFill> fills;
};

/// The whole page.
[[nodiscard]] std::string SizeHtml(const SizePage& page);

}  // namespace loadline::report
