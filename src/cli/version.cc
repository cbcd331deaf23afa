#include "cli/version.h"

#include <ares.h>
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

#if defined(LOADLINE_STATIC)
constexpr std::string_view kLinkage = "static: needs no libraries";
#else
constexpr std::string_view kLinkage = "dynamic: uses this machine's libraries";
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
      "linked   {}\n"
      "with     {}, SQLite {}, c-ares {}, fmt {}.{}.{}\n"
      "on       {} {} {}\n",
      Version(), LOADLINE_BUILD_TYPE, kAssertions, kCompiler, kLinkage,
      ::OpenSSL_version(OPENSSL_VERSION), ::sqlite3_libversion(), ::ares_version(nullptr),
      FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100, system.sysname,
      system.release, system.machine);
}

ExitCode VersionCommand() {
  fmt::print("{}", BuildFacts());
  return ExitCode::kHeld;
}

}  // namespace loadline::cli
