// Cache: documents kept by their checksum, so that a second run needs no network.
//
//   <folder>/<sha256>   the document; written beside and renamed, so it is whole or not there
//
// What is read is checked against its name: a file that was changed or cut counts as not there. May
// be used by several processes at once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::fetch {

class Cache {
 public:
  /// Nothing is made before something is kept.
  explicit Cache(std::string folder) : folder_(std::move(folder)) {}

  /// The document with this checksum (64 hexadecimal digits in lower case), if it is here.
  [[nodiscard]] std::optional<std::string> Find(std::string_view sha256) const;

  /// Keeps `content`, whose checksum this is, readable for the user alone. Errors: kIo.
  [[nodiscard]] Status Keep(std::string_view sha256, std::string_view content) const;

 private:
  std::string folder_;
};

/// `$XDG_CACHE_HOME/loadline/data`, else `~/.cache/loadline/data`; empty if neither XDG_CACHE_HOME
/// (absolute, as the XDG rules demand) nor HOME is set.
[[nodiscard]] std::string DefaultCacheFolder();

}  // namespace loadline::fetch
