#include "cli/vary.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units_text.h"
#include "cli/file_output.h"
#include "cli/search_once.h"
#include "cli/store_access.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "cli/version.h"
#include "cli/write_to.h"
#include "queueing/overhead.h"
#include "report/json.h"
#include "report/vary_report.h"
#include "store/store.h"

namespace loadline::cli {
namespace {

/// The field that asks the service for milliseconds: its latency is known before it is measured.
constexpr std::string_view kMilliseconds = "milli";

struct Variation {
  std::string field;
  std::vector<std::string> values;
  int pods = 1;
  int concurrency = 1;
};

Error Invalid(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

Result<int> ReadCount(const Arguments& arguments, const char* flag) {
  const std::string text = arguments.Value(flag, "1");
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count < 1 || count > 1'000'000) {
    return Invalid(
        fmt::format("{}: found \"{}\"; expected a whole number from 1 to 1,000,000", flag, text));
  }
  return count;
}

Result<Variation> ReadVariation(const Arguments& arguments) {
  const std::string text = arguments.Value("--vary");
  const std::size_t equals = text.find('=');
  Variation variation;
  variation.field = text.substr(0, equals);
  if (equals != std::string::npos) {
    std::string_view rest = std::string_view(text).substr(equals + 1);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      variation.values.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  const auto empty = [](const std::string& value) { return value.empty(); };
  if (variation.field.empty() || variation.values.empty() ||
      std::any_of(variation.values.begin(), variation.values.end(), empty)) {
    return Invalid(fmt::format(
        "--vary: found \"{}\"; expected a field of the body and its values: milli=20,50,100",
        text));
  }
  if (variation.field == kMilliseconds) {
    for (const std::string& value : variation.values) {
      const Result<double> ms = ParseNumber(value);
      if (!ms || *ms <= 0.0) {
        return Invalid(
            fmt::format("--vary: found milli \"{}\"; expected milliseconds above 0", value));
      }
    }
  }
  if (arguments.Has("--continue")) {
    return Invalid("--vary: found --continue beside it; expected one of them");
  }
  if (arguments.Has("--sim")) {
    return Invalid(
        "--vary: found --sim beside it; a simulated service reads no body: expected a "
        "real target, or a service file for each value");
  }
  for (const char* file : {"--junit", "--prometheus"}) {
    if (arguments.Has(file)) {
      return Invalid(
          fmt::format("--vary: found {} beside it; each value is a run of its own: "
                      "loadline runs export RUN writes them one by one",
                      file));
    }
  }
  variation.pods = TRY(ReadCount(arguments, "--pods"));
  variation.concurrency = TRY(ReadCount(arguments, "--concurrency"));
  return variation;
}

/// The same command line with the field at one value.
Arguments With(const Arguments& arguments, const Variation& variation, const std::string& value) {
  Arguments one = arguments;
  std::erase_if(one.flags, [](const GivenFlag& given) {
    return given.flag->name == "--vary" || given.flag->name == "--pods" ||
           given.flag->name == "--concurrency";
  });
  one.flags.push_back({.flag = Get(arguments.command).Find("--set"),
                       .value = fmt::format("task.json.{}={}", variation.field, value)});
  return one;
}

/// Fits the overhead to the rows that have a rate.
void Explain(const Variation& variation, report::VaryReport& report) {
  std::vector<queueing::PoolPoint> points;
  for (const report::VaryRow& row : report.rows) {
    if (row.achieved) {
      points.push_back({.service = row.latency, .rate = *row.achieved});
    }
  }
  const double servers = static_cast<double>(variation.pods) * variation.concurrency;
  const Result<queueing::OverheadFit> fit = queueing::FitOverhead(points, servers, 0.95);
  if (points.size() < 2 || !fit) {
    return;
  }
  report.overhead = fit->overhead;
  report.overhead_low = fit->low;
  report.overhead_high = fit->high;
  std::size_t next = 0;
  for (report::VaryRow& row : report.rows) {
    if (row.achieved) {
      row.residual = fit->residuals[next++];
    }
  }
}

/// Adds the table to the document of each of its runs.
Status Keep(const Arguments& arguments, const report::VaryReport& table,
            std::vector<report::RunReport>& runs) {
  const std::string path = TRY(StorePath(arguments));
  store::Store store = TRY(OpenForWriting(path));
  for (report::RunReport& run : runs) {
    run.vary = table;
    TRY(store.SetDocument(run.id, report::RunDocument(run)));
  }
  return {};
}

/// One document of the table and all its runs, where --json wants it.
Status WriteDocument(const Arguments& arguments, const report::VaryReport& table,
                     const std::vector<report::RunReport>& runs, ExitCode code) {
  if (!arguments.Has("--json")) {
    return {};
  }
  const std::string document = report::VaryDocument(table, runs, Version(), ToInt(code));
  return WriteTo(arguments.Value("--json"), "--json", [&](std::ostream& file) -> Status {
    file << document;
    return {};
  });
}

/// Asked before anything is sent.
Status CheckDocument(const Arguments& arguments) {
  const std::string path = arguments.Value("--json");
  if (path.empty() || path == "-") {
    return {};
  }
  const Status writable = CheckWritable(path);
  return writable ? Status() : Status(Invalid("--json: " + writable.error().message));
}

}  // namespace

ExitCode VaryField(const Arguments& arguments) {
  const Result<Variation> variation = ReadVariation(arguments);
  if (!variation) {
    return Fail(variation.error());
  }
  if (const Status writable = CheckDocument(arguments); !writable) {
    return Fail(writable.error());
  }
  // Standard output belongs to the document, if it goes there.
  std::FILE* out = arguments.Value("--json") == "-" ? stderr : stdout;
  report::VaryReport report;
  report.field = variation->field;
  report.pods = variation->pods;
  report.concurrency = variation->concurrency;
  report.nominal = variation->field == kMilliseconds;
  std::vector<report::RunReport> runs;
  ExitCode code = ExitCode::kHeld;
  for (const std::string& value : variation->values) {
    fmt::print(out, "\n{} {}\n", variation->field, value);
    std::fflush(out);
    Searched searched = SearchOnce(With(arguments, *variation, value), DocumentBy::kCaller);
    code = Strongest({code, searched.code});
    if (searched.run.empty()) {
      if (runs.empty()) {
        return code;  // Nothing was sent: there is nothing to show.
      }
      break;
    }
    report::VaryRow row;
    row.value = value;
    row.run = searched.run;
    row.latency = report.nominal ? FromSeconds(ParseNumber(value).value_or(0.0) / 1e3)
                                 : std::max<Duration>(1us, searched.alone);
    row.calculated =
        Rate{static_cast<double>(variation->pods) * variation->concurrency / Seconds(row.latency)};
    if (searched.rate) {
      row.achieved = Rate{*searched.rate};
    }
    report.rows.push_back(std::move(row));
    runs.push_back(std::move(searched.report));
    if (searched.code == ExitCode::kInterrupted) {
      break;
    }
  }
  Explain(*variation, report);
  fmt::print(out, "{}", report::VaryText(report, StyleFor(out)));
  std::fflush(out);
  for (const Status& kept :
       {Keep(arguments, report, runs), WriteDocument(arguments, report, runs, code)}) {
    if (!kept) {
      static_cast<void>(Fail(kept.error()));
      code = Strongest({code, ExitCode::kRefused});
    }
  }
  return code;
}

}  // namespace loadline::cli
