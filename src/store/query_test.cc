#include "store/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "store/database.h"
#include "store/run_writer.h"
#include "store/spool_import.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Keeps what it is given, up to a number of rows.
class Kept : public RowSink {
 public:
  explicit Kept(std::size_t most = SIZE_MAX) : most_(most) {}
  void OnColumns(const std::vector<std::string>& names) override { columns = names; }
  bool OnRow(const std::vector<Cell>& cells) override {
    rows.push_back(cells);
    return rows.size() < most_;
  }
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;

 private:
  std::size_t most_;
};

class Query : public ::testing::Test {
 protected:
  Query() {
    auto store = Store::Open(folder_.Database()).value();
    AddRun(store, "first", {});
    std::vector<measure::Row> rows = TestRows(3);
    rows[1].kind = measure::ErrorKind::kStatus;
    rows[1].status = 503;
    rows[1].error_detail = 0;  // Of FullMeasurement: `status 503`.
    rows[2].kind = measure::ErrorKind::kConnectRefused;
    rows[2].error_detail = 77;  // Nobody knows that one: the kind must do.
    rows[2].sent_ns = 0;
    rows[2].flags |= measure::kRowNeverSent;
    AddRun(store, "second", rows);
  }

  static void AddRun(Store& store, const std::string& label,
                     const std::vector<measure::Row>& rows) {
    RunStart start = TestStart(label);
    start.client = label == "second" ? "worker-7" : "";
    auto writer = RunWriter::Begin(store, start).value();
    CHECK(writer.FinishStep("probe", FullMeasurement(1), {}).has_value());
    WriteFile(writer.spool_folder() + "/0.spool",
              SpoolBytes(writer.id(), rows.empty() ? TestRows(5) : rows));
    CHECK(ImportSpool(store, writer.id()).has_value());
    CHECK(writer.Finish({}).has_value());
  }

  Status Run(std::string_view sql, const QueryOptions& options = {}) {
    kept_ = Kept();
    return RunQuery(folder_.Database(), sql, options, kept_);
  }
  std::string Fails(std::string_view sql) {
    const Status status = Run(sql);
    if (status.has_value()) {
      return "(succeeded)";
    }
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument) << status.error().message;
    return status.error().message;
  }

  TestFolder folder_;
  Kept kept_;
};

TEST_F(Query, GivesNamesAndTypedValues) {
  ASSERT_TRUE(Run("SELECT 1 AS a, 2.5 AS b, 'text', NULL, x'00ff' AS e;  ").has_value());
  EXPECT_THAT(kept_.columns, ElementsAre("a", "b", "'text'", "NULL", "e"));
  ASSERT_EQ(kept_.rows.size(), 1u);
  EXPECT_THAT(kept_.rows[0], ElementsAre(Cell(std::int64_t{1}), Cell(2.5), Cell("text"),
                                         Cell(std::monostate()), Cell("x'00ff'")));
}

TEST_F(Query, ShowsTheClassicThroughputTable) {
  ASSERT_TRUE(Run("SELECT * FROM Throughput WHERE Client = 'worker-7' ORDER BY SentTime, Latency")
                  .has_value());
  EXPECT_THAT(kept_.columns, ElementsAre("Client", "SentTime", "Latency", "SentState", "Error"));
  ASSERT_EQ(kept_.rows.size(), 3u);
  // The epoch is 03:04:05; the first is sent after 1.002 ms and answered 5 ms later.
  EXPECT_THAT(kept_.rows[0], ElementsAre(Cell("worker-7"), Cell("2026-01-02 03:04:05.001"),
                                         Cell(5.0), Cell("OK"), Cell(std::monostate())));
  EXPECT_THAT(kept_.rows[1], ElementsAre(Cell("worker-7"), Cell("2026-01-02 03:04:05.002"),
                                         Cell(5.0), Cell("FAILED"), Cell("status 503")));
  // Never sent: counted from when it was dispatched, 1 µs earlier than it would have been sent.
  EXPECT_THAT(kept_.rows[2], ElementsAre(Cell("worker-7"), Cell("2026-01-02 03:04:05.003"),
                                         Cell(5.001), Cell("FAILED"), Cell("connect_refused")));
}

TEST_F(Query, NamesClientsWithoutANameAfterTheirRun) {
  ASSERT_TRUE(
      Run("SELECT Client, count(*), count(Error) FROM Throughput GROUP BY Client").has_value());
  ASSERT_EQ(kept_.rows.size(), 2u);
  EXPECT_THAT(std::get<std::string>(kept_.rows[0][0]), HasSubstr("loadline-"));
  EXPECT_EQ(kept_.rows[0][1], Cell(std::int64_t{5}));
  EXPECT_EQ(kept_.rows[1][2], Cell(std::int64_t{2}));
}

