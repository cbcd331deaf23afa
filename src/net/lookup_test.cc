#include "net/lookup.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <thread>
#include <vector>

#include "net/fd.h"

namespace loadline::net {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::uint8_t kNoError = 0;
constexpr std::uint8_t kServerFailure = 2;  // RFC 1035, 4.1.1.
constexpr std::uint8_t kNoSuchName = 3;
constexpr std::uint16_t kTypeA = 1;  // RFC 1035, 3.2.2.
constexpr std::uint16_t kTypeAaaa = 28;

// A name server on a loopback port that knows a few names; silent where it is told to be.
class NameServer {
 public:
  struct Names {
    std::map<std::string, std::vector<std::string>> addresses;  // Both families.
    std::uint8_t unknown = kNoSuchName;                         // What it says of other names.
    bool silent = false;
  };

  explicit NameServer(Names names)
      : names_(std::move(names)),
        socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(here);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&here), size), 0);
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ::ntohs(here.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~NameServer() {
    Stop();
    std::remove(resolv_conf_.c_str());
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  // The names asked for, each once per type.
  std::vector<std::string> Stop() {
    if (thread_.joinable()) {
      EXPECT_EQ(::eventfd_write(stop_.get(), 1), 0);
      thread_.join();
    }
    return asked_;
  }

  // A resolv.conf that names this server, and `more`.
  LookupPlaces Places(const std::string& more = "") {
    resolv_conf_ = testing::TempDir() + "loadline_resolv_" + std::to_string(::getpid());
    FILE* file = std::fopen(resolv_conf_.c_str(), "w");
    EXPECT_NE(file, nullptr);
    std::fputs(("nameserver 127.0.0.1\n" + more).c_str(), file);
    std::fclose(file);
    return {.resolv_conf = resolv_conf_, .dns_port = port_, .patience = std::nullopt};
  }

 private:
  void Serve() {
    while (true) {
      std::array<pollfd, 2> fds{{{socket_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), -1);
      if (fds[0].revents == 0) {
        return;  // Told to stop, and nobody's question is left.
      }
      std::array<std::uint8_t, 512> packet{};
      sockaddr_in from{};
      socklen_t size = sizeof(from);
      const ssize_t received = ::recvfrom(socket_.get(), packet.data(), packet.size(), 0,
                                          reinterpret_cast<sockaddr*>(&from), &size);
      const std::vector<std::uint8_t> reply =
          Reply(packet.data(), static_cast<std::size_t>(received));
      if (!names_.silent) {
        ::sendto(socket_.get(), reply.data(), reply.size(), 0,
                 reinterpret_cast<const sockaddr*>(&from), size);
      }
    }
  }

  // Header of 12 bytes, then the question: labels with their lengths, an empty one, type, class
  // (RFC 1035, 4.1). The reply repeats them and refers to the name by its place, 12.
  std::vector<std::uint8_t> Reply(const std::uint8_t* packet, std::size_t size) {
    std::string name;
    std::size_t at = 12;
    while (at < size && packet[at] != 0) {
      name.append(name.empty() ? "" : ".")
          .append(reinterpret_cast<const char*>(packet + at + 1), packet[at]);
      at += packet[at] + 1U;
    }
    const auto type = static_cast<std::uint16_t>(packet[at + 1] << 8 | packet[at + 2]);
    asked_.push_back(name);
    std::vector<std::uint8_t> reply(packet, packet + at + 5);
    const auto known = names_.addresses.find(name);
    reply[2] = 0x81;  // A reply, recursion desired.
    reply[3] = static_cast<std::uint8_t>(
        0x80 | (known == names_.addresses.end() ? names_.unknown : kNoError));
    std::uint8_t answers = 0;
    for (const std::string& text :
         known == names_.addresses.end() ? std::vector<std::string>{} : known->second) {
      const bool is_v6 = text.find(':') != std::string::npos;
      if (is_v6 != (type == kTypeAaaa) || (!is_v6 && type != kTypeA)) {
        continue;
      }
      const std::uint8_t length = is_v6 ? 16 : 4;
      std::array<std::uint8_t, 16> address{};
      ::inet_pton(is_v6 ? AF_INET6 : AF_INET, text.c_str(), address.data());
      const std::array<std::uint8_t, 12> record = {0xc0, 12, 0, packet[at + 2], 0, 1, 0, 0,
                                                   0,    60, 0, length};
      reply.insert(reply.end(), record.begin(), record.end());
      reply.insert(reply.end(), address.begin(), address.begin() + length);
      ++answers;
    }
    reply[7] = answers;
    reply[8] = reply[9] = reply[10] = reply[11] = 0;
    return reply;
  }

  // Constant after construction.
  Names names_;
  Fd socket_;
  Fd stop_;
  std::uint16_t port_ = 0;
  std::string resolv_conf_;
  // The server's thread until it is joined.
  std::vector<std::string> asked_;
  std::thread thread_;
};

std::vector<std::string> Texts(const std::vector<Address>& addresses) {
  std::vector<std::string> texts;
  texts.reserve(addresses.size());
  for (const Address& address : addresses) {
    texts.push_back(address.Text());
  }
  return texts;
}

TEST(LookupAt, AsksTheServerOfResolvConfForBothFamilies) {
  NameServer server({.addresses = {{"api.example.test", {"127.0.0.7", "127.0.0.8", "::1"}}}});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "api.example.test", 443);
  ASSERT_TRUE(found) << found.error().message;
  // A machine without IPv6 has no route to ::1.
  std::vector<std::string> texts = Texts(*found);
  std::erase(texts, "[::1]:443");
  EXPECT_THAT(texts, UnorderedElementsAre("127.0.0.7:443", "127.0.0.8:443"));
  EXPECT_THAT(server.Stop(), ElementsAre("api.example.test", "api.example.test"));
}

TEST(LookupAt, TakesANameThatHasIpv6Only) {
  NameServer server({.addresses = {{"six.test", {"::1"}}}});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "six.test", 80);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(Texts(*found), ElementsAre("[::1]:80"));
}

