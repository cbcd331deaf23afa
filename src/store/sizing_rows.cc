#include "store/sizing_rows.h"

#include <fmt/core.h>

#include "base/clock.h"
#include "store/schema.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

// In the order of BindInfo() and ReadInfo(); number, made_utc and document stand beside them.
constexpr std::string_view kInfoColumns =
    "made_utc_ns, version, invocation, promise, rate_rps, users, pods, needed, nodes, "
    "usd_per_month";

void BindInfo(Statement& row, const SizingInfo& info) {
  row.Bind(std::int64_t{info.made.time_since_epoch().count()})
      .Bind(info.version)
      .Bind(info.invocation)
      .Bind(info.promise)
      .Bind(info.rate_rps)
      .Bind(info.users)
      .Bind(info.pods)
      .Bind(info.needed)
      .Bind(info.nodes)
      .Bind(info.usd_per_month);
}

SizingInfo ReadInfo(Statement& row) {
  SizingInfo info;
  info.made = UtcTime(row.Nanoseconds());
  info.version = row.Text();
  info.invocation = row.Text();
  info.promise = row.Text();
  info.rate_rps = row.OptionalReal();
  info.users = row.OptionalInt();
  info.pods = row.Int();
  info.needed = row.Int();
  info.nodes = row.OptionalInt();
  info.usd_per_month = row.OptionalReal();
  return info;
}

}  // namespace

Status WriteSizing(Database& database, std::int64_t run, const SizingInfo& sizing,
                   std::string_view document) {
  Transaction transaction = TRY(Transaction::Begin(database));
  const std::int64_t last =
      TRY(database.Number(fmt::format("SELECT max(number) FROM sizings WHERE run = {}", run)));
  {
    Statement same = TRY(database.Prepare("DELETE FROM sizings WHERE run = ? AND invocation = ?"));
    TRY(same.Bind(run).Bind(sizing.invocation).Run());
    Statement oldest = TRY(database.Prepare(
        "DELETE FROM sizings WHERE run = ?1 AND number NOT IN "
        "(SELECT number FROM sizings WHERE run = ?1 ORDER BY number DESC LIMIT ?2)"));
    TRY(oldest.Bind(run).Bind(kMostSizings - 1).Run());
    Statement insert = TRY(database.Prepare(
        fmt::format("INSERT INTO sizings (run, number, made_utc, document, {}) VALUES "
                    "(?, ?, ?, ?, {})",
                    kInfoColumns, Placeholders(kInfoColumns))));
    insert.Bind(run).Bind(last + 1).Bind(FormatUtc(sizing.made)).Bind(document);
    BindInfo(insert, sizing);
    TRY(insert.Run());
  }
  return transaction.Commit();
}

Result<std::vector<SizingInfo>> ReadSizings(Database& database, std::int64_t run) {
  std::vector<SizingInfo> sizings;
  if (database.schema() < kFirstWithSizings) {
    return sizings;
  }
  Statement row = TRY(database.Prepare(
      fmt::format("SELECT {} FROM sizings WHERE run = ? ORDER BY number DESC", kInfoColumns)));
  row.Bind(run);
  while (TRY(row.Step())) {
    sizings.push_back(ReadInfo(row));
  }
  return sizings;
}

Result<std::string> ReadNewestSizing(Database& database, std::int64_t run) {
  if (database.schema() < kFirstWithSizings) {
    return std::string();
  }
  Statement row = TRY(
      database.Prepare("SELECT document FROM sizings WHERE run = ? ORDER BY number DESC LIMIT 1"));
  row.Bind(run);
  return TRY(row.Step()) ? row.Text() : std::string();
}

}  // namespace loadline::store
