#include "catalog/price_list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "base/plain_table.h"
#include "base/plain_text.h"
#include "base/timestamp.h"
#include "catalog/built_in.h"

namespace loadline::catalog {
namespace {

constexpr std::array<std::string_view, 12> kColumns{"provider", "region",     "type",   "arch",
                                                    "vcpu",     "mem_gib",    "gpu",    "max_pods",
                                                    "od_usd_h", "spot_usd_h", "source", "date"};
constexpr std::array<std::string_view, 5> kNeeded{"type", "vcpu", "mem_gib", "od_usd_h", "date"};

constexpr double kGiB = 1 << 30;

// A row's cells by the name of their column, and where it stands, for errors.
class Row {
 public:
  Row(const PlainTable& table, const PlainTable::Row& row) : table_(table), row_(row) {}

  [[nodiscard]] std::string_view Text(std::string_view column) const {
    const std::optional<std::size_t> at = table_.Column(column);
    return at ? row_.cells[*at] : std::string_view();
  }

  [[nodiscard]] Error Wrong(std::string_view column, std::string_view what) const {
    return table_.Wrong(row_, column, what);
  }

  // A number >= `least`, or `empty` for an empty cell.
  [[nodiscard]] Result<double> NumberOf(std::string_view column, double least,
                                        std::optional<double> empty) const {
    const std::string_view text = Text(column);
    if (text.empty() && empty) {
      return *empty;
    }
    const std::optional<double> number = PlainNumber(text);
    if (!number || *number < least) {
      return Wrong(column, fmt::format("\"{}\" is no number of at least {}", text, least));
    }
    return *number;
  }

  [[nodiscard]] Result<int> CountOf(std::string_view column, int least,
                                    std::optional<int> empty) const {
    const double number = TRY(NumberOf(column, least, empty));
    if (number != std::floor(number) || number > 1e6) {
      return Wrong(column, fmt::format("\"{}\" is no whole number", Text(column)));
    }
    return static_cast<int>(number);
  }

  [[nodiscard]] Result<double> PriceOf(std::string_view column) const {
    const double price = TRY(NumberOf(column, 0, std::nullopt));
    if (price == 0) {
      return Wrong(column, "0 USD is no price; leave a spot price empty where there is none");
    }
    return price;
  }

