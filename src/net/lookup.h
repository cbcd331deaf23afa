// Names to addresses without the C library's resolver: the hosts file first, then DNS (c-ares).
//
// One behaviour in every build, also in one that is linked statically and runs where there is
// nothing but the program (docs/decisions/0011-own-name-lookup.md). Blocks; safe from any thread;
// the files are read anew each time, so a changed /etc/resolv.conf is followed.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "net/address.h"

namespace loadline::net {

/// Looks a name up; blocks. The one place where the outside world enters; tests pass their own.
using Lookup =
    std::function<Result<std::vector<Address>>(const std::string& host, std::uint16_t port)>;

/// How long a name server is waited for.
struct DnsPatience {
  Duration timeout = 2s;  ///< For the first answer; each further attempt waits twice as long.
  int attempts = 3;       ///< Times that every server is asked.

  friend bool operator==(const DnsPatience&, const DnsPatience&) = default;
};

/// What `options timeout:N attempts:N` of the text of a resolv.conf ask for, within 1..30 s and
/// 1..5 attempts as the C library's resolver limits them; the defaults where they say nothing.
[[nodiscard]] DnsPatience ReadPatience(std::string_view resolv_conf);

/// Where names are looked up.
struct LookupPlaces {
  std::string resolv_conf = "/etc/resolv.conf";  ///< Servers, search domains, options.
  std::uint16_t dns_port = 53;                   ///< Of servers that the file names without one.
  std::optional<DnsPatience> patience;           ///< Instead of the file's.
};

/// Every address of `host`, both families, best first (RFC 6724), without duplicates, each with
/// `port`; those that this machine has no route to are left out unless it has a route to none.
///
/// The hosts file (/etc/hosts) comes first; without it `localhost` is 127.0.0.1 (RFC 6761). Then
/// the servers, search domains, `ndots`, `timeout` and `attempts` of resolv.conf; without that file
/// a server on this machine is asked. Other sources of the C library (mDNS, LDAP) are not.
///
/// Errors: kUnavailable, with who was asked and what they said.
[[nodiscard]] Result<std::vector<Address>> LookupAt(const LookupPlaces& places,
                                                    const std::string& host, std::uint16_t port);

/// The same at this machine's usual places.
[[nodiscard]] Result<std::vector<Address>> LookupName(const std::string& host, std::uint16_t port);

}  // namespace loadline::net
