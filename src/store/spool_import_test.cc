#include "store/spool_import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "store/database.h"
#include "store/export.h"
#include "store/run_writer.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

using measure::Row;
using ::testing::HasSubstr;

class SpoolImport : public ::testing::Test {
 protected:
  SpoolImport()
      : store_(Store::Open(folder_.Database()).value()),
        writer_(RunWriter::Begin(store_, TestStart()).value()) {}

  [[nodiscard]] std::string Spool(int shard) const {
    return writer_.spool_folder() + "/" + std::to_string(shard) + ".spool";
  }
  void WriteSpool(int shard, const std::vector<Row>& rows) {
    WriteFile(Spool(shard), SpoolBytes(writer_.id(), rows));
  }
  std::int64_t Count() { return *store_.database().Number("SELECT count(*) FROM attempts"); }
  std::vector<Row> Stored() {
    std::vector<Row> rows;
    EXPECT_TRUE(ForEachAttempt(store_, writer_.id(), [&](const Row& row) {
                  rows.push_back(row);
                  return true;
                }).has_value());
    return rows;
  }

  TestFolder folder_;
  Store store_;
  RunWriter writer_;
};

TEST_F(SpoolImport, StoresEveryFieldOfEveryRowAndRemovesTheFile) {
  std::vector<Row> rows = TestRows(3);
  // The largest value of each field.
  std::memset(static_cast<void*>(&rows[1]), 0xff, sizeof(Row));
  rows[1].kind = measure::ErrorKind::kRender;
  rows[1].request = INT64_MAX;
  WriteSpool(0, rows);
  const auto result = ImportSpool(store_, writer_.id());
  ASSERT_TRUE(result.has_value()) << result.error().message;
  EXPECT_EQ(result->rows, 3);
  EXPECT_EQ(result->files, 1);
  EXPECT_EQ(result->cut_bytes, 0);
  const std::vector<Row> stored = Stored();
  ASSERT_EQ(stored.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(std::memcmp(&stored[i], &rows[i], sizeof(Row)), 0) << i;
  }
  EXPECT_FALSE(std::filesystem::exists(Spool(0)));
  EXPECT_EQ(store_.FindRun("@last")->attempts_stored, 3);
  EXPECT_EQ(*store_.database().Number("SELECT count(*) FROM spool_files"), 0);
}

TEST_F(SpoolImport, ReadsAFileThatWasCutAtAnyByteUpToItsLastWholeRow) {
  constexpr std::size_t kRows = 2;
  const std::string whole = SpoolBytes(writer_.id(), TestRows(kRows));
  ASSERT_EQ(whole.size(), 64 + kRows * 80);
  std::int64_t total = 0;
  // Everywhere in the header and in each row.
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    WriteFile(Spool(0), whole.substr(0, size));
    const auto result = ImportSpool(store_, writer_.id());
    ASSERT_TRUE(result.has_value()) << size << ": " << result.error().message;
    const auto rows = static_cast<std::int64_t>(size < 64 ? 0 : (size - 64) / 80);
    EXPECT_EQ(result->rows, rows) << size;
    EXPECT_EQ(result->cut_bytes, static_cast<std::int64_t>(size < 64 ? size : (size - 64) % 80));
    total += rows;
    ASSERT_EQ(Count(), total);
  }
}

TEST_F(SpoolImport, PassesOverRowsThatWereNeverWritten) {
  std::vector<Row> rows = TestRows(2);
  rows.resize(5);  // Three empty ones, as a file that was made longer in advance has them.
  WriteSpool(0, rows);
  const auto result = ImportSpool(store_, writer_.id());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->rows, 2);
  EXPECT_EQ(result->cut_bytes, 3 * 80);
}

