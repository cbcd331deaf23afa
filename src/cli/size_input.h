// What the options of `size` say, read and checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "cli/arguments.h"
#include "measure/objective.h"
#include "queueing/pool.h"
#include "sizing/classic.h"
#include "sizing/node_plan.h"

namespace loadline::cli {

struct SizeInput {
  Rate rate;                             ///< > 0.
  double growth = 0.0;                   ///< Share, > −1.
  std::optional<queueing::Users> users;  ///< Instead of a rate, which is 0 then.
  std::vector<measure::Objective> objectives;
  std::vector<std::string> from;  ///< Runs to fit; empty: the service is given.
  std::vector<int> pods;          ///< Pods of each of them.
  queueing::Pool pod;             ///< As given; with `from` only what was given counts.
  bool service_given = false;
  bool law_given = false;  ///< …with its distribution.
  std::optional<queueing::Balance> balance;
  double pod_cpu = 0.0;  ///< 0: not given.
  Bytes pod_memory{};
  std::optional<sizing::Survive> survive;
  int zones = 1;
  double node_cpu = 0.0;  ///< Classic formula only; 0: not given.
  sizing::ClassicConstants constants;
};

/// Reads the options. Errors: kInvalidArgument with every fault, one per line.
[[nodiscard]] Result<SizeInput> ReadSizeInput(const Arguments& arguments);

}  // namespace loadline::cli
