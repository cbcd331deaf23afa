#include "sizing/classic.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/units_text.h"

namespace loadline::sizing {
namespace {

// Decimal fractions such as 0.7 are not exact in binary: 6.0 may come out as 5.999…
constexpr double kRounding = 1e-9;
constexpr double kMostPods = 1e6;

void Say(Arithmetic* explain, std::string line) {
  if (explain != nullptr) {
    explain->push_back(std::move(line));
  }
}

}  // namespace

double AvailableCpu(double node_cpu, int nodes, const ClassicConstants& constants,
                    Arithmetic* explain) {
  CHECK(nodes >= 0);
  const double cpu =
      (node_cpu - constants.node_overhead_cpu) * nodes - constants.cluster_overhead_cpu;
  Say(explain, fmt::format("available CPU = (node CPU - node overhead) x nodes - cluster overhead "
                           "= ({:g} - {:g}) x {} - {:g} = {:.4g}",
                           node_cpu, constants.node_overhead_cpu, nodes,
                           constants.cluster_overhead_cpu, cpu));
  return std::max(0.0, cpu);
}

int PodsThatFit(double available_cpu, double pod_cpu, Arithmetic* explain) {
  CHECK(available_cpu >= 0 && pod_cpu > 0);
  const double pods = available_cpu / pod_cpu;
  const int whole = static_cast<int>(std::floor(pods + kRounding));
  Say(explain, fmt::format("pods that fit = available CPU / pod CPU = {:.4g} / {:g} = {:.4g}, "
                           "whole ones: {}",
                           available_cpu, pod_cpu, pods, whole));
  return whole;
}

Result<int> PodsBusyAllTheTime(Rate rate, Duration latency, int concurrency, Arithmetic* explain) {
  CHECK(concurrency >= 1);
  const double pods = rate.per_second * Seconds(latency) / concurrency;
  if (!(pods <= kMostPods)) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} x {} are {:.3g} requests at once: more than a million pods; a "
                             "lower --rate or a shorter --latency",
                             FormatRate(rate), FormatDuration(latency), pods)};
  }
  const int whole = std::max(1, static_cast<int>(std::ceil(pods - kRounding)));
  Say(explain, fmt::format("pods = RPS x latency[ms] / 1000 / concurrency = {:.6g} x {:.6g} / 1000 "
                           "/ {} = {:.4g}, rounded up: {}",
                           rate.per_second, Millis(latency), concurrency, pods, whole));
  return whole;
}

Rate HighestRate(int pods, Duration latency, int concurrency, Arithmetic* explain) {
  CHECK(pods >= 1 && concurrency >= 1 && latency > Duration::zero());
  const Rate rate{pods * (concurrency / Seconds(latency))};
  Say(explain, fmt::format("highest RPS = pods x concurrency x 1000 / latency[ms] = {} x {} x 1000 "
                           "/ {:.6g} = {:.4g}",
                           pods, concurrency, Millis(latency), rate.per_second));
  return rate;
}

Result<int> NodesForPods(int pods, double pod_cpu, double node_cpu,
                         const ClassicConstants& constants, Arithmetic* explain) {
  CHECK(pods >= 1 && pod_cpu > 0);
  const double each = node_cpu - constants.node_overhead_cpu;
  if (each <= 0) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("a node of {:g} CPU has nothing left beside the overhead of {:g}: "
                             "larger nodes, or another --node-overhead",
                             node_cpu, constants.node_overhead_cpu)};
  }
  const double needed = pods * pod_cpu + constants.cluster_overhead_cpu;
  const int nodes = std::max(1, static_cast<int>(std::ceil(needed / each - kRounding)));
  Say(explain,
      fmt::format(
          "nodes = (pods x pod CPU + cluster overhead) / (node CPU - node overhead) = ({} x "
          "{:g} + {:g}) / ({:g} - {:g}) = {:.4g}, rounded up: {}",
          pods, pod_cpu, constants.cluster_overhead_cpu, node_cpu, constants.node_overhead_cpu,
          needed / each, nodes));
  return nodes;
}

}  // namespace loadline::sizing
