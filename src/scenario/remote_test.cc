#include "scenario/remote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// 64 digits each.
const std::string kRight(64, 'a');
const std::string kWrong(64, 'b');

/// A world in which every URL leads to the same two rows, whose checksum is kRight.
struct World {
  std::vector<RemoteFile> asked;
  Surroundings surroundings = InMemory({});
  World() {
    surroundings.fetch = [this](const RemoteFile& file) -> Result<Fetched> {
      asked.push_back(file);
      return Fetched{.content = "x\n1\n2\n", .sha256 = kRight, .from_afar = true, .note = ""};
    };
  }
  Built Read(const std::string& data, const std::string& target = "{url: http://127.0.0.1}") {
    return Build(MakeInput(Command::kShow, "s.yaml",
                           "target: " + target + "\ndata:\n  people: " + data + "\n"),
                 surroundings);
  }
};

TEST(RemoteData, IsReadLikeAFile) {
  World world;
  const Built built = world.Read("{csv: 'https://h/rows', sha256: " + std::string(64, 'A') + "}");
  ASSERT_TRUE(built.ok()) << Format(built.faults);
  ASSERT_EQ(built.scenario.data.size(), 1U);
  EXPECT_EQ(built.scenario.data[0].rows.size(), 2U);
  EXPECT_EQ(built.scenario.data[0].file, "https://h/rows");
  EXPECT_EQ(built.scenario.data[0].sha256, kRight);  // As sha256sum writes it.
  ASSERT_EQ(built.notes.size(), 1U);
  EXPECT_EQ(built.notes[0], "people: fetched 6 B from https://h/rows");
}

TEST(RemoteData, TrustsTheTargetsAuthoritiesUnlessItNamesItsOwn) {
  World world;
  const std::string target = "{url: 'https://t', tls: {ca_file: ca.pem}}";
  (void)world.Read("{csv: 'https://h/rows', sha256: " + kRight + "}", target);
  (void)world.Read("{csv: 'https://h/rows', sha256: " + kRight + ", ca_file: /other.pem}", target);
  ASSERT_EQ(world.asked.size(), 2U);
  EXPECT_EQ(world.asked[0].ca_file, "ca.pem");
  EXPECT_EQ(world.asked[1].ca_file, "/other.pem");
}

TEST(RemoteData, SaysTheChecksumThatIsMissingOrWrong) {
  World world;
  EXPECT_THAT(Format(world.Read("{csv: 'https://h/rows?v=1'}").faults),
              ::testing::AllOf(HasSubstr("s.yaml:3: data.people.csv"),
                               HasSubstr("\"https://h/rows?…\" without its checksum"),
                               HasSubstr("sha256: " + kRight)));
  EXPECT_THAT(Format(world.Read("{csv: 'https://h/rows', sha256: " + kWrong + "}").faults),
              HasSubstr("sha256: " + kRight + ", if what is there now (6 B)"));
}

TEST(RemoteData, IsNotAskedForWhenTheScenarioIsWrong) {
  World world;
  for (const char* data :
       {"{csv: 'https://h/rows', sha256: abc}", "{csv: 'https://h/rows?X-Amz-Signature=word'}",
        "{csv: 'https://h/rows?a=1&api_key=word'}", "{csv: rows.csv, ca_file: a.pem}",
        "{inline: '{\"a\": \"https://h\"}', sha256: abc}"}) {
    const Built built = world.Read(data);
    EXPECT_FALSE(built.ok()) << data;
    EXPECT_THAT(Format(built.faults), Not(HasSubstr("word")));
  }
  EXPECT_TRUE(world.asked.empty());
}

TEST(RemoteData, NeedsSomebodyWhoFetches) {
  World world;
  world.surroundings.fetch = nullptr;
  EXPECT_THAT(Format(world.Read("{csv: 'https://h/rows', sha256: " + kRight + "}").faults),
              HasSubstr("nothing is fetched here"));
}

}  // namespace
}  // namespace loadline::scenario
