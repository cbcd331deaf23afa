#include "cli/man_page.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "cli/help.h"
#include "cli/version.h"

namespace loadline::cli {
namespace {

struct Entry {
  std::string_view term;
  std::string_view text;
};

constexpr std::array kEnvironment = {
    Entry{"XDG_DATA_HOME, HOME",
          "where the store is: XDG_DATA_HOME/loadline/loadline.db, or "
          "HOME/.local/share/loadline/loadline.db; --db names another"},
    Entry{"SSL_CERT_FILE, SSL_CERT_DIR", "the trusted authorities, instead of the machine's"},
    Entry{"NO_COLOR", "if not empty, no colour"},
    Entry{"TERM", "dumb: no colour and no live line"},
};

constexpr std::array kFiles = {
    Entry{"/etc/hosts, /etc/resolv.conf", "how names of targets are looked up"},
    Entry{"FILE-spool/",
          "beside the store FILE: records of a run until they are in it; taken "
          "over after a crash"},
};

/// The code point at the front of `text`, which is valid UTF-8, and its length in bytes.
std::uint32_t TakeCodePoint(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  std::uint32_t point = first;
  if (first >= 0xf0) {
    length = 4;
    point = first & 0x07U;
  } else if (first >= 0xe0) {
    length = 3;
    point = first & 0x0fU;
  } else if (first >= 0xc0) {
    length = 2;
    point = first & 0x1fU;
  }
  for (std::size_t i = 1; i < std::min(length, text.size()); ++i) {
    point = point << 6U | (static_cast<unsigned char>(text[i]) & 0x3fU);
  }
  text.remove_prefix(std::min(length, text.size()));
  return point;
}

/// `text` with everything escaped that roff would take for markup or typeset as something else.
std::string Escaped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::uint32_t point = TakeCodePoint(text);
    switch (point) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      default:
        if (point < 0x80) {
          result.push_back(static_cast<char>(point));
        } else {
          result += fmt::format("\\[u{:04X}]", point);
        }
    }
  }
  // A dot at the beginning of a line would be a request.
  return result.starts_with('.') ? "\\&" + result : result;
}

std::string Lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += Escaped(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

std::string Head(const std::string& name, std::string_view summary, std::string_view date) {
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return fmt::format(".TH {} 1 {} \"loadline {}\" \"User commands\"\n.SH NAME\n{} \\- {}\n",
                     Escaped(upper), date, Version(), Escaped(name), Escaped(summary));
}

std::string Synopsis(const Command& command) {
  std::string text = fmt::format(".SH SYNOPSIS\n.B loadline {}\n", Escaped(command.FullName()));
  for (const Positional& positional : command.positionals) {
    const std::string name =
        fmt::format("\\fI{}\\fR{}", Escaped(positional.name), positional.many ? "\\&..." : "");
    text += positional.required ? name + "\n" : "[" + name + "]\n";
  }
  return text + (command.groups.empty() ? "" : "[options]\n");
}

std::string Option(const Flag& flag) {
  std::string text = ".TP\n";
  if (!flag.brief.empty()) {
    text += fmt::format("\\fB{}\\fR, ", Escaped(flag.brief));
  }
  text += fmt::format("\\fB{}\\fR", Escaped(flag.name));
  if (!flag.value.empty()) {
    text += fmt::format(" \\fI{}\\fR", Escaped(flag.value));
  }
  return text + fmt::format("\n{}{}\n", Escaped(flag.help), flag.many ? "; repeatable" : "");
}

std::string Options(const Command& command) {
  std::string text = command.groups.empty() ? "" : ".SH OPTIONS\n";
  for (const FlagGroup& group : command.groups) {
    text += fmt::format(".SS {}\n", Escaped(group.title));
    for (const Flag& flag : group.flags) {
      text += Option(flag);
    }
  }
  return text;
}

std::string Examples(std::string_view examples) {
  return examples.empty() ? "" : ".SH EXAMPLES\n.EX\n" + Lines(examples) + ".EE\n";
}

template <std::size_t kCount>
std::string Entries(std::string_view title, const std::array<Entry, kCount>& entries) {
  std::string text = fmt::format(".SH {}\n", title);
  for (const Entry& entry : entries) {
    text += fmt::format(".TP\n.B {}\n{}\n", Escaped(entry.term), Escaped(entry.text));
  }
  return text;
}

std::string ExitStatus(std::string_view intro) {
  return fmt::format(".SH EXIT STATUS\n{}\n{}", intro, Lines(ExitCodes()));
}

}  // namespace

std::string ManName(const Command& command) {
  std::string name = "loadline-" + command.FullName();
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string ManOverview(std::string_view date) {
  std::string page = Head("loadline", "find how much load an HTTP service carries", date);
  page += ".SH SYNOPSIS\n.B loadline\n\\fICOMMAND\\fR [arguments]\n.SH DESCRIPTION\n";
  page += Lines(Purpose());
  page += ".SH COMMANDS\n";
  for (const Command& command : Commands()) {
    page += fmt::format(".TP\n.B {}\n{}; see\n.BR {} (1)\n", Escaped(command.FullName()),
                        Escaped(command.summary), Escaped(ManName(command)));
  }
  page += ExitStatus("Of run, find and verify:");
  page += Entries("ENVIRONMENT", kEnvironment);
  page += Entries("FILES", kFiles);
  page += ".SH EXAMPLES\n.EX\n" + Lines(FirstSteps()) + ".EE\n";
  return page;
}

std::string ManPage(const Command& command, std::string_view date) {
  std::string page = Head(ManName(command), command.summary, date);
  page += Synopsis(command);
  page += ".SH DESCRIPTION\n";
  page += command.text.empty() ? Escaped(command.summary) + ".\n" : Lines(command.text);
  page += Options(command);
  if (command.id == CommandId::kRun || command.id == CommandId::kFind ||
      command.id == CommandId::kVerify) {
    page += ExitStatus("The verdict:");
  }
  page += Examples(command.examples);
  return page + ".SH SEE ALSO\n.BR loadline (1)\n";
}

}  // namespace loadline::cli
