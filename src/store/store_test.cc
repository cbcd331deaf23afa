#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "store/database.h"
#include "store/run_writer.h"
#include "store/spool_import.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

using ::testing::HasSubstr;

/// Runs SQL on any file, past the store.
void Sql(const std::string& path, const char* sql) {
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &db), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(db, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
  sqlite3_close(db);
}

std::string FileBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string BeginAndFinish(Store& store, const std::string& label = {}) {
  Result<RunWriter> writer = RunWriter::Begin(store, TestStart(label));
  EXPECT_TRUE(writer.has_value());
  EXPECT_TRUE(writer->Finish({}).has_value());
  return writer->id();
}

TEST(Store, CreatesFileAndFolders) {
  const TestFolder folder;
  const std::string path = folder.path() + "/a/b c/runs.db";
  ASSERT_TRUE(Store::Open(path).has_value());
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(Store::Open(path).has_value());  // And opens what it created.
}

TEST(Store, TakesNamesThatMeanSomethingInAUri) {
  const TestFolder folder;
  const std::string path = folder.path() + "/50%25?mode=memory#x.db";
  ASSERT_TRUE(Store::Open(path).has_value());
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_TRUE(Store::Open(path, OpenMode::kReadOnly).has_value());
}

TEST(Store, OfARunThatNeverWasIsNotFound) {
  const TestFolder folder;
  const auto missing = Store::Open(folder.Database(), OpenMode::kReadOnly);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(folder.Database()));
}

TEST(Store, RefusesAFileThatIsNoDatabase) {
  const TestFolder folder;
  WriteFile(folder.Database(), std::string(5000, 'x'));
  const auto store = Store::Open(folder.Database());
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(store.error().message, HasSubstr("is not a database"));
}

TEST(Store, ReportsDamage) {
  const TestFolder folder;
  {
    auto store = Store::Open(folder.Database());
    ASSERT_TRUE(store.has_value());
    for (int i = 0; i < 20; ++i) {
      BeginAndFinish(*store);
    }
  }
  // The first page says that it is ours; everything behind it is overwritten.
  std::fstream file(folder.Database(), std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(8192);
  const auto size = std::filesystem::file_size(folder.Database());
  file << std::string(size - 8192, '\x5a');
  file.close();
  auto store = Store::Open(folder.Database());
  const ErrorCode code = store.has_value() ? store->ListRuns().error().code : store.error().code;
  EXPECT_EQ(code, ErrorCode::kCorrupt);
}

TEST(Store, ReportsAFileThatWasCut) {
  const TestFolder folder;
  {
    auto store = Store::Open(folder.Database());
    ASSERT_TRUE(store.has_value());
    BeginAndFinish(*store);
  }
  std::filesystem::resize_file(folder.Database(), 3 * 8192 + 100);
  auto store = Store::Open(folder.Database());
  const ErrorCode code = store.has_value() ? store->ListRuns().error().code : store.error().code;
  EXPECT_EQ(code, ErrorCode::kCorrupt);
}

TEST(Store, RefusesANewerSchema) {
  const TestFolder folder;
  ASSERT_TRUE(Store::Open(folder.Database()).has_value());
  Sql(folder.Database(), "PRAGMA user_version=99");
  const auto store = Store::Open(folder.Database());
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(store.error().message, HasSubstr("newer loadline (schema 99"));
}

TEST(Store, RefusesTheDatabaseOfAnotherProgram) {
  const TestFolder folder;
  Sql(folder.Database(), "CREATE TABLE runs (x)");
  const auto store = Store::Open(folder.Database());
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(store.error().message, HasSubstr("another program"));
}

TEST(Store, RefusesAFolderAndAnEmptyName) {
  const TestFolder folder;
  EXPECT_EQ(Store::Open(folder.path()).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Store::Open("").error().code, ErrorCode::kInvalidArgument);
}

/// Permissions do not bind root: the rest of the test is done as nobody.
class AsNobody {
 public:
  AsNobody() : was_root_(geteuid() == 0) {
    if (was_root_) {
      CHECK(seteuid(65534) == 0);
    }
  }
  ~AsNobody() {
    if (was_root_) {
      CHECK(seteuid(0) == 0);
    }
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool was_root_;
};

TEST(Store, ReadsFromAFolderThatCannotBeWritten) {
  const TestFolder folder;
  {
    auto store = Store::Open(folder.Database());
    ASSERT_TRUE(store.has_value());
    BeginAndFinish(*store, "kept");
  }
  std::filesystem::remove_all(folder.Database() + "-spool");
  std::filesystem::permissions(folder.Database(), std::filesystem::perms(0444));
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0555));
  {
    const AsNobody nobody;
    auto store = Store::Open(folder.Database(), OpenMode::kReadOnly);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    EXPECT_EQ(store->FindRun("kept")->start.label, "kept");

    const auto written = Store::Open(folder.Database());
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::kIo);
    EXPECT_EQ(Store::Open(folder.path() + "/new/x.db").error().code, ErrorCode::kIo);
  }
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
}

