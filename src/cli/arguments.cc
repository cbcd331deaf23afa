// The only file that includes CLI11.
#include "cli/arguments.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>

namespace loadline::cli {
namespace {

Error Wrong(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}

/// Number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`.
std::size_t Edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> previous(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row(b.size() + 1);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    before = std::move(previous);
    previous = std::move(row);
  }
  return previous[b.size()];
}

bool LooksLikeTarget(std::string_view word) {
  return HasScheme(word) || word.ends_with(".yaml") || word.ends_with(".yml");
}

std::string Join(std::span<const std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) {
    all += (all.empty() ? "" : ", ") + std::string(word);
  }
  return all;
}

Error UnknownCommand(std::string_view group, const std::string& word) {
  std::vector<std::string_view> known;
  for (const Command& command : Commands()) {
    const std::string_view name =
        !group.empty() || command.group.empty() ? command.name : command.group;
    if ((group.empty() || command.group == group) &&
        std::find(known.begin(), known.end(), name) == known.end()) {
      known.push_back(name);
    }
  }
  const std::string prefix = group.empty() ? "" : std::string(group) + " ";
  if (group.empty() && LooksLikeTarget(word)) {
    return Wrong(fmt::format("no subcommand before \"{0}\"; try: loadline run {0}", word));
  }
  const std::string_view nearest = Nearest(word, known);
  return Wrong(fmt::format("unknown subcommand \"{}{}\"; {}", prefix, word,
                           nearest.empty()
                               ? "there are " + Join(known)
                               : fmt::format("did you mean \"{}{}\"?", prefix, nearest)));
}

/// The subcommands that do have `flag`, for the message about one that does not.
std::string Owners(std::string_view flag) {
  std::string owners;
  for (const Command& command : Commands()) {
    if (command.group != "scenario" && command.Find(flag) != nullptr) {
      owners += (owners.empty() ? "" : ", ") + command.FullName();
    }
  }
  return owners;
}

Error UnknownFlag(const Command& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::string full = command.FullName();
  if (name == "--rate" && command.id == CommandId::kFind) {
    return Wrong("find looks for the rate itself: --max-rate limits it, verify tests one rate");
  }
  if (name == "--users" && command.id == CommandId::kFind) {
    return Wrong("find looks for the users itself: --by users, and --max-users limits them");
  }
  std::vector<std::string_view> known;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      known.push_back(flag.name);
    }
  }
  const std::string dashed = name.starts_with("--") ? name : "-" + name;
  const std::string_view nearest = Nearest(dashed, known);
  if (!nearest.empty()) {
    return Wrong(fmt::format("{} has no option {}; did you mean {}?", full, name, nearest));
  }
  const std::string owners = Owners(name);
  if (!owners.empty()) {
    return Wrong(fmt::format("{} has no option {}; it belongs to: {}", full, name, owners));
  }
  return Wrong(fmt::format("{0} has no option {1}; loadline {0} --help lists them", full, name));
}

/// `--name=` becomes `--name` and an empty word: CLI11 would take the next word for the value.
/// A switch with a value is refused here, because CLI11 would take some of them.
Result<std::vector<std::string>> Normalise(const Command& command,
                                           std::span<const std::string> words) {
  std::vector<std::string> result;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::size_t equals = word.find('=');
    const Flag* flag = command.Find(word.substr(0, equals));
    if (flag != nullptr && equals != std::string::npos && flag->value.empty()) {
      return Wrong(fmt::format("{} is a switch and takes no value, found \"{}\"", flag->name,
                               word.substr(equals + 1)));
    }
    if (flag != nullptr && !flag->value.empty() && equals == std::string::npos) {
      if (i + 1 == words.size()) {
        return Wrong(fmt::format("{} needs a value: {} {}", flag->name, flag->name, flag->value));
      }
      result.push_back(word);
      result.push_back(words[++i]);
      if (command.Find(result.back()) != nullptr) {
        return Wrong(fmt::format("{} needs a value, but {} follows", flag->name, result.back()));
      }
      continue;
    }
    if (flag != nullptr && equals + 1 == word.size()) {
      result.push_back(word.substr(0, equals));
      result.emplace_back();
      continue;
    }
    result.push_back(word);
    if (word == "--") {
      result.insert(result.end(), words.begin() + static_cast<std::ptrdiff_t>(i) + 1, words.end());
      break;
    }
  }
  return result;
}

