#include "cli/session.h"

#include <fmt/core.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "cli/brake.h"
#include "cli/fetching.h"
#include "cli/overload.h"
#include "cli/preflight.h"
#include "cli/request_again.h"
#include "cli/store_access.h"
#include "cli/subcommands.h"
#include "cli/version.h"
#include "report/json.h"
#include "report/terminal.h"
#include "report/text.h"
#include "scenario/show.h"
#include "store/machine.h"

namespace loadline::cli {
namespace {

store::RunState StateFor(ExitCode code) {
  switch (code) {
    case ExitCode::kInterrupted:
      return store::RunState::kInterrupted;
    case ExitCode::kRefused:
      return store::RunState::kRefused;
    case ExitCode::kBadInput:
    case ExitCode::kNeverAnswered:
      return store::RunState::kFailed;
    case ExitCode::kHeld:
    case ExitCode::kBroken:
    case ExitCode::kUndecided:
      return store::RunState::kComplete;
  }
  return store::RunState::kFailed;
}

std::string Listed(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) {
    list.append(list.empty() ? "" : ", ").append(word);
  }
  return list;
}

}  // namespace

Session::Session(const Arguments& arguments, scenario::Command command, std::optional<SideOf> side)
    : arguments_(arguments),
      command_(command),
      side_(std::move(side)),
      terminal_(DetectTerminal()) {
  // A reader that went away (`loadline run | head`) must not cost the record.
  ::signal(SIGPIPE, SIG_IGN);
}

Session::~Session() {
  if (interruption_ != nullptr) {
    interruption_->OnFirst({});
  }
}

std::optional<ExitCode> Session::Open(const Plan& plan) {
  if (const std::optional<ExitCode> over = Prepare()) {
    return over;
  }
  report::PlanFacts facts = plan(scenario());
  facts.brake = options_.engine.brake;
  facts.payload = built_.payload;
  Say(report::PlanText(facts, style_));
  for (const auto part : {&Session::Allow, &Session::Begin, &Session::MeetTarget}) {
    if (const std::optional<ExitCode> over = (this->*part)()) {
      return over;
    }
  }
  return std::nullopt;
}

std::optional<ExitCode> Session::Prepare() {
  const Status built = BuildScenario();
  if (!built) {
    return FailUnopened(built.error());
  }
  if (side_) {
    interruption_ = side_->interruption;
  } else {
    Result<std::unique_ptr<Interruption>> interruption = Interruption::Start();
    if (!interruption) {
      return Fail(interruption.error());
    }
    interruption_ = *std::move(interruption);
  }
  Status ready = CheckFiles();
  if (ready) {
    ready = NameTarget();
  }
  if (!ready) {
    return FailUnopened(ready.error());
  }
  return std::nullopt;
}

std::optional<ExitCode> Session::Allow() {
  const Status allowed = AskForYes();
  return allowed ? std::nullopt : std::optional(FailUnopened(allowed.error()));
}

std::optional<ExitCode> Session::Begin() {
  Status ready = OpenStore();
  if (ready) {
    ready = BeginRecord();
  }
  if (!ready) {
    return FailUnopened(ready.error());
  }
  ready = StartOutputs();
  if (ready) {
    ready = CreateEngine();
  }
  if (!ready) {
    Forget();
    return Fail(ready.error());
  }
  return std::nullopt;
}

std::optional<ExitCode> Session::MeetTarget() {
  return options_.preflight && !simulates() ? RunPreflight() : std::nullopt;
}

measure::Prober& Session::prober() {
  return simulates() ? static_cast<measure::Prober&>(*simulation_) : *engine_;
}

