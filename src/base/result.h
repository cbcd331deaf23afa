// Result<T>: a value, or the Error that says why there is none.
//
// The names are those of C++23's std::expected, which gcc 12 does not have in C++20 mode.
// Plain values: as thread-safe as T.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace loadline {

/// What kind of failure it was; docs/exit-codes-and-json.md maps kinds to exit codes.
enum class ErrorCode {
  kInvalidArgument,  ///< What the user wrote is wrong: exit 2.
  kNotFound,         ///< A file, run, task, host or column does not exist: exit 2.
  kUnavailable,      ///< The target does not answer: exit 5.
  kExhausted,        ///< A resource of this machine ran out (descriptors, ports, disk).
  kInterrupted,      ///< The user or a signal stopped it: exit 4.
  kIo,               ///< The operating system refused a read or a write.
  kCorrupt,          ///< A file or message of ours does not decode.
  kInternal,         ///< Anything else; always worth a bug report.
};

/// Why something did not happen: a kind for the program, a sentence for the reader.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< What is wrong, where, and what would be right. No trailing full stop.

  friend bool operator==(const Error&, const Error&) = default;
};

/// A T or an Error. Never empty.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  [[nodiscard]] explicit operator bool() const { return has_value(); }

  /// The value. Calling it on a failed result is a bug and aborts.
  [[nodiscard]] T& value() & {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    CHECK(has_value());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    CHECK(has_value());
    return std::move(*std::get_if<0>(&state_));
  }

  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  /// The error. Calling it on a result that has a value is a bug and aborts.
  [[nodiscard]] const Error& error() const {
    CHECK(!has_value());
    return *std::get_if<1>(&state_);
  }

  template <typename U>
  [[nodiscard]] T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error: `return {};` is success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit

  [[nodiscard]] bool has_value() const { return !error_.has_value(); }
  [[nodiscard]] explicit operator bool() const { return has_value(); }
  [[nodiscard]] const Error& error() const {
    CHECK(error_.has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace loadline

/// `TRY(expression)` is the value of a Result, or returns its error from the calling function.
#define TRY(expression)                                  \
  __extension__({                                        \
    auto&& try_result = (expression);                    \
    if (!try_result.has_value()) {                       \
      return try_result.error();                         \
    }                                                    \
    ::loadline::internal::Unwrap(std::move(try_result)); \
  })

namespace loadline::internal {
template <typename T>
T Unwrap(Result<T>&& result) {
  return std::move(result).value();
}
inline void Unwrap(Result<void>&&) {}
}  // namespace loadline::internal
