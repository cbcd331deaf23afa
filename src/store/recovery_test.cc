#include "store/recovery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "store/database.h"
#include "store/paths.h"
#include "store/run_writer.h"
#include "store/spool_lock.h"
#include "store/test_support.h"

namespace loadline::store {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Recover, OfAnEmptyStoreFindsNothing) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  const auto recovered = Recover(*store);
  ASSERT_TRUE(recovered.has_value());
  EXPECT_THAT(*recovered, IsEmpty());
}

TEST(Recover, ImportsWhatAKilledProcessLeftBehind) {
  const TestFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    // Begins a run, records 1000 attempts and half of another one, and is killed.
    auto store = Store::Open(folder.Database());
    auto writer = RunWriter::Begin(*store, TestStart("killed"));
    static_cast<void>(writer->AddSecond(1, {}));
    std::string bytes = SpoolBytes(writer->id(), TestRows(1001));
    bytes.resize(bytes.size() - 40);
    WriteFile(writer->spool_folder() + "/0.spool", bytes);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  auto store = Store::Open(folder.Database());
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(store->FindRun("killed")->state, RunState::kRunning);
  const auto recovered = Recover(*store);
  ASSERT_TRUE(recovered.has_value());
  ASSERT_THAT(*recovered, SizeIs(1));
  const auto run = store->FindRun("killed");
  EXPECT_EQ((*recovered)[0].id, run->id);
  EXPECT_EQ((*recovered)[0].rows, 1000);
  EXPECT_EQ((*recovered)[0].problem, "");
  EXPECT_EQ(run->state, RunState::kInterrupted);
  EXPECT_EQ(run->attempts_stored, 1000);
  EXPECT_EQ(*store->database().Number("SELECT count(*) FROM seconds"), 1);
  EXPECT_FALSE(std::filesystem::exists(SpoolFolder(folder.Database(), run->id)));
  EXPECT_THAT(*Recover(*store), IsEmpty());  // Once is enough.
}

TEST(Recover, LeavesARunAloneThatIsGoingOn) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  auto writer = RunWriter::Begin(*store, TestStart());
  ASSERT_TRUE(writer.has_value());
  const std::string spool = writer->spool_folder() + "/0.spool";
  WriteFile(spool, SpoolBytes(writer->id(), TestRows(10)));
  auto other = Store::Open(folder.Database());
  EXPECT_THAT(*Recover(*other), IsEmpty());
  EXPECT_EQ(other->FindRun("@last")->state, RunState::kRunning);
  EXPECT_TRUE(std::filesystem::exists(spool));
}

TEST(Recover, ImportsTheSpoolThatAFullDiskKeptFromBeingImported) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  std::string id;
  {
    auto writer = RunWriter::Begin(*store, TestStart());
    id = writer->id();
    WriteFile(writer->spool_folder() + "/0.spool", SpoolBytes(id, TestRows(10)));
    ASSERT_TRUE(writer->Finish({RunState::kRefused, 3, "", "", {}}).has_value());
  }
  const auto recovered = Recover(*store);
  ASSERT_THAT(*recovered, SizeIs(1));
  EXPECT_EQ((*recovered)[0].rows, 10);
  EXPECT_EQ(store->FindRun(id)->state, RunState::kRefused);  // It had ended: that stays true.
}

TEST(Recover, GivesASpoolWithoutARunARunOfItsOwn) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  WriteFile(SpoolFolder(folder.Database(), "0badcafe") + "/0.spool",
            SpoolBytes("0badcafe", TestRows(7)));
  const auto recovered = Recover(*store);
  ASSERT_THAT(*recovered, SizeIs(1));
  EXPECT_EQ((*recovered)[0].rows, 7);
  const auto run = store->FindRun("0badcafe");
  ASSERT_TRUE(run.has_value());
  EXPECT_EQ(run->start.command, "recovered");
  EXPECT_EQ(run->state, RunState::kInterrupted);
  EXPECT_EQ(run->started.time_since_epoch().count(), 1'767'323'045'000'000'000);
}

TEST(Recover, TellsWhatItCannotImportAndGoesOn) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  WriteFile(SpoolFolder(folder.Database(), "0000aaaa") + "/0.spool", std::string(100, 'x'));
  WriteFile(SpoolFolder(folder.Database(), "0000bbbb") + "/0.spool",
            SpoolBytes("0000bbbb", TestRows(2)));
  const auto recovered = Recover(*store);
  ASSERT_TRUE(recovered.has_value());
  ASSERT_THAT(*recovered, SizeIs(2));
  EXPECT_THAT((*recovered)[0].problem, HasSubstr("not a spool file"));
  EXPECT_TRUE(std::filesystem::exists(SpoolFolder(folder.Database(), "0000aaaa") + "/0.spool"));
  EXPECT_EQ((*recovered)[1].rows, 2);
}

TEST(Recover, PassesOverWhatIsNotASpoolFolder) {
  const TestFolder folder;
  auto store = Store::Open(folder.Database());
  const std::string foreign = SpoolRoot(folder.Database()) + "/My Documents/0.spool";
  WriteFile(foreign, "precious");
  EXPECT_THAT(*Recover(*store), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(foreign));
}

TEST(SpoolLock, IsHeldByOneAtATimeAndLetGoAtTheEnd) {
  const TestFolder folder;
  const std::string spool = folder.path() + "/spool/1";
  {
    auto lock = SpoolLock::Take(spool);
    ASSERT_TRUE(lock.has_value());
    EXPECT_TRUE(IsLocked(spool));
    EXPECT_EQ(SpoolLock::Take(spool).error().code, ErrorCode::kInvalidArgument);
    const SpoolLock moved = std::move(*lock);
    EXPECT_TRUE(IsLocked(spool));
  }
  EXPECT_FALSE(IsLocked(spool));
  EXPECT_FALSE(std::filesystem::exists(spool));
  EXPECT_TRUE(SpoolLock::Take(spool).has_value());
}

}  // namespace
}  // namespace loadline::store
