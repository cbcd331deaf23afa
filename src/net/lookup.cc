#include "net/lookup.h"

#include <ares.h>
#include <arpa/inet.h>
#include <fmt/core.h>
#include <poll.h>
#include <strings.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/check.h"
#include "net/fd.h"
#include "net/net_error.h"

namespace loadline::net {
namespace {

// Asks the routing table: connecting a UDP socket sends nothing.
bool HasRoute(const Address& address) {
  const Fd fd(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) {
    return errno != EAFNOSUPPORT;
  }
  if (::connect(fd.get(), address.sockaddr_data(), address.sockaddr_size()) == 0) {
    return true;
  }
  return errno != ENETUNREACH && errno != EHOSTUNREACH && errno != EADDRNOTAVAIL;
}

void DropUnroutable(std::vector<Address>& addresses) {
  if (std::any_of(addresses.begin(), addresses.end(), HasRoute)) {
    std::erase_if(addresses, [](const Address& a) { return !HasRoute(a); });
  }
}

// `localhost` and what ends with `.localhost` never leave this machine (RFC 6761, 6.3).
bool IsLocalhost(std::string_view host) {
  constexpr std::string_view kName = "localhost";
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  if (host.size() < kName.size() ||
      ::strncasecmp(host.data() + host.size() - kName.size(), kName.data(), kName.size()) != 0) {
    return false;
  }
  return host.size() == kName.size() || host[host.size() - kName.size() - 1] == '.';
}

// The number behind `name` in a word such as `timeout:3`, within 1..most; null if it is another.
std::optional<int> Option(std::string_view word, std::string_view name, int most) {
  if (!word.starts_with(name)) {
    return std::nullopt;
  }
  word.remove_prefix(name.size());
  int value = 0;
  const auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (problem != std::errc{} || end != word.data() + word.size()) {
    return std::nullopt;
  }
  return std::clamp(value, 1, most);
}

/// What c-ares found; filled by its callback.
struct Answer {
  bool done = false;
  int status = ARES_SUCCESS;
  std::vector<Address> addresses;
};

void TakeAnswer(void* data, int status, int /*timeouts*/, ares_addrinfo* found) {
  auto* answer = static_cast<Answer*>(data);
  answer->done = true;
  answer->status = status;
  if (found == nullptr) {
    return;
  }
  for (const ares_addrinfo_node* node = found->nodes; node != nullptr; node = node->ai_next) {
    const Result<Address> address = Address::FromSockaddr(node->ai_addr, node->ai_addrlen);
    if (address && std::find(answer->addresses.begin(), answer->addresses.end(), *address) ==
                       answer->addresses.end()) {
      answer->addresses.push_back(*address);
    }
  }
  ares_freeaddrinfo(found);
}

/// One lookup's state in c-ares.
class Channel {
 public:
  static Result<std::unique_ptr<Channel>> Create(const LookupPlaces& places,
                                                 const DnsPatience& patience, bool asks_dns) {
    std::string resolv_conf = places.resolv_conf;
    std::string order = asks_dns ? "fb" : "f";  // f: the hosts file, b: DNS.
    ares_options options{};
    options.timeout = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(patience.timeout).count());
    options.tries = patience.attempts;
    options.udp_port = places.dns_port;
    options.tcp_port = places.dns_port;
    options.lookups = order.data();
    options.resolvconf_path = resolv_conf.data();
    std::unique_ptr<Channel> result(new Channel);
    const int status =
        ares_init_options(&result->channel_, &options,
                          ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_UDP_PORT |
                              ARES_OPT_TCP_PORT | ARES_OPT_LOOKUPS | ARES_OPT_RESOLVCONF);
    if (status != ARES_SUCCESS) {
      return Error{ErrorCode::kUnavailable,
                   fmt::format("{}: {}", places.resolv_conf, ares_strerror(status))};
    }
    return result;
  }

  ~Channel() {
    if (channel_ != nullptr) {
      ares_destroy(channel_);
    }
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  Answer Ask(const std::string& host) {
    Answer answer;
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &TakeAnswer, &answer);
    while (!answer.done) {
      WaitOnce();
    }
    return answer;
  }

  /// `10.0.0.2, 10.0.0.3`.
  [[nodiscard]] std::string Servers() const {
    ares_addr_node* servers = nullptr;
    std::string text;
    if (ares_get_servers(channel_, &servers) != ARES_SUCCESS) {
      return text;
    }
    for (const ares_addr_node* each = servers; each != nullptr; each = each->next) {
      std::array<char, INET6_ADDRSTRLEN> name{};
      ::inet_ntop(each->family, &each->addr, name.data(), name.size());
      text.append(text.empty() ? "" : ", ").append(name.data());
    }
    ares_free_data(servers);
    return text;
  }

