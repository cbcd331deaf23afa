// The classic tables.
#include <fmt/core.h>

#include <map>
#include <ostream>
#include <string>
#include <variant>

#include "base/units.h"
#include "measure/load.h"
#include "stats/histogram.h"
#include "store/export.h"

namespace loadline::store {
namespace {

/// One test of the procedure.
struct Test {
  int number = 0;
  int users = 0;
  std::int64_t records = 0;
  std::int64_t failures = 0;
  double seconds = 0.0;
  stats::Histogram wire;  // Successes.

  [[nodiscard]] double rps() const {
    return seconds > 0.0 ? static_cast<double>(records) / seconds : 0.0;
  }
};

/// Users of a closed load; an open one has none.
int UsersOf(const measure::Measurement& m) {
  const auto* closed = std::get_if<measure::ClosedLoad>(&m.load.shape);
  return closed != nullptr ? closed->users : 0;
}

std::vector<Test> TestsOf(const RunRecord& record) {
  std::vector<Test> tests;
  for (const StepRecord& step : record.steps) {
    if (step.purpose == "preflight" || step.purpose == "recovery") {
      continue;
    }
    const measure::Measurement& m = step.measurement;
    Test test;
    test.number = static_cast<int>(tests.size()) + 1;
    test.users = UsersOf(m);
    test.records = m.succeeded + m.failed;
    test.failures = m.failed;
    test.seconds = Seconds(m.measured);
    for (const measure::TaskMeasurement& task : m.tasks) {
      test.wire.Add(task.wire);
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

void WriteHistory(const std::vector<Test>& tests, std::ostream& out) {
  out << "history\r\n"
         "Test,Users,Records,Failures,Mean,TotalTime,RPS,Max,Min\r\n";
  for (const Test& test : tests) {
    out << fmt::format("{},{},{},{},{:.3f},{:.3f},{:.3f},{:.3f},{:.3f}\r\n", test.number,
                       test.users, test.records, test.failures, Millis(test.wire.Mean()),
                       test.seconds, test.rps(), Millis(test.wire.Max()), Millis(test.wire.Min()));
  }
}

void WriteTiming(const std::vector<Test>& tests, std::ostream& out) {
  out << "\r\ntiming\r\nTest,Users,P50,P90,P95,P99\r\n";
  for (const Test& test : tests) {
    const auto at = [&](double quantile) { return Millis(test.wire.ValueAtQuantile(quantile)); };
    out << fmt::format("{},{},{:.3f},{:.3f},{:.3f},{:.3f}\r\n", test.number, test.users, at(0.5),
                       at(0.9), at(0.95), at(0.99));
  }
}

void WriteScaling(const std::vector<Test>& tests, std::ostream& out) {
  std::map<int, Test> by_users;
  std::map<int, int> count;
  for (const Test& test : tests) {
    Test& sum = by_users[test.users];
    sum.records += test.records;
    sum.failures += test.failures;
    sum.seconds += test.seconds;
    sum.wire.Add(test.wire);
    ++count[test.users];
  }
  out << "\r\nscaling\r\nUsers,Tests,Records,Failures,Mean,RPS\r\n";
  for (const auto& [users, sum] : by_users) {
    out << fmt::format("{},{},{},{},{:.3f},{:.3f}\r\n", users, count[users], sum.records,
                       sum.failures, Millis(sum.wire.Mean()), sum.rps());
  }
}

}  // namespace

Status ExportClassic(Store& store, std::string_view which, std::ostream& out) {
  const std::vector<Test> tests = TestsOf(TRY(store.ReadRun(which)));
  WriteHistory(tests, out);
  WriteTiming(tests, out);
  WriteScaling(tests, out);
  return {};
}

}  // namespace loadline::store