 private:
  const PlainTable& table_;
  const PlainTable::Row& row_;
};

Result<NodeType> TypeOf(const Row& row, std::chrono::sys_days today) {
  NodeType type;
  if (!row.Text("provider").empty()) {
    const std::optional<Provider> provider = ParseProvider(row.Text("provider"));
    if (!provider) {
      return row.Wrong("provider", fmt::format("\"{}\" is none of azure, aws, gcp, other",
                                               row.Text("provider")));
    }
    type.provider = *provider;
  }
  type.region = row.Text("region");
  type.name = row.Text("type");
  if (type.name.empty()) {
    return row.Wrong("type", "a node type needs a name");
  }
  if (const std::string_view arch = row.Text("arch"); !arch.empty()) {
    if (arch != "amd64" && arch != "arm64") {
      return row.Wrong("arch", fmt::format("\"{}\" is neither amd64 nor arm64", arch));
    }
    type.arch = arch;
  }
  type.capacity.millicores = 1000LL * TRY(row.CountOf("vcpu", 1, std::nullopt));
  const double gib = TRY(row.NumberOf("mem_gib", 0.1, std::nullopt));
  if (gib > 1e6) {
    return row.Wrong("mem_gib", fmt::format("{} GiB is more than any machine has", gib));
  }
  type.capacity.memory = {std::llround(gib * kGiB)};
  if (const int gpus = TRY(row.CountOf("gpu", 0, 0)); gpus > 0) {
    type.capacity.extended.push_back({.name = "nvidia.com/gpu", .count = gpus});
  }
  type.max_pods = TRY(row.CountOf("max_pods", 1, 0));
  type.on_demand_usd_per_hour = TRY(row.PriceOf("od_usd_h"));
  if (!row.Text("spot_usd_h").empty()) {
    type.spot_usd_per_hour = TRY(row.PriceOf("spot_usd_h"));
  }
  type.source = row.Text("source");
  const std::optional<std::chrono::sys_days> day = ParseDay(row.Text("date"));
  if (!day) {
    return row.Wrong("date", fmt::format("\"{}\" is no date such as 2026-11-26", row.Text("date")));
  }
  if (*day > today) {
    return row.Wrong("date",
                     fmt::format("{} is after today, {}", FormatDay(*day), FormatDay(today)));
  }
  type.as_of = *day;
  return type;
}

Status CheckHeader(const PlainTable& table) {
  for (const std::string_view title : table.header.cells) {
    if (std::ranges::find(kColumns, title) == kColumns.end()) {
      return table.Wrong(table.header,
                         fmt::format("unknown column \"{}\"; there are provider, region, type, "
                                     "arch, vcpu, mem_gib, gpu, max_pods, od_usd_h, spot_usd_h, "
                                     "source, date",
                                     title));
    }
  }
  for (const std::string_view needed : kNeeded) {
    if (!table.Column(needed)) {
      return table.Wrong(table.header, fmt::format("column \"{}\" is missing; needed are type, "
                                                   "vcpu, mem_gib, od_usd_h, date",
                                                   needed));
    }
  }
  return {};
}

// Levenshtein's distance, case aside.
std::size_t Edits(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replace = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

Result<PriceList> ParsePriceList(std::string_view csv, std::string_view name,
                                 std::chrono::sys_days today) {
  PriceList list{.origin = std::string(name), .types = {}};
  const PlainTable table = TRY(ReadPlainTable(csv, name));
  if (table.header.line > 0) {
    TRY(CheckHeader(table));
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (const PlainTable::Row& cells : table.rows) {
    const Row row(table, cells);
    NodeType type = TRY(TypeOf(row, today));
    if (!seen.emplace(type.region, type.name).second) {
      return row.Wrong("type", fmt::format("{} is there twice", type.name));
    }
    list.types.push_back(std::move(type));
  }
  if (list.types.empty()) {
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{}: no node types in it; needed is a header with type, vcpu, mem_gib, "
                    "od_usd_h, date, and a row for each type",
                    name)};
  }
  return list;
}

Result<PriceList> ReadPriceList(const std::string& path, std::chrono::sys_days today) {
  return ParsePriceList(TRY(ReadTextFile(path, "price list")), path, today);
}

PriceList BuiltInPrices() {
  Result<PriceList> list =
      ParsePriceList(BuiltInPricesText(), "built in", std::chrono::sys_days::max());
  CHECK(list.has_value());
  return *std::move(list);
}

Result<std::vector<NodeType>> FindTypes(const PriceList& list, std::string_view name) {
  std::vector<NodeType> found;
  for (const NodeType& type : list.types) {
    if (type.name == name) {
      found.push_back(type);
    }
  }
  if (found.empty()) {
    std::string nearest;
    for (const std::string& each : NearestNames(list, name)) {
      nearest += fmt::format("{}{}", nearest.empty() ? "" : ", ", each);
    }
    return Error{ErrorCode::kNotFound,
                 fmt::format("no node type \"{}\" in the price list ({}); nearest: {}", name,
                             list.origin, nearest)};
  }
  return found;
}

std::vector<std::string> NearestNames(const PriceList& list, std::string_view name,
                                      std::size_t most) {
  std::vector<std::pair<std::size_t, std::string>> names;
  for (const NodeType& type : list.types) {
    names.emplace_back(Edits(name, type.name), type.name);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) {
    nearest.push_back(names[i].second);
  }
  return nearest;
}

std::chrono::days AgeOn(std::chrono::sys_days today, std::chrono::sys_days as_of) {
  return std::max(std::chrono::days(0), today - as_of);
}

std::string DescribeAge(std::chrono::sys_days today, std::chrono::sys_days as_of) {
  const std::chrono::days age = AgeOn(today, as_of);
  return fmt::format("{}, {} day{} old{}", FormatDay(as_of), age.count(),
                     age.count() == 1 ? "" : "s",
                     age > kFreshFor ? ": give newer prices with --prices FILE" : "");
}

}  // namespace loadline::catalog