Status Session::BuildScenario() {
  std::vector<scenario::Fault> faults;
  options_ = ReadSessionOptions(arguments_, faults);
  OutputOptions outputs = ReadOutputOptions(arguments_, ReadEnvironment, faults);
  const bool json_to_output = options_.json == "-";
  if (side_ || leaves_document_) {
    options_.json.clear();
  }
  if (!side_) {
    outputs_ = Outputs(std::move(outputs));
  }
  out_ = json_to_output ? stderr : stdout;
  const bool on_terminal = report::IsInteractive(::fileno(out_));
  style_ = StyleFor(out_);
  using Mode = LiveDisplay::Mode;
  simulation_ = Simulation::Read(arguments_, faults);
  if (simulates() && !arguments_.Has("--records")) {
    options_.engine.records = load::Records::kNone;
  }
  // Virtual time is over before anybody could watch it.
  const bool silent = options_.quiet || simulates();
  display_ = std::make_unique<LiveDisplay>(
      out_, silent ? Mode::kSilent : (on_terminal ? Mode::kBlock : Mode::kLines), style_);

  scenario::Input input;
  input.command = command_;
  input.settings = ReadSettings(arguments_, faults);
  const std::string subject = SubjectOf(arguments_);
  if (!faults.empty() && (!options_.continued.empty() || options_.overload)) {
    return Error{ErrorCode::kInvalidArgument, scenario::Format(faults)};
  }
  if (!options_.continued.empty()) {
    TRY(ReadEarlier("--continue", options_.continued, input));
  } else if (options_.overload) {
    TRY(ReadEarlier("--overload", options_.overload->after, input));
    TRY(AddOverload(*options_.overload, *earlier_, input.settings));
  } else if (subject.empty() && !simulates()) {
    faults.push_back(
        {Get(arguments_.command).FullName(), "", "no target",
         command_ == scenario::Command::kRun    ? "a URL, a scenario file, or --overload 1.5x"
         : command_ == scenario::Command::kFind ? "a URL, a scenario file, or --continue @last"
                                                : "a URL or a scenario file"});
  } else {
    input.subject = subject;
  }
  if (simulates()) {
    simulation_->ReplaceTarget(input);
  }
  if (!input.subject.empty() || simulates()) {
    built_ = scenario::Build(input, FetchingSurroundings());
    faults.insert(faults.end(), built_.faults.begin(), built_.faults.end());
  }
  if (simulates() && faults.empty()) {
    simulation_->Adopt(built_.scenario, options_.engine.brake, faults);
  }
  if (!faults.empty()) {
    const bool unanswered = built_.unanswered && faults.size() == built_.faults.size();
    return Error{unanswered ? ErrorCode::kUnavailable : ErrorCode::kInvalidArgument,
                 scenario::Format(faults)};
  }
  if (side_ && !built_.scenario.label.empty()) {
    built_.scenario.label += fmt::format("-{}", side_->name);
  }
  options_.engine.run_id.clear();
  for (const std::string& note : built_.notes) {
    if (!side_) {  // Once is enough, and who made both tells them.
      Say(note + "\n");
    }
  }
  return {};
}

Status Session::ReadEarlier(std::string_view flag, const std::string& run, scenario::Input& input) {
  if (const std::string subject = SubjectOf(arguments_); !subject.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} goes on with the target of the earlier search; leave out \"{}\"",
                             flag, subject)};
  }
  const std::string path = TRY(StorePath(arguments_));
  store::Store store = TRY(OpenForReading(path));
  const store::RunRecord record = TRY(store.ReadRun(run));
  if (!record.load_line) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{}: run {} is a {} without a load line; expected a search", flag,
                             record.info.id, record.info.start.command)};
  }
  earlier_ = record.load_line;
  input.subject = "run " + record.info.id;
  input.yaml = record.info.start.scenario;
  return {};
}

Status Session::CheckFiles() const {
  TRY(outputs_.Check());
  if (options_.json.empty() || options_.json == "-") {
    return {};
  }
  const bool there = ::access(options_.json.c_str(), F_OK) == 0;
  std::FILE* file = std::fopen(options_.json.c_str(), "a");
  if (file == nullptr) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("--json: cannot write \"{}\": {}",
                                                          options_.json, std::strerror(errno))};
  }
  std::fclose(file);
  if (!there) {
    std::remove(options_.json.c_str());  // What ends before a document leaves no empty one.
  }
  return {};
}

Status Session::NameTarget() {
  report_.target.name = side_ ? side_->name : "";
  report_.target.insecure = scenario().target.tls.insecure;
  if (simulates()) {
    // It has no address: nothing is looked up, nothing is asked.
    report_.target.method = "simulated";
    report_.target.url = simulation_->Url();
    Say(simulation_->Text(style_));
    return {};
  }
  addresses_ = TRY(ResolveTarget(scenario().target));
  report_.target.method = TargetMethod(scenario());
  report_.target.url = TargetUrl(scenario());
  for (const net::Address& address : addresses_) {
    report_.target.addresses.push_back(address.HostText());
  }
  Say(report::TargetText(report_.target, style_));
  return {};
}

