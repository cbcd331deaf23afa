// `loadline scenario from curl|har|openapi|model`.
#include <fmt/core.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/url_text.h"
#include "cli/fetching.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"
#include "convert/curl.h"
#include "convert/draft.h"
#include "convert/har.h"
#include "convert/model_metadata.h"
#include "convert/openapi.h"
#include "scenario/build.h"
#include "scenario/template_text.h"

namespace loadline::cli {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

std::string StandardInput() {
  return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

Result<convert::Found> FromCurl(const std::vector<std::string>& words) {
  if (words.size() == 1 && words[0] != "-") {
    return convert::ReadCurlText(words[0]);
  }
  if (words.empty() || words[0] == "-") {
    if (words.empty() && DetectTerminal().input) {
      return Wrong(
          "scenario from curl needs the command: as one word in quotes, behind --, or on "
          "standard input");
    }
    return convert::ReadCurlText(StandardInput());
  }
  std::vector<std::string> escaped;  // The shell has expanded what there was to expand.
  escaped.reserve(words.size());
  for (const std::string& word : words) {
    escaped.push_back(scenario::EscapeText(word));
  }
  return convert::ReadCurlWords(escaped);
}

/// What the only word names: a file, or - for standard input.
Result<std::string> OnlyFile(const std::vector<std::string>& words, const char* kind) {
  if (words.size() != 1) {
    return Wrong(fmt::format("scenario from {} needs one file", kind));
  }
  if (HasScheme(words[0])) {
    return Wrong(fmt::format("scenario from {} reads a file, not a URL", kind));
  }
  return words[0] == "-" ? Result<std::string>(StandardInput())
                         : scenario::SystemSurroundings().read_file(words[0]);
}

/// The same, or a URL: `url` becomes where it lies, after redirects.
Result<std::string> FileOrUrl(const Arguments& arguments, const std::vector<std::string>& words,
                              const char* kind, std::string& url) {
  const std::string ca_file = arguments.Value("--ca-file");
  if (words.size() == 1 && HasScheme(words[0])) {
    fetch::Downloaded found = TRY(FetchDescription(words[0], ca_file));
    url = found.url;
    return std::move(found.content);
  }
  if (!ca_file.empty()) {
    return Wrong("--ca-file: found no URL to fetch; expected https://… behind openapi or model");
  }
  return OnlyFile(words, kind);
}

Result<convert::Found> FromHar(const Arguments& arguments, const std::vector<std::string>& words) {
  convert::HarChoice choice;
  choice.origin = arguments.Value("--origin");
  const std::string tasks = arguments.Value("--tasks", "50");
  const auto [end, fault] =
      std::from_chars(tasks.data(), tasks.data() + tasks.size(), choice.max_tasks);
  if (fault != std::errc() || end != tasks.data() + tasks.size() || choice.max_tasks < 1) {
    return Wrong(fmt::format("--tasks: found \"{}\"; expected a number of at least 1", tasks));
  }
  const std::string text = TRY(OnlyFile(words, "har"));
  return convert::ReadHar(text, choice);
}

Result<convert::Found> FromOpenApi(const Arguments& arguments,
                                   const std::vector<std::string>& words) {
  convert::OpenApiChoice choice;
  choice.origin = arguments.Value("--origin");
  choice.operations = arguments.Values("--operation");
  const std::string text = TRY(FileOrUrl(arguments, words, "openapi", choice.document));
  return convert::ReadOpenApi(text, choice);
}

/// Paths that the source gave are relative to here; those in a scenario to its file.
void MoveFiles(const std::string& out, convert::Draft& draft) {
  const std::filesystem::path folder = std::filesystem::path(out).parent_path();
  if (folder.empty()) {
    return;
  }
  const auto move = [&](std::string& path) {
    if (!path.empty()) {
      path = std::filesystem::proximate(path, folder).string();
    }
  };
  move(draft.transport.ca_file);
  move(draft.transport.cert_file);
  move(draft.transport.key_file);
  for (convert::Request& task : draft.tasks) {
    move(task.body_file);
  }
}

/// Reads what was written as `scenario check` does, but for what may still be missing: variables
/// that are not set, files that are not there.
Status CheckOwnWork(const std::string& yaml, const std::string& name,
                    std::vector<std::string>& notes) {
  const scenario::Surroundings system = scenario::SystemSurroundings();
  std::set<std::string> missing;
  scenario::Surroundings forgiving;
  forgiving.variable = [&](const std::string& variable) -> std::optional<std::string> {
    std::optional<std::string> value = system.variable(variable);
    if (!value.has_value()) {
      missing.insert(fmt::format("the variable {} is not set", variable));
      return "localhost";  // Right within a URL, a path, a header and a body.
    }
    return value;
  };
  forgiving.read_file = [&](const std::string& path) -> Result<std::string> {
    Result<std::string> content = system.read_file(path);
    if (!content.has_value() && content.error().code == ErrorCode::kNotFound) {
      missing.insert(fmt::format("there is no file {}", path));
      return std::string();
    }
    return content;
  };
  scenario::Input input;
  input.command = scenario::Command::kShow;
  input.subject = name;
  input.yaml = yaml;
  const scenario::Built built = scenario::Build(input, forgiving);
  if (!built.ok()) {
    return Wrong("a scenario cannot hold this:\n" + scenario::Format(built.faults));
  }
  for (const std::string& what : missing) {
    notes.push_back(fmt::format("{}: the scenario needs it", what));
  }
  return {};
}

Status Write(const std::string& yaml, const std::string& path) {
  if (path.empty() || path == "-") {
    fmt::print("{}", yaml);
    return {};
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << yaml;
  file.close();
  if (!file) {
    return Wrong(fmt::format("--out: cannot write \"{}\": {}", path, std::strerror(errno)));
  }
  return {};
}

Result<convert::Found> Find(const Arguments& arguments) {
  const std::string& kind = arguments.positionals.front();
  const std::vector<std::string> words(arguments.positionals.begin() + 1,
                                       arguments.positionals.end());
  if (kind == "curl") {
    return FromCurl(words);
  }
  if (kind == "har") {
    return FromHar(arguments, words);
  }
  if (kind == "openapi" || kind == "swagger") {
    return FromOpenApi(arguments, words);
  }
  if (kind == "model") {
    std::string url;
    const std::string text = TRY(FileOrUrl(arguments, words, "model", url));
    return convert::ReadModelMetadata(text, arguments.Value("--origin", url));
  }
  return Wrong(
      fmt::format("scenario from: found \"{}\"; expected curl, har, openapi or model", kind));
}

/// A file's name, or a URL without its query.
std::string TitleOf(const std::string& word) {
  return HasScheme(word) ? ShownUrl(word) : std::filesystem::path(word).filename().string();
}

Status Convert(const Arguments& arguments) {
  convert::Found found = TRY(Find(arguments));
  convert::Draft draft = TRY(convert::MakeDraft(std::move(found)));
  const std::string out = arguments.Value("--out");
  const std::vector<std::string>& words = arguments.positionals;
  const bool names_file = words[0] != "curl" && words[1] != "-";
  const std::string title =
      fmt::format("From {}{}{}, written by loadline scenario from.", words[0],
                  names_file ? " " : "", names_file ? TitleOf(words[1]) : std::string());
  MoveFiles(out, draft);
  const std::string yaml = TRY(convert::WriteYaml(draft, title));
  TRY(CheckOwnWork(yaml, out.empty() || out == "-" ? "scenario.yaml" : out, draft.notes));
  TRY(Write(yaml, out));
  for (const std::string& note : draft.notes) {
    fmt::print(stderr, "note: {}\n", note);
  }
  for (const convert::TakenSecret& secret : draft.secrets) {
    fmt::print(stderr, "export {}=…   ({})\n", secret.variable, secret.meaning);
  }
  return {};
}

}  // namespace

ExitCode ScenarioFromCommand(const Arguments& arguments) {
  const Status done = Convert(arguments);
  return done ? ExitCode::kHeld : Fail(done.error());
}

}  // namespace loadline::cli
