#include "catalog/price_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::chrono::sys_days kToday =
    std::chrono::sys_days(std::chrono::year(2026) / std::chrono::November / 26);

std::string ErrorOf(std::string_view csv) {
  const Result<PriceList> list = ParsePriceList(csv, "my.csv", kToday);
  return list ? "none" : list.error().message;
}

TEST(PriceList, ReadsColumnsInAnyOrderAndLeavesOutWhatIsOptional) {
  const PriceList list = *ParsePriceList(
      "# ours\n"
      "date,type,vcpu,mem_gib,od_usd_h\n"
      "2026-11-01,metal,48,192.5,1.25\n",
      "my.csv", kToday);
  ASSERT_THAT(list.types, SizeIs(1));
  EXPECT_EQ(list.types[0].provider, Provider::kOther);
  EXPECT_EQ(list.types[0].capacity.millicores, 48'000);
  EXPECT_EQ(list.types[0].capacity.memory.count, 385LL << 29);
  EXPECT_DOUBLE_EQ(list.types[0].on_demand_usd_per_hour, 1.25);
  EXPECT_FALSE(list.types[0].spot_usd_per_hour.has_value());
  EXPECT_EQ(AgeOn(kToday, list.types[0].as_of), std::chrono::days(25));
}

TEST(PriceList, SaysWhereAndWhatIsWrong) {
  const std::string header = "type,vcpu,mem_gib,od_usd_h,date\n";
  EXPECT_EQ(ErrorOf(header + "a,two,8,0.1,2026-11-01\n"),
            "my.csv:2: vcpu: \"two\" is no number of at least 1");
  EXPECT_THAT(ErrorOf(header + "a,2.5,8,0.1,2026-11-01\n"), HasSubstr("whole number"));
  EXPECT_THAT(ErrorOf(header + "a,2,8,0,2026-11-01\n"), HasSubstr("my.csv:2: od_usd_h"));
  EXPECT_THAT(ErrorOf(header + "a,2,8,0.1,2026-02-30\n"), HasSubstr("my.csv:2: date"));
  EXPECT_THAT(ErrorOf(header + "a,2,8,0.1,2027-01-01\n"), HasSubstr("after today"));
  EXPECT_THAT(ErrorOf(header + "a,2,8,0.1\n"), HasSubstr("4 cells, where the header has 5"));
  EXPECT_THAT(ErrorOf(header + "a,2,8,0.1,2026-11-01\n\na,2,8,0.1,2026-11-01\n"),
              HasSubstr("my.csv:4: type: a is there twice"));
  EXPECT_THAT(ErrorOf("type,vcpu,od_usd_h,date\n"), HasSubstr("column \"mem_gib\" is missing"));
  EXPECT_THAT(ErrorOf("type,cpus\n"), HasSubstr("unknown column \"cpus\""));
  EXPECT_THAT(ErrorOf(header), HasSubstr("no node types"));
}

TEST(PriceList, HasTheCommonTypesOfThreeProvidersBuiltIn) {
  const PriceList list = BuiltInPrices();
  EXPECT_GE(list.types.size(), 60U);
  const NodeType d4 = FindTypes(list, "Standard_D4s_v5")->front();
  EXPECT_EQ(d4.provider, Provider::kAzure);
  EXPECT_EQ(d4.capacity.millicores, 4000);
  EXPECT_DOUBLE_EQ(d4.on_demand_usd_per_hour, 0.192);
  for (const NodeType& type : list.types) {
    EXPECT_FALSE(type.source.empty()) << type.name;
    EXPECT_TRUE(AllocatableOf(type, DefaultPlatform(type.provider))) << type.name;
    if (type.spot_usd_per_hour) {
      EXPECT_LT(*type.spot_usd_per_hour, type.on_demand_usd_per_hour) << type.name;
    }
  }
}

TEST(PriceList, SuggestsTheNearestNames) {
  const auto found = FindTypes(BuiltInPrices(), "standard_d4s_v4");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(NearestNames(BuiltInPrices(), "standard_d4s_v4", 1), ElementsAre("Standard_D4s_v5"));
  EXPECT_THAT(found.error().message, HasSubstr("Standard_D4s_v5"));
}

TEST(PriceList, WarnsOfPricesOlderThanNinetyDays) {
  EXPECT_EQ(DescribeAge(kToday, kToday - std::chrono::days(90)), "2026-08-28, 90 days old");
  EXPECT_EQ(DescribeAge(kToday, kToday - std::chrono::days(91)),
            "2026-08-27, 91 days old: give newer prices with --prices FILE");
}

}  // namespace
}  // namespace loadline::catalog
