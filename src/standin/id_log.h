// IdLog: the ids of the requests seen, in order, within a fixed memory. One thread.
//
// The stand-in's own books: a test compares them with the generator's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace loadline::standin {

class IdLog {
 public:
  /// Keeps at most `limit` bytes.
  explicit IdLog(Bytes limit) : limit_(static_cast<std::size_t>(limit.count)) {}

  /// Notes one id; an empty one is none. What does not fit any more is counted only.
  void Add(std::string_view id) {
    if (id.empty()) {
      return;
    }
    ++seen_;
    if (text_.size() + id.size() + 1 > limit_) {
      ++forgotten_;
      return;
    }
    text_ += id;
    text_ += '\n';
  }

  /// One id per line, in the order in which the requests were read.
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::int64_t seen() const { return seen_; }
  [[nodiscard]] std::int64_t forgotten() const { return forgotten_; }

 private:
  std::size_t limit_;
  std::string text_;
  std::int64_t seen_ = 0;
  std::int64_t forgotten_ = 0;
};

/// The id of a request: its header `X-Request-Id`, else the member `id` of a JSON object as it is
/// written there (a string without its quotes); empty: it has none.
[[nodiscard]] std::string_view RequestId(std::string_view header, std::string_view body);

}  // namespace loadline::standin
