#include "cli/html_file.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "report/html.h"

namespace loadline::cli {
namespace {

namespace fs = std::filesystem;

Error CannotWrite(const std::string& path, std::string_view flag) {
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{}: cannot write \"{}\": {}", flag, path, std::strerror(errno))};
}

Status WriteWhole(const std::string& path, std::string_view flag, const std::string& page) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) {
    return CannotWrite(path, flag);
  }
  file << page;
  file.close();
  return file ? Status() : Status(CannotWrite(path, flag));
}

}  // namespace

Status CheckHtmlTarget(const std::string& path, std::string_view flag, std::string_view way_out) {
  std::error_code code;
  if (!fs::is_regular_file(path, code) || fs::file_size(path, code) == 0) {
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  std::string begin(report::kReportMark.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  if (file && begin == report::kReportMark) {
    return {};
  }
  return Error{
      ErrorCode::kInvalidArgument,
      fmt::format("{}: \"{}\" exists and is no report of loadline; {}", flag, path, way_out)};
}

Status WriteHtml(const std::string& path, std::string_view flag, const std::string& page) {
  std::error_code code;
  if (fs::exists(path, code) && !fs::is_regular_file(path, code)) {
    return WriteWhole(path, flag, page);
  }
  const std::string temporary = fmt::format("{}.{}.part", path, ::getpid());
  const Status written = WriteWhole(temporary, flag, page);
  if (!written) {
    const int error = errno;
    std::remove(temporary.c_str());
    errno = error;
    return CannotWrite(path, flag);
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    const Error error = CannotWrite(path, flag);
    std::remove(temporary.c_str());
    return error;
  }
  return {};
}

}  // namespace loadline::cli
