// A sizing as it is drawn: words and numbers, nothing that has to be computed again.
//
// Plain values and pure functions; any thread. It is made once from the answer of `loadline size`,
// kept as JSON with the run that it was made from (size_page_json.cc), and drawn by the same code
// as a page of its own and as a section of that run's report (html_size.cc).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "report/size.h"

namespace loadline::report {

/// What other traffic would take.
struct PodsForTraffic {
  double level = 0.0;             ///< Requests/s, or users; > 0.
  std::optional<int> classic;     ///< The classic formula's pods, without spares.
  std::vector<int> by_balance{};  ///< Pods by SizePage::balances; 0: impossible.

  friend bool operator==(const PodsForTraffic&, const PodsForTraffic&) = default;
};

/// What another limit of the first objective of a response time would take.
struct PodsForLimit {
  Duration limit{};
  std::int64_t pods = 0;                  ///< To run, spares included.
  std::optional<double> usd_per_month{};  ///< With nodes.

  friend bool operator==(const PodsForLimit&, const PodsForLimit&) = default;
};

/// One resource of one node when all its places are taken, in shares of the machine.
struct NodeFill {
  std::string type;      ///< `Standard_D4s_v5`
  std::string resource;  ///< `CPU`, `memory`
  double reserved = 0;   ///< For the kubelet, the system and what keeps pods from eviction.
  double daemons = 0;
  double pods = 0;
  int places = 0;
  std::string size;  ///< Of the machine: `4 CPU`, `16 GiB`.

  friend bool operator==(const NodeFill&, const NodeFill&) = default;
};

/// The objective whose limit SizePage::by_limit varies.
struct VariedLimit {
  std::string text;  ///< `p95 < 200ms`
  std::string name;  ///< `p95`, `mean`
  Duration limit{};  ///< > 0

  friend bool operator==(const VariedLimit&, const VariedLimit&) = default;
};

struct SizePage {
  std::string version;                ///< Of the loadline that sized.
  std::string invocation;             ///< The command line as typed.
  std::string origin;                 ///< `given, not measured`; `measured, run 7f3a`
  std::vector<SizeLine> lines;        ///< ANSWER, PROMISE, WHY, … without what is drawn below.
  bool of_users = false;              ///< Levels are numbers of users, else requests/s.
  double level = 0.0;                 ///< Sized for; > 0.
  std::int64_t pods = 0;              ///< To run.
  std::int64_t needed = 0;            ///< Of them, to keep the objectives.
  std::int64_t classic = 0;           ///< By the classic formula; 0: impossible.
  double busy = 0.0;                  ///< Share of the needed pods' capacity in use.
  std::optional<std::int64_t> nodes;  ///< Nothing: nodes were not asked for.
  std::optional<double> usd_per_month;
  std::vector<std::string> balances;  ///< The answer's first.
  std::vector<PodsForTraffic> by_traffic;
  std::optional<VariedLimit> varied;
  std::vector<PodsForLimit> by_limit;
  std::vector<NodeFill> fills;
  std::vector<Alternative> alternatives;  ///< Other balancers.
  std::vector<std::string> arithmetic;    ///< The classic formulae, step by step.

  friend bool operator==(const SizePage&, const SizePage&) = default;
};

/// A sizing made from a run, as a line of a list.
struct SizingLine {
  UtcTime made{};
  std::string version{};           ///< Of the loadline that sized.
  std::string invocation{};        ///< The command line.
  std::string promise{};           ///< `p95 < 200ms at 2,000/s`
  std::optional<double> rate_rps;  ///< Sized for; nothing with users.
  std::optional<std::int64_t> users;
  std::int64_t pods = 0;    ///< To run.
  std::int64_t needed = 0;  ///< Of them, to keep the promise.
  std::optional<std::int64_t> nodes;
  std::optional<double> usd_per_month;
};

/// `156 pods, 24 nodes, 3,364 USD a month: p95 < 200ms at 2,000/s, with one zone lost`
[[nodiscard]] std::string SizingText(const SizingLine& line);

/// The run document (report/json.h) with `lines` as its `sizings`; unchanged without any.
[[nodiscard]] std::string WithSizings(const std::string& document,
                                      const std::vector<SizingLine>& lines);

/// What the answer itself tells: all but the command line and what other traffic and other limits
/// would take, which have to be computed.
[[nodiscard]] SizePage PageOf(const SizeReport& report);

/// The promise in one line: `p95 < 200ms at 2,000/s, with one zone lost`; empty: none is in it.
[[nodiscard]] std::string_view PromiseOf(const SizePage& page);

/// The page of its own.
[[nodiscard]] std::string SizeHtml(const SizePage& page);

/// As JSON, to be kept.
[[nodiscard]] std::string SizePageDocument(const SizePage& page);

/// What SizePageDocument() wrote, by this version or an earlier one.
///
/// Errors: kCorrupt naming the member and what would be right (`by_traffic[3].level: found -1;
/// expected a number above 0`), or that a newer loadline wrote it. What it returns can be drawn.
[[nodiscard]] Result<SizePage> ReadSizePage(std::string_view document);

}  // namespace loadline::report