Status Session::AskForYes() {
  const std::vector<std::string> outside = PublicAddresses(addresses_);
  if (outside.empty() || options_.yes) {
    return {};
  }
  const std::string_view sent = built_.payload.empty()
                                    ? "nothing was sent"
                                    : "nothing but the question for the model was sent";
  const std::string what = fmt::format("{} {} neither loopback nor private", Listed(outside),
                                       outside.size() == 1 ? "is" : "are");
  if (!terminal_.input || !terminal_.error) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{}: {}; --yes says that you may load it", what, sent)};
  }
  if (!TRY(AskYes(what + ". May you load it?", *interruption_))) {
    return Error{ErrorCode::kInvalidArgument, std::string(sent)};
  }
  return {};
}

Status Session::OpenStore() {
  const std::string path = TRY(StorePath(arguments_));
  store_ = TRY(OpenForWriting(path));
  return {};
}

Status Session::BeginRecord() {
  store::RunStart start;
  start.command = Get(arguments_.command).FullName();
  start.invocation = Invocation(arguments_.words);
  start.target = report_.target.method + " " + report_.target.url;
  start.scenario = scenario::Show(scenario());
  start.label = scenario().label;
  start.client = scenario().target.client;
  start.tasks = TaskNames();
  start.version = Version();
  start.seed = scenario().load.seed;
  start.machine = store::ThisMachine();
  writer_ = TRY(store::RunWriter::Begin(*store_, start));

  report_.id = writer_->id();
  report_.command = start.command;
  report_.version = start.version;
  report_.label = start.label;
  report_.started = UtcNow();
  report_.seed = start.seed;
  report_.confidence = scenario().find.confidence;
  return {};
}

Status Session::StartOutputs() {
  telemetry::RunFacts facts;
  facts.id = report_.id;
  facts.command = report_.command;
  facts.label = report_.label;
  facts.version = report_.version;
  facts.target = report_.target.method + " " + report_.target.url;
  facts.started = report_.started;
  facts.tasks = TaskNames();
  Say(TRY(outputs_.Start(std::move(facts))));
  return {};
}

ExitCode Session::FailUnopened(const Error& error) {
  const ExitCode code = Fail(error);
  if (code == ExitCode::kNeverAnswered) {
    // Nothing is recorded, but a pipeline shall not look for its files in vain.
    report_.command = Get(arguments_.command).FullName();
    report_.version = Version();
    report_.label = scenario().label;
    report_.started = UtcNow();
    report_.exit_code = ToInt(code);
    report_.failure = error.message;
    if (const Result<std::string> told = outputs_.Finish(report_, out_); !told) {
      static_cast<void>(Fail(told.error()));
    }
  }
  return code;
}

Status Session::CreateEngine() {
  if (simulates()) {
    TRY(simulation_->KeepRows(writer_->id(), writer_->spool_folder(), options_.engine));
    interruption_->OnFirst([this] { simulation_->Interrupt(); });
    return {};
  }
  load::EngineOptions options = options_.engine;
  options.run_id = writer_->id();
  options.spool_dir = writer_->spool_folder();
  options.user_agent = fmt::format("loadline/{}", Version());
  engine_ = TRY(load::Engine::Create(scenario(), std::move(options)));
  interruption_->OnFirst([this] { engine_->Interrupt(); });
  return {};
}

std::optional<ExitCode> Session::RunPreflight() {
  const Result<load::Preflight> preflight = engine_->Preflight();
  if (!preflight) {
    return CloseWith(preflight.error());
  }
  alone_ = LoneResponse(*preflight);
  report_.target.connect =
      preflight->replies.empty() ? Duration::zero() : preflight->replies.front().connect;
  report_.target.tls = preflight->replies.empty() ? "" : preflight->replies.front().tls_version;
  FinishStep({"preflight", ToMeasurement(*preflight, scenario()), {}});
  if (interrupted()) {
    return Close(ExitCode::kInterrupted, "interrupted at the first request");
  }
  const std::string target = side_ ? "target " + side_->name : "the target";
  if (!preflight->answered()) {
    static_cast<void>(Fail({ErrorCode::kUnavailable, fmt::format("{} does not answer: {}", target,
                                                                 FirstFault(*preflight))}));
    return Close(ExitCode::kNeverAnswered, "the target does not answer");
  }
  Say(report::ReplyText(ToReplies(*preflight), style_, report_.target.name));
  if (!preflight->passed()) {
    static_cast<void>(
        Fail({ErrorCode::kInvalidArgument,
              fmt::format("the first reply{} is not what it should be: {}; --no-preflight goes on "
                          "regardless",
                          side_ ? " of " + target : "", FirstFault(*preflight))}));
    return Close(ExitCode::kBroken, "the first reply is not what it should be");
  }
  return std::nullopt;
}

