#include "net/address.h"

#include <gtest/gtest.h>
#include <sys/un.h>

namespace loadline::net {
namespace {

TEST(Address, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(Address::Parse("10.4.7.21", 443)->Text(), "10.4.7.21:443");
  EXPECT_EQ(Address::Parse("::1", 80)->Text(), "[::1]:80");
  EXPECT_EQ(Address::Parse("[2001:DB8:0::1]", 80)->HostText(), "2001:db8::1");
  EXPECT_TRUE(Address::Parse("::1", 80)->is_ipv6());
  EXPECT_EQ(Address::Loopback(8500).Text(), "127.0.0.1:8500");
  EXPECT_EQ(Address().Text(), "0.0.0.0:0");
}

TEST(Address, KeepsTheInterfaceOfALinkLocalAddress) {
  const Result<Address> address = Address::Parse("fe80::1%lo", 80);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(address->HostText(), "fe80::1%lo");
  EXPECT_FALSE(*address == *Address::Parse("fe80::1", 80));
  EXPECT_FALSE(Address::Parse("fe80::1%no-such-card", 80).has_value());
}

TEST(Address, RefusesWhatIsNoAddress) {
  for (const std::string_view text : {"", "localhost", "1.2.3", "1.2.3.256", "01.2.3.4x",
                                      "[10.0.0.1]", "[::1", "::g", "1.2.3.4:80"}) {
    EXPECT_FALSE(Address::Parse(text, 1).has_value()) << text;
  }
  EXPECT_FALSE(Address::Parse(std::string_view("10.0.0.1\0x", 10), 1).has_value());
}

TEST(Address, ComparesFamilyAddressAndPort) {
  EXPECT_EQ(*Address::Parse("10.0.0.1", 1), *Address::Parse("10.0.0.1", 1));
  EXPECT_FALSE(*Address::Parse("10.0.0.1", 1) == *Address::Parse("10.0.0.1", 2));
  EXPECT_FALSE(*Address::Parse("10.0.0.1", 1) == *Address::Parse("10.0.0.2", 1));
  EXPECT_FALSE(*Address::Parse("0.0.0.0", 1) == *Address::Parse("::", 1));
}

TEST(Address, GoesThroughSockaddrUnchanged) {
  for (const std::string_view text : {"192.0.2.7", "2001:db8::7"}) {
    const Address address = *Address::Parse(text, 8080);
    EXPECT_EQ(*Address::FromSockaddr(address.sockaddr_data(), address.sockaddr_size()), address);
  }
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(
      Address::FromSockaddr(reinterpret_cast<const sockaddr*>(&local), sizeof(local)).has_value());
}

TEST(Address, KnowsWhereItLies) {
  const auto scope = [](std::string_view text) { return Address::Parse(text, 1)->Scope(); };
  for (const std::string_view text :
       {"127.0.0.1", "127.255.0.9", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"}) {
    EXPECT_EQ(scope(text), AddressScope::kLoopback) << text;
  }
  for (const std::string_view text :
       {"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "100.64.0.1",
        "100.127.255.255", "fc00::1", "fdff::1", "fe80::1", "::ffff:10.1.2.3"}) {
    EXPECT_EQ(scope(text), AddressScope::kPrivate) << text;
  }
  for (const std::string_view text :
       {"8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.63.255.255", "100.128.0.0",
        "11.0.0.0", "128.0.0.1", "2001:db8::1", "fec0::1", "fe00::1", "::ffff:8.8.8.8",
        "ff02::1"}) {
    EXPECT_EQ(scope(text), AddressScope::kPublic) << text;
  }
}

}  // namespace
}  // namespace loadline::net
