#include "base/timestamp.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

namespace loadline {
namespace {

TEST(ParseDay, ReadsADayOfTheCalendar) {
  using std::chrono::sys_days;
  // date -u -d 2026-11-22 +%s / 86400 = 20779.
  EXPECT_EQ(ParseDay("2026-11-22"), sys_days(std::chrono::days(20'779)));
  EXPECT_EQ(ParseDay("2024-02-29"), sys_days(std::chrono::days(19'782)));
  for (const char* text : {"", "2026", "2026-11", "2026-11-2", "2026-11-22 ", "2026/11/22",
                           "2026-13-01", "2025-02-29", "+026-11-22", "1969-12-31", "22-11-2026"}) {
    EXPECT_FALSE(ParseDay(text)) << text;
  }
}

std::int64_t Ns(std::string_view text) {
  const Result<Duration> time = ParseTimestamp(text);
  EXPECT_TRUE(time.has_value()) << text;
  return time.has_value() ? time->count() : -1;
}

TEST(ParseTimestamp, ReadsDatesToTheNanosecond) {
  // date -u -d '2023-11-16 18:15:46' +%s prints 1700158546.
  EXPECT_EQ(Ns("2023-11-16 18:15:46.6805900"), 1'700'158'546'680'590'000);
  EXPECT_EQ(Ns("2023-11-16T18:15:46Z"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("2023-11-16T20:15:46+02:00"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("16/Nov/2023:11:15:46 -0700"), 1'700'158'546'000'000'000);
  EXPECT_EQ(Ns("2023-11-16T18:15:46.123456789987Z"), 1'700'158'546'123'456'789);
  EXPECT_EQ(Ns("2023-11-16 18:15"), 1'700'158'500'000'000'000);
  EXPECT_EQ(Ns("2023-11-16T20:15+02:00"), 1'700'158'500'000'000'000);
}

TEST(ParseTimestamp, ReadsNumbersBySize) {
  EXPECT_EQ(Ns("0"), 0);
  EXPECT_EQ(Ns("1.5"), 1'500'000'000);
  EXPECT_EQ(Ns("1700158546.680590"), 1'700'158'546'680'590'000);
  EXPECT_EQ(Ns("1700158546680"), 1'700'158'546'680'000'000);        // ms
  EXPECT_EQ(Ns("1700158546680590"), 1'700'158'546'680'590'000);     // µs
  EXPECT_EQ(Ns("1700158546680590123"), 1'700'158'546'680'590'123);  // ns
  EXPECT_EQ(Ns("1700158546680.5"), 1'700'158'546'680'500'000);
}

TEST(ParseTimestamp, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "-1", "1e9", "noon", "2023-11-16", "2023-13-16T00:00:00Z", "2023-02-30T00:00:00Z",
        "2023-11-16T24:00:00Z", "2023-11-16T18:15:46 CET", "2023-11-16T18:15:46.Z", "2023-11-16T18",
        "2023-11-16T18:15:", "16/Foo/2023:18:15:46 +0000", "1969-12-31T23:59:59Z",
        "99999999999999999999"}) {
    EXPECT_FALSE(ParseTimestamp(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace loadline
