#include "net/limits.h"

#include <dirent.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "net/net_error.h"

namespace loadline::net {
namespace {

Result<rlimit> ReadDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return Error{ErrorCode::kIo, fmt::format("getrlimit: {}", ErrnoText(errno))};
  }
  return limit;
}

std::int64_t Count(rlim_t limit) {
  constexpr rlim_t kMost = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(limit, kMost));
}

Result<std::string> ReadSmallFile(const char* path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file.good() && !file.eof()) {
    return Error{ErrorCode::kIo, fmt::format("cannot read {}", path)};
  }
  return text.str();
}

// Open descriptors by /proc; null without it.
std::optional<std::int64_t> CountInProc() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), &closedir);
  if (folder == nullptr) {
    return std::nullopt;
  }
  std::int64_t open = -1;                                // The folder's own.
  while (const dirent* entry = readdir(folder.get())) {  // NOLINT: one DIR, one thread.
    open += entry->d_name[0] != '.' ? 1 : 0;
  }
  return open;
}

}  // namespace

std::int64_t CountByAsking(std::int64_t limit) {
  constexpr std::size_t kAtOnce = 1024;
  std::vector<pollfd> asked(kAtOnce);
  std::int64_t open = 0;
  for (std::int64_t first = 0; first < limit; first += static_cast<std::int64_t>(kAtOnce)) {
    for (std::size_t i = 0; i < kAtOnce; ++i) {
      asked[i] = {static_cast<int>(first + static_cast<std::int64_t>(i)), 0, 0};
    }
    // A limit below the batch would refuse the whole of it.
    const auto count = std::min<std::int64_t>(limit - first, kAtOnce);
    if (::poll(asked.data(), static_cast<nfds_t>(count), 0) < 0) {
      break;
    }
    const auto here = std::count_if(asked.begin(), asked.begin() + count, [](const pollfd& each) {
      return (each.revents & POLLNVAL) == 0;
    });
    open += here;
    if (here == 0) {
      break;
    }
  }
  return open;
}

Result<std::int64_t> RaiseDescriptorLimit() {
  rlimit limit = TRY(ReadDescriptorLimit());
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  if (limit.rlim_cur != before && setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    limit.rlim_cur = before;
  }
  return Count(limit.rlim_cur);
}

Result<Descriptors> CountDescriptors() {
  const rlimit limit = TRY(ReadDescriptorLimit());
  Descriptors result{.limit = Count(limit.rlim_cur), .ceiling = Count(limit.rlim_max)};
  const std::optional<std::int64_t> open = CountInProc();
  result.open = open ? *open : CountByAsking(result.limit);
  return result;
}

Result<LocalPorts> ParseLocalPortRange(std::string_view text) {
  std::istringstream stream{std::string(text)};
  LocalPorts ports;
  if (!(stream >> ports.first >> ports.last) || ports.first < 1 || ports.last > 65535 ||
      ports.first > ports.last) {
    return Error{ErrorCode::kCorrupt, fmt::format("\"{}\" is not a range of ports", text)};
  }
  return ports;
}

Result<LocalPorts> ReadLocalPortRange() {
  const std::string text = TRY(ReadSmallFile("/proc/sys/net/ipv4/ip_local_port_range"));
  return ParseLocalPortRange(text);
}

Result<TcpSockets> CountTcpSockets() {
  std::istringstream lines(TRY(ReadSmallFile("/proc/net/sockstat")));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    if (word != "TCP:") {
      continue;
    }
    TcpSockets sockets;
    for (std::int64_t value = 0; words >> word >> value;) {
      if (word == "inuse") {
        sockets.in_use = value;
      } else if (word == "tw") {
        sockets.time_wait = value;
      }
    }
    return sockets;
  }
  return Error{ErrorCode::kCorrupt, "/proc/net/sockstat has no line of TCP sockets"};
}

}  // namespace loadline::net
