// `loadline standin`: a model service to practise on.
#include "standin/standin.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "cli/interruption.h"
#include "cli/subcommands.h"

namespace loadline::cli {
namespace {

/// How long requests under way may take once it shall end.
constexpr Duration kGrace = 2s;

Result<standin::StandinOptions> ReadOptions(const Arguments& arguments) {
  standin::StandinOptions options;
  std::string faults;
  for (const GivenFlag& given : arguments.flags) {
    if (given.flag->name == "--quiet") {
      continue;
    }
    const Status set = standin::SetOption(options, given.flag->name, given.value);
    if (!set) {
      faults.append(faults.empty() ? "" : "\n").append(set.error().message);
    }
  }
  if (faults.empty()) {
    TRY(standin::ValidateOptions(options));
    return options;
  }
  return Error{ErrorCode::kInvalidArgument, std::move(faults)};
}

void Announce(const standin::Standin& service, const standin::StandinOptions& options, bool quiet) {
  if (quiet) {
    fmt::print("{}\n", service.url());
  } else {
    fmt::print("standin  {}\n", service.url());
    fmt::print("model    {}\n", standin::Describe(options));
    fmt::print("try      loadline find {}/score --p95 200ms\n", service.url());
  }
  std::fflush(stdout);
}

Status Serve(const Arguments& arguments) {
  const standin::StandinOptions options = TRY(ReadOptions(arguments));
  ::signal(SIGPIPE, SIG_IGN);
  const std::unique_ptr<Interruption> interruption =
      TRY(Interruption::Start(arguments.Has("--quiet") ? "" : "\nfinishing what is under way\n"));
  const std::unique_ptr<standin::Standin> service = TRY(standin::Standin::Create(options));
  service->Start();
  Announce(*service, options, arguments.Has("--quiet"));
  pollfd wake{interruption->wake_fd(), POLLIN, 0};
  while (::poll(&wake, 1, -1) < 0 && errno == EINTR) {
  }
  service->Stop(kGrace);
  service->Wait();
  return {};
}

}  // namespace

ExitCode StandinCommand(const Arguments& arguments) {
  const Status served = Serve(arguments);
  return served ? ExitCode::kHeld : Fail(served.error());
}

}  // namespace loadline::cli