TEST(Store, SaysThatItIsLocked) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  auto other = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value() && other.has_value());
  sqlite3_busy_timeout(other->database().raw(), 1);  // Not ten seconds in a unit test.
  auto transaction = Transaction::Begin(store->database());
  ASSERT_TRUE(transaction.has_value());
  const auto run = RunWriter::Begin(*other, TestStart());
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, ErrorCode::kIo);
  EXPECT_THAT(run.error().message, HasSubstr("locked by another process"));
  EXPECT_TRUE(other->ListRuns().has_value());  // Reading goes on.
}

TEST(Store, FindsRunsByIdPrefixLabelAndAge) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(store->FindRun("@last").error().code, ErrorCode::kNotFound);
  const std::string first = BeginAndFinish(*store, "blue");
  const std::string second = BeginAndFinish(*store, "green");
  const std::string third = BeginAndFinish(*store, "blue");
  EXPECT_EQ(store->FindRun("@last")->id, third);
  EXPECT_EQ(store->FindRun("@last~0")->id, third);
  EXPECT_EQ(store->FindRun("@last~2")->id, first);
  EXPECT_EQ(store->FindRun(second)->start.label, "green");
  EXPECT_EQ(store->FindRun("blue")->id, third);
  EXPECT_EQ(store->FindRun(first)->id, first);
  for (const char* wrong : {"@last~3", "@last~x", "@last~", "@last~-1", "zebra", "", "*", "%"}) {
    const auto run = store->FindRun(wrong);
    ASSERT_FALSE(run.has_value()) << wrong;
    EXPECT_EQ(run.error().code, ErrorCode::kNotFound) << wrong;
  }
}

TEST(Store, AsksForMoreOfAPrefixThatFitsSeveralRuns) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  BeginAndFinish(*store);
  BeginAndFinish(*store);
  ASSERT_TRUE(store->database()
                  .Exec("UPDATE runs SET id = 'abcd0001' WHERE run = 1; "
                        "UPDATE runs SET id = 'abcd0002' WHERE run = 2")
                  .has_value());
  const auto run = store->FindRun("abcd");
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(run.error().message, HasSubstr("abcd0002, abcd0001"));
  EXPECT_EQ(store->FindRun("abcd0001")->number, 1);
  // A label that looks like a prefix is a label.
  ASSERT_TRUE(store->SetLabel("abcd0002", "abcd").has_value());
  EXPECT_EQ(store->FindRun("abcd")->id, "abcd0002");
}

TEST(Store, ListsTheNewestRunsFirst) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  BeginAndFinish(*store, "a");
  BeginAndFinish(*store, "b");
  BeginAndFinish(*store, "c");
  const auto runs = store->ListRuns(2);
  ASSERT_TRUE(runs.has_value());
  ASSERT_EQ(runs->size(), 2u);
  EXPECT_EQ((*runs)[0].start.label, "c");
  EXPECT_EQ((*runs)[1].start.label, "b");
  EXPECT_EQ((*runs)[1].start.tasks, (std::vector<std::string>{"online", "batch"}));
  EXPECT_EQ(store->ListRuns()->size(), 3u);
}

TEST(Store, RemovesARunWithEverythingThatBelongsToIt) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  std::vector<std::string> ids;
  for (int i = 0; i < 2; ++i) {
    auto writer = RunWriter::Begin(*store, TestStart());
    ASSERT_TRUE(writer.has_value());
    ids.push_back(writer->id());
    measure::Second second;
    second.tasks.resize(1);
    second.tasks[0].succeeded = 1;
    ASSERT_TRUE(writer->AddSecond(1, second).has_value());
    ASSERT_TRUE(writer->FinishStep("probe", FullMeasurement(1), {}).has_value());
    WriteFile(writer->spool_folder() + "/0.spool", SpoolBytes(writer->id(), TestRows(10)));
    ASSERT_TRUE(ImportSpool(*store, writer->id()).has_value());
    ASSERT_TRUE(writer->Finish({RunState::kComplete, 0, "", "", measure::LoadLine()}).has_value());
  }
  ASSERT_TRUE(store->RemoveRun(ids[0]).has_value());
  EXPECT_EQ(store->FindRun(ids[0]).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(*store->database().Number("SELECT count(*) FROM attempts"), 10);
  EXPECT_EQ(*store->database().Number("SELECT count(*) FROM attempts WHERE run = 2"), 10);
  for (const char* table : {"steps", "seconds", "task_seconds", "step_tasks", "load_lines"}) {
    EXPECT_EQ(*store->database().Number(std::string("SELECT count(*) FROM ") + table), 1) << table;
  }
}

