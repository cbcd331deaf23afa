// A certificate for practice, made in memory: nobody vouches for it but ourselves.
//
// Thread-safe. OpenSSL's headers stay in the .cc file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace loadline::serve {

/// A certificate and its private key, both PEM.
struct PemPair {
  std::string certificate;
  std::string key;
};

/// A new P-256 key and a certificate for it, signed by itself, valid for `days` from yesterday on.
/// `names`: host names and literal addresses that it is for; the first is its common name.
///
/// Errors: kInvalidArgument without names; kInternal with OpenSSL's reason.
[[nodiscard]] Result<PemPair> MakeSelfSigned(const std::vector<std::string>& names, int days = 30);

}  // namespace loadline::serve
