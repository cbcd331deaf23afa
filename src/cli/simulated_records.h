// SimulatedRecords: the rows of a simulated run on their way into the store, as a spool file.
//
// The same file that the engine's threads write, and the same choice of rows (`--records`); but the
// simulator waits for the disk, so that no row is ever in its way. Main thread only.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/engine.h"
#include "sim/row_sink.h"

namespace loadline::cli {

class SimulatedRecords : public sim::RowSink {
 public:
  /// Creates `<folder>/0.spool` of run `run_id`. `options`: which rows, and how many bytes of them.
  ///
  /// Errors: kIo.
  [[nodiscard]] static Result<std::unique_ptr<SimulatedRecords>> Create(
      const std::string& run_id, const std::string& folder, const load::EngineOptions& options);
  /// Into `file`, which it closes at its end. For tests; Create() otherwise.
  SimulatedRecords(std::FILE* file, const load::EngineOptions& options);
  /// Writes what is left, as far as the disk takes it.
  ~SimulatedRecords() override;
  SimulatedRecords(const SimulatedRecords&) = delete;
  SimulatedRecords& operator=(const SimulatedRecords&) = delete;

  [[nodiscard]] Fate Take(const measure::Row& row) override;

  /// Puts all rows so far into the file. Errors: kExhausted: some are lost.
  [[nodiscard]] Status Flush();

 private:
  // Constant after construction.
  std::FILE* file_;
  load::Records records_;
  std::int64_t row_limit_;
  // Main thread only.
  std::int64_t taken_ = 0;
};

}  // namespace loadline::cli
