#include "scenario/surroundings.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace loadline::scenario {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

Result<std::string> ReadFile(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) {
    return Error{errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                 fmt::format("cannot open {}: {}", path, std::strerror(errno))};
  }
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file.get());
    content.append(buffer.data(), n);
    if (content.size() > kMaxFileBytes) {
      return Error{ErrorCode::kIo, fmt::format("{} is larger than 1 GiB", path)};
    }
    if (n < buffer.size()) {
      break;
    }
  }
  if (std::ferror(file.get()) != 0) {
    return Error{ErrorCode::kIo, fmt::format("cannot read {}: {}", path, std::strerror(errno))};
  }
  return content;
}

}  // namespace

Surroundings SystemSurroundings() {
  return {.variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());  // NOLINT: nobody writes the environment
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          .read_file = ReadFile,
          .fetch = nullptr,
          .ask_model = nullptr};
}

}  // namespace loadline::scenario
