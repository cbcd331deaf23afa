#include "cli/simulated_records.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "sim/sim_prober.h"

namespace loadline::cli {
SimulatedRecords::SimulatedRecords(std::FILE* file, const load::EngineOptions& options)
    : file_(file),
      records_(options.records),
      row_limit_(options.records_limit.count <= 0
                     ? INT64_MAX
                     : options.records_limit.count /
                           static_cast<std::int64_t>(sizeof(measure::Row))) {}

Result<std::unique_ptr<SimulatedRecords>> SimulatedRecords::Create(
    const std::string& run_id, const std::string& folder, const load::EngineOptions& options) {
  const std::string path = folder + "/0.spool";
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  if (file == nullptr) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot create the spool file {}: {}", path, std::strerror(errno))};
  }
  std::unique_ptr<SimulatedRecords> records(new SimulatedRecords(file, options));
  measure::RowFileHeader header;
  header.epoch_utc_ns = sim::kRunEpoch.time_since_epoch().count();
  std::memcpy(header.run.data(), run_id.data(), std::min(run_id.size(), header.run.size()));
  if (std::fwrite(&header, sizeof header, 1, file) != 1) {
    return Error{ErrorCode::kIo,
                 fmt::format("cannot write the spool file {}: {}", path, std::strerror(errno))};
  }
  return records;
}

SimulatedRecords::~SimulatedRecords() {
  std::fclose(file_);
}

sim::RowSink::Fate SimulatedRecords::Take(const measure::Row& row) {
  if (!load::KeepsRow(records_, taken_ < row_limit_, row.kind, row.request)) {
    return Fate::kSkipped;
  }
  if (std::fwrite(&row, sizeof row, 1, file_) != 1) {
    return Fate::kLost;
  }
  ++taken_;
  return Fate::kStored;
}

Status SimulatedRecords::Flush() {
  if (std::fflush(file_) != 0 || std::ferror(file_) != 0) {
    return Error{ErrorCode::kExhausted,
                 fmt::format("rows of simulated requests are lost: {}", std::strerror(errno))};
  }
  return {};
}

}  // namespace loadline::cli
