#include "telemetry/metrics_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "fetch/exchange.h"

namespace loadline::telemetry {
namespace {

using ::testing::HasSubstr;

TEST(ParseListenAddress, ReadsPortsAndAddresses) {
  using A = ListenAddress;
  EXPECT_EQ(*ParseListenAddress("9464"), (A{"127.0.0.1", 9464}));
  EXPECT_EQ(*ParseListenAddress(":9464"), (A{"127.0.0.1", 9464}));
  EXPECT_EQ(*ParseListenAddress("0.0.0.0:9464"), (A{"0.0.0.0", 9464}));
  EXPECT_EQ(*ParseListenAddress("[::]:0"), (A{"::", 0}));
  EXPECT_EQ(*ParseListenAddress("localhost:1"), (A{"localhost", 1}));
}

TEST(ParseListenAddress, RefusesWhatIsNone) {
  for (const char* text :
       {"", "http", "127.0.0.1", "::1:80", "1.2.3.4:", "1.2.3.4:99999", "-1", "1.2.3.4:80x"}) {
    const Result<ListenAddress> listen = ParseListenAddress(text);
    ASSERT_FALSE(listen) << text;
    EXPECT_EQ(listen.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(MetricsServer, RefusesAnAddressThatIsNotOurs) {
  const RunBook book(RunFacts{});
  EXPECT_FALSE(MetricsServer::Start({"192.0.2.1", 0}, book));
  EXPECT_FALSE(MetricsServer::Start({"nonsense", 0}, book));
}

TEST(MetricsServer, RefusesAPortThatIsTaken) {
  const RunBook book(RunFacts{});
  const auto first = MetricsServer::Start({}, book);
  ASSERT_TRUE(first) << first.error().message;
  const std::string url = (*first)->url();
  EXPECT_THAT(url, HasSubstr("http://127.0.0.1:"));
  const std::string port = url.substr(17, url.size() - 17 - 8);  // Between address and /metrics.
  const auto second =
      MetricsServer::Start({"127.0.0.1", static_cast<std::uint16_t>(std::stoi(port))}, book);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("in use"));
}

TEST(MetricsServer, OnlyReadingIsAllowed) {
  const RunBook book(RunFacts{});
  const auto server = MetricsServer::Start({}, book);
  ASSERT_TRUE(server);
  const http::Url url = *http::ParseUrl((*server)->url());
  const auto post = fetch::Exchange::Create(url, {});
  ASSERT_TRUE(post);
  const Result<fetch::Reply> reply = (*post)->Send({.method = "POST"}, {.deadline = Now() + 10s});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 405);
  EXPECT_EQ((*server)->scrapes(), 0);
}

}  // namespace
}  // namespace loadline::telemetry
