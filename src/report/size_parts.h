// The pieces of the sizing's text. Inside the report only. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "report/size.h"
#include "report/style.h"

namespace loadline::report {

/// Lines under headings, each heading once; long lines break at the style's width.
class SizeLines {
 public:
  explicit SizeLines(const Style& style) : style_(style) {}

  void Add(std::string_view head, std::string_view line);
  [[nodiscard]] std::string Take();

 private:
  const Style& style_;
  std::string last_;
  std::string text_;
};

/// `1 pod`, `1,250 pods`.
[[nodiscard]] std::string PodsText(std::int64_t count);
/// `1,250 USD`.
[[nodiscard]] std::string UsdText(double amount);
/// `24 x Standard_D4s_v5 (3 zones)`.
[[nodiscard]] std::string NodesText(const NodesReport& nodes);
/// The bill in one line, with the age of its prices.
[[nodiscard]] std::string CostText(const NodesReport& nodes, std::chrono::sys_days today);

/// TRAFFIC: what the forecast found; nothing without one.
void AddTraffic(const SizeReport& report, SizeLines& lines);
/// NODES and CHEAPER; nothing where nodes were not asked for.
void AddNodes(const SizeReport& report, SizeLines& lines);
/// AUTOSCALE; nothing without an autoscaler.
void AddAutoscaling(const SizeReport& report, SizeLines& lines);
/// ASSUMED and FILES.
void AddAssumed(const SizeReport& report, SizeLines& lines);
void AddManifests(const SizeReport& report, SizeLines& lines);

}  // namespace loadline::report
