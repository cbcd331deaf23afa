#include "cli/file_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace loadline::cli {
namespace {

using ::testing::HasSubstr;

class FileOutput : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / "loadline_file_output";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string Path(const char* name) const { return (folder_ / name).string(); }

  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  [[nodiscard]] std::ptrdiff_t FileCount() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

  std::filesystem::path folder_;
};

TEST_F(FileOutput, ReplacesAFileAndLeavesNothingElse) {
  ASSERT_TRUE(WriteWhole(Path("a.prom"), "old"));
  ASSERT_TRUE(WriteWhole(Path("a.prom"), "new"));
  EXPECT_EQ(Read(Path("a.prom")), "new");
  EXPECT_EQ(FileCount(), 1);
  // The collector is another user.
  EXPECT_NE(
      std::filesystem::status(Path("a.prom")).permissions() & std::filesystem::perms::others_read,
      std::filesystem::perms::none);
}

TEST_F(FileOutput, LeavesWhatTheUmaskSaysWhereThatIsWanted) {
  const mode_t before = ::umask(0077);
  const Status written = WriteWhole(Path("a.html"), "private", Readers::kByUmask);
  ::umask(before);
  ASSERT_TRUE(written);
  EXPECT_EQ(std::filesystem::status(Path("a.html")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(FileOutput, AppendsWhereOthersHaveWritten) {
  ASSERT_TRUE(AppendTo(Path("s.md"), "one\n"));
  ASSERT_TRUE(AppendTo(Path("s.md"), "two\n"));
  EXPECT_EQ(Read(Path("s.md")), "one\ntwo\n");
}

TEST_F(FileOutput, CheckingTouchesNothing) {
  ASSERT_TRUE(WriteWhole(Path("a.xml"), "old"));
  EXPECT_TRUE(CheckWritable(Path("a.xml")));
  EXPECT_TRUE(CheckWritable(Path("b.xml")));
  EXPECT_EQ(Read(Path("a.xml")), "old");
  EXPECT_EQ(FileCount(), 1);
}

TEST_F(FileOutput, SaysWhatCannotBeWritten) {
  const Status missing = CheckWritable(Path("none/a.xml"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(missing.error().message, HasSubstr("none/a.xml\": No such file or directory"));
  EXPECT_THAT(CheckWritable(folder_.string()).error().message, HasSubstr("Is a directory"));
  EXPECT_FALSE(WriteWhole(Path("none/a.xml"), "x"));
  EXPECT_FALSE(AppendTo(Path("none/a.xml"), "x"));
}

TEST_F(FileOutput, WritesIntoWhatIsNoOrdinaryFile) {
  EXPECT_TRUE(CheckWritable("/dev/null"));
  EXPECT_TRUE(WriteWhole("/dev/null", "x"));
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace loadline::cli
