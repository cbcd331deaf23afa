// Whether this build is instrumented by a sanitizer, which makes it some ten times slower.
//
// For tests that repeat something until statistics can speak: what the statistics say is proved by
// the release build, and a sanitizer has seen every line after a few repetitions.
#pragma once

namespace loadline {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace loadline
