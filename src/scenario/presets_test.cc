// `as: kserve-v1|kserve-v2|tfserving`: paths from the model's name, datatypes from the rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/build.h"
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

std::string FaultsOf(const std::string& task) {
  return Format(BuildWith("http://h", task).faults);
}

constexpr const char* kRows = R"(rows: '[{"age":41,"name":"ann"},{"age":7.5,"name":12}]')";

Task TaskOf(const std::string& task) {
  const Built built = BuildWith("http://h", task);
  EXPECT_TRUE(built.ok()) << Format(built.faults);
  return built.scenario.tasks.empty() ? Task() : built.scenario.tasks[0];
}

TEST(Presets, DatatypesAreThoseOfTheCellsUnlessChosen) {
  const std::string as = std::string("{as: kserve-v2, model: m, ") + kRows;
  const Task inferred = TaskOf(as + "}");
  EXPECT_THAT(inferred.datatypes, ElementsAre("FP64", "BYTES"));
  // 12 is BYTES because its column holds text, so it is sent as text.
  EXPECT_THAT(inferred.cells,
              ElementsAre(ElementsAre("41", "\"ann\""), ElementsAre("7.5", "\"12\"")));
  EXPECT_THAT(TaskOf(as + ", types: {age: fp32}}").datatypes, ElementsAre("FP32", "BYTES"));
  EXPECT_THAT(TaskOf(as + ", types: 'name=BYTES, FP16'}").datatypes, ElementsAre("FP16", "BYTES"));
  EXPECT_THAT(TaskOf(as + ", types: BYTES}").cells,
              ElementsAre(ElementsAre("\"41\"", "\"ann\""), ElementsAre("\"7.5\"", "\"12\"")));
}

TEST(Presets, CellsThatFitAsTheyAreAreNotCopied) {
  EXPECT_TRUE(TaskOf("{as: kserve-v2, model: m, types: FP32, rows: '[{\"a\":1},{\"a\":2.5}]'}")
                  .cells.empty());
  EXPECT_TRUE(TaskOf("{as: kserve-v2, model: m, rows: '[{\"a\":\"x\"}]'}").cells.empty());
}

TEST(Presets, OneTensorHoldsAllColumns) {
  const std::string as = "{as: kserve-v2, model: m, tensor: x, rows: '[{\"a\":1,\"b\":2.5}]'";
  const Task task = TaskOf(as + "}");
  EXPECT_EQ(task.tensor, "x");
  EXPECT_THAT(task.datatypes, ElementsAre("FP64"));  // What holds whole numbers and others.
  EXPECT_THAT(TaskOf(as + ", types: FP32}").datatypes, ElementsAre("FP32"));
  EXPECT_THAT(FaultsOf(as + ", types: {a: FP32}}"),
              HasSubstr("tasks[0].types: found FP32 and FP64; expected one datatype, because "
                        "tensor: x holds all columns"));
  // Numbers beside text are text, too.
  EXPECT_THAT(TaskOf("{as: kserve-v2, model: m, tensor: x, rows: '[{\"a\":1,\"b\":\"t\"}]'}").cells,
              ElementsAre(ElementsAre("\"1\"", "\"t\"")));
}

TEST(Presets, WhatDoesNotFitADatatypeIsAFault) {
  const std::string as = std::string("{as: kserve-v2, model: m, ") + kRows;
  EXPECT_EQ(FaultsOf(as + ",\n types: {age: INT8}}"),
            "s.yaml:3: tasks[0].types.age: found 7.5 in column age of row 2 of rows; expected "
            "INT8: a whole number from -128 to 127\n");
  EXPECT_EQ(FaultsOf(as + ", types: FP32}"),
            "s.yaml:2: tasks[0].types: found \"ann\" in column name of row 1 of rows; expected "
            "FP32: a number up to 3.4028e+38\n");
  EXPECT_EQ(FaultsOf(as + ", types: {agee: FP32}}"),
            "s.yaml:2: tasks[0].types.agee: found the unknown column \"agee\"; expected age?\n");
  EXPECT_EQ(FaultsOf(as + ", types: {age: FP33}}"),
            "s.yaml:2: tasks[0].types.age: found \"FP33\"; expected FP32?\n");
  EXPECT_THAT(FaultsOf(as + ", types: {age: double}}"), HasSubstr("expected BOOL, UINT8, "));
  EXPECT_THAT(FaultsOf(as + ", types: [FP32]}"), HasSubstr("found a list"));
  EXPECT_THAT(FaultsOf("{as: kserve-v1, model: m, types: FP32, rows: '{\"a\":1}'}"),
              HasSubstr("found types without as: kserve-v2"));
  EXPECT_THAT(FaultsOf("{as: kserve-v2, model: m, json: {a: 1}, tensor: x}"),
              HasSubstr("found tensor without rows"));
}

TEST(Presets, ListsOfDifferentLengthsAreNoTensor) {
  const std::string as = "{as: kserve-v2, model: m, rows: ";
  EXPECT_THAT(FaultsOf(as + "'[{\"x\":[[1,2],[3]]}]'}"),
              HasSubstr("found lists of different lengths within column x of row 1 of rows"));
  const std::string growing = as + "'[{\"x\":[1,2]},{\"x\":[3]}]'";
  EXPECT_THAT(FaultsOf(growing + "}"), "");  // One row is one tensor.
  EXPECT_THAT(FaultsOf(growing + ", batch: 2}"),
              HasSubstr("found another shape in column x of row 2 of rows; expected cells of one "
                        "shape where they are sent in one tensor"));
}

TEST(Presets, DatatypesAreShownAndReadBack) {
  const Built first = BuildWith("http://h",
                                "{as: kserve-v2, model: m, types: {\"the age\": FP32}, rows: "
                                "'[{\"the age\":1,\"name\":2},{\"the age\":1,\"name\":\"x\"}]'}");
  ASSERT_TRUE(first.ok()) << Format(first.faults);
  const std::string shown = Show(first.scenario);
  EXPECT_THAT(shown, HasSubstr("types: {\"the age\": FP32, name: BYTES}"));
  const Built again = Build(MakeInput(Command::kShow, "s.yaml", shown), InMemory({}));
  ASSERT_TRUE(again.ok()) << Format(again.faults);
  EXPECT_EQ(again.scenario.tasks, first.scenario.tasks);
}

TEST(Presets, FlagsChooseDatatypesToo) {
  const Built built = Build(MakeInput(Command::kRun, "http://h", "",
                                      {{"--as", "kserve-v2"},
                                       {"--model", "m"},
                                       {"--rows", "{\"a\":1,\"b\":2}"},
                                       {"--types", "FP32"},
                                       {"--tensor", "x"}}),
                            InMemory({}));
  ASSERT_TRUE(built.ok()) << Format(built.faults);
  EXPECT_EQ(built.scenario.tasks[0].tensor, "x");
  EXPECT_THAT(built.scenario.tasks[0].datatypes, ElementsAre("FP32"));
  const Built wrong = Build(MakeInput(Command::kRun, "http://h", "",
                                      {{"--as", "kserve-v2"},
                                       {"--model", "m"},
                                       {"--rows", "{\"a\":1.5}"},
                                       {"--types", "a=INT32"}}),
                            InMemory({}));
  EXPECT_EQ(Format(wrong.faults),
            "--types: tasks[0].types: found 1.5 in column a of row 1 of rows; expected INT32: a "
            "whole number from -2147483648 to 2147483647\n");
}

}  // namespace
}  // namespace loadline::scenario
