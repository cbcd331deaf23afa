// SpoolLock: says that a spool folder belongs to a process that lives.
//
// A lock on the file `owner` of the folder: the kernel drops it when the process ends, however it
// ends, and no number of a process that came later can be mistaken for it. The file names its
// process for people. One SpoolLock belongs to one thread.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace loadline::store {

class SpoolLock {
 public:
  /// Makes `folder` (and its parents) where missing and locks it.
  ///
  /// Errors: kInvalidArgument (another process holds it), kIo, kExhausted (disk full).
  [[nodiscard]] static Result<SpoolLock> Take(const std::string& folder);

  SpoolLock(SpoolLock&& other) noexcept;
  SpoolLock& operator=(SpoolLock&& other) noexcept;
  /// Removes the folder if it holds nothing but the lock, and lets go.
  ~SpoolLock();

  [[nodiscard]] const std::string& folder() const { return folder_; }

 private:
  SpoolLock(std::string folder, int fd) : folder_(std::move(folder)), fd_(fd) {}

  void LetGo();

  std::string folder_;
  int fd_ = -1;
};

/// Whether a living process holds `folder`. A folder that does not exist is held by nobody.
[[nodiscard]] bool IsLocked(const std::string& folder);

}  // namespace loadline::store
