#include "cli/version.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <sys/utsname.h>

#include <cstdio>

#include "cli/subcommands.h"

namespace loadline::cli {
namespace {

#if defined(__clang__)
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "gcc " __VERSION__;
#endif

#if defined(NDEBUG)
constexpr std::string_view kAssertions = "without the standard library's assertions";
#else
constexpr std::string_view kAssertions = "with the standard library's assertions";
#endif

}  // namespace

std::string_view Version() {
  return LOADLINE_VERSION;
}

std::string BuildFacts() {
  utsname system{};
  ::uname(&system);
  return fmt::format(
      "loadline {}\n"
      "built    {} {}, {}\n"
      "with     {}, SQLite {}, fmt {}.{}.{}\n"
      "on       {} {} {}\n",
      Version(), LOADLINE_BUILD_TYPE, kAssertions, kCompiler, ::OpenSSL_version(OPENSSL_VERSION),
      ::sqlite3_libversion(), FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100,
      system.sysname, system.release, system.machine);
}

ExitCode VersionCommand() {
  fmt::print("{}", BuildFacts());
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
