// Session: what `run`, `find` and `verify` share, from the command line to the exit code.
//
//   scenario → brake (not with --sim: nothing is sent) → store (recovering what crashed runs left)
//   → engine → preflight → the subcommand's own work → spool into the store → verdict, run
//   document, exit code
//
// Belongs to the main thread. Whatever ends it, Close() leaves a complete record.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"
#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/interruption.h"
#include "cli/live_display.h"
#include "cli/outputs.h"
#include "cli/session_options.h"
#include "cli/simulation.h"
#include "cli/terminal.h"
#include "load/engine.h"
#include "measure/load_line.h"
#include "net/address.h"
#include "report/run_report.h"
#include "report/style.h"
#include "scenario/build.h"
#include "store/run_writer.h"
#include "store/spool_import.h"
#include "store/store.h"

namespace loadline::cli {

/// What makes a session one of two of the same command (`ab`): it has a name, which goes to its
/// run's label, prints no notes and no verdict, writes no document and feeds no pipeline, and
/// shares Ctrl-C.
struct SideOf {
  std::string name;  ///< `A`
  std::shared_ptr<Interruption> interruption;
};

class Session {
 public:
  /// What will be done, for the text before the first request.
  using Plan = std::function<report::PlanFacts(const scenario::Scenario&)>;

  /// `arguments` must outlive the session.
  Session(const Arguments& arguments, scenario::Command command,
          std::optional<SideOf> side = std::nullopt);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// No document at the end: the caller writes one that this run is a part of. Before Open().
  void LeaveDocument() { leaves_document_ = true; }

  /// Everything before the subcommand's own work. A code means that the session is over: what is
  /// wrong has been told, and the record (if there is anything to record) is complete.
  [[nodiscard]] std::optional<ExitCode> Open(const Plan& plan);

  // The same in its parts, for two sessions side by side.

  /// Reads the scenario and names the target, with its addresses.
  [[nodiscard]] std::optional<ExitCode> Prepare();
  /// The brake: asks where an address is neither loopback nor private.
  [[nodiscard]] std::optional<ExitCode> Allow();
  /// The record begins, the engine is made.
  [[nodiscard]] std::optional<ExitCode> Begin();
  /// The preflight, if it is wanted.
  [[nodiscard]] std::optional<ExitCode> MeetTarget();
  /// Takes the record back: nothing was sent.
  void Forget();

  // Between Open() and Close().
  [[nodiscard]] const scenario::Scenario& scenario() const { return built_.scenario; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return built_.notes; }
  [[nodiscard]] load::Engine& engine() { return *engine_; }
  /// What applies the load: the engine, or with `--sim` the simulator.
  [[nodiscard]] measure::Prober& prober();
  [[nodiscard]] LiveDisplay& display() { return *display_; }
  [[nodiscard]] report::RunReport& report() { return report_; }
  [[nodiscard]] const report::Style& style() const { return style_; }
  [[nodiscard]] bool interrupted() const { return interruption_->Requested(); }
  /// Response time of a lone request, from the preflight; 0: unknown.
  [[nodiscard]] Duration alone() const { return alone_; }
  /// Names of the tasks by index.
  [[nodiscard]] std::vector<std::string> TaskNames() const;
  /// The search to go on from (`--continue`).
  [[nodiscard]] const std::optional<measure::LoadLine>& earlier() const { return earlier_; }
  /// What was asked for beyond the load line (`--overload`).
  [[nodiscard]] const std::optional<OverloadOptions>& overload() const { return options_.overload; }

  /// Prints text with its own newlines, except under --quiet.
  void Say(std::string_view text);

  /// A remark on the run, as `runs show` has it.
  void Note(std::string_view text) { Keep(store_->SetNote(report_.id, text)); }

  // The record. What cannot be written is told once, at the end.
  void BeginStep(int step, std::string_view purpose, const measure::Load& load);
  void AddSecond(int step, const measure::Second& second);
  void FinishStep(report::StepReport step);

  /// Imports the records, prints the verdict, writes the run document; gives the exit code, which
  /// becomes stronger if the record could not be kept. `summary` is the line of `runs ls`.
  [[nodiscard]] ExitCode Close(ExitCode code, std::string_view summary);

  /// Ends a session whose work ended with an error.
  [[nodiscard]] ExitCode CloseWith(const Error& error);

 private:
  [[nodiscard]] Status BuildScenario();
  [[nodiscard]] Status ReadEarlier(std::string_view flag, const std::string& run,
                                   scenario::Input& input);
  [[nodiscard]] Status CheckFiles() const;
  [[nodiscard]] Status NameTarget();
  [[nodiscard]] Status AskForYes();
  [[nodiscard]] Status OpenStore();
  [[nodiscard]] Status BeginRecord();
  [[nodiscard]] Status StartOutputs();
  [[nodiscard]] Status CreateEngine();
  [[nodiscard]] bool simulates() const { return simulation_.has_value(); }
  [[nodiscard]] ExitCode FailUnopened(const Error& error);
  [[nodiscard]] std::optional<ExitCode> RunPreflight();
  void Keep(const Status& written);
  void ImportRecords();
  [[nodiscard]] Status WriteDocument(const std::string& document) const;

  // Constant after construction.
  const Arguments& arguments_;
  scenario::Command command_;
  std::optional<SideOf> side_;
  bool leaves_document_ = false;
  Terminal terminal_;
  std::FILE* out_ = stdout;  // Where people read.
  report::Style style_;

  SessionOptions options_;
  scenario::Built built_;
  std::optional<measure::LoadLine> earlier_;
  std::vector<net::Address> addresses_;  // Of the target.
  std::shared_ptr<Interruption> interruption_;
  std::optional<store::Store> store_;
  std::optional<store::RunWriter> writer_;
  Outputs outputs_;
  std::unique_ptr<load::Engine> engine_;
  std::optional<Simulation> simulation_;  // Instead of the engine.
  std::unique_ptr<LiveDisplay> display_;
  report::RunReport report_;
  store::ImportResult copied_;  // Rows stored; their spool goes when they are safely on disk.
  Duration alone_{};
  std::optional<Error> write_error_;  // The first thing that could not be stored.
};

}  // namespace loadline::cli
