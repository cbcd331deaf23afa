#include "net/resolver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/clock.h"

namespace loadline::net {
namespace {

using testing::HasSubstr;

// Knows one name.
Result<std::vector<Address>> FakeLookup(const std::string& host, std::uint16_t port) {
  if (host == "two.test") {
    return std::vector<Address>{*Address::Parse("127.0.0.2", port), *Address::Parse("::1", port)};
  }
  return Error{ErrorCode::kUnavailable, "cannot resolve \"" + host + "\": no such name"};
}

Resolution AwaitAnswer(ResolverClient& client, Loop& loop) {
  Resolution answer;
  while (!client.TakeAnswer(answer)) {
    loop.Wait(Now(), Instant::max());
  }
  return answer;
}

TEST(ParseResolveOverride, TakesHostPortAndAddresses) {
  const Result<ResolveOverride> two = ParseResolveOverride("API.example.com:443:10.0.0.7,[::1]");
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(two->host, "api.example.com");
  EXPECT_EQ(two->port, 443);
  ASSERT_EQ(two->addresses.size(), 2U);
  EXPECT_EQ(two->addresses[0].Text(), "10.0.0.7:443");
  EXPECT_EQ(two->addresses[1].Text(), "[::1]:443");
  EXPECT_EQ(ParseResolveOverride("[2001:db8::1]:80:::1")->host, "2001:db8::1");
}

TEST(ParseResolveOverride, SaysWhatWouldBeRight) {
  for (const std::string_view text :
       {"", "api", "api:80", "api:80:", "api:x:1.2.3.4", "api:0:1.2.3.4", "api:65536:1.2.3.4",
        ":80:1.2.3.4", "api:80:name", "api:80:1.2.3.4,", "[::1:80:1.2.3.4", "api:80x:1.2.3.4"}) {
    const Result<ResolveOverride> result = ParseResolveOverride(text);
    ASSERT_FALSE(result.has_value()) << text;
    EXPECT_THAT(result.error().message, HasSubstr("host:port:address"));
  }
}

TEST(ResolveNow, AsksNobodyForALiteralAddress) {
  const auto never = [](const std::string&, std::uint16_t) -> Result<std::vector<Address>> {
    ADD_FAILURE();
    return std::vector<Address>{};
  };
  EXPECT_EQ(ResolveNow("::1", 80, {}, never)->addresses[0].Text(), "[::1]:80");
  EXPECT_EQ(ResolveNow("10.0.0.1", 80, {}, never)->took, Duration::zero());
}

TEST(ResolveNow, KnowsTheShortFormsOfAnAddress) {
  EXPECT_EQ(ResolveNow("127.1", 80, {}, FakeLookup)->addresses[0].Text(), "127.0.0.1:80");
  // 2130706433 = 127 · 2^24 + 1.
  EXPECT_EQ(ResolveNow("2130706433", 80, {}, FakeLookup)->addresses[0].Text(), "127.0.0.1:80");
}

TEST(ResolveNow, PrefersOverridesForTheirHostAndPortOnly) {
  const std::vector<ResolveOverride> overrides = {*ParseResolveOverride("Two.test:80:127.0.0.9"),
                                                  *ParseResolveOverride("*:81:127.0.0.8")};
  EXPECT_EQ(ResolveNow("two.TEST", 80, overrides, FakeLookup)->addresses[0].Text(), "127.0.0.9:80");
  EXPECT_EQ(ResolveNow("any", 81, overrides, FakeLookup)->addresses[0].Text(), "127.0.0.8:81");
  EXPECT_EQ(ResolveNow("two.test", 443, overrides, FakeLookup)->addresses.size(), 2U);
}

TEST(ResolveNow, PassesOnWhyANameHasNoAddress) {
  const Result<Resolution> result = ResolveNow("none.test", 80, {}, FakeLookup);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(result.error().message, HasSubstr("none.test"));
}

TEST(Resolver, AnswersTheAskingThreadAndWakesItsLoop) {
  const std::unique_ptr<Loop> loop = std::move(Loop::Create()).value();
  Resolver resolver({}, FakeLookup);
  ResolverClient client(resolver, *loop);
  EXPECT_EQ(client.Ask("two.test", 80), 1U);
  EXPECT_EQ(client.Ask("none.test", 80), 2U);
  const Resolution first = AwaitAnswer(client, *loop);
  EXPECT_EQ(first.question, 1U);
  EXPECT_EQ(first.addresses.size(), 2U);
  EXPECT_EQ(first.error, "");
  const Resolution second = AwaitAnswer(client, *loop);
  EXPECT_EQ(second.question, 2U);
  EXPECT_TRUE(second.addresses.empty());
  EXPECT_THAT(second.error, HasSubstr("no such name"));
}

TEST(Resolver, ServesSeveralThreads) {
  Resolver resolver({}, FakeLookup);
  std::vector<std::thread> threads;
  threads.reserve(4);
  std::atomic<int> answers{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const std::unique_ptr<Loop> loop = std::move(Loop::Create()).value();
      ResolverClient client(resolver, *loop);
      for (std::uint64_t k = 1; k <= 50; ++k) {
        EXPECT_EQ(client.Ask("two.test", 80), k);
        EXPECT_EQ(AwaitAnswer(client, *loop).question, k);
        ++answers;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(answers.load(), 200);
}

TEST(Resolver, RefusesMoreQuestionsThanItHasRoomForAnswers) {
  const std::unique_ptr<Loop> loop = std::move(Loop::Create()).value();
  Resolver resolver({}, FakeLookup);
  ResolverClient client(resolver, *loop);
  for (std::uint64_t k = 1; k <= 64; ++k) {
    ASSERT_EQ(client.Ask("two.test", 80), k);
  }
  EXPECT_EQ(client.Ask("two.test", 80), 0U);
  EXPECT_EQ(AwaitAnswer(client, *loop).question, 1U);
  EXPECT_EQ(client.Ask("two.test", 80), 65U);
}

TEST(Resolver, CanBeLeftWhileALookupHangs) {
  std::promise<void> started;
  std::promise<void> release;
  auto released = std::make_shared<std::shared_future<void>>(release.get_future());
  const auto hanging = [&started, released](const std::string&,
                                            std::uint16_t) -> Result<std::vector<Address>> {
    started.set_value();
    released->wait();
    return std::vector<Address>{Address()};
  };
  {
    const std::unique_ptr<Loop> loop = std::move(Loop::Create()).value();
    Resolver resolver({}, hanging);
    ResolverClient client(resolver, *loop);
    EXPECT_EQ(client.Ask("slow.test", 80), 1U);
    started.get_future().wait();
  }  // Resolver, client and loop are gone; the answer finds nobody, and nothing breaks.
  release.set_value();
}

}  // namespace
}  // namespace loadline::net
