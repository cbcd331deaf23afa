#include "cli/file_output.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace loadline::cli {
namespace {

/// Beside the file, so that a rename stays within the file system; no reader looks at `.tmp`.
std::string Beside(const std::string& path) {
  return fmt::format("{}.{}.tmp", path, ::getpid());
}

bool IsSpecial(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode) && !S_ISDIR(facts.st_mode);
}

bool IsFolder(const std::string& path) {
  struct stat facts {};
  return ::stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

Error CannotWrite(const std::string& path, int reason) {
  return {ErrorCode::kIo, fmt::format("cannot write \"{}\": {}", path, std::strerror(reason))};
}

Status WriteAll(const std::string& path, const char* mode, std::string_view content) {
  std::FILE* file = std::fopen(path.c_str(), mode);
  if (file == nullptr) {
    return CannotWrite(path, errno);
  }
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size() &&
                       std::fflush(file) == 0;
  const int reason = errno;
  if (std::fclose(file) != 0 || !written) {
    return CannotWrite(path, written ? errno : reason);
  }
  return {};
}

}  // namespace

Status CheckWritable(const std::string& path) {
  if (IsSpecial(path)) {
    return {};
  }
  Status written = IsFolder(path) ? Status(CannotWrite(path, EISDIR)) : Status();
  if (written) {
    written = WriteAll(Beside(path), "w", "");
    std::remove(Beside(path).c_str());
  }
  if (!written) {
    const std::string message = written.error().message;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("cannot write \"{}\"{}", path, message.substr(message.rfind(": ")))};
  }
  return {};
}

Status WriteWhole(const std::string& path, std::string_view content, Readers readers) {
  if (IsSpecial(path)) {
    return WriteAll(path, "w", content);
  }
  const std::string beside = Beside(path);
  Status written = WriteAll(beside, "w", content);
  const bool open_up = readers == Readers::kEverybody;
  if (written && ((open_up && ::chmod(beside.c_str(), 0644) != 0) ||
                  std::rename(beside.c_str(), path.c_str()) != 0)) {
    written = CannotWrite(path, errno);
  }
  if (!written) {
    std::remove(beside.c_str());
  }
  return written;
}

Status AppendTo(const std::string& path, std::string_view content) {
  return WriteAll(path, "a", content);
}

}  // namespace loadline::cli
