#include "net/limits.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "net/fd.h"

namespace loadline::net {
namespace {

TEST(RaiseDescriptorLimit, GoesToTheHardLimit) {
  const Result<std::int64_t> raised = RaiseDescriptorLimit();
  ASSERT_TRUE(raised.has_value());
  EXPECT_EQ(CountDescriptors()->limit, *raised);
  EXPECT_EQ(CountDescriptors()->limit, CountDescriptors()->ceiling);
}

TEST(CountDescriptors, CountsWhatIsOpen) {
  const std::int64_t before = CountDescriptors()->open;
  const Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Descriptors after = *CountDescriptors();
  EXPECT_EQ(after.open, before + 1);
  EXPECT_EQ(after.available(), after.limit - after.open);
}

TEST(CountByAsking, AgreesWithProc) {
  const Descriptors by_proc = *CountDescriptors();
  EXPECT_EQ(CountByAsking(by_proc.limit), by_proc.open);
  const Fd file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(CountByAsking(by_proc.limit), by_proc.open + 1);
}

TEST(CountByAsking, CountsNothingBeyondTheLimit) {
  // Standard input, output and error are 0, 1 and 2.
  EXPECT_EQ(CountByAsking(2), 2);
  EXPECT_EQ(CountByAsking(0), 0);
}

TEST(ParseLocalPortRange, ReadsTwoPorts) {
  const Result<LocalPorts> ports = ParseLocalPortRange("32768\t60999\n");
  ASSERT_TRUE(ports.has_value());
  EXPECT_EQ(ports->first, 32768);
  EXPECT_EQ(ports->count(), 28232);  // 60999 - 32768 + 1
}

TEST(ParseLocalPortRange, RefusesAnythingElse) {
  for (const std::string_view text : {"", "32768", "a b", "60999 32768", "0 5", "1 65536"}) {
    EXPECT_FALSE(ParseLocalPortRange(text).has_value()) << text;
  }
}

TEST(ReadLocalPortRange, ReadsThisMachines) {
  EXPECT_GE(ReadLocalPortRange()->count(), 1);
}

TEST(CountTcpSockets, ReadsThisMachines) {
  EXPECT_GE(CountTcpSockets()->in_use, 0);
}

}  // namespace
}  // namespace loadline::net
