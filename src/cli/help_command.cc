// `loadline help [COMMAND]`, as text or as manual pages.
#include <fmt/core.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "base/clock.h"
#include "cli/help.h"
#include "cli/man_page.h"
#include "cli/subcommands.h"
#include "cli/terminal.h"

namespace loadline::cli {
namespace {

/// Today, or what SOURCE_DATE_EPOCH says, so that a package built twice is the same twice.
std::string PageDate() {
  const std::string given = ReadEnvironment("SOURCE_DATE_EPOCH");
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(given.data(), given.data() + given.size(), seconds);
  const bool usable =
      !given.empty() && problem == std::errc{} && end == given.data() + given.size();
  return FormatUtc(usable ? UtcTime{std::chrono::seconds(seconds)} : UtcNow()).substr(0, 10);
}

Status WritePage(const std::string& folder, const std::string& name, const std::string& page) {
  const std::string path = fmt::format("{}/{}.1", folder, name);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << page;
  file.close();
  if (!file) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("--out: cannot write \"{}\": {}", path, std::strerror(errno))};
  }
  return {};
}

Status WriteAllPages(const std::string& folder) {
  const std::string date = PageDate();
  TRY(WritePage(folder, "loadline", ManOverview(date)));
  for (const Command& command : Commands()) {
    TRY(WritePage(folder, ManName(command), ManPage(command, date)));
  }
  return {};
}

std::string Topic(const Arguments& arguments) {
  std::string topic;
  for (const std::string& word : arguments.positionals) {
    topic.append(topic.empty() ? "" : " ").append(word);
  }
  return topic;
}

}  // namespace

ExitCode HelpCommand(const Arguments& arguments) {
  const bool as_man = arguments.Has("--man");
  const std::string topic = Topic(arguments);
  if (arguments.Has("--out")) {
    if (!as_man || !topic.empty()) {
      return Fail({ErrorCode::kInvalidArgument,
                   "--out writes every manual page: loadline help --man --out FOLDER"});
    }
    const Status written = WriteAllPages(arguments.Value("--out"));
    return written ? ExitCode::kHeld : Fail(written.error());
  }
  if (topic.empty()) {
    fmt::print("{}", as_man ? ManOverview(PageDate()) : GeneralHelp());
    return ExitCode::kHeld;
  }
  std::string help;
  for (const Command& command : Commands()) {
    if (command.FullName() == topic || (command.group == topic && !as_man)) {
      help.append(help.empty() ? "" : "\n")
          .append(as_man ? ManPage(command, PageDate()) : HelpFor(command));
    }
  }
  if (help.empty()) {
    return Fail({ErrorCode::kInvalidArgument,
                 fmt::format("no subcommand \"{}\"; loadline --help lists them", topic)});
  }
  fmt::print("{}", help);
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
