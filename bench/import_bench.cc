// How fast a spool becomes rows of the database: `import_bench [ROWS [ROUNDS [FOLDER]]]`.
//
// Each round writes a spool of ROWS attempts (default 2,000,000) as an engine at 20,000/s would,
// imports it into a new database in FOLDER (default: the folder for temporary files) and prints
// rows per CPU-second and per second; then the median and the quartiles over ROUNDS (default 9).
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "measure/row.h"
#include "store/run_writer.h"
#include "store/spool_import.h"
#include "store/store.h"

namespace loadline {
namespace {

void WriteSpool(const std::string& path, const std::string& run, std::int64_t rows) {
  std::ofstream file(path, std::ios::binary);
  measure::RowFileHeader header;
  run.copy(header.run.data(), header.run.size());
  file.write(reinterpret_cast<const char*>(&header), sizeof(header));
  Random random(1);
  double due_ns = 1e9;
  for (std::int64_t i = 0; i < rows; ++i) {
    due_ns += 50'000 * random.Exponential();
    measure::Row row;
    row.request = static_cast<std::uint64_t>(i);
    row.scheduled_ns = static_cast<std::int64_t>(due_ns);
    row.dispatched_ns = row.scheduled_ns + 200 + static_cast<std::int64_t>(random.Below(600));
    row.sent_ns = row.dispatched_ns + 900;
    row.first_byte_ns = row.sent_ns + static_cast<std::int64_t>(5e7 * random.Exponential());
    row.done_ns = row.first_byte_ns + 2'000;
    row.bytes_out = 380;
    row.bytes_in = 187;
    row.step = 1;
    row.status = 200;
    row.flags = measure::kRowReused | measure::kRowLast;
    file.write(reinterpret_cast<const char*>(&row), sizeof(row));
  }
}

struct Speed {
  double per_cpu_second = 0.0;
  double per_second = 0.0;
};

/// One round; exits with a message where anything fails.
Speed Round(const std::filesystem::path& folder, std::int64_t rows) {
  const auto fail = [](const Error& error) {
    fmt::print(stderr, "import_bench: {}\n", error.message);
    std::exit(1);
  };
  std::filesystem::remove_all(folder);
  auto store = store::Store::Open((folder / "bench.db").string());
  if (!store.has_value()) {
    fail(store.error());
  }
  auto run = store::RunWriter::Begin(*store, {});
  if (!run.has_value()) {
    fail(run.error());
  }
  WriteSpool(run->spool_folder() + "/0.spool", run->id(), rows);
  const Duration cpu = ProcessCpuTime();
  const Instant begin = Now();
  const auto imported = store::ImportSpool(*store, run->id());
  const double wall_s = Seconds(Now() - begin);
  const double cpu_s = Seconds(ProcessCpuTime() - cpu);
  if (!imported.has_value()) {
    fail(imported.error());
  }
  const auto n = static_cast<double>(imported->rows);
  return {n / cpu_s, n / wall_s};
}

void PrintQuartiles(const char* what, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto at = [&](std::size_t quarter) { return values[(values.size() - 1) * quarter / 4]; };
  fmt::print("{}: median {:.0f}, quartiles {:.0f} to {:.0f}\n", what, at(2), at(1), at(3));
}

int Main(int argc, char** argv) {
  const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 2'000'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 9;
  const std::filesystem::path parent =
      argc > 3 ? std::filesystem::path(argv[3]) : std::filesystem::temp_directory_path();
  if (rows < 1 || rounds < 1) {
    fmt::print(stderr, "usage: import_bench [ROWS [ROUNDS [FOLDER]]]\n");
    return 2;
  }
  const std::filesystem::path folder = parent / "loadline-import-bench";
  std::vector<double> cpu;
  std::vector<double> wall;
  for (int i = 0; i < rounds; ++i) {
    const Speed speed = Round(folder, rows);
    fmt::print("round {}: {:.0f} rows per CPU-second, {:.0f} rows per second\n", i + 1,
               speed.per_cpu_second, speed.per_second);
    cpu.push_back(speed.per_cpu_second);
    wall.push_back(speed.per_second);
  }
  std::filesystem::remove_all(folder);
  PrintQuartiles("import, rows per CPU-second", cpu);
  PrintQuartiles("import, rows per second", wall);
  return 0;
}

}  // namespace
}  // namespace loadline

int main(int argc, char** argv) {
  return loadline::Main(argc, argv);
}
