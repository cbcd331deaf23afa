#include "cli/completion.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "scenario/keys.h"

namespace loadline::cli {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::array<std::string_view, 3> kPacing = {"hybrid", "busy", "timer"};
constexpr std::array<std::string_view, 4> kRecords = {"all", "errors", "sample", "none"};
constexpr std::array<std::string_view, 2> kUndecided = {"skipped", "failure"};
constexpr std::array<std::string_view, 4> kBalance = {"random", "round-robin", "least", "p2c"};
constexpr std::array<std::string_view, 8> kExport = {"csv",     "series", "json",     "hlog",
                                                     "classic", "junit",  "markdown", "prometheus"};
constexpr std::array<std::string_view, 3> kQuery = {"table", "csv", "json"};
constexpr std::array<std::string_view, 3> kShells = {"bash", "zsh", "fish"};
constexpr std::array<std::string_view, 2> kRuns = {"@last", "@last~1"};
constexpr std::array<std::string_view, 4> kSources = {"curl", "har", "openapi", "model"};
// Of `simulate`, which keeps no rows.
constexpr std::array<std::string_view, 1> kNone = {"none"};
// Of `size`, which knows a common queue, too.
constexpr std::array<std::string_view, 5> kSizeBalance = {"random", "round-robin", "p2c", "least",
                                                          "central"};
constexpr std::array<std::string_view, 3> kSurvive = {"none", "node", "zone"};
constexpr std::array<std::string_view, 4> kProvider = {"azure", "aws", "gcp", "other"};
constexpr std::array<std::string_view, 2> kArch = {"amd64", "arm64"};
constexpr std::array<std::string_view, 5> kPlatform = {"aks", "aks-1.28", "gke", "eks", "plain"};

struct Choice {
  std::string_view command;  ///< Full name; empty: every subcommand.
  std::string_view flag;
  std::span<const std::string_view> words;
};

// The first that fits counts. Those of the scenario's own options stand in its table of keys.
constexpr std::array kChoices = {
    Choice{"simulate", "--records", kNone},
    Choice{"size", "--balance", kSizeBalance},
    Choice{"size", "--survive", kSurvive},
    Choice{"size", "--provider", kProvider},
    Choice{"size", "--arch", kArch},
    Choice{"size", "--platform", kPlatform},
    Choice{"", "--pacing", kPacing},
    Choice{"", "--records", kRecords},
    Choice{"", "--junit-undecided", kUndecided},
    Choice{"standin", "--balance", kBalance},
    Choice{"runs export", "--format", kExport},
    Choice{"query", "--format", kQuery},
};

std::string Joined(const Words& words) {
  std::string text;
  for (const std::string_view word : words) {
    text.append(text.empty() ? "" : " ").append(word);
  }
  return text;
}

/// First words: groups once, ungrouped subcommands.
Words FirstWords() {
  Words words;
  for (const Command& command : Commands()) {
    const std::string_view word = command.group.empty() ? command.name : command.group;
    if (std::find(words.begin(), words.end(), word) == words.end()) {
      words.push_back(word);
    }
  }
  return words;
}

/// What may stand where a subcommand wants no option: words, and whether a file may, too.
struct Place {
  Words words;
  bool file = false;
};

Place PositionalsOf(const Command& command) {
  const std::string_view first =
      command.positionals.empty() ? std::string_view() : command.positionals.front().name;
  if (first == "RUN") {
    return {{kRuns.begin(), kRuns.end()}, false};
  }
  if (first == "SHELL") {
    return {{kShells.begin(), kShells.end()}, false};
  }
  if (first == "COMMAND") {
    return {FirstWords(), false};
  }
  if (first.starts_with("curl|")) {
    return {{kSources.begin(), kSources.end()}, false};
  }
  return {{}, first.find(".yaml") != std::string_view::npos};
}

std::vector<std::string_view> SecondWords(std::string_view group) {
  std::vector<std::string_view> words;
  for (const Command& command : Commands()) {
    if (command.group == group) {
      words.push_back(command.name);
    }
  }
  return words;
}

/// Whether a first word wants a second: `runs`.
bool IsGroup(std::string_view word) {
  return std::any_of(Commands().begin(), Commands().end(),
                     [word](const Command& command) { return command.group == word; });
}

template <typename Each>
void ForEachFlag(const Command& command, const Each& each) {
  for (const FlagGroup& group : command.groups) {
    for (const Flag& flag : group.flags) {
      each(flag);
    }
  }
}

/// `text` within single quotes of a POSIX shell.
std::string Quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    result += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return result + "'";
}

