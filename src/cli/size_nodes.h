// The nodes that `size` may put pods on: their types and what is asked of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/node_type.h"
#include "cli/arguments.h"
#include "cli/size_input.h"
#include "report/size.h"
#include "sizing/node_plan.h"

namespace loadline::cli {

/// Whether the options ask for nodes: --node, --provider or --prices.
[[nodiscard]] bool NodesAsked(const Arguments& arguments);

/// What there is to choose from.
struct NodeChoice {
  sizing::NodeDemand demand;  ///< Without a number of pods yet.
  std::vector<catalog::NodeType> types;
  std::string price_list;  ///< `built in`, or the file's name.
};

/// Reads the options on nodes and prices.
/// Errors: kInvalidArgument, kNotFound: a wrong option, an unknown node type, a price file that
/// cannot be read, nodes without --pod-cpu.
[[nodiscard]] Result<NodeChoice> ReadNodeChoice(const Arguments& arguments, const SizeInput& input,
                                                sizing::Survive survive,
                                                std::chrono::sys_days today);

/// What was taken for granted about nodes, and old prices, into `report`.
void SayWhatNodesRestOn(const Arguments& arguments, const SizeInput& input,
                        report::SizeReport& report);

}  // namespace loadline::cli