TEST_F(Query, CanBeNarrowedToOneRun) {
  QueryOptions options;
  options.run = "@last~1";
  ASSERT_TRUE(Run("SELECT (SELECT count(*) FROM attempts), (SELECT count(*) FROM Throughput), "
                  "(SELECT count(*) FROM runs), (SELECT count(*) FROM step_errors)",
                  options)
                  .has_value());
  EXPECT_THAT(kept_.rows[0], ElementsAre(Cell(std::int64_t{5}), Cell(std::int64_t{5}),
                                         Cell(std::int64_t{1}), Cell(std::int64_t{2})));
  options.run = "nobody";
  EXPECT_EQ(Run("SELECT 1", options).error().code, ErrorCode::kNotFound);
}

TEST_F(Query, PointsAtTheFault) {
  EXPECT_EQ(Fails("SELECT *\nFRM runs"),
            "query: near \"FRM\": syntax error\n"
            "  FRM runs\n"
            "  ^");
  EXPECT_EQ(Fails("SELECT 'é', nix FROM runs"),
            "query: no such column: nix\n"
            "  SELECT 'é', nix FROM runs\n"
            "              ^");
  EXPECT_THAT(Fails("SELECT * FROM nowhere"), HasSubstr("no such table: nowhere"));
  EXPECT_THAT(Fails("SELECT 'abc"), HasSubstr("unrecognized token"));
}

TEST_F(Query, TakesOneStatement) {
  EXPECT_THAT(Fails(""), HasSubstr("empty"));
  EXPECT_THAT(Fails("-- nothing"), HasSubstr("empty"));
  EXPECT_THAT(Fails("SELECT 1; DELETE FROM runs"), HasSubstr("one statement at a time"));
}

TEST_F(Query, ReadsAndNothingElse) {
  const auto bytes = [&] {
    std::ifstream file(folder_.Database(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = bytes();
  const std::string other = folder_.path() + "/other.db";
  for (const std::string& sql :
       {std::string("DELETE FROM runs"), std::string("UPDATE runs SET note = 'x'"),
        std::string("INSERT INTO error_kinds VALUES (99, 'x')"), std::string("DROP TABLE runs"),
        std::string("CREATE TABLE x (y)"), std::string("CREATE TEMP TABLE x (y)"),
        std::string("CREATE TEMP VIEW x AS SELECT 1"), "ATTACH '" + other + "' AS other",
        "VACUUM INTO '" + other + "'", std::string("PRAGMA journal_mode=DELETE"),
        std::string("PRAGMA query_only=0"), std::string("PRAGMA user_version=7"),
        std::string("SELECT load_extension('x')"), std::string("BEGIN IMMEDIATE"),
        std::string("REINDEX"), std::string("ANALYZE"), std::string("DETACH main"),
        std::string("WITH x AS (SELECT 1) DELETE FROM runs")}) {
    EXPECT_THAT(Fails(sql), ::testing::AnyOf(HasSubstr("may only read"), HasSubstr("query:")))
        << sql;
  }
  EXPECT_EQ(bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(Query, MayAskForTheTablesAndExplain) {
  EXPECT_TRUE(Run("SELECT name FROM sqlite_schema").has_value());
  EXPECT_TRUE(Run("PRAGMA table_info(attempts)").has_value());
  EXPECT_EQ(kept_.rows.size(), 21u);
  EXPECT_TRUE(Run("EXPLAIN QUERY PLAN SELECT * FROM runs").has_value());
}

TEST_F(Query, EndsAtItsTimeLimit) {
  QueryOptions options;
  options.time_limit = 1ms;
  const Status status =
      Run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
          options);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(status.error().message, "the query was stopped after 1 ms");
}

TEST_F(Query, EndsWhenInterrupted) {
  QueryOptions options;
  int asked = 0;
  options.interrupted = [&] { return ++asked == 3; };
  const Status status =
      Run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
          options);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().message, "the query was interrupted");
  EXPECT_EQ(asked, 3);
}

TEST_F(Query, StopsWhenTheReaderHasEnough) {
  Kept two(2);
  EXPECT_TRUE(RunQuery(folder_.Database(), "SELECT * FROM attempts", {}, two).has_value());
  EXPECT_EQ(two.rows.size(), 2u);
}

TEST_F(Query, OfAMissingDatabaseIsNotFound) {
  EXPECT_EQ(RunQuery(folder_.path() + "/none.db", "SELECT 1", {}, kept_).error().code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace loadline::store