// bash

/// The patterns of one `case` branch, `'run --db' | 'find --db'`, by what is to be done there.
std::map<std::string, std::string> BashValues() {
  std::map<std::string, std::string> patterns;
  for (const Command& command : Commands()) {
    ForEachFlag(command, [&](const Flag& flag) {
      if (flag.value.empty()) {
        return;
      }
      const Words words = Choices(command, flag);
      const std::string action = !words.empty()    ? "words=" + Quoted(Joined(words))
                                 : TakesFile(flag) ? "files=yes"
                                                   : ":";
      for (const std::string_view name : {flag.name, flag.brief}) {
        if (!name.empty()) {
          std::string& pattern = patterns[action];
          pattern.append(pattern.empty() ? "" : " | ")
              .append(Quoted(fmt::format("{} {}", command.FullName(), name)));
        }
      }
    });
  }
  return patterns;
}

std::string BashArguments(const Command& command) {
  std::string options;
  ForEachFlag(command, [&](const Flag& flag) { options.append(flag.name).append(" "); });
  const Place place = PositionalsOf(command);
  return fmt::format("    {}) options='{}--help' words={}{} ;;\n", Quoted(command.FullName()),
                     options, Quoted(Joined(place.words)), place.file ? " files=yes" : "");
}

std::string BashScript() {
  std::string text = R"(# Completion of loadline for bash; made by `loadline completion bash`.

# What the option of a subcommand takes, such as "run --db"; false if that is no such option.
_loadline_value() {
  case $1 in
)";
  for (const auto& [action, pattern] : BashValues()) {
    text += fmt::format("    {}) {} ;;\n", pattern, action);
  }
  text += R"(    *) return 1 ;;
  esac
}

# Options and arguments of a subcommand.
_loadline_arguments() {
  case $1 in
)";
  for (const Command& command : Commands()) {
    text += BashArguments(command);
  }
  text += R"(  esac
}

_loadline() {
  local line=${COMP_LINE:0:COMP_POINT} options= words= files=
  local -a typed
  # Taken from the line itself: bash splits words at = : @ too.
  read -ra typed <<<"$line"
  case $line in *[[:space:]]) typed+=('') ;; esac
  local count=${#typed[@]}
  local current=${typed[count - 1]} previous=${typed[count - 2]} command=${typed[1]}
  case $count,$command in
)";
  text += fmt::format("    2,*) command= words={} ;;\n",
                      Quoted(Joined(FirstWords()) + " --help --version"));
  for (const std::string_view group : FirstWords()) {
    if (IsGroup(group)) {
      text += fmt::format(
          "    3,{0}) command= words={1} ;;\n    *,{0}) command+=\" ${{typed[2]}}\" ;;\n", group,
          Quoted(Joined(SecondWords(group))));
    }
  }
  text += R"(  esac
  if [ -n "$command" ]; then
    _loadline_value "$command $previous" || _loadline_arguments "$command"
  fi
  case $current in -*) words=$options files= ;; esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current")
  fi
  # Of a reply only what stands behind the last of = : @ is to be inserted.
  local before=${current%"${current##*[=:@]}"}
  COMPREPLY=("${COMPREPLY[@]#"$before"}")
}
complete -F _loadline loadline
)";
  return text;
}

