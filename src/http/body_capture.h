// BodyCapture: the first bytes of a response's body, for checks and samples.
//
// A body that arrives in one piece is not copied: the view points into the receive buffer. Belongs
// to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace loadline::http {

class BodyCapture {
 public:
  /// Keeps at most `limit` bytes of each body.
  explicit BodyCapture(std::size_t limit) : limit_(limit) {}

  /// Forgets the body; keeps the memory.
  void Clear() {
    view_ = {};
    owned_.clear();
    is_owned_ = false;
    total_ = 0;
  }

  /// The parser's call: the next piece of the body, chunk framing removed.
  void Append(std::string_view piece);

  /// The parser's call: what was given so far will move away; copies it unless done before.
  void Own();

  /// What was kept. Valid until the next Clear(), or, if the response came in one piece, until the
  /// receive buffer is used again.
  [[nodiscard]] std::string_view view() const {
    return is_owned_ ? std::string_view(owned_) : view_;
  }
  /// The body's whole length, kept or not.
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] bool truncated() const { return total_ > view().size(); }

 private:
  std::size_t limit_;
  std::string_view view_;  // Used while !is_owned_.
  std::string owned_;
  bool is_owned_ = false;
  std::uint64_t total_ = 0;
};

}  // namespace loadline::http
