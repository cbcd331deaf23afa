#include "scenario/tree.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/keys.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string FaultsOf(std::string_view text) {
  std::vector<Fault> faults;
  static_cast<void>(ReadYaml(text, "f", faults));
  return Format(faults);
}

TEST(ReadYaml, KeepsPlacesAndQuotes) {
  std::vector<Fault> faults;
  const std::optional<Node> root = ReadYaml("a: 1\nb:\n  - '1'\n  -\n  - !!str 2\n", "f", faults);
  ASSERT_TRUE(root.has_value());
  EXPECT_THAT(faults, IsEmpty());
  EXPECT_THAT(root->keys, ElementsAre("a", "b"));
  EXPECT_FALSE(root->Find("a")->quoted);
  const Node& list = *root->Find("b");
  EXPECT_EQ(list.items[0].place.line, 3);
  EXPECT_TRUE(list.items[0].quoted);
  EXPECT_EQ(list.items[1].kind, Node::Kind::kNull);
  EXPECT_TRUE(list.items[2].quoted);
}

TEST(ReadYaml, FollowsAliases) {
  std::vector<Fault> faults;
  const std::optional<Node> root = ReadYaml("a: &x {p: 1}\nb: *x\n", "f", faults);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(root->Find("b")->Find("p")->text, "1");
}

TEST(ReadYaml, DefusesAliasBombs) {
  // Ten levels of nine aliases each: 9^10 = 3.5 billion values from 400 bytes.
  std::string bomb = "a0: &a0 x\n";
  for (int i = 1; i <= 10; ++i) {
    const std::string before = fmt::format("*a{}", i - 1);
    bomb += fmt::format("a{0}: &a{0} [{1}", i, before);
    for (int k = 1; k < 9; ++k) {
      bomb += fmt::format(", {}", before);
    }
    bomb += "]\n";
  }
  EXPECT_THAT(FaultsOf(bomb), HasSubstr("at most 200000 values"));
}

TEST(ReadYaml, RefusesNestingAndSize) {
  EXPECT_THAT(FaultsOf(std::string(100, '[') + std::string(100, ']')),
              HasSubstr("nested at most 60"));
  EXPECT_THAT(FaultsOf(std::string(100'000, '[')), HasSubstr("f:1: found"));
  EXPECT_THAT(FaultsOf("a: " + std::string(kMaxYamlBytes, 'x')), HasSubstr("at most 1 MiB"));
  EXPECT_THAT(FaultsOf("a: \xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(FaultsOf("a: &x [*x]\n"), HasSubstr("f:1: found"));
  EXPECT_THAT(FaultsOf("{[a]: 1}\n"), HasSubstr("a name before the colon"));
}

TEST(ReadYaml, StopsComplainingAtSomePoint) {
  std::string many = "target: http://h\n";
  for (int i = 0; i < 1000; ++i) {
    many += fmt::format("k{}: 1\n", i);
  }
  const Built built = Build(MakeInput(Command::kRun, "f", many), InMemory({}));
  EXPECT_EQ(built.faults.size(), 101U);
  EXPECT_EQ(Format(built.faults.back()), "f: found 900 further faults");
}

TEST(Nearest, FindsWhatWasMeant) {
  const std::vector<std::string_view> known = KeysOf(Section::kLoad);
  EXPECT_EQ(Nearest("durration", known), "duration");
  EXPECT_EQ(Nearest("user", known), "users");
  EXPECT_EQ(Nearest("Rate", known), "rate");
  EXPECT_EQ(Nearest("raet", known), "rate");  // Two neighbours swapped: one step.
  EXPECT_EQ(Nearest("warm_up", known), "warmup");
  EXPECT_EQ(Nearest("body", known), "");
  EXPECT_EQ(Nearest(std::string(1000, 'x'), known), "");
}

TEST(MakeSetting, UnderstandsEveryFlagOfTheTable) {
  for (const Flag& flag : Flags()) {
    const Result<Setting> setting = MakeSetting(flag, flag.name == "-H" ? "A: b" : "label=x");
    ASSERT_TRUE(setting.has_value()) << flag.name;
    EXPECT_EQ(setting->flag, flag.name);
  }
  EXPECT_EQ(FlagSetting("--errors", "0.1%").value, "errors < 0.1%");
  EXPECT_EQ(FlagSetting("--errors", "0.1").value, "errors < 0.1%");
  EXPECT_EQ(FlagSetting("--insecure").value, "true");
  EXPECT_EQ(FlagSetting("-H", "X-A: b: c ").path, "target.headers[\"X-A\"]");
}

TEST(MakeSetting, DoesNotRepeatWhatMayBeASecret) {
  for (const Flag& flag : Flags()) {
    if (flag.name == "-H" || flag.name == "--set") {
      const Result<Setting> setting = MakeSetting(flag, "s3cr3t");
      ASSERT_FALSE(setting.has_value());
      EXPECT_EQ(setting.error().message.find("s3cr3t"), std::string::npos);
    }
  }
}

TEST(Flags, SetKeysOfTheTable) {
  for (const Flag& flag : Flags()) {
    if (flag.path.empty()) {
      continue;
    }
    std::string_view path = flag.path;
    Section section = Section::kRoot;
    while (!path.empty()) {
      const std::size_t dot = path.find('.');
      std::string_view name = path.substr(0, dot);
      path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
      name = name == "task" ? "tasks" : name.substr(0, name.find('['));
      const Key* key = FindKey(section, name);
      ASSERT_NE(key, nullptr) << flag.name;
      section = key->of;
    }
  }
}

}  // namespace
}  // namespace loadline::scenario
