// ReplyChecker: does a reply satisfy its task's checks? And what is captured from it.
//
// Linear in the size of the body whatever the body holds: regular expressions are matched by RE2,
// JSON is scanned in place without building a tree. Belongs to one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "measure/error_kind.h"
#include "scenario/model.h"
#include "scenario/render.h"
#include "scenario/shape_codec.h"

namespace loadline::scenario {

/// A reply as the engine has it. Views, valid during the call.
struct ReplyView {
  int status = 0;
  std::string_view head;   ///< The raw head, from the status line to the blank line.
  std::string_view body;   ///< At least its first ReplyChecker::body_limit() bytes, if that long.
  bool truncated = false;  ///< The body was longer than what is given.
};

/// The outcome of the checks.
struct CheckResult {
  measure::ErrorKind kind = measure::ErrorKind::kNone;  ///< kNone, kStatus or kCheck.
  int detail = 0;  ///< kStatus: the code; kCheck: index into ReplyChecker::names().

  friend bool operator==(const CheckResult&, const CheckResult&) = default;
};

class ReplyChecker {
 public:
  /// `task` must outlive it; its checks are valid (Build() made it).
  ReplyChecker(const Task& task, ShapeCodec codec);
  ~ReplyChecker();
  ReplyChecker(ReplyChecker&&) noexcept;
  ReplyChecker& operator=(ReplyChecker&&) noexcept;

  /// Bytes of the body that must be kept for Check(); 0: none, the checks need no body.
  [[nodiscard]] std::size_t body_limit() const { return body_limit_; }
  /// True if Check() reads the head: otherwise ReplyView::head may be empty.
  [[nodiscard]] bool needs_head() const { return needs_head_; }

  /// The first failure, the status before everything else. A body that was cut off at body_limit()
  /// fails the checks that would need the rest.
  [[nodiscard]] CheckResult Check(const ReplyView& reply);

  /// Names of the failures by CheckResult::detail: the checks as written, then those of the shape
  /// (found ones are added: few, since a shape's texts are constant).
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  struct Compiled;
  [[nodiscard]] int IndexOf(std::string_view fault);

  // Constant after construction.
  std::string_view (*shape_fault_)(std::string_view body);
  std::unique_ptr<Compiled> compiled_;
  std::size_t body_limit_ = 0;
  bool needs_head_ = false;
  // Owner thread only.
  std::vector<std::string> names_;
};

/// Stores what `task.captures` names from `reply` into `captured` (resized as needed).
///
/// Errors: kNotFound naming the first capture whose path or header the reply does not hold, or
/// whose value is neither text nor number nor boolean.
[[nodiscard]] Status CaptureFrom(const Task& task, const ReplyView& reply, Captured& captured);

/// Bytes of a body that CaptureFrom() and the checks look at, at most.
inline constexpr std::size_t kBodyLimit = std::size_t{8} << 20;

}  // namespace loadline::scenario
