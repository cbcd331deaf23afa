// `as: kserve-v1|kserve-v2|tfserving`: paths from the model's name, datatypes from the rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/build.h"
#include "scenario/data.h"
#include "scenario/show.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Built BuildWith(const std::string& url, const std::string& task) {
  const std::string yaml = "target: " + url + "\ntasks: [" + task + "]\n";
  return Build(MakeInput(Command::kShow, "s.yaml", yaml), InMemory({}));
}

std::string PathOf(const std::string& url, const std::string& task) {
  const Built built = BuildWith(url, task);
  if (!built.ok()) {
    return Format(built.faults);
  }
  const Template& path = built.scenario.tasks[0].path;
  return path.parts.empty() ? "" : path.parts[0].text;
}

TEST(Presets, TheModelsNameMakesThePath) {
  EXPECT_EQ(PathOf("http://h", "{as: kserve-v1, model: iris, rows: '{\"x\":1}'}"),
            "/v1/models/iris:predict");
  EXPECT_EQ(PathOf("http://h/", "{as: tfserving, model: iris, rows: '{\"x\":1}'}"),
            "/v1/models/iris:predict");
  EXPECT_EQ(PathOf("http://h", "{as: kserve-v2, model: iris, rows: '{\"x\":1}'}"),
            "/v2/models/iris/infer");
  EXPECT_EQ(PathOf("http://h/v2/models/iris", "{as: kserve-v2, rows: '{\"x\":1}'}"), "/infer");
  EXPECT_EQ(PathOf("http://h/v2/models/iris/infer", "{as: kserve-v2, rows: '{\"x\":1}'}"), "");
  EXPECT_EQ(PathOf("http://h", "{as: tfserving, post: '/v1/models/a:predict', json: {x: 1}}"),
            "/v1/models/a:predict");
}

TEST(Presets, AModelThatIsMissingOrOutOfPlaceIsAFault) {
  EXPECT_THAT(PathOf("http://h", "{as: kserve-v2, rows: '{\"x\":1}'}"),
              HasSubstr("as: kserve-v2 without a model; expected model: NAME"));
  EXPECT_THAT(PathOf("http://h/v1/models/iris", "{as: kserve-v1, rows: '{\"x\":1}'}"),
              HasSubstr("the same with :predict behind it"));
  EXPECT_THAT(PathOf("http://h/x", "{as: kserve-v2, model: iris, rows: '{\"x\":1}'}"),
              HasSubstr("the URL has a path"));
  EXPECT_THAT(PathOf("http://h", "{as: kserve-v2, model: 'a/b', rows: '{\"x\":1}'}"),
              HasSubstr("a model's name of letters"));
  EXPECT_THAT(PathOf("http://h", "{model: iris, json: {x: 1}}"), HasSubstr("beside it"));
  EXPECT_THAT(PathOf("http://h", "{as: kserve-v2, model: iris, post: /x, rows: '{\"x\":1}'}"),
              HasSubstr("both model and a path"));
  EXPECT_THAT(PathOf("http://h", "{as: tfserving, model: iris}"),
              HasSubstr("as: tfserving without rows"));
}

TEST(Presets, WhatIsShownIsReadBackAsTheSame) {
  const Built first = BuildWith("http://h", "{as: kserve-v2, model: iris, rows: '{\"x\":1}'}");
  ASSERT_TRUE(first.ok()) << Format(first.faults);
  const Built again =
      Build(MakeInput(Command::kShow, "s.yaml", Show(first.scenario)), InMemory({}));
  ASSERT_TRUE(again.ok()) << Format(again.faults);
  EXPECT_EQ(again.scenario.tasks[0].shape, BodyShape::kKserveV2);
  EXPECT_EQ(again.scenario.tasks[0].path, first.scenario.tasks[0].path);
}

TEST(Presets, AColumnsDatatypeIsThatOfAllItsRows) {
  DataSet set;
  set.columns = {"whole", "mixed", "flag", "text", "list", "odd", "none"};
  set.rows = {{"1", "2", "true", "\"a\"", "[1,2.5]", "1", "null"},
              {"-3", "2.5", "null", "\"1\"", "[[3]]", "\"x\"", "null"}};
  NoteDatatypes(set);
  EXPECT_THAT(set.datatypes,
              ElementsAre("INT64", "FP64", "BOOL", "BYTES", "FP64", "BYTES", "BYTES"));
}

}  // namespace
}  // namespace loadline::scenario
