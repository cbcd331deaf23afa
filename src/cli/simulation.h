// Simulation: a service in virtual time where the engine would be (`simulate`, `--sim`).
//
// Nothing is sent anywhere: no name is looked up, no brake asked, no connection opened. Belongs to
// the main thread, except for Interrupt().
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/arguments.h"
#include "cli/simulated_records.h"
#include "measure/prober.h"
#include "report/style.h"
#include "scenario/build.h"
#include "sim/service_file.h"
#include "sim/sim_prober.h"

namespace loadline::cli {

class Simulation : public measure::Prober {
 public:
  /// The service that the command line names; nothing if it names none. What is wrong with it is
  /// appended to `faults`.
  [[nodiscard]] static std::optional<Simulation> Read(const Arguments& arguments,
                                                      std::vector<scenario::Fault>& faults);

  /// The scenario needs no target of its own; one that it has is not asked.
  void ReplaceTarget(scenario::Input& input) const;

  /// Takes tasks, timeout and objectives from the scenario. What does not fit (sizes of tasks that
  /// it does not have) is appended to `faults`. Once, before Probe(). `brake`: as of SimOptions.
  void Adopt(const scenario::Scenario& scenario, bool brake, std::vector<scenario::Fault>& faults);

  /// Rows go into `folder`, the spool of run `run_id`, as `options` (which rows, how many bytes)
  /// choose them. After Adopt(). Errors: kIo.
  [[nodiscard]] Status KeepRows(const std::string& run_id, const std::string& folder,
                                const load::EngineOptions& options);
  /// All rows are in the spool, and no more will come. Errors: kExhausted: some are lost.
  [[nodiscard]] Status CloseRows();

  /// `sim:service.yaml`
  [[nodiscard]] std::string Url() const { return "sim:" + file_; }
  /// The target and the service in words, with newlines: what all pods can do, and by how much the
  /// load asks for more. After Adopt().
  [[nodiscard]] std::string Text(const report::Style& style) const;

  /// Stops the probe under way at its next window. Safe from any thread.
  void Interrupt() { interrupted_->store(true); }

  [[nodiscard]] Result<measure::Measurement> Probe(const measure::Load& load,
                                                   measure::Observer& observer) override;

 private:
  // Constant after Adopt().
  std::string file_;
  sim::ServiceFile service_;
  Rate capacity_;  // Of all pods.
  Rate asked_;     // Highest rate of the load; 0: the load has none of its own.
  std::unique_ptr<SimulatedRecords> records_;  // Null: no rows are kept. Outlives the prober.
  std::unique_ptr<sim::SimProber> prober_;
  // Crosses threads; on the heap, because the object moves.
  std::unique_ptr<std::atomic<bool>> interrupted_ = std::make_unique<std::atomic<bool>>(false);
};

/// The URL or scenario of the command line; empty: none. (The service of `simulate` is neither.)
[[nodiscard]] std::string SubjectOf(const Arguments& arguments);

}  // namespace loadline::cli
