#include "cli/terminal.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "report/terminal.h"

namespace loadline::cli {

std::string ReadEnvironment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

bool WantsColour(bool output_is_terminal, const Environment& environment) {
  return output_is_terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb" &&
         !environment("TERM").empty();
}

Terminal DetectTerminal() {
  Terminal terminal;
  terminal.input = ::isatty(STDIN_FILENO) == 1;
  terminal.output = ::isatty(STDOUT_FILENO) == 1;
  terminal.error = ::isatty(STDERR_FILENO) == 1;
  terminal.colour = WantsColour(terminal.output, ReadEnvironment);
  winsize size{};
  if (terminal.output && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
  }
  return terminal;
}

report::Style StyleFor(std::FILE* out) {
  report::Style style;
  style.color = WantsColour(report::IsInteractive(::fileno(out)), ReadEnvironment);
  style.width = std::max(40, report::TerminalWidth(::fileno(out)));
  return style;
}

Result<bool> AskYes(std::string_view question, const Interruption& interruption) {
  fmt::print(stderr, "{} [y/N] ", question);
  std::fflush(stderr);
  std::string line;
  while (true) {
    std::array<pollfd, 2> fds{{{STDIN_FILENO, POLLIN, 0}, {interruption.wake_fd(), POLLIN, 0}}};
    ::poll(fds.data(), fds.size(), -1);
    if (interruption.Requested()) {
      return Error{ErrorCode::kInterrupted, "interrupted before the first request"};
    }
    char letter = 0;
    if ((fds[0].revents & (POLLIN | POLLHUP)) == 0) {
      continue;
    }
    if (::read(STDIN_FILENO, &letter, 1) != 1 || letter == '\n') {
      return line == "y" || line == "Y" || line == "yes" || line == "Yes";
    }
    line.push_back(letter);
  }
}

}  // namespace loadline::cli
