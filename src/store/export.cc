#include "store/export.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/clock.h"
#include "stats/hlog.h"
#include "store/database.h"
#include "store/schema.h"
#include "store/step_rows.h"

namespace loadline::store {
namespace {

using measure::Row;

/// The parts of a second that lie in table task_seconds.
Status ReadTasks(Statement& row, std::int64_t run, int step, measure::Second& second) {
  row.Reset();
  row.Bind(run).Bind(step).Bind(second.index);
  while (TRY(row.Step())) {
    const std::int64_t task = row.Int();
    if (task < 0 || task > UINT16_MAX) {
      return Error{ErrorCode::kCorrupt, fmt::format("task_seconds: no task {}", task)};
    }
    if (second.tasks.size() <= static_cast<std::size_t>(task)) {
      second.tasks.resize(static_cast<std::size_t>(task) + 1);
    }
    measure::TaskSecond& one = second.tasks[static_cast<std::size_t>(task)];
    one.succeeded = row.Int();
    one.failed = row.Int();
    one.response = TRY(ReadHistogram(row));
    one.wire = TRY(ReadHistogram(row));
  }
  return {};
}

Row ReadAttempt(Statement& row) {
  Row one;
  one.step = static_cast<std::uint16_t>(row.Int());
  one.task = static_cast<std::uint16_t>(row.Int());
  one.request = static_cast<std::uint64_t>(row.Int());
  one.attempt = static_cast<std::uint8_t>(row.Int());
  one.shard = static_cast<std::uint8_t>(row.Int());
  one.flags = static_cast<std::uint8_t>(row.Int());
  one.status = static_cast<std::uint16_t>(row.Int());
  one.kind = static_cast<measure::ErrorKind>(row.Int());
  one.error_detail = static_cast<std::uint16_t>(row.Int());
  one.scheduled_ns = row.Int();
  one.dispatched_ns = row.Int();
  one.sent_ns = row.Int();
  one.first_byte_ns = row.Int();
  one.done_ns = row.Int();
  one.dns_us = static_cast<std::uint32_t>(row.Int());
  one.connect_us = static_cast<std::uint32_t>(row.Int());
  one.tls_us = static_cast<std::uint32_t>(row.Int());
  one.bytes_out = static_cast<std::uint32_t>(row.Int());
  one.bytes_in = static_cast<std::uint32_t>(row.Int());
  return one;
}

/// `text` as a CSV field (RFC 4180).
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted = "\"";
  for (const char c : text) {
    quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return quoted + "\"";
}

std::string TaskName(const RunInfo& info, std::size_t task) {
  return task < info.start.tasks.size() ? info.start.tasks[task] : fmt::format("{}", task);
}

Status Written(const std::ostream& out) {
  if (!out) {
    return Error{ErrorCode::kIo, "the export cannot be written: is the disk full?"};
  }
  return {};
}

/// Names of errors by step and number, as in step_errors.
struct ErrorName {
  std::int64_t step = 0;
  std::int64_t number = 0;
  std::string name;
};

Result<std::vector<ErrorName>> ErrorNames(Database& database, std::int64_t run) {
  Statement row = TRY(database.Prepare("SELECT step, number, name FROM step_errors WHERE run = ?"));
  row.Bind(run);
  std::vector<ErrorName> names;
  while (TRY(row.Step())) {
    ErrorName one;
    one.step = row.Int();
    one.number = row.Int();
    one.name = row.Text();
    names.push_back(std::move(one));
  }
  return names;
}

std::string ErrorOf(const Row& row, const std::vector<ErrorName>& names) {
  if (row.kind == measure::ErrorKind::kNone) {
    return {};
  }
  for (const ErrorName& one : names) {
    if (one.step == row.step && one.number == row.error_detail) {
      return one.name;
    }
  }
  return std::string(Name(row.kind));
}

/// A stamp, or nothing for what never happened.
std::string Stamp(std::int64_t ns) {
  return ns == 0 ? std::string() : fmt::format("{}", ns);
}

std::string MillisOf(const stats::Histogram& histogram, double quantile) {
  return histogram.empty() ? std::string()
                           : fmt::format("{:.3f}", Millis(histogram.ValueAtQuantile(quantile)));
}

std::string MaxMillis(const stats::Histogram& histogram) {
  return histogram.empty() ? std::string() : fmt::format("{:.3f}", Millis(histogram.Max()));
}

}  // namespace

Status ForEachSecond(Store& store, std::string_view which,
                     const std::function<bool(int step, const measure::Second& second)>& visit) {
  const std::int64_t run = TRY(store.FindRun(which)).number;
  Database& database = store.database();
  Statement row = TRY(database.Prepare(fmt::format(
      "SELECT step, second, warmup, scheduled, dispatched, completed, failed, rejected, in_flight, "
      "users, {} FROM seconds WHERE run = ? ORDER BY step, second",
      kGeneratorColumns)));
  Statement task =
      TRY(database.Prepare("SELECT task, succeeded, failed, response, wire FROM task_seconds WHERE "
                           "run = ? AND step = ? AND second = ? ORDER BY task"));
  row.Bind(run);
  while (TRY(row.Step())) {
    const int step = static_cast<int>(row.Int());
    measure::Second second;
    second.index = static_cast<std::int32_t>(row.Int());
    second.warmup = row.Bool();
    second.scheduled = row.Int();
    second.dispatched = row.Int();
    second.completed = row.Int();
    second.failed = row.Int();
    second.rejected = row.Int();
    second.in_flight = row.Int();
    second.users = static_cast<int>(row.Int());
    second.generator = ReadGenerator(row);
    TRY(ReadTasks(task, run, step, second));
    if (!visit(step, second)) {
      break;
    }
  }
  return {};
}

Status ForEachAttempt(Store& store, std::string_view which,
                      const std::function<bool(const Row& row)>& visit) {
  const std::int64_t run = TRY(store.FindRun(which)).number;
  Statement row = TRY(store.database().Prepare(
      "SELECT step, task, request, attempt, shard, flags, status, kind, error_detail, "
      "scheduled_ns, dispatched_ns, sent_ns, first_byte_ns, done_ns, dns_us, connect_us, tls_us, "
      "bytes_out, bytes_in FROM attempts WHERE id >= ? AND id < ? ORDER BY id"));
  row.Bind(run << kAttemptIdBits).Bind((run + 1) << kAttemptIdBits);
  while (TRY(row.Step())) {
    if (!visit(ReadAttempt(row))) {
      break;
    }
  }
  return {};
}

Status ExportAttemptsCsv(Store& store, std::string_view which, std::ostream& out) {
  const RunInfo info = TRY(store.FindRun(which));
  const std::vector<ErrorName> errors = TRY(ErrorNames(store.database(), info.number));
  const std::int64_t epoch =
      TRY(store.database().Number("SELECT epoch_utc_ns FROM runs WHERE id = ?", info.id));
  out << "step,task,request,attempt,warmup,reused,last,on_start,sent_utc,status,error,response_ms,"
         "wire_ms,scheduled_ns,dispatched_ns,sent_ns,first_byte_ns,done_ns,dns_us,connect_us,"
         "tls_us,bytes_out,bytes_in,shard\r\n";
  TRY(ForEachAttempt(store, info.id, [&](const Row& row) {
    const auto flag = [&](measure::RowFlag bit) { return (row.flags & bit) != 0 ? 1 : 0; };
    const bool sent = row.sent_ns != 0;
    out << fmt::format("{},{},{},{},{},{},{},{},{},{},{},", row.step,
                       CsvField(TaskName(info, row.task)), row.request, row.attempt,
                       flag(measure::kRowWarmup), flag(measure::kRowReused),
                       flag(measure::kRowLast), flag(measure::kRowOnStart),
                       sent ? FormatUtc(UtcTime(Duration(epoch + row.sent_ns))) : "", row.status,
                       CsvField(ErrorOf(row, errors)));
    out << fmt::format(
        "{:.6f},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
        static_cast<double>(row.done_ns - row.scheduled_ns) * 1e-6,
        sent ? fmt::format("{:.6f}", static_cast<double>(row.done_ns - row.sent_ns) * 1e-6) : "",
        row.scheduled_ns, row.dispatched_ns, Stamp(row.sent_ns), Stamp(row.first_byte_ns),
        Stamp(row.done_ns), row.dns_us, row.connect_us, row.tls_us, row.bytes_out, row.bytes_in,
        row.shard);
    return static_cast<bool>(out);
  }));
  return Written(out);
}

Status ExportSeriesCsv(Store& store, std::string_view which, std::ostream& out) {
  const RunInfo info = TRY(store.FindRun(which));
  out << "step,second,warmup,scheduled,dispatched,completed,failed,rejected,in_flight,users,"
         "lateness_p99_ms,cpu_busiest,task,task_succeeded,task_failed,response_ms_p50,"
         "response_ms_p95,response_ms_p99,response_ms_max,wire_ms_p50,wire_ms_p95,wire_ms_p99,"
         "wire_ms_max\r\n";
  TRY(ForEachSecond(store, info.id, [&](int step, const measure::Second& second) {
    const std::string common =
        fmt::format("{},{},{},{},{},{},{},{},{},{},{:.6f},{:.4f}", step, second.index,
                    second.warmup ? 1 : 0, second.scheduled, second.dispatched, second.completed,
                    second.failed, second.rejected, second.in_flight, second.users,
                    Millis(second.generator.lateness_p99), second.generator.cpu_busiest);
    bool any = false;
    for (std::size_t i = 0; i < second.tasks.size(); ++i) {
      const measure::TaskSecond& task = second.tasks[i];
      if (task.succeeded == 0 && task.failed == 0) {
        continue;
      }
      any = true;
      out << fmt::format(
          "{},{},{},{},{},{},{},{},{},{},{},{}\r\n", common, CsvField(TaskName(info, i)),
          task.succeeded, task.failed, MillisOf(task.response, 0.5), MillisOf(task.response, 0.95),
          MillisOf(task.response, 0.99), MaxMillis(task.response), MillisOf(task.wire, 0.5),
          MillisOf(task.wire, 0.95), MillisOf(task.wire, 0.99), MaxMillis(task.wire));
    }
    if (!any) {
      out << common << ",,,,,,,,,,,\r\n";
    }
    return static_cast<bool>(out);
  }));
  return Written(out);
}

Status ExportHlog(Store& store, std::string_view which, std::ostream& out) {
  const RunInfo info = TRY(store.FindRun(which));
  Statement begin = TRY(store.database().Prepare(
      "SELECT coalesce(min(started_utc_ns), 0) FROM steps WHERE run = ? AND step = ?"));
  out << stats::HlogHeader(fmt::format("loadline {}", info.start.version), info.started);
  int known = -1;
  Duration offset{};
  Status failed;
  TRY(ForEachSecond(store, info.id, [&](int step, const measure::Second& second) {
    if (step != known) {
      // Seconds count from their step's start; the log counts from the run's.
      begin.Reset();
      begin.Bind(info.number).Bind(step);
      const Result<bool> row = begin.Step();
      if (!row.has_value()) {
        failed = row.error();
        return false;
      }
      const std::int64_t started = begin.Int();
      offset =
          started == 0 ? Duration::zero() : Duration(started) - info.started.time_since_epoch();
      known = step;
    }
    for (std::size_t i = 0; i < second.tasks.size(); ++i) {
      const std::string name = TaskName(info, i);
      const Duration at = offset + std::chrono::seconds(second.index);
      if (!second.tasks[i].response.empty()) {
        out << stats::HlogLine(name + ".response", at, 1s, second.tasks[i].response);
      }
      if (!second.tasks[i].wire.empty()) {
        out << stats::HlogLine(name + ".wire", at, 1s, second.tasks[i].wire);
      }
    }
    return static_cast<bool>(out);
  }));
  TRY(failed);
  return Written(out);
}

}  // namespace loadline::store