std::vector<std::string> Session::TaskNames() const {
  std::vector<std::string> names;
  for (const scenario::Task& task : scenario().tasks) {
    names.push_back(task.name);
  }
  return names;
}

void Session::Say(std::string_view text) {
  if (options_.quiet) {
    return;
  }
  display_->Clear();
  fmt::print(out_, "{}", text);
  std::fflush(out_);
}

void Session::BeginStep(int step, std::string_view purpose, const measure::Load& load) {
  Keep(writer_->BeginStep(step, purpose, load));
  outputs_.BeginStep(step, purpose, load);
}

void Session::AddSecond(int step, const measure::Second& second) {
  Keep(writer_->AddSecond(step, second));
  outputs_.AddSecond(second);
}

void Session::FinishStep(report::StepReport step) {
  Keep(writer_->FinishStep(step.purpose, step.measurement, step.verdict));
  report_.steps.push_back(std::move(step));
}

void Session::Keep(const Status& written) {
  if (!written && !write_error_) {
    write_error_ = written.error();
  }
}

void Session::Forget() {
  const std::string id = writer_->id();
  Keep(writer_->Finish({store::RunState::kFailed, ToInt(ExitCode::kBadInput), "", "", {}}));
  writer_.reset();
  Keep(store_->RemoveRun(id));
}

void Session::ImportRecords() {
  Result<store::ImportResult> copied = store::CopySpool(*store_, report_.id);
  if (copied) {
    report_.stored = copied->rows;
    copied_ = *std::move(copied);
    return;
  }
  report_.spool_note = writer_->spool_folder();
  Keep(copied.error());
}

Status Session::WriteDocument(const std::string& document) const {
  if (options_.json.empty()) {
    return {};
  }
  const bool to_output = options_.json == "-";
  std::FILE* file = to_output ? stdout : std::fopen(options_.json.c_str(), "w");
  const bool written = file != nullptr &&
                       std::fwrite(document.data(), 1, document.size(), file) == document.size() &&
                       std::fflush(file) == 0;
  const std::string reason = std::strerror(errno);
  if (!to_output && file != nullptr) {
    std::fclose(file);
  }
  if (!written) {
    return Error{ErrorCode::kIo, fmt::format("cannot write \"{}\": {}", options_.json, reason)};
  }
  return {};
}

ExitCode Session::Close(ExitCode code, std::string_view summary) {
  display_->Clear();
  interruption_->OnFirst({});
  engine_.reset();  // Its spool files are complete now.
  if (simulates()) {
    Keep(simulation_->CloseRows());
  }
  ImportRecords();
  if (write_error_) {
    code = Strongest({code, ExitCode::kRefused});
  }
  report_.exit_code = ToInt(code);
  report_.state = store::Name(StateFor(code));
  report_.whole = report::WholeOfBlocks(report_);
  const bool measured = std::any_of(report_.steps.begin(), report_.steps.end(),
                                    [](const auto& step) { return step.purpose != "preflight"; });
  if (!side_ && (measured || report_.load_line)) {
    fmt::print(out_, "{}", report::VerdictText(report_, style_));
    std::fflush(out_);
  }
  AddCurls(scenario(), report_);
  const std::string document = report::RunDocument(report_);
  Keep(WriteDocument(document));
  Keep(writer_->Finish(
      {StateFor(code), ToInt(code), std::string(summary), document, report_.load_line}));
  Keep(store::DropSpool(*store_, copied_));  // With the last write: one sync for both.
  if (write_error_) {
    static_cast<void>(
        Fail({write_error_->code, "the record is incomplete: " + write_error_->message}));
    code = Strongest({code, ExitCode::kRefused});
  }
  report_.exit_code = ToInt(code);
  const Result<std::string> told = outputs_.Finish(report_, out_);
  if (told) {
    Say(*told);
  } else {
    static_cast<void>(Fail(told.error()));
    code = Strongest({code, ExitCode::kRefused});
  }
  outputs_.Linger([this] { return interrupted(); });
  return code;
}

ExitCode Session::CloseWith(const Error& error) {
  display_->Clear();
  report_.failure = error.message;
  static_cast<void>(Fail(error));
  return Close(ForError(error.code), error.message);
}

}  // namespace loadline::cli
