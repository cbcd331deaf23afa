#include "store/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "stats/hlog.h"
#include "store/database.h"
#include "store/run_writer.h"
#include "store/spool_import.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Export : public ::testing::Test {
 protected:
  Export() : store_(Store::Open(folder_.Database()).value()) {
    RunStart start = TestStart("x");
    start.tasks = {"online", "ba,tch"};
    auto writer = RunWriter::Begin(store_, start).value();
    CHECK(writer.FinishStep("probe", FullMeasurement(1), {}).has_value());
    for (int i = 0; i < 2; ++i) {
      measure::Second second;
      second.index = i;
      second.warmup = i == 0;
      second.scheduled = 10;
      second.completed = 9;
      second.users = 3;
      second.tasks.resize(2);
      second.tasks[static_cast<std::size_t>(i)].succeeded = 9;
      second.tasks[static_cast<std::size_t>(i)].response.RecordN(10ms, 9);
      second.tasks[static_cast<std::size_t>(i)].wire.RecordN(9ms, 9);
      CHECK(writer.AddSecond(1, second).has_value());
    }
    std::vector<measure::Row> rows = TestRows(2);
    rows[1].task = 1;
    rows[1].kind = measure::ErrorKind::kStatus;
    rows[1].status = 503;
    rows[1].first_byte_ns = 0;
    WriteFile(writer.spool_folder() + "/0.spool", SpoolBytes(writer.id(), rows));
    CHECK(ImportSpool(store_, writer.id()).has_value());
    CHECK(writer.Finish({}).has_value());
  }

  TestFolder folder_;
  Store store_;
  std::ostringstream out_;
};

TEST_F(Export, WritesAttemptsAsCsv) {
  ASSERT_TRUE(ExportAttemptsCsv(store_, "@last", out_).has_value());
  EXPECT_EQ(
      out_.str(),
      "step,task,request,attempt,warmup,reused,last,on_start,sent_utc,status,error,response_ms,"
      "wire_ms,scheduled_ns,dispatched_ns,sent_ns,first_byte_ns,done_ns,dns_us,connect_us,tls_us,"
      "bytes_out,bytes_in,shard\r\n"
      "1,online,0,0,0,1,1,0,2026-01-02T03:04:05.001Z,200,,5.002000,5.000000,"
      "1000000,1001000,1002000,5902000,6002000,0,0,0,380,187,0\r\n"
      "1,\"ba,tch\",1,0,0,1,1,0,2026-01-02T03:04:05.002Z,503,status 503,5.002000,5.000000,"
      "2000000,2001000,2002000,,7002000,0,0,0,380,187,0\r\n");
}

TEST_F(Export, WritesSeriesAsCsv) {
  ASSERT_TRUE(ExportSeriesCsv(store_, "@last", out_).has_value());
  const std::string text = out_.str();
  EXPECT_THAT(text, StartsWith("step,second,warmup,"));
  // 10 ms lies in a bucket that ends within 0.1 %.
  EXPECT_THAT(text, HasSubstr("1,0,1,10,0,9,0,0,0,3,0.000000,0.0000,online,9,0,10.0"));
  EXPECT_THAT(text, HasSubstr("1,1,0,10,0,9,0,0,0,3,0.000000,0.0000,\"ba,tch\",9,0,10.0"));
}

TEST_F(Export, WritesAnHlogThatIsReadBack) {
  ASSERT_TRUE(ExportHlog(store_, "@last", out_).has_value());
  std::vector<std::string> tags;
  std::int64_t values = 0;
  UtcTime first{};
  ASSERT_TRUE(stats::ReadHlog(out_.str(), [&](const stats::HlogInterval& interval) {
                if (tags.empty()) {
                  first = interval.begin;
                }
                tags.push_back(interval.tag);
                values += interval.histogram.count();
                EXPECT_EQ(interval.length, 1s);
              }).has_value());
  EXPECT_THAT(tags, ::testing::ElementsAre("online.response", "online.wire", "ba_tch.response",
                                           "ba_tch.wire"));
  EXPECT_EQ(values, 4 * 9);
  // The step began at 03:04:06 (FullMeasurement), whatever the clock said when the test ran.
  EXPECT_NEAR(Seconds(first.time_since_epoch()), 1'767'323'046.0, 0.002);
}

TEST_F(Export, SaysThatItsFileFailed) {
  out_.setstate(std::ios::badbit);
  EXPECT_EQ(ExportAttemptsCsv(store_, "@last", out_).error().code, ErrorCode::kIo);
  EXPECT_EQ(ExportSeriesCsv(store_, "@last", out_).error().code, ErrorCode::kIo);
  EXPECT_EQ(ExportHlog(store_, "@last", out_).error().code, ErrorCode::kIo);
}

TEST_F(Export, OfAnUnknownRunIsNotFound) {
  EXPECT_EQ(ExportAttemptsCsv(store_, "nope", out_).error().code, ErrorCode::kNotFound);
}

TEST_F(Export, ReportsADamagedHistogram) {
  ASSERT_TRUE(store_.database().Exec("UPDATE task_seconds SET response = x'1234'").has_value());
  EXPECT_EQ(ExportHlog(store_, "@last", out_).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace loadline::store
