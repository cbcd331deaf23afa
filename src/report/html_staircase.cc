// The staircase: users step by step, and what each round came to.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units_text.h"
#include "report/figure.h"
#include "report/html_sections.h"
#include "report/text.h"
#include "report/text_parts.h"

namespace loadline::report {
namespace {

using measure::StepResult;

struct Stair {
  const StepReport* step = nullptr;
  std::size_t round = 0;  ///< 0, 1, …
  bool last = false;      ///< Its round ended here, without errors.
};

/// The steps in order, cut into rounds: up until errors, then down until there are none.
std::vector<Stair> StairsOf(const RunReport& report) {
  std::vector<Stair> stairs;
  std::size_t round = 0;
  bool down = false;
  for (const StepReport& step : report.steps) {
    if (step.purpose != "stair") {
      continue;
    }
    const StepResult result = step.verdict.result;
    const bool last = down && result == StepResult::kClear;
    stairs.push_back({&step, round, last});
    down = last ? false : down || result == StepResult::kBroken;
    round += last ? 1 : 0;
  }
  return stairs;
}

std::string Words(const StepReport& step) {
  switch (step.verdict.result) {
    case StepResult::kClear:
      return "no errors";
    case StepResult::kBroken:
      return "errors: " + step.verdict.reason;
    case StepResult::kRefused:
      return "refused: " + step.verdict.reason;
    case StepResult::kHeld:
    case StepResult::kUndecided:
      break;
  }
  return step.verdict.reason.empty() ? "not decided" : step.verdict.reason;
}

std::vector<LegendItem> Legend(const std::vector<Stair>& stairs) {
  struct Entry {
    std::string_view css;
    Mark mark;
    const char* text;
  };
  constexpr std::array<Entry, 4> kEntries{{{"clear", Mark::kRing, "no errors"},
                                           {"broken", Mark::kCross, "errors"},
                                           {"undecided", Mark::kSquare, "not completed"},
                                           {"refused", Mark::kSquare, "refused"}}};
  std::vector<LegendItem> legend;
  for (const Entry& entry : kEntries) {
    if (std::any_of(stairs.begin(), stairs.end(),
                    [&](const Stair& stair) { return ResultClass(*stair.step) == entry.css; })) {
      legend.push_back({LegendItem::Kind::kMark, std::string(entry.css), entry.text, entry.mark});
    }
  }
  return legend;
}

Hover HoverOf(const std::vector<Stair>& stairs, const Scale& x, const Scale& y) {
  Hover hover;
  HoverSeries users{"users", "", {}};
  HoverSeries result{"result", "", {}};
  HoverSeries rate{"rate", "", {}};
  HoverSeries failed{"failed", "", {}};
  for (std::size_t i = 0; i < stairs.size(); ++i) {
    const StepReport& step = *stairs[i].step;
    hover.at.push_back(x.At(static_cast<double>(i + 1)));
    hover.height.push_back(y.At(step.verdict.level));
    hover.titles.push_back(fmt::format("step {}, round {}", i + 1, stairs[i].round + 1));
    users.values.push_back(fmt::format("{:.0f}", step.verdict.level));
    result.values.push_back(Words(step));
    rate.values.push_back(FormatRate(step.measurement.achieved));
    failed.values.push_back(FormatCount(step.measurement.failed));
  }
  hover.series = {users, result, rate, failed};
  return hover;
}

std::string StairFigure(const std::vector<Stair>& stairs, const measure::Staircase& staircase) {
  const auto higher = [](const Stair& a, const Stair& b) {
    return a.step->verdict.level < b.step->verdict.level;
  };
  const double most = std::max_element(stairs.begin(), stairs.end(), higher)->step->verdict.level;
  const Scale x = Scale::Linear(0.5, static_cast<double>(stairs.size()) + 0.5);
  const Scale y = Scale::Linear(0, most * 1.15);
  Figure figure;
  figure.id = "stairs";
  figure.title = "Users, step after step";
  figure.lead =
      "Up until requests fail, down until none does, again. The shaded rounds are every other one.";
  figure.words = fmt::format("{} steps in {} rounds, up to {:.0f} users.", stairs.size(),
                             stairs.back().round + 1, most);
  figure.legend = Legend(stairs);
  figure.hover = HoverOf(stairs, x, y);
  return FigureHtml(figure, 300, [&](const Frame& frame) {
    Chart chart(frame, x, y);
    std::vector<Tick> ticks;
    const std::size_t every = stairs.size() / (frame.wide ? 16 : 8) + 1;
    for (std::size_t i = 0; i < stairs.size(); i += every) {
      ticks.push_back({static_cast<double>(i + 1), fmt::format("{}", i + 1)});
    }
    std::vector<ChartPoint> points;
    for (std::size_t i = 0, begin = 0; i < stairs.size(); ++i) {
      points.push_back({static_cast<double>(i + 1), stairs[i].step->verdict.level});
      const bool ends = i + 1 == stairs.size() || stairs[i + 1].round != stairs[i].round;
      if (ends && stairs[i].round % 2 == 1) {
        chart.Band(static_cast<double>(begin) + 0.5, static_cast<double>(i) + 1.5, "step");
      }
      begin = ends ? i + 1 : begin;
    }
    chart.XTicks(ticks);
    chart.YTicks(NumberTicks(y, 6));
    chart.XTitle("step");
    chart.Line(points, "s1");
    if (const std::optional<int> users = staircase.Users()) {
      chart.Horizontal(*users, "limitline", fmt::format("{} users without errors", *users));
    }
    for (std::size_t i = 0; i < stairs.size(); ++i) {
      chart.Point(points[i].x, points[i].y, ResultMark(*stairs[i].step),
                  ResultClass(*stairs[i].step));
    }
    return chart;
  });
}

std::string Users(const std::optional<int>& users) {
  return users ? fmt::format("{}", *users) : "–";
}

/// `24`, or `24 to 28`; of no values a dash.
template <typename Value, typename Print>
std::string Spread(const std::vector<Value>& values, const Print& print) {
  if (values.empty()) {
    return "–";
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return print(*low) == print(*high) ? print(*low)
                                     : fmt::format("{} to {}", print(*low), print(*high));
}

std::string RoundTable(const std::vector<Stair>& stairs, const measure::Staircase& staircase,
                       double quantile) {
  std::vector<std::vector<std::string>> rows;
  std::vector<int> broke;
  std::vector<int> clean;
  std::vector<double> rates;
  std::vector<Duration> tails;
  for (std::size_t i = 0; i < staircase.rounds.size(); ++i) {
    const measure::StairRound& round = staircase.rounds[i];
    const auto steps = std::count_if(stairs.begin(), stairs.end(),
                                     [&](const Stair& stair) { return stair.round == i; });
    std::vector<std::string> row{fmt::format("{}", i + 1), fmt::format("{}", steps),
                                 Users(round.broke), Users(round.clean)};
    const auto ended = std::find_if(stairs.begin(), stairs.end(), [&](const Stair& stair) {
      return stair.round == i && round.clean && stair.step->verdict.level == *round.clean &&
             stair.step->verdict.result == StepResult::kClear &&
             (stair.last || !round.broke.has_value());
    });
    if (ended != stairs.end()) {
      const measure::Measurement& m = ended->step->measurement;
      rates.push_back(m.achieved.per_second);
      tails.push_back(AllTasks(m).response.ValueAtQuantile(quantile));
      row.push_back(FormatRate(m.achieved));
      row.push_back(FormatDuration(tails.back()));
    } else {
      row.insert(row.end(), {"–", "–"});
    }
    rows.push_back(std::move(row));
    if (round.broke) {
      broke.push_back(*round.broke);
    }
    if (round.clean) {
      clean.push_back(*round.clean);
    }
  }
  const auto users = [](int count) { return fmt::format("{}", count); };
  if (rows.size() > 1) {
    rows.push_back({"spread", "", Spread(broke, users), Spread(clean, users),
                    Spread(rates, [](double rate) { return FormatRate(Rate{rate}); }),
                    Spread(tails, [](Duration tail) { return FormatDuration(tail); })});
  }
  const std::vector<std::string> head{"round",      "steps",
                                      "errors at",  "none at",
                                      "rate there", measure::QuantileName(quantile) + " there"};
  return rows.empty() ? std::string()
                      : HtmlTable("The rounds; errors and none in users", head, rows);
}

}  // namespace

std::string StaircaseSection(const PageFacts& facts) {
  const RunReport& report = facts.report;
  if (!report.staircase.has_value()) {
    return {};
  }
  const std::vector<Stair> stairs = StairsOf(report);
  if (stairs.empty()) {
    return {};
  }
  return Section("staircase", "Round by round",
                 StairFigure(stairs, *report.staircase) +
                     RoundTable(stairs, *report.staircase, ShownQuantile(ObjectivesOf(report))));
}

}  // namespace loadline::report