/// 156 pods for 2,000/s, 104 of them needed.
SizingInfo TestSizing(const std::string& invocation) {
  SizingInfo sizing;
  sizing.made = UtcTime(Duration(1'767'323'045'000'000'000));  // 2026-01-02T03:04:05Z
  sizing.version = "0.1.0";
  sizing.invocation = invocation;
  sizing.promise = "p95 < 200ms at 2,000/s, with one zone lost";
  sizing.rate_rps = 2000;
  sizing.pods = 156;
  sizing.needed = 104;
  sizing.nodes = 24;
  sizing.usd_per_month = 3437.5;
  return sizing;
}

TEST(Store, KeepsTheSizingsOfARun) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  const std::string first = BeginAndFinish(*store, "first");
  const std::string other = BeginAndFinish(*store, "other");
  EXPECT_EQ(*store->NewestSizing(first), "");
  ASSERT_TRUE(store->AddSizing(first, TestSizing("loadline size a"), "{\"a\": 1}").has_value());
  SizingInfo users = TestSizing("loadline size b");
  users.rate_rps.reset();
  users.users = 500;
  users.nodes.reset();
  users.usd_per_month.reset();
  ASSERT_TRUE(store->AddSizing(first, users, "{\"b\": 2}").has_value());

  const auto run = store->ReadRun("first");
  ASSERT_TRUE(run.has_value());
  ASSERT_EQ(run->sizings.size(), 2u);
  EXPECT_EQ(run->sizings[0].invocation, "loadline size b");
  EXPECT_EQ(run->sizings[0].users, 500);
  EXPECT_FALSE(run->sizings[0].rate_rps || run->sizings[0].nodes || run->sizings[0].usd_per_month);
  const SizingInfo& kept = run->sizings[1];
  const SizingInfo made = TestSizing("loadline size a");
  EXPECT_EQ(kept.made, made.made);
  EXPECT_EQ(kept.version, made.version);
  EXPECT_EQ(kept.invocation, made.invocation);
  EXPECT_EQ(kept.promise, made.promise);
  EXPECT_EQ(kept.rate_rps, 2000);
  EXPECT_FALSE(kept.users);
  EXPECT_EQ(kept.pods, 156);
  EXPECT_EQ(kept.needed, 104);
  EXPECT_EQ(kept.nodes, 24);
  EXPECT_EQ(kept.usd_per_month, 3437.5);
  EXPECT_EQ(*store->NewestSizing("first"), "{\"b\": 2}");
  EXPECT_TRUE(store->ReadRun(other)->sizings.empty());
  EXPECT_EQ(store->AddSizing("nobody", users, "").error().code, ErrorCode::kNotFound);

  ASSERT_TRUE(store->RemoveRun(first).has_value());
  EXPECT_EQ(*store->database().Number("SELECT count(*) FROM sizings"), 0);
}

TEST(Store, ReplacesASizingOfTheSameCommand) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  for (const char* label : {"first", "other"}) {
    BeginAndFinish(*store, label);
    for (const char* command : {"a", "b", "a"}) {
      ASSERT_TRUE(store->AddSizing(label, TestSizing(command), command).has_value());
    }
  }
  for (const char* label : {"first", "other"}) {
    const auto run = store->ReadRun(label);
    ASSERT_TRUE(run.has_value());
    ASSERT_EQ(run->sizings.size(), 2u) << label;
    // The one that was made again is the newest now.
    EXPECT_EQ(run->sizings[0].invocation, "a");
    EXPECT_EQ(run->sizings[1].invocation, "b");
  }
}

TEST(Store, KeepsSoManySizingsAndNoMore) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  BeginAndFinish(*store);
  for (int i = 0; i < kMostSizings + 3; ++i) {
    ASSERT_TRUE(store->AddSizing("@last", TestSizing(std::to_string(i)), "{}").has_value());
  }
  const auto run = store->ReadRun("@last");
  ASSERT_EQ(run->sizings.size(), static_cast<std::size_t>(kMostSizings));
  EXPECT_EQ(run->sizings.front().invocation, std::to_string(kMostSizings + 2));
  EXPECT_EQ(run->sizings.back().invocation, "3");  // 0, 1 and 2 went.
}

