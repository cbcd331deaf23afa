// Fault: what is wrong at one place of a scenario or command line.
//
// Plain values. A fault never carries a secret: `found` is left empty where one may stand.
#pragma once

#include <span>
#include <string>

namespace loadline::scenario {

/// One thing that is wrong. All faults of an input are collected before any is reported.
struct Fault {
  std::string where;     ///< `scenario.yaml:12`, or the flag: `--rate`.
  std::string path;      ///< `tasks[0].check[1]`; empty: the input as a whole.
  std::string found;     ///< What stands there: `"fast"`; empty: nothing, or not to be shown.
  std::string expected;  ///< What would be right.

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// One line: `scenario.yaml:12: load.rate: found "fast"; expected a rate such as 200/s`.
[[nodiscard]] std::string Format(const Fault& fault);

/// One line per fault, in order, each ended by a newline.
[[nodiscard]] std::string Format(std::span<const Fault> faults);

}  // namespace loadline::scenario
