#include "cli/brake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> PublicOnesOf(const std::string& url,
                                      std::vector<std::string> overrides = {}) {
  scenario::Target target;
  target.url = url;
  target.connections.resolve = std::move(overrides);
  const Result<std::vector<net::Address>> addresses = ResolveTarget(target);
  EXPECT_TRUE(addresses) << addresses.error().message;
  return addresses ? PublicAddresses(*addresses) : std::vector<std::string>{};
}

TEST(PublicAddresses, LeavesLoopbackAndPrivateRangesOut) {
  EXPECT_THAT(PublicOnesOf("http://127.0.0.1:8500/"), IsEmpty());
  EXPECT_THAT(PublicOnesOf("http://10.1.2.3/"), IsEmpty());
  EXPECT_THAT(PublicOnesOf("http://[::1]:80/"), IsEmpty());
}

TEST(PublicAddresses, SeesThroughANameThatResolvesElsewhere) {
  // 203.0.113.0/24 is reserved for documentation (RFC 5737): not private, and nobody's.
  EXPECT_THAT(PublicOnesOf("http://inside.test/", {"inside.test:80:203.0.113.1"}),
              ElementsAre("203.0.113.1"));
  EXPECT_THAT(PublicOnesOf("http://inside.test/", {"inside.test:80:10.0.0.1,203.0.113.2"}),
              ElementsAre("203.0.113.2"));
  EXPECT_THAT(PublicOnesOf("http://203.0.113.3/"), ElementsAre("203.0.113.3"));
}

TEST(ResolveTarget, PassesOnWhatIsWrong) {
  scenario::Target target;
  target.url = "ftp://h/";
  EXPECT_EQ(ResolveTarget(target).error().code, ErrorCode::kInvalidArgument);
  target.url = "http://h/";
  target.connections.resolve = {"nonsense"};
  EXPECT_EQ(ResolveTarget(target).error().code, ErrorCode::kInvalidArgument);
}

TEST(TargetUrl, ShowsThePathAsFarAsItIsKnown) {
  scenario::Scenario scenario;
  scenario.target.url = "http://h:1/";
  scenario.tasks.emplace_back();
  EXPECT_EQ(TargetUrl(scenario), "http://h:1/");
  std::vector<scenario::TemplatePart>& path = scenario.tasks[0].path.parts;
  path.emplace_back();
  path[0].text = "/score";
  EXPECT_EQ(TargetUrl(scenario), "http://h:1/score");
  path.emplace_back();
  path[1].kind = scenario::TemplatePart::Kind::kCounter;
  EXPECT_EQ(TargetUrl(scenario), "http://h:1/score…");
}

}  // namespace
}  // namespace loadline::cli
