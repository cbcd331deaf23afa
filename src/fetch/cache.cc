#include "fetch/cache.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "fetch/sha256.h"
#include "net/fd.h"

namespace loadline::fetch {
namespace {

Error Io(std::string_view what, const std::string& path) {
  return {ErrorCode::kIo, fmt::format("cannot {} {}: {}", what, path, std::strerror(errno))};
}

Status MakeFolder(const std::string& folder) {
  std::error_code fault;
  std::filesystem::create_directories(std::filesystem::path(folder).parent_path(), fault);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return Io("make", folder);
  }
  return {};
}

Status WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return Io("write", path);
    }
    content.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

std::optional<std::string> Cache::Find(std::string_view sha256) const {
  std::ifstream file(fmt::format("{}/{}", folder_, sha256), std::ios::binary);
  if (!file) {
    return std::nullopt;
  }
  std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return Sha256(content) == sha256 ? std::optional(std::move(content)) : std::nullopt;
}

Status Cache::Keep(std::string_view sha256, std::string_view content) const {
  TRY(MakeFolder(folder_));
  std::string beside = fmt::format("{}/{}.XXXXXX", folder_, sha256);
  const net::Fd fd(::mkostemp(beside.data(), O_CLOEXEC));  // 0600
  if (fd.get() < 0) {
    return Io("write to", folder_);
  }
  Status done = WriteAll(fd.get(), content, beside);
  const std::string path = fmt::format("{}/{}", folder_, sha256);
  if (done && ::rename(beside.c_str(), path.c_str()) != 0) {
    done = Io("write", path);
  }
  if (!done) {
    ::unlink(beside.c_str());
  }
  return done;
}

std::string DefaultCacheFolder() {
  const char* cache = std::getenv("XDG_CACHE_HOME");  // NOLINT: nobody writes the environment
  if (cache != nullptr && cache[0] == '/') {
    return fmt::format("{}/loadline/data", cache);
  }
  const char* home = std::getenv("HOME");  // NOLINT: as above
  return home != nullptr && home[0] == '/' ? fmt::format("{}/.cache/loadline/data", home) : "";
}

}  // namespace loadline::fetch
