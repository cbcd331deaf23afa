// Terminal: a block of lines that is drawn again in the same place. The only file that knows cursor
// sequences. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace loadline::report {

/// Columns of the terminal behind `fd`; `fallback` where it is none or does not say.
[[nodiscard]] int TerminalWidth(int fd, int fallback = 100);

/// Whether `fd` is a terminal that understands cursor sequences (TERM is set and not `dumb`).
[[nodiscard]] bool IsInteractive(int fd);

/// Lines at the bottom of the terminal, replaced as a whole. Everything else that is printed to the
/// same stream in between must be preceded by Clear().
class RedrawnBlock {
 public:
  /// `out` must outlive the block.
  explicit RedrawnBlock(std::FILE* out) : out_(out) {}
  ~RedrawnBlock() { Clear(); }
  RedrawnBlock(const RedrawnBlock&) = delete;
  RedrawnBlock& operator=(const RedrawnBlock&) = delete;

  /// Draws `lines` in the place of those drawn before. No line may be wider than the terminal.
  void Draw(const std::vector<std::string>& lines);
  /// Removes the block; what is printed next stands where it began.
  void Clear();

 private:
  std::FILE* out_;
  std::size_t drawn_ = 0;  // Lines on the terminal now.
};

}  // namespace loadline::report
