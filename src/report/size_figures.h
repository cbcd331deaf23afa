// The figures and tables of a sizing, for its own page and for the report of its run. Inside the
// report only. Pure; any thread. Each is a string of whole elements, empty where there is nothing
// to draw.
#pragma once

#include <string>

#include "report/size_page.h"

namespace loadline::report {

/// `2,000/s`, `500 users`.
[[nodiscard]] std::string LevelText(const SizePage& page, double level);
/// `7 pods`; `impossible` for 0.
[[nodiscard]] std::string PodsOrNone(std::int64_t pods);

/// Pods against traffic, by balancer and by the classic formula.
[[nodiscard]] std::string TrafficFigure(const SizePage& page);
/// Cost (without nodes: pods) against the limit of the first objective of a response time.
[[nodiscard]] std::string LimitFigure(const SizePage& page);
/// What a full node holds, as a figure and as a table.
[[nodiscard]] std::string FillFigure(const SizePage& page);
/// The same promise behind other balancers.
[[nodiscard]] std::string BalancersTable(const SizePage& page);

}  // namespace loadline::report
