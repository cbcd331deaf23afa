#include "store/paths.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "store/machine.h"

namespace loadline::store {
namespace {

/// Sets a variable for the length of a test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    const char* old = getenv(name);
    old_ = old == nullptr ? "" : old;
    had_ = old != nullptr;
    value == nullptr ? unsetenv(name) : setenv(name, value, 1);
  }
  ~Variable() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

TEST(DefaultDatabasePath, FollowsXdg) {
  const Variable home("HOME", "/home/eve");
  {
    const Variable data("XDG_DATA_HOME", "/data");
    EXPECT_EQ(*DefaultDatabasePath(), "/data/loadline/loadline.db");
  }
  {
    // A relative folder is to be ignored (XDG Base Directory Specification).
    const Variable data("XDG_DATA_HOME", "data");
    EXPECT_EQ(*DefaultDatabasePath(), "/home/eve/.local/share/loadline/loadline.db");
  }
  const Variable data("XDG_DATA_HOME", nullptr);
  EXPECT_EQ(*DefaultDatabasePath(), "/home/eve/.local/share/loadline/loadline.db");
}

TEST(DefaultDatabasePath, NeedsAPlace) {
  const Variable home("HOME", nullptr);
  const Variable data("XDG_DATA_HOME", nullptr);
  EXPECT_EQ(DefaultDatabasePath().error().code, ErrorCode::kInvalidArgument);
}

TEST(SpoolFolder, LiesBesideItsDatabase) {
  EXPECT_EQ(SpoolFolder("/data/x.db", "12ab"), "/data/x.db-spool/12ab");
}

TEST(ThisMachine, IsTheSameEachTime) {
  const Machine machine = ThisMachine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GT(machine.memory.count, 0);
  EXPECT_EQ(machine.id.size(), 16u);
  EXPECT_EQ(ThisMachine(), machine);
}

}  // namespace
}  // namespace loadline::store
