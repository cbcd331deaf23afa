// The nodes under the pods of `size`, and their price.
#pragma once

#include <optional>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/size_input.h"
#include "report/size.h"
#include "sizing/node_plan.h"

namespace loadline::cli {

/// Whether the options ask for nodes: --node, --provider or --prices.
[[nodiscard]] bool NodesAsked(const Arguments& arguments);

/// What the options ask of the nodes, for `needed` pods.
/// Errors: kInvalidArgument for a wrong option.
[[nodiscard]] Result<sizing::NodeDemand> DemandOf(const Arguments& arguments,
                                                  const SizeInput& input, int needed,
                                                  const report::SizeReport& report);

/// The nodes for `needed` pods. Errors: as AddNodes().
[[nodiscard]] Result<sizing::NodePlan> PlanFor(const Arguments& arguments, const SizeInput& input,
                                               int needed, const report::SizeReport& report);

/// Plans nodes for `needed` pods and puts what it found into `report`: `pods`, the bill, the
/// sections NODES and CHEAPER, doubts about old prices.
/// Errors: kInvalidArgument, kNotFound: a wrong option, an unknown node type, a price file that
/// cannot be read, a pod larger than every node.
[[nodiscard]] Status AddNodes(const Arguments& arguments, const SizeInput& input, int needed,
                              report::SizeReport& report);

}  // namespace loadline::cli
