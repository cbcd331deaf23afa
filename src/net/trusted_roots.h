// Which certificate authorities a client trusts where nobody names a CA file.
//
// Reads the file system and two environment variables; for start-up, safe from any thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_ctx_st;

namespace loadline::net {

/// Bundles where distributions keep their roots, in the order in which they are tried: Debian,
/// Alpine; Fedora, Red Hat; SUSE; Alpine, BSD.
[[nodiscard]] std::span<const std::string_view> KnownBundles();

/// What an environment variable says; empty: nothing.
using ReadVariable = std::function<std::string(const char* name)>;

/// Where the roots are, for one machine.
struct RootPlaces {
  std::string default_file;  ///< Compiled into OpenSSL.
  std::string default_folder;
  std::span<const std::string_view> bundles;
  ReadVariable variable;
};

/// Of this machine.
[[nodiscard]] RootPlaces UsualRootPlaces();

/// Makes `context` trust this machine's authorities: the file of SSL_CERT_FILE and the folder of
/// SSL_CERT_DIR, each OpenSSL's own place if not set; if there is neither, the first known bundle
/// that exists.
///
/// Errors: kNotFound if there are none, with where they were looked for; also if SSL_CERT_FILE
/// names a file that cannot be read. kInvalidArgument if a bundle does not parse.
[[nodiscard]] Status TrustSystemRoots(ssl_ctx_st* context, const RootPlaces& places);

}  // namespace loadline::net
