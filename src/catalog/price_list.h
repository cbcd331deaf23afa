// PriceList: node types with prices, from a file of the user's or the one that is built in.
//
// Pure but for ReadPriceList; safe from any thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "catalog/node_type.h"

namespace loadline::catalog {

struct PriceList {
  std::string origin;           ///< `built in`, or the file's name.
  std::vector<NodeType> types;  ///< In the file's order.
};

/// Prices older than this are to be told with a warning.
constexpr std::chrono::days kFreshFor{90};

/// Reads CSV with the header
/// `provider,region,type,arch,vcpu,mem_gib,gpu,max_pods,od_usd_h,spot_usd_h,source,date`, in any
/// order; needed are type, vcpu, mem_gib, od_usd_h and date, the others may be missing or empty.
/// Lines that begin with `#` and empty ones are skipped; `gpu` counts `nvidia.com/gpu`; `date` is
/// `2026-11-26`.
///
/// Errors (kInvalidArgument, with the name, the line and the column): an unknown or missing column,
/// a line with another number of cells, a number that is none or not positive, no date or one after
/// `today`, a type twice in one region, no types at all.
[[nodiscard]] Result<PriceList> ParsePriceList(std::string_view csv, std::string_view name,
                                               std::chrono::sys_days today);

/// The same of a file. Errors: kNotFound, kIo, and those of ParsePriceList.
[[nodiscard]] Result<PriceList> ReadPriceList(const std::string& path, std::chrono::sys_days today);

/// The list in `src/catalog/prices.csv`.
[[nodiscard]] PriceList BuiltInPrices();

/// The types called `name` (one per region). Errors: kNotFound, with the nearest names.
[[nodiscard]] Result<std::vector<NodeType>> FindTypes(const PriceList& list, std::string_view name);

/// The `most` names of the list nearest to `name` by the edits between them, case aside.
[[nodiscard]] std::vector<std::string> NearestNames(const PriceList& list, std::string_view name,
                                                    std::size_t most = 3);

/// Age of a price in whole days; 0 for one of today or later.
[[nodiscard]] std::chrono::days AgeOn(std::chrono::sys_days today, std::chrono::sys_days as_of);

/// `2026-11-01, 25 days old`, and after kFreshFor also `: give newer prices with --prices FILE`.
[[nodiscard]] std::string DescribeAge(std::chrono::sys_days today, std::chrono::sys_days as_of);

}  // namespace loadline::catalog