// zsh

/// `text` where `_arguments` and `_describe` expect words: without meaning for them.
std::string ZshText(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result;
}

std::string ZshValue(const Words& words, bool file) {
  return !words.empty() ? fmt::format("({})", Joined(words)) : file ? "_files" : "";
}

std::string ZshOption(const Command& command, const Flag& flag) {
  std::string rest = fmt::format("[{}]", ZshText(flag.help));
  if (!flag.value.empty()) {
    rest += fmt::format(":{}:{}", ZshText(flag.value),
                        ZshValue(Choices(command, flag), TakesFile(flag)));
  }
  const std::string prefix = flag.many ? "*" : "";
  if (flag.brief.empty()) {
    return Quoted(fmt::format("{}{}{}", prefix, flag.name, rest));
  }
  const std::string others = flag.many ? "*" : fmt::format("({} {})", flag.brief, flag.name);
  return fmt::format("{}{{{},{}}}{}", Quoted(others), flag.brief, flag.name, Quoted(rest));
}

std::string ZshArguments(const Command& command) {
  std::string text = fmt::format("    {})\n      _arguments \\\n", Quoted(command.FullName()));
  ForEachFlag(command, [&](const Flag& flag) {
    text += fmt::format("        {} \\\n", ZshOption(command, flag));
  });
  if (!command.positionals.empty()) {
    const Place place = PositionalsOf(command);
    const Positional& first = command.positionals.front();
    text += fmt::format("        {} \\\n",
                        Quoted(fmt::format("{}:{}:{}", first.many ? "*" : "1", ZshText(first.name),
                                           ZshValue(place.words, place.file))));
  }
  return text + "        '(- *)--help[show options and examples]'\n      ;;\n";
}

std::string ZshDescribed(std::string_view group) {
  std::string text;
  std::set<std::string_view> seen;
  for (const Command& command : Commands()) {
    const bool is_group = group.empty() && !command.group.empty();
    const std::string_view word = is_group ? command.group : command.name;
    if ((group.empty() || command.group == group) && seen.insert(word).second) {
      text += fmt::format(" {}", Quoted(fmt::format("{}:{}", word,
                                                    is_group ? fmt::format("{} …", word)
                                                             : ZshText(command.summary))));
    }
  }
  return text;
}

std::string ZshScript() {
  std::string text =
      "#compdef loadline\n"
      "# Completion of loadline for zsh; made by `loadline completion zsh`.\n\n"
      "_loadline() {\n"
      "  local -a commands\n"
      "  if (( CURRENT == 2 )); then\n";
  text += fmt::format("    commands=({} )\n", ZshDescribed(""));
  text +=
      "    _describe 'subcommand' commands\n"
      "    return\n"
      "  fi\n"
      "  local command=$words[2]\n"
      "  case $command in\n";
  for (const std::string_view group : FirstWords()) {
    if (IsGroup(group)) {
      text += fmt::format("    {}) commands=({} ) ;;\n", group, ZshDescribed(group));
    }
  }
  text +=
      "  esac\n"
      "  if (( $#commands )); then\n"
      "    if (( CURRENT == 3 )); then\n"
      "      _describe 'subcommand' commands\n"
      "      return\n"
      "    fi\n"
      "    command+=\" $words[3]\"\n"
      "    shift words\n"
      "    (( CURRENT-- ))\n"
      "  fi\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $command in\n";
  for (const Command& command : Commands()) {
    text += ZshArguments(command);
  }
  text +=
      "  esac\n"
      "}\n\n"
      "if [[ $funcstack[1] == _loadline ]]; then\n"
      "  _loadline \"$@\"\n"
      "else\n"
      "  compdef _loadline loadline\n"
      "fi\n";
  return text;
}

// fish

/// `text` within single quotes of fish, which knows \' and \\ there.
std::string FishQuoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      result += '\\';
    }
    result += c;
  }
  return result + "'";
}

