// Address: an IPv4 or IPv6 address with a port, as a small value.
//
// Plain value; safe from any thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace loadline::net {

/// Where an address lies, for the safety brake: only loopback and private need no confirmation.
enum class AddressScope : std::uint8_t {
  kLoopback,  ///< This machine: 127.0.0.0/8, ::1, and the unspecified 0.0.0.0 and ::.
  kPrivate,   ///< 10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10, fc00::/7, fe80::/10.
              ///< Source: RFC 1918, 3927, 6598, 4193, 4291.
  kPublic,    ///< Anything else.
};

class Address {
 public:
  /// 0.0.0.0:0.
  Address();

  /// A literal IPv4 or IPv6 address (`10.0.0.1`, `::1`, `[::1]`, `fe80::1%eth0`), never a name.
  /// kInvalidArgument says what was found.
  [[nodiscard]] static Result<Address> Parse(std::string_view ip, std::uint16_t port);

  /// kInvalidArgument unless the family is AF_INET or AF_INET6.
  [[nodiscard]] static Result<Address> FromSockaddr(const sockaddr* address, socklen_t size);

  /// 127.0.0.1 with `port`.
  [[nodiscard]] static Address Loopback(std::uint16_t port);

  /// `10.4.7.21:443`, `[::1]:80`.
  [[nodiscard]] std::string Text() const;
  /// `10.4.7.21`, `::1`: the address alone, without brackets.
  [[nodiscard]] std::string HostText() const;

  [[nodiscard]] std::uint16_t port() const;
  void set_port(std::uint16_t port);
  [[nodiscard]] int family() const { return storage_.any.sa_family; }  ///< AF_INET or AF_INET6.
  [[nodiscard]] bool is_ipv6() const { return family() == AF_INET6; }

  /// IPv4-mapped IPv6 addresses count as the IPv4 address they carry.
  [[nodiscard]] AddressScope Scope() const;

  /// For system calls.
  [[nodiscard]] const sockaddr* sockaddr_data() const { return &storage_.any; }
  [[nodiscard]] socklen_t sockaddr_size() const;

  /// Same family, address, port and IPv6 scope.
  friend bool operator==(const Address& a, const Address& b);

 private:
  union Storage {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  };
  Storage storage_;
};

}  // namespace loadline::net
