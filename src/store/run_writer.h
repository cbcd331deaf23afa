// RunWriter: writes one run into the store while it happens.
//
// Every call commits, so that a killed process leaves everything up to the last second behind.
// Belongs to the thread of its store. A failed write is reported and leaves the writer usable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "measure/load.h"
#include "measure/load_line.h"
#include "measure/measurement.h"
#include "measure/window.h"
#include "store/run_record.h"
#include "store/spool_lock.h"
#include "store/store.h"

namespace loadline::store {

/// How a run ended.
struct RunEnd {
  RunState state = RunState::kComplete;
  int exit_code = 0;
  std::string summary;   ///< One line for `runs ls`.
  std::string document;  ///< The run document (JSON, docs/exit-codes-and-json.md).
  std::optional<measure::LoadLine> load_line;
};

class RunWriter {
 public:
  /// Registers a run as running under a new id and makes its spool folder, locked by this process
  /// until the writer is gone. `store` must outlive it.
  ///
  /// Errors: kIo, kExhausted (disk full), kCorrupt.
  [[nodiscard]] static Result<RunWriter> Begin(Store& store, const RunStart& start);
  RunWriter(RunWriter&&) noexcept = default;
  RunWriter& operator=(RunWriter&&) noexcept = default;

  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] std::int64_t number() const { return number_; }
  /// Where the engine shall put its spool files (`<shard>.spool`); exists, and is empty.
  [[nodiscard]] const std::string& spool_folder() const { return lock_.folder(); }

  /// A step is about to start. Numbers rise; 0 is the preflight. Optional: FinishStep and AddSecond
  /// do it themselves, but then a step that is never finished lacks its load.
  [[nodiscard]] Status BeginStep(int step, std::string_view purpose, const measure::Load& load);

  /// One complete second of a running step. The same second again replaces the earlier one.
  [[nodiscard]] Status AddSecond(int step, const measure::Second& second);

  /// A step is done (`measurement.step` says which); `verdict` as the search or the run found it.
  /// The preflight is a measurement with step 0 and little more than its errors.
  [[nodiscard]] Status FinishStep(std::string_view purpose, const measure::Measurement& measurement,
                                  const measure::SearchStep& verdict);

  /// The run is over. Import its spool (store/spool_import.h) before or after.
  [[nodiscard]] Status Finish(const RunEnd& end);

 private:
  RunWriter(Store& store, std::int64_t number, std::string id, SpoolLock lock);

  Store* store_;  // Never null.
  std::int64_t number_ = 0;
  std::string id_;
  SpoolLock lock_;
};

}  // namespace loadline::store