Status TakePositionals(const Command& command, std::vector<std::string> remaining,
                       Arguments& arguments) {
  bool only_positionals = false;
  for (std::string& word : remaining) {
    if (!only_positionals && word == "--") {
      only_positionals = true;
    } else if (!only_positionals && word.size() > 1 && word[0] == '-') {
      return UnknownFlag(command, word);
    } else {
      arguments.positionals.push_back(std::move(word));
    }
  }
  const std::string full = command.FullName();
  const bool many = !command.positionals.empty() && command.positionals.back().many;
  if (!many && arguments.positionals.size() > command.positionals.size()) {
    return Wrong(fmt::format(
        "{} does not expect \"{}\"{}", full, arguments.positionals[command.positionals.size()],
        command.positionals.empty() ? ""
                                    : fmt::format(" after {}", command.positionals.back().name)));
  }
  if (arguments.positionals.size() < command.positionals.size() &&
      command.positionals[arguments.positionals.size()].required) {
    return Wrong(fmt::format("{0} needs {1}; loadline {0} --help shows examples", full,
                             command.positionals[arguments.positionals.size()].name));
  }
  return {};
}

/// CLI11's options with ours.
using OptionMap = std::map<const CLI::Option*, const Flag*>;

/// Options and switches in the order given, from CLI11's list with one entry per value.
Status TakeFlags(const CLI::App& app, const OptionMap& options, Arguments& arguments) {
  std::map<const CLI::Option*, std::size_t> taken;
  for (const CLI::Option* option : app.parse_order()) {
    const auto found = options.find(option);
    if (found == options.end()) {
      continue;
    }
    const Flag* flag = found->second;
    const std::size_t nth = taken[option]++;
    if (nth > 0 && !flag->many) {
      return Wrong(fmt::format("{} was given twice; it takes one value", flag->name));
    }
    arguments.flags.push_back({flag, flag->value.empty() ? "" : option->results().at(nth)});
  }
  return {};
}

Status ParseWithCli11(const Command& command, std::span<const std::string> words,
                      Arguments& arguments) {
  CLI::App app;
  app.set_help_flag("-h,--help");
  app.allow_extras();
  OptionMap options;
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      const std::string names =
          flag.brief.empty() ? std::string(flag.name) : fmt::format("{},{}", flag.brief, flag.name);
      CLI::Option* option = flag.value.empty() ? app.add_flag(names) : app.add_option(names);
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      options[option] = &flag;
    }
  }
  std::vector<std::string> reversed = TRY(Normalise(command, words));
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    arguments.help = true;
    return {};
  } catch (const CLI::Error& error) {
    return Wrong(error.what());
  }
  TRY(TakePositionals(command, app.remaining(), arguments));
  return TakeFlags(app, options, arguments);
}

}  // namespace

std::string_view Nearest(std::string_view word, std::span<const std::string_view> known) {
  std::size_t best = word.size() <= 4 ? 2 : 3;
  std::string_view nearest;
  for (const std::string_view candidate : known) {
    const std::size_t edits = Edits(word, candidate);
    if (edits < best) {
      best = edits;
      nearest = candidate;
    }
  }
  return nearest;
}

bool Arguments::Has(std::string_view name) const {
  return std::any_of(flags.begin(), flags.end(),
                     [&](const GivenFlag& given) { return given.flag->name == name; });
}

std::string Arguments::Value(std::string_view name, std::string_view fallback) const {
  for (const GivenFlag& given : flags) {
    if (given.flag->name == name) {
      return given.value;
    }
  }
  return std::string(fallback);
}

std::vector<std::string> Arguments::Values(std::string_view name) const {
  std::vector<std::string> values;
  for (const GivenFlag& given : flags) {
    if (given.flag->name == name) {
      values.push_back(given.value);
    }
  }
  return values;
}

Result<Arguments> ParseArguments(std::span<const std::string> words) {
  Arguments arguments;
  arguments.words.assign(words.begin(), words.end());
  if (words.empty()) {
    return arguments;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    arguments.command = CommandId::kVersion;
    return arguments;
  }
  if (words[0] == "--help" || words[0] == "-h") {
    return arguments;
  }
  bool group_known = false;
  for (const Command& command : Commands()) {
    const bool grouped = !command.group.empty();
    const std::string_view first = grouped ? command.group : command.name;
    if (first != words[0]) {
      continue;
    }
    group_known = group_known || grouped;
    if (grouped && (words.size() < 2 || words[1] != command.name)) {
      continue;
    }
    arguments.command = command.id;
    TRY(ParseWithCli11(command, words.subspan(grouped ? 2 : 1), arguments));
    return arguments;
  }
  if (group_known && (words.size() < 2 || words[1] == "--help" || words[1] == "-h")) {
    arguments.command = CommandId::kHelp;
    arguments.positionals.push_back(words[0]);
    return arguments;
  }
  return group_known ? UnknownCommand(words[0], words[1]) : UnknownCommand("", words[0]);
}

bool HasScheme(std::string_view word) {
  return word.find("://") != std::string_view::npos;
}

}  // namespace loadline::cli
