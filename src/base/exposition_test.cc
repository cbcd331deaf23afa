#include "base/exposition.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace loadline {
namespace {

TEST(Exposition, WritesAFamilyAsPrometheusReadsIt) {
  std::string text;
  Exposition page(text);
  page.Family("requests_total", "counter", "Requests answered.");
  const std::array<MetricLabel, 2> labels{{{"task", "score"}, {"kind", "status"}}};
  page.Sample(labels, std::int64_t{12});
  page.Family("up", "gauge", "Whether.");
  page.Sample({}, 0.25);
  EXPECT_EQ(text,
            "# HELP requests_total Requests answered.\n"
            "# TYPE requests_total counter\n"
            "requests_total{task=\"score\",kind=\"status\"} 12\n"
            "# HELP up Whether.\n"
            "# TYPE up gauge\n"
            "up 0.25\n");
}

TEST(Exposition, EscapesWhatWouldEndAValueOrALine) {
  std::string text;
  Exposition page(text);
  page.Family("a", "gauge", "one \\ two\nthree \"four\"");
  const std::array<MetricLabel, 1> labels{{{"l", "x\"y\\z\nw"}}};
  page.Sample(labels, std::int64_t{1}, "_sum");
  EXPECT_EQ(text,
            "# HELP a one \\\\ two\\nthree \"four\"\n"
            "# TYPE a gauge\n"
            "a_sum{l=\"x\\\"y\\\\z\\nw\"} 1\n");
}

TEST(ExpositionNumber, ReadsBackTheSame) {
  EXPECT_EQ(ExpositionNumber(0.1), "0.1");
  EXPECT_EQ(ExpositionNumber(109.486079), "109.486079");
  EXPECT_EQ(ExpositionNumber(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(ExpositionNumber(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(ExpositionNumber(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

}  // namespace
}  // namespace loadline
