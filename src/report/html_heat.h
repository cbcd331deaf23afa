// The heat map of response times, and what all charts over time share.
// Inside the report only. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "report/chart.h"
#include "report/figure.h"
#include "report/html.h"
#include "report/timeline.h"

namespace loadline::report {

/// A heat map with median and tail; empty where nothing succeeded.
[[nodiscard]] std::string HeatFigure(const PageFacts& facts, const Timeline& timeline);

/// Places and titles of the columns, without series.
[[nodiscard]] Hover TimeHover(const Timeline& timeline, const Scale& x);
/// Steps as bands, warm-ups shaded; with their loads at the top if `labels`.
void DrawSteps(Chart& chart, const Timeline& timeline, bool labels);
/// An entry for warm-ups, where there are any.
void AddStepLegend(const Timeline& timeline, std::vector<LegendItem>& legend);

}  // namespace loadline::report
