#include "report/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace loadline::report {

int TerminalWidth(int fd, int fallback) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : fallback;
}

bool IsInteractive(int fd) {
  const char* term = std::getenv("TERM");
  return isatty(fd) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

void RedrawnBlock::Draw(const std::vector<std::string>& lines) {
  // One write, so that the terminal never shows half a block: back to the block's first line, then
  // every line anew, each cleared to its end; what is left below of a longer one is cleared too.
  std::string text = drawn_ > 0 ? fmt::format("\x1b[{}F", drawn_) : std::string();
  for (const std::string& line : lines) {
    text += line + "\x1b[K\n";
  }
  if (lines.size() < drawn_) {
    text += "\x1b[J";
  }
  drawn_ = lines.size();
  std::fwrite(text.data(), 1, text.size(), out_);
  std::fflush(out_);
}

void RedrawnBlock::Clear() {
  if (drawn_ == 0) {
    return;
  }
  fmt::print(out_, "\x1b[{}F\x1b[J", drawn_);
  std::fflush(out_);
  drawn_ = 0;
}

}  // namespace loadline::report
