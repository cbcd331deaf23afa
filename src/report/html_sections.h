// The sections of the HTML report, each a string of whole elements; empty where there is nothing to
// say. Inside the report only. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measure/objective.h"
#include "report/chart.h"
#include "report/html.h"
#include "report/timeline.h"

namespace loadline::report {

// html_verdict.cc

/// That the run is not what it should have been (interrupted, refused, failed, still going on), for
/// the top of the page.
[[nodiscard]] std::string StateBanner(const PageFacts& facts);
/// The verdict in words, the answer first.
[[nodiscard]] std::string VerdictSection(const PageFacts& facts);
/// The figures that are asked for first.
[[nodiscard]] std::string TilesSection(const PageFacts& facts);

// html_percentiles.cc

[[nodiscard]] std::string PercentilesSection(const PageFacts& facts);

// html_time.cc

/// Offered against achieved, heat map, requests in flight.
[[nodiscard]] std::string TimeSection(const PageFacts& facts, const Timeline& timeline);
/// Lateness, CPU and loop lag over time; for the section of the generator.
[[nodiscard]] std::string GeneratorCharts(const Timeline& timeline);

// html_search.cc

/// Response against load, and every step of the search; `run` and `verify` have none.
[[nodiscard]] std::string SearchSection(const PageFacts& facts);

// html_staircase.cc

/// Users step by step, the rounds and their spread; of `find --strategy staircase` only.
[[nodiscard]] std::string StaircaseSection(const PageFacts& facts);

// html_vary.cc

/// The latency table that this search belongs to, and the overhead fitted; of `find --vary` only.
[[nodiscard]] std::string VarySection(const PageFacts& facts);

// html_size.cc

/// What was sized from the run: the newest in full, the earlier ones as a table.
[[nodiscard]] std::string SizingSection(const PageFacts& facts);

// html_tables.cc

[[nodiscard]] std::string ErrorsSection(const PageFacts& facts);
[[nodiscard]] std::string GeneratorSection(const PageFacts& facts, const Timeline& timeline);
[[nodiscard]] std::string SetupSection(const PageFacts& facts);

// The page around them (html_page.cc).

/// An entry of the contents: the section's id and what its link says.
struct SectionLink {
  std::string_view id;
  std::string_view name;
};
/// Links to those of the sections that are in `body`.
[[nodiscard]] std::string Contents(std::span<const SectionLink> links, const std::string& body);
/// The whole file: `header` and `content` are elements; `explained_in` names a page of the docs.
[[nodiscard]] std::string WholePage(std::string_view version, std::string_view title,
                                    const std::string& header, const std::string& content,
                                    std::string_view explained_in);

// What sections share (html_parts.cc).

/// `2026-01-02 03:04 UTC`
[[nodiscard]] std::string MinuteText(UtcTime at);

/// A figure with its name, for `<div class="tiles">`.
[[nodiscard]] std::string Tile(std::string_view name, std::string_view value);

/// `<section>` with a heading.
[[nodiscard]] std::string Section(std::string_view id, std::string_view title,
                                  const std::string& content);
/// A scrolling table: `head` and `rows` are text, escaped here; the first column is the row's
/// header, the others are aligned right except the last `left_columns`.
[[nodiscard]] std::string HtmlTable(std::string_view caption, std::span<const std::string> head,
                                    std::span<const std::vector<std::string>> rows,
                                    int left_columns = 0);
/// `held`, `broken`, …: the class of a verdict; its mark.
[[nodiscard]] std::string_view ResultClass(const StepReport& step);
[[nodiscard]] Mark ResultMark(const StepReport& step);
/// Ticks of a time axis (logarithmic or not), at most `most`.
[[nodiscard]] std::vector<Tick> DurationTicks(const Scale& scale, int most);
/// Ticks of an axis of numbers.
[[nodiscard]] std::vector<Tick> NumberTicks(const Scale& scale, int wanted);

/// The step that figures are taken from: Headline(); of a search without an operating load the
/// highest that held, else the last with requests. Null: none.
[[nodiscard]] const StepReport* ShownStep(const PageFacts& facts);
/// Every objective of the run, each once.
[[nodiscard]] std::vector<measure::Objective> ObjectivesOf(const RunReport& report);

}  // namespace loadline::report
