// SHA-256 as people paste it: 64 hexadecimal digits in lower case.
//
// Pure functions; safe from any thread. Source: FIPS 180-4. OpenSSL does it.
#pragma once

#include <string>
#include <string_view>

namespace loadline::fetch {

/// `e3b0c442…` of `bytes`.
[[nodiscard]] std::string Sha256(std::string_view bytes);

}  // namespace loadline::fetch
