// What the tests of the store share: a folder of their own, spool files, a filled measurement.
// Only for tests; belongs to one thread.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/check.h"
#include "measure/measurement.h"
#include "measure/row.h"
#include "store/run_writer.h"
#include "store/store.h"

namespace loadline::store {

/// A folder that goes when the test ends.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "loadline-store-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code code;
    std::filesystem::remove_all(path_, code);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string Database() const { return path_ + "/runs.db"; }

 private:
  std::string path_;
};

inline RunStart TestStart(std::string label = {}) {
  RunStart start;
  start.command = "run";
  start.invocation = "loadline run http://127.0.0.1:8500/score --rate 100/s";
  start.target = "POST http://127.0.0.1:8500/score";
  start.scenario = "target: {url: http://127.0.0.1:8500, bearer: {env: SCORE_KEY}}";
  start.label = std::move(label);
  start.tasks = {"online", "batch"};
  start.version = "0.1.0";
  start.seed = 0xffffffffffffffffULL;  // Larger than a signed number holds.
  start.machine = {"Some CPU", 2, "Linux 6.1", Bytes{8'000'000'000}, "0123456789abcdef"};
  return start;
}

/// Attempt number `i`: due at i ms, dispatched 1 µs later, sent 2 µs, answered after 5 ms.
inline measure::Row TestRow(std::uint64_t i) {
  measure::Row row;
  row.request = i;
  row.scheduled_ns = 1'000'000 * static_cast<std::int64_t>(i + 1);
  row.dispatched_ns = row.scheduled_ns + 1'000;
  row.sent_ns = row.scheduled_ns + 2'000;
  row.first_byte_ns = row.sent_ns + 4'900'000;
  row.done_ns = row.sent_ns + 5'000'000;
  row.bytes_out = 380;
  row.bytes_in = 187;
  row.step = 1;
  row.status = 200;
  row.flags = measure::kRowReused | measure::kRowLast;
  return row;
}

inline std::vector<measure::Row> TestRows(std::size_t n) {
  std::vector<measure::Row> rows;
  rows.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    rows.push_back(TestRow(i));
  }
  return rows;
}

/// The bytes of a spool file as the engine writes it. The run began at 2026-01-02T03:04:05Z.
inline std::string SpoolBytes(const std::string& run, const std::vector<measure::Row>& rows) {
  measure::RowFileHeader header;
  header.epoch_utc_ns = 1'767'323'045'000'000'000;
  CHECK(run.size() <= header.run.size());
  run.copy(header.run.data(), run.size());
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.append(reinterpret_cast<const char*>(rows.data()), rows.size() * sizeof(measure::Row));
  return bytes;
}

inline void WriteFile(const std::string& path, const std::string& bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
  CHECK(file.good());
}

/// A measurement in which no field has its default value.
inline measure::Measurement FullMeasurement(int step) {
  measure::Measurement m;
  m.step = step;
  m.load.shape = measure::OpenLoad{Rate{202.5}, measure::Arrivals::kConstant};
  m.load.warmup = 2s;
  m.load.duration = 30s;
  m.load.requests = 5000;
  m.load.seed = 0xfedcba9876543210ULL;
  m.started = UtcTime(Duration(1'767'323'046'000'000'000));
  m.started_after = 1s;
  m.warmup = 2100ms;
  m.measured = 28s;
  m.stop = measure::StopReason::kObserver;
  m.requests = 1004;
  m.succeeded = 1000;
  m.failed = 4;
  m.rejected = 3;
  m.offered = Rate{202.25};
  m.achieved = Rate{201.5};
  m.goodput = Rate{200.75};
  measure::TaskMeasurement task;
  task.name = "online";
  task.response.RecordN(40ms, 990);
  task.response.RecordN(90ms, 10);
  task.wire.RecordN(35ms, 1000);
  task.succeeded = 1000;
  task.failed = 4;
  m.tasks.push_back(task);
  m.errors.push_back(
      {measure::ErrorKind::kStatus, "status 503", 3, 3s, 20s, "HTTP/1.1 503 | busy"});
  m.errors.push_back({measure::ErrorKind::kReset, "reset", 1, 4s, 4s, ""});
  m.in_flight_end = 9;
  m.addresses = {"127.0.0.1:8500", "[::1]:8500"};
  m.connections_opened = 12;
  m.connect_mean = 110us;
  m.tls_mean = 2ms;
  m.connection_wait_mean = 30us;
  m.generator.lateness_p50 = 1us;
  m.generator.lateness_p99 = 20us;
  m.generator.lateness_max = 300us;
  m.generator.send_error_p50 = 2us;
  m.generator.send_error_p99 = 25us;
  m.generator.starved = 5;
  m.generator.loop_lag_max = 310us;
  m.generator.cpu_busiest = 0.31;
  m.generator.spin_busiest = 0.4;
  m.generator.think_overrun_p99_s = 0.001;
  m.generator.throttled = 1ms;
  m.generator.dropped_records = 6;
  m.generator.dropped_events = 7;
  m.generator.descriptors_left = 1000;
  m.generator.ports_left = 28000;
  m.accounts = {1010, 1008, 2, 1008, 1000, 2, 6, 1};
  m.generator_limited = true;
  m.refusals.push_back({"lateness p99 was 12 ms, allowed 4 ms", "use --threads 2"});
  return m;
}

}  // namespace loadline::store
