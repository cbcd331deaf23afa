#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <net/if.h>

#include <cstring>

namespace loadline::net {
namespace {

bool IsPrivateV4(std::uint32_t ip) {
  return (ip >> 24) == 10 || (ip >> 20) == 0xac1 || (ip >> 16) == 0xc0a8 || (ip >> 16) == 0xa9fe ||
         (ip >> 22) == (0x64400000U >> 22);
}

AddressScope ScopeV4(std::uint32_t ip) {
  if ((ip >> 24) == 127 || ip == 0) {
    return AddressScope::kLoopback;
  }
  return IsPrivateV4(ip) ? AddressScope::kPrivate : AddressScope::kPublic;
}

AddressScope ScopeV6(const in6_addr& ip) {
  if (IN6_IS_ADDR_LOOPBACK(&ip) || IN6_IS_ADDR_UNSPECIFIED(&ip)) {
    return AddressScope::kLoopback;
  }
  if (IN6_IS_ADDR_V4MAPPED(&ip)) {
    std::uint32_t v4 = 0;
    std::memcpy(&v4, ip.s6_addr + 12, sizeof(v4));
    return ScopeV4(ntohl(v4));
  }
  const bool unique_local = (ip.s6_addr[0] & 0xfe) == 0xfc;
  return unique_local || IN6_IS_ADDR_LINKLOCAL(&ip) ? AddressScope::kPrivate
                                                    : AddressScope::kPublic;
}

Error NotAnAddress(std::string_view text) {
  return {ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not an IPv4 or IPv6 address", text)};
}

}  // namespace

Address::Address() : storage_{} {
  storage_.v4 = sockaddr_in{};
  storage_.v4.sin_family = AF_INET;
}

Result<Address> Address::Parse(std::string_view ip, std::uint16_t port) {
  std::string_view bare = ip;
  if (bare.size() >= 2 && bare.front() == '[' && bare.back() == ']') {
    bare = bare.substr(1, bare.size() - 2);
    if (bare.find(':') == std::string_view::npos) {
      return NotAnAddress(ip);  // Brackets are for IPv6.
    }
  }
  if (bare.find('\0') != std::string_view::npos) {
    return NotAnAddress(ip);  // inet_pton would stop there and believe the rest away.
  }
  Address address;
  std::string text(bare);
  if (inet_pton(AF_INET, text.c_str(), &address.storage_.v4.sin_addr) == 1) {
    address.set_port(port);
    return address;
  }
  std::uint32_t scope_id = 0;
  if (const std::size_t percent = text.find('%'); percent != std::string::npos) {
    scope_id = if_nametoindex(text.c_str() + percent + 1);
    if (scope_id == 0) {
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("\"{}\" names a network interface that this machine lacks", ip)};
    }
    text.resize(percent);
  }
  address.storage_.v6 = sockaddr_in6{};
  address.storage_.v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET6, text.c_str(), &address.storage_.v6.sin6_addr) != 1) {
    return NotAnAddress(ip);
  }
  address.storage_.v6.sin6_scope_id = scope_id;
  address.set_port(port);
  return address;
}

Result<Address> Address::FromSockaddr(const sockaddr* address, socklen_t size) {
  Address result;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    std::memcpy(&result.storage_.v4, address, sizeof(sockaddr_in));
  } else if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    std::memcpy(&result.storage_.v6, address, sizeof(sockaddr_in6));
  } else {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("address family {} is neither IPv4 nor IPv6", address->sa_family)};
  }
  return result;
}

Address Address::Loopback(std::uint16_t port) {
  Address address;
  address.storage_.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.set_port(port);
  return address;
}

std::string Address::Text() const {
  return is_ipv6() ? fmt::format("[{}]:{}", HostText(), port())
                   : fmt::format("{}:{}", HostText(), port());
}

std::string Address::HostText() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (!is_ipv6()) {
    inet_ntop(AF_INET, &storage_.v4.sin_addr, buffer, sizeof(buffer));
    return buffer;
  }
  inet_ntop(AF_INET6, &storage_.v6.sin6_addr, buffer, sizeof(buffer));
  std::string text = buffer;
  if (storage_.v6.sin6_scope_id != 0) {
    char name[IF_NAMESIZE] = {};
    if (if_indextoname(storage_.v6.sin6_scope_id, name) != nullptr) {
      text += '%';
      text += name;
    }
  }
  return text;
}

std::uint16_t Address::port() const {
  return ntohs(is_ipv6() ? storage_.v6.sin6_port : storage_.v4.sin_port);
}

void Address::set_port(std::uint16_t port) {
  (is_ipv6() ? storage_.v6.sin6_port : storage_.v4.sin_port) = htons(port);
}

AddressScope Address::Scope() const {
  return is_ipv6() ? ScopeV6(storage_.v6.sin6_addr) : ScopeV4(ntohl(storage_.v4.sin_addr.s_addr));
}

socklen_t Address::sockaddr_size() const {
  return is_ipv6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

bool operator==(const Address& a, const Address& b) {
  if (a.family() != b.family() || a.port() != b.port()) {
    return false;
  }
  if (!a.is_ipv6()) {
    return a.storage_.v4.sin_addr.s_addr == b.storage_.v4.sin_addr.s_addr;
  }
  return std::memcmp(&a.storage_.v6.sin6_addr, &b.storage_.v6.sin6_addr, sizeof(in6_addr)) == 0 &&
         a.storage_.v6.sin6_scope_id == b.storage_.v6.sin6_scope_id;
}

}  // namespace loadline::net
