// CHECK: an invariant whose breach is a bug in Loadline, never bad input. Stays on in release.
//
// Safe from any thread. Bad input is a Result (base/result.h), not a CHECK.
#pragma once

namespace loadline {

/// Prints `condition` and its place to stderr, then aborts. Called by CHECK only.
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);

}  // namespace loadline

/// Aborts with the place and the text of `condition` unless it holds.
#define CHECK(condition)                                       \
  do {                                                         \
    if (!(condition)) [[unlikely]] {                           \
      ::loadline::CheckFailed(#condition, __FILE__, __LINE__); \
    }                                                          \
  } while (false)