std::string FishOption(const Command& command, const Flag& flag) {
  std::string text = fmt::format("complete -c loadline -n '__loadline_is {}'", command.FullName());
  if (!flag.brief.empty()) {
    text += fmt::format(" -s {}", flag.brief.substr(1));
  }
  text += fmt::format(" -l {}", flag.name.substr(2));
  const Words words = Choices(command, flag);
  if (!words.empty()) {
    text += fmt::format(" -x -a '{}'", Joined(words));
  } else if (!flag.value.empty()) {
    text += TakesFile(flag) ? " -r -F" : " -x";
  }
  return text + fmt::format(" -d {}\n", FishQuoted(flag.help));
}

std::string FishScript() {
  std::string text = R"(# Completion of loadline for fish; made by `loadline completion fish`.

# Whether the words after `loadline` begin with these.
function __loadline_is
    set -l typed (commandline -opc)[2..]
    test (count $typed) -ge (count $argv); or return 1
    for i in (seq (count $argv))
        test "$typed[$i]" = "$argv[$i]"; or return 1
    end
end

# Whether they are these and no others.
function __loadline_at
    __loadline_is $argv; and test (count (commandline -opc)) -eq (math 1 + (count $argv))
end

complete -c loadline -f
)";
  std::set<std::string_view> seen;
  for (const Command& command : Commands()) {
    if (!command.group.empty() && seen.insert(command.group).second) {
      text +=
          fmt::format("complete -c loadline -n '__loadline_at' -a {0} -d '{0} …'\n", command.group);
    }
    text += fmt::format(
        "complete -c loadline -n '{}' -a {} -d {}\n",
        command.group.empty() ? "__loadline_at" : fmt::format("__loadline_at {}", command.group),
        command.name, FishQuoted(command.summary));
  }
  for (const Command& command : Commands()) {
    ForEachFlag(command, [&](const Flag& flag) { text += FishOption(command, flag); });
    const Place place = PositionalsOf(command);
    if (place.file || !place.words.empty()) {
      text += fmt::format("complete -c loadline -n '__loadline_is {}' {}\n", command.FullName(),
                          place.file ? "-F" : fmt::format("-a '{}'", Joined(place.words)));
    }
  }
  return text;
}

/// The words of a key of the scenario that is a choice: `load.arrivals`, `task.as`.
Words ChoicesOfKey(std::string_view path) {
  const std::size_t dot = std::min(path.rfind('.'), path.size());
  const std::string_view name = path.substr(std::min(dot + 1, path.size()));
  const std::string_view section = path.substr(0, dot) == "task" ? "tasks[]" : path.substr(0, dot);
  Words words;
  for (const scenario::Key& key : scenario::Keys()) {
    if (key.name != name || Name(key.in) != section || key.type != scenario::KeyType::kChoice) {
      continue;
    }
    std::string_view rest = key.choices;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('|'), rest.size());
      words.push_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return words;
}

}  // namespace

std::vector<std::string_view> Choices(const Command& command, const Flag& flag) {
  for (const Choice& choice : kChoices) {
    if (choice.flag == flag.name &&
        (choice.command.empty() || choice.command == command.FullName())) {
      return {choice.words.begin(), choice.words.end()};
    }
  }
  if (flag.value == "RUN") {
    return {kRuns.begin(), kRuns.end()};
  }
  return flag.setting != nullptr ? ChoicesOfKey(flag.setting->path) : Words();
}

bool TakesFile(const Flag& flag) {
  return flag.value == "FILE" || flag.value == "FOLDER";
}

std::optional<std::string> CompletionScript(std::string_view shell) {
  if (shell == "bash") {
    return BashScript();
  }
  if (shell == "zsh") {
    return ZshScript();
  }
  if (shell == "fish") {
    return FishScript();
  }
  return std::nullopt;
}

}  // namespace loadline::cli