TEST(LookupAt, TriesTheSearchDomainsFirstForNamesWithFewDots) {
  NameServer server({.addresses = {{"score.models.test", {"127.0.0.9"}}}});
  const LookupPlaces places = server.Places("search wrong.test models.test\noptions ndots:2\n");
  const Result<std::vector<Address>> found = LookupAt(places, "score", 80);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(Texts(*found), ElementsAre("127.0.0.9:80"));
  EXPECT_THAT(server.Stop(), ElementsAre("score.wrong.test", "score.wrong.test",
                                         "score.models.test", "score.models.test"));
}

TEST(LookupAt, TakesANameWithADotAtItsEndAsItStands) {
  NameServer server({.addresses = {{"score.models.test", {"127.0.0.9"}}}});
  const LookupPlaces places = server.Places("search models.test\n");
  EXPECT_FALSE(LookupAt(places, "score.", 80));
  EXPECT_TRUE(LookupAt(places, "score.models.test.", 80));
}

TEST(LookupAt, SaysWhoDoesNotKnowTheName) {
  NameServer server({});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "none.test", 80);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(found.error().message,
            "cannot resolve \"none.test\": no such name (asked /etc/hosts, DNS 127.0.0.1)");
}

TEST(LookupAt, TellsANameWithoutAddressFromAnUnknownOne) {
  NameServer server({.addresses = {{"mail.test", {}}}});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "mail.test", 80);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("the name has no address"));
}

TEST(LookupAt, SaysThatTheServerFailed) {
  NameServer server({.addresses = {}, .unknown = kServerFailure});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "any.test", 80);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("127.0.0.1"));
}

TEST(LookupAt, GivesUpOnASilentServer) {
  NameServer server({.addresses = {}, .silent = true});
  LookupPlaces places = server.Places();
  places.patience = DnsPatience{.timeout = 1ms, .attempts = 2};
  const Result<std::vector<Address>> found = LookupAt(places, "slow.test", 80);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("no DNS server answers (asked 127.0.0.1)"));
  // Two types, two attempts.
  EXPECT_EQ(server.Stop().size(), 4U);
}

TEST(LookupAt, NamesTheFileThatIsMissing) {
  NameServer closed({});
  LookupPlaces places = closed.Places();
  closed.Stop();
  places.resolv_conf = "/nonexistent/resolv.conf";
  places.patience = DnsPatience{.timeout = 1ms, .attempts = 1};
  const Result<std::vector<Address>> found = LookupAt(places, "api.test", 80);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("there is no /nonexistent/resolv.conf"));
  EXPECT_THAT(found.error().message, HasSubstr("--resolve"));
}

TEST(LookupAt, AsksNobodyForLocalhost) {
  NameServer server({});
  // The hosts file of most machines has the first; none has the others.
  for (const char* name : {"localhost", "model.localhost", "Model.LocalHost."}) {
    const Result<std::vector<Address>> found = LookupAt(server.Places(), name, 8500);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_FALSE(found->empty());
    for (const Address& address : *found) {
      EXPECT_EQ(address.Scope(), AddressScope::kLoopback);
      EXPECT_EQ(address.port(), 8500);
    }
  }
  EXPECT_FALSE(LookupAt(server.Places(), "notlocalhost", 8500));
  EXPECT_THAT(server.Stop(), ElementsAre("notlocalhost", "notlocalhost"));
}

TEST(LookupAt, RefusesWhatIsNoName) {
  NameServer server({});
  const Result<std::vector<Address>> found = LookupAt(server.Places(), "no..name", 80);
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("cannot resolve \"no..name\": "));
}

TEST(ReadPatience, TakesTheOptionsOfResolvConf) {
  EXPECT_EQ(ReadPatience("nameserver 10.0.0.2\noptions ndots:5 timeout:4 attempts:1\n"),
            (DnsPatience{.timeout = 4s, .attempts = 1}));
  EXPECT_EQ(ReadPatience("options timeout:1\noptions attempts:2"),
            (DnsPatience{.timeout = 1s, .attempts = 2}));
}

TEST(ReadPatience, StaysWithinLimitsAndIgnoresTheRest) {
  EXPECT_EQ(ReadPatience("options timeout:0 attempts:99"),
            (DnsPatience{.timeout = 1s, .attempts = 5}));
  EXPECT_EQ(ReadPatience("options timeout:x attempts: timeouts:3\n# options timeout:9\n"),
            DnsPatience{});
  EXPECT_EQ(ReadPatience(""), DnsPatience{});
}

}  // namespace
}  // namespace loadline::net
