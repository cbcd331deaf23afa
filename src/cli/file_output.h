// Files that other programs read while we write them: each appears whole or not at all.
//
// Safe from any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::cli {

/// Whether WriteWhole() will be able to write `path`; leaves nothing behind.
/// Errors: kInvalidArgument with the system's reason.
[[nodiscard]] Status CheckWritable(const std::string& path);

/// Who may read a file that is written.
enum class Readers {
  kEverybody,  ///< A collector is often another user.
  kByUmask,    ///< As the user's other files.
};

/// Replaces `path` by a file with `content`: written beside it and renamed, so that nobody sees
/// half of it and a full disk leaves the earlier file. What is no ordinary file (a pipe,
/// /dev/stdout) is written to. Errors: kIo with the system's reason.
[[nodiscard]] Status WriteWhole(const std::string& path, std::string_view content,
                                Readers readers = Readers::kEverybody);

/// Appends `content` to `path`, which may not exist yet. Errors: kIo.
[[nodiscard]] Status AppendTo(const std::string& path, std::string_view content);

}  // namespace loadline::cli
