// Base64 with padding, as RFC 4648 section 4 defines it. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline {

/// `bytes` in the standard alphabet, padded with `=`.
[[nodiscard]] std::string EncodeBase64(std::string_view bytes);

/// The bytes that `text` stands for. Padding may be left out; anything else that the encoder does
/// not write (white space, other alphabets, stray bits at the end) is kCorrupt.
[[nodiscard]] Result<std::string> DecodeBase64(std::string_view text);

}  // namespace loadline
