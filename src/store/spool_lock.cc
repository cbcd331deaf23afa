#include "store/spool_lock.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

namespace loadline::store {
namespace {

std::string OwnerFile(const std::string& folder) {
  return folder + "/owner";
}

Error SystemError(const std::string& what, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {full ? ErrorCode::kExhausted : ErrorCode::kIo,
          fmt::format("{}: {}", what, std::strerror(number))};
}

/// A lock on all of a file that belongs to the open file, not to the process: it lasts until the
/// last copy of the descriptor is closed, and asking for it (F_OFD_GETLK) disturbs nobody.
struct flock WholeFile(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// Whether `path` still names the file behind `fd`: it does not where its owner removed the folder
/// between our open and our lock.
bool StillThere(const std::string& path, int fd) {
  struct stat by_name {};
  struct stat by_fd {};
  return stat(path.c_str(), &by_name) == 0 && fstat(fd, &by_fd) == 0 &&
         by_name.st_ino == by_fd.st_ino && by_name.st_dev == by_fd.st_dev;
}

}  // namespace

Result<SpoolLock> SpoolLock::Take(const std::string& folder) {
  constexpr int kTries = 100;  // Each needs another process to remove the folder just now.
  for (int i = 0; i < kTries; ++i) {
    std::error_code code;
    std::filesystem::create_directories(folder, code);
    if (code) {
      return SystemError(fmt::format("cannot create the spool folder {}", folder), code.value());
    }
    const std::string file = OwnerFile(folder);
    const int fd = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
      if (errno == ENOENT) {
        continue;
      }
      return SystemError(fmt::format("cannot open {}", file), errno);
    }
    struct flock whole = WholeFile(F_WRLCK);
    if (fcntl(fd, F_OFD_SETLK, &whole) != 0) {
      const int why = errno;
      close(fd);
      if (why == EAGAIN || why == EACCES) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the spool {} is in use by a run that is going on", folder)};
      }
      return SystemError(fmt::format("cannot lock {}", file), why);
    }
    if (!StillThere(file, fd)) {
      close(fd);
      continue;
    }
    // For people only: the lock says who lives, so a failed write does no harm.
    const std::string pid = fmt::format("{}\n", getpid());
    if (ftruncate(fd, 0) == 0) {
      [[maybe_unused]] const ssize_t written = pwrite(fd, pid.data(), pid.size(), 0);
    }
    return SpoolLock(folder, fd);
  }
  return Error{ErrorCode::kIo, fmt::format("the spool folder {} does not stay in place", folder)};
}

SpoolLock::SpoolLock(SpoolLock&& other) noexcept
    : folder_(std::move(other.folder_)), fd_(std::exchange(other.fd_, -1)) {}

SpoolLock& SpoolLock::operator=(SpoolLock&& other) noexcept {
  if (this != &other) {
    LetGo();
    folder_ = std::move(other.folder_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

SpoolLock::~SpoolLock() {
  LetGo();
}

void SpoolLock::LetGo() {
  if (fd_ < 0) {
    return;
  }
  std::error_code code;
  bool empty = true;
  for (auto it = std::filesystem::directory_iterator(folder_, code);
       !code && it != std::filesystem::directory_iterator(); it.increment(code)) {
    empty = empty && it->path().filename() == "owner";
  }
  if (empty && !code) {
    // While the lock is still held: who waits for it finds its file gone and begins anew.
    std::filesystem::remove(OwnerFile(folder_), code);
    std::filesystem::remove(folder_, code);
  }
  close(std::exchange(fd_, -1));
}

bool IsLocked(const std::string& folder) {
  const int fd = open(OwnerFile(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return false;
  }
  struct flock whole = WholeFile(F_RDLCK);
  const bool locked = fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
  close(fd);
  return locked;
}

}  // namespace loadline::store
