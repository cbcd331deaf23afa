#include "cli/html_file.h"

#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "cli/file_output.h"
#include "report/html.h"

namespace loadline::cli {
namespace {

namespace fs = std::filesystem;

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
  if (path == "-") {
    std::cout << page;
    std::cout.flush();
    return std::cout ? Status()
                     : Status(Error{ErrorCode::kIo, "standard output cannot be written"});
  }
  const Status written = WriteWhole(path, page, Readers::kByUmask);
  return written ? Status()
                 : Status(Error{ErrorCode::kInvalidArgument,
                                fmt::format("{}: {}", flag, written.error().message)});
}

}  // namespace loadline::cli