TEST_F(SpoolImport, GoesOnWhereItWasStopped) {
  // 40,000 rows are three transactions of at most 16,384.
  WriteSpool(0, TestRows(40'000));
  WriteSpool(1, TestRows(10));
  const auto stopped =
      ImportSpool(store_, writer_.id(), [](std::int64_t rows) { return rows < 16'384; });
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(Count(), 16'384);
  EXPECT_TRUE(std::filesystem::exists(Spool(0)));
  const auto rest = ImportSpool(store_, writer_.id());
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->rows, 40'010 - 16'384);
  EXPECT_EQ(Count(), 40'010);
  EXPECT_EQ(*store_.database().Number("SELECT count(DISTINCT request) FROM attempts"), 40'000);
}

TEST_F(SpoolImport, StoresNothingTwiceWhereTheFileOutlivedItsRows) {
  // As if the process had died after the last commit and before the file was removed.
  const std::string bytes = SpoolBytes(writer_.id(), TestRows(100));
  WriteFile(Spool(0), bytes);
  ASSERT_TRUE(ImportSpool(store_, writer_.id()).has_value());
  WriteFile(Spool(0), bytes);
  ASSERT_TRUE(store_.database()
                  .Exec("INSERT INTO spool_files VALUES (1, '0.spool', 64 + 100 * 80)")
                  .has_value());
  const auto again = ImportSpool(store_, writer_.id());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->rows, 0);
  EXPECT_EQ(Count(), 100);
  EXPECT_FALSE(std::filesystem::exists(Spool(0)));
}

TEST_F(SpoolImport, ImportsTheOtherFilesBesideADamagedOne) {
  WriteFile(Spool(0), std::string(1000, 'x'));
  WriteSpool(1, TestRows(5));
  const auto result = ImportSpool(store_, writer_.id());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(result.error().message, HasSubstr("0.spool is not a spool file"));
  EXPECT_EQ(Count(), 5);
  EXPECT_TRUE(std::filesystem::exists(Spool(0)));
  EXPECT_FALSE(std::filesystem::exists(Spool(1)));
}

TEST_F(SpoolImport, RefusesTheSpoolOfAnotherRunAndOfAnotherLayout) {
  WriteFile(Spool(0), SpoolBytes("deadbeef", TestRows(1)));
  EXPECT_THAT(ImportSpool(store_, writer_.id()).error().message, HasSubstr("another run"));
  std::string bytes = SpoolBytes(writer_.id(), TestRows(1));
  bytes[24] = 81;  // RowFileHeader::row_size
  WriteFile(Spool(0), bytes);
  EXPECT_THAT(ImportSpool(store_, writer_.id()).error().message, HasSubstr("another version"));
  EXPECT_EQ(Count(), 0);
}

TEST_F(SpoolImport, KeepsTheSpoolWhenTheDiskIsFull) {
  WriteSpool(0, TestRows(50'000));
  const std::int64_t pages = *store_.database().Number("PRAGMA page_count");
  // Room for the first transaction (16,384 rows of some 70 bytes: 140 pages of 8 KiB), not for all.
  ASSERT_TRUE(
      store_.database().Exec("PRAGMA max_page_count=" + std::to_string(pages + 200)).has_value());
  const auto full = ImportSpool(store_, writer_.id());
  ASSERT_FALSE(full.has_value());
  EXPECT_EQ(full.error().code, ErrorCode::kExhausted);
  EXPECT_THAT(full.error().message, HasSubstr("is full"));
  EXPECT_THAT(full.error().message, HasSubstr(writer_.spool_folder()));
  EXPECT_TRUE(std::filesystem::exists(Spool(0)));
  EXPECT_EQ(Count() % 16'384, 0);

  ASSERT_TRUE(store_.database().Exec("PRAGMA max_page_count=1000000").has_value());
  ASSERT_TRUE(ImportSpool(store_, writer_.id()).has_value());
  EXPECT_EQ(Count(), 50'000);
}

TEST_F(SpoolImport, KeepsACopiedFileUntilItIsDropped) {
  WriteSpool(0, TestRows(3));
  const auto copied = CopySpool(store_, writer_.id());
  ASSERT_TRUE(copied.has_value());
  EXPECT_EQ(copied->rows, 3);
  EXPECT_TRUE(std::filesystem::exists(Spool(0)));
  // A process that dies here leaves a spool whose rows are stored already: none comes twice.
  const auto again = CopySpool(store_, writer_.id());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->rows, 0);
  EXPECT_EQ(Count(), 3);

  ASSERT_TRUE(DropSpool(store_, *copied).has_value());
  EXPECT_FALSE(std::filesystem::exists(Spool(0)));
  // The WAL is all in the database: the close has nothing left to do.
  EXPECT_EQ(*store_.database().Number("PRAGMA wal_checkpoint(PASSIVE)"), 0);
  EXPECT_EQ(Count(), 3);
}

TEST_F(SpoolImport, DropsAFileAlsoWhileAnotherProcessReads) {
  auto reader = Store::Open(store_.path());
  ASSERT_TRUE(reader.has_value());
  ASSERT_TRUE(reader->database().Exec("BEGIN").has_value());
  ASSERT_EQ(*reader->database().Number("SELECT count(*) FROM attempts"), 0);  // Its snapshot.
  WriteSpool(0, TestRows(3));
  const auto copied = CopySpool(store_, writer_.id());
  ASSERT_TRUE(copied.has_value());
  ASSERT_TRUE(DropSpool(store_, *copied).has_value());
  EXPECT_FALSE(std::filesystem::exists(Spool(0)));
  ASSERT_TRUE(reader->database().Exec("COMMIT").has_value());
  EXPECT_EQ(Count(), 3);
}

TEST_F(SpoolImport, OfARunWithoutSpoolStoresNothing) {
  const auto result = ImportSpool(store_, writer_.id());
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->rows, 0);
  EXPECT_EQ(ImportSpool(store_, "ffffffff").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace loadline::store