 private:
  Channel() = default;

  /// Waits until a server answers or has been waited for long enough, and goes on.
  void WaitOnce() {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const auto wanted =
        static_cast<unsigned>(ares_getsock(channel_, sockets.data(), ARES_GETSOCK_MAXNUM));
    std::array<pollfd, ARES_GETSOCK_MAXNUM> polled{};
    nfds_t count = 0;
    for (unsigned i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const bool reads = ((wanted >> i) & 1U) != 0;
      const bool writes = ((wanted >> (i + ARES_GETSOCK_MAXNUM)) & 1U) != 0;
      if (reads || writes) {
        polled[count++] = {sockets[i],
                           static_cast<short>((reads ? POLLIN : 0) | (writes ? POLLOUT : 0)), 0};
      }
    }
    timeval left{};
    const bool waits = ares_timeout(channel_, nullptr, &left) != nullptr;
    CHECK(waits || count > 0);  // Otherwise nothing would ever answer.
    const auto left_ms = static_cast<int>(left.tv_sec * 1000 + (left.tv_usec + 999) / 1000);
    ::poll(polled.data(), count, waits ? left_ms : -1);
    for (nfds_t i = 0; i < count; ++i) {
      const bool readable = (polled[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool writable = (polled[i].revents & POLLOUT) != 0;
      ares_process_fd(channel_, readable ? polled[i].fd : ARES_SOCKET_BAD,
                      writable ? polled[i].fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // For what has timed out.
  }

  ares_channel channel_ = nullptr;
};

std::string Reason(int status, const std::string& servers, const LookupPlaces& places) {
  if (status == ARES_ETIMEOUT || status == ARES_ECONNREFUSED) {
    if (!std::ifstream(places.resolv_conf).good()) {
      return fmt::format(
          "not in /etc/hosts, there is no {} that names a DNS server, and this machine has none; "
          "give the address with --resolve",
          places.resolv_conf);
    }
    return fmt::format("no DNS server answers (asked {})", servers);
  }
  if (status == ARES_ENOTFOUND) {
    return fmt::format("no such name (asked /etc/hosts, DNS {})", servers);
  }
  if (status == ARES_ENODATA || status == ARES_SUCCESS) {
    return "the name has no address";
  }
  if (status == ARES_EBADNAME) {
    return "not a valid name";
  }
  return fmt::format("{} (DNS {})", ares_strerror(status), servers);
}

}  // namespace

DnsPatience ReadPatience(std::string_view resolv_conf) {
  constexpr int kMostSeconds = 30;
  constexpr int kMostAttempts = 5;
  DnsPatience patience;
  std::istringstream lines{std::string(resolv_conf)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != "options") {
      continue;
    }
    while (words >> word) {
      if (const std::optional<int> seconds = Option(word, "timeout:", kMostSeconds)) {
        patience.timeout = std::chrono::seconds(*seconds);
      } else if (const std::optional<int> times = Option(word, "attempts:", kMostAttempts)) {
        patience.attempts = *times;
      }
    }
  }
  return patience;
}

Result<std::vector<Address>> LookupAt(const LookupPlaces& places, const std::string& host,
                                      std::uint16_t port) {
  std::ostringstream resolv_conf;
  resolv_conf << std::ifstream(places.resolv_conf).rdbuf();
  const DnsPatience patience = places.patience.value_or(ReadPatience(resolv_conf.str()));
  const bool is_localhost = IsLocalhost(host);
  const std::unique_ptr<Channel> channel = TRY(Channel::Create(places, patience, !is_localhost));
  Answer answer = channel->Ask(host);
  if (answer.addresses.empty() && is_localhost) {
    // Not ::1 as well: what listens on one family only would then seem half broken.
    answer.addresses = {Address::Loopback(port)};
  }
  if (answer.addresses.empty()) {
    return Error{ErrorCode::kUnavailable,
                 fmt::format("cannot resolve \"{}\": {}", host,
                             Reason(answer.status, channel->Servers(), places))};
  }
  for (Address& address : answer.addresses) {
    address.set_port(port);
  }
  DropUnroutable(answer.addresses);
  return std::move(answer.addresses);
}

Result<std::vector<Address>> LookupName(const std::string& host, std::uint16_t port) {
  return LookupAt(LookupPlaces{}, host, port);
}

}  // namespace loadline::net
