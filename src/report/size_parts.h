// The pieces of the sizing's text. Inside the report only. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/size.h"
#include "report/style.h"

namespace loadline::report {

/// The lines in the making.
class HeadedLines {
 public:
  void Add(std::string_view head, std::string_view line) {
    lines_.push_back({std::string(head), std::string(line)});
  }
  [[nodiscard]] std::vector<SizeLine> Take() { return std::move(lines_); }

 private:
  std::vector<SizeLine> lines_;
};

/// As text: each heading once, long lines broken at the style's width.
[[nodiscard]] std::string TextOf(const std::vector<SizeLine>& lines, const Style& style);

/// `1 pod`, `1,250 pods`.
[[nodiscard]] std::string PodsText(std::int64_t count);
/// `1,250 USD`.
[[nodiscard]] std::string UsdText(double amount);
/// `24 x Standard_D4s_v5 (3 zones)`.
[[nodiscard]] std::string NodesText(const NodesReport& nodes);
/// The bill in one line, with the age of its prices.
[[nodiscard]] std::string CostText(const NodesReport& nodes, std::chrono::sys_days today);

/// TRAFFIC: what the forecast found; nothing without one.
void AddTraffic(const SizeReport& report, HeadedLines& lines);
/// NODES and CHEAPER; nothing where nodes were not asked for.
void AddNodes(const SizeReport& report, HeadedLines& lines);
/// AUTOSCALE; nothing without an autoscaler.
void AddAutoscaling(const SizeReport& report, HeadedLines& lines);
/// ASSUMED and FILES.
void AddAssumed(const SizeReport& report, HeadedLines& lines);
void AddManifests(const SizeReport& report, HeadedLines& lines);

}  // namespace loadline::report