/// A database as the version before sizings left it.
void MakeVersion2(const std::string& path, const std::string& label) {
  {
    auto store = Store::Open(path);
    ASSERT_TRUE(store.has_value());
    BeginAndFinish(*store, label);
  }
  Sql(path, "DROP TABLE sizings; PRAGMA user_version=2; PRAGMA journal_mode=DELETE");
}

TEST(Store, ReadsAnOlderFileWithoutChangingIt) {
  const TestFolder folder;
  MakeVersion2(folder.Database(), "old");
  const std::string before = FileBytes(folder.Database());
  {
    auto store = Store::Open(folder.Database(), OpenMode::kReadOnly);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    const auto run = store->ReadRun("old");
    ASSERT_TRUE(run.has_value()) << run.error().message;
    EXPECT_TRUE(run->sizings.empty());
    EXPECT_EQ(*store->NewestSizing("old"), "");
    EXPECT_FALSE(store->AddSizing("old", TestSizing("a"), "").has_value());
  }
  EXPECT_EQ(FileBytes(folder.Database()), before);
  // What came before the stages of a load cannot be read as it is.
  Sql(folder.Database(), "PRAGMA user_version=1");
  const auto older = Store::Open(folder.Database(), OpenMode::kReadOnly);
  ASSERT_FALSE(older.has_value());
  EXPECT_THAT(older.error().message, HasSubstr("`loadline runs ls` brings it up to date"));
}

TEST(Store, BringsAnOlderFileUpToDate) {
  const TestFolder folder;
  MakeVersion2(folder.Database(), "old");
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value()) << store.error().message;
  EXPECT_EQ(store->database().schema(), 3);
  ASSERT_TRUE(store->AddSizing("old", TestSizing("a"), "{}").has_value());
  EXPECT_EQ(store->ReadRun("old")->sizings.size(), 1u);
}

TEST(Store, DoesNotRemoveARunThatIsGoingOn) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  auto other = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value() && other.has_value());
  const auto writer = RunWriter::Begin(*store, TestStart());
  ASSERT_TRUE(writer.has_value());
  const Status removed = other->RemoveRun("@last");
  ASSERT_FALSE(removed.has_value());
  EXPECT_THAT(removed.error().message, HasSubstr("is going on"));
  EXPECT_TRUE(other->FindRun("@last").has_value());
}

TEST(Store, KeepsLabelAndNote) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  BeginAndFinish(*store);
  ASSERT_TRUE(store->SetNote("@last", "after the fix").has_value());
  EXPECT_EQ(store->FindRun("@last")->note, "after the fix");
}

TEST(Store, IsOpenedAndWrittenByManyAtOnce) {
  // Threads with a connection each are to SQLite what processes are. All of them also race to
  // create the file.
  const TestFolder folder;
  constexpr int kThreads = 4;
  constexpr int kRuns = 10;
  std::vector<std::string> faults(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&folder, &fault = faults[static_cast<std::size_t>(t)]] {
      auto store = Store::Open(folder.Database());
      if (!store.has_value()) {
        fault = store.error().message;
        return;
      }
      for (int i = 0; i < kRuns && fault.empty(); ++i) {
        auto writer = RunWriter::Begin(*store, TestStart());
        if (!writer.has_value()) {
          fault = writer.error().message;
          return;
        }
        WriteFile(writer->spool_folder() + "/0.spool", SpoolBytes(writer->id(), TestRows(100)));
        for (const Status& done :
             {writer->AddSecond(1, {}), writer->FinishStep("probe", FullMeasurement(1), {}),
              writer->Finish({})}) {
          fault += done.has_value() ? "" : done.error().message;
        }
        const auto imported = ImportSpool(*store, writer->id());
        fault += imported.has_value() ? "" : imported.error().message;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_THAT(faults, ::testing::Each(""));
  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(store->ListRuns()->size(), std::size_t{kThreads} * kRuns);
  EXPECT_EQ(*store->database().Number("SELECT count(*) FROM attempts"), kThreads * kRuns * 100);
  EXPECT_EQ(*store->database().Number("SELECT count(DISTINCT run) FROM attempts"),
            kThreads * kRuns);
}

}  // namespace
}  // namespace loadline::store
