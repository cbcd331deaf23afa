#include "scenario/model_payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scenario/show.h"
#include "scenario/testing.h"

namespace loadline::scenario {
namespace {

using ::testing::HasSubstr;

/// A model server that describes one input, whatever it is asked for.
struct ModelServer {
  std::string asked;
  std::string shape = "kserve-v2";
  Surroundings surroundings = InMemory({{"rows.csv", "x\n1\n"}});
  ModelServer() {
    surroundings.ask_model = [this](const Target&, const std::string& url) -> Result<ModelAnswer> {
      asked = url;
      return ModelAnswer{
          .shape = shape, .inputs = {{"x", "FP32", {-1, 2}}}, .body = R"({"inputs":["${"]})"};
    };
  }
  Built Read(const std::string& url, const FlagTexts& flags) {
    return Build(MakeInput(Command::kRun, url, "", flags), surroundings);
  }
};

TEST(ModelPayload, IsAskedForWhereTheModelIsDescribed) {
  // Open Inference Protocol: the address of the inference without its last part; TensorFlow
  // Serving: `/metadata` in place of the verb.
  EXPECT_EQ(MetadataUrl("http://h/v2/models/m/versions/2/infer", BodyShape::kKserveV2),
            "http://h/v2/models/m/versions/2");
  EXPECT_EQ(MetadataUrl("http://h/v1/models/m:predict", BodyShape::kTfServing),
            "http://h/v1/models/m/metadata");
  EXPECT_EQ(MetadataUrl("http://h/score", BodyShape::kKserveV2), "");
  EXPECT_EQ(MetadataUrl("http://h/v1/models/m:predict", BodyShape::kKserveV1), "");
}

TEST(ModelPayload, IsSentAsTheServerDescribesIt) {
  ModelServer server;
  const Built built =
      server.Read("http://h:1/", {{"--as", "kserve-v2"}, {"--model", "m"}, {"--users", "1"}});
  ASSERT_TRUE(built.ok()) << Format(built.faults);
  EXPECT_EQ(server.asked, "http://h:1/v2/models/m");
  const Task& task = built.scenario.tasks[0];
  EXPECT_EQ(task.method, "POST");
  EXPECT_EQ(task.content_type, "application/json");
  ASSERT_EQ(task.body.parts.size(), 1U);
  EXPECT_EQ(task.body.parts[0].text, R"({"inputs":["${"]})");  // Nothing in it is a template.
  EXPECT_EQ(built.payload, "x FP32 [-1,2]: zeros, as the model asks for");
}

TEST(ModelPayload, IsKeptWithTheScenarioSoThatNobodyIsAskedAgain) {
  ModelServer server;
  const Built built =
      server.Read("http://h", {{"--as", "kserve-v2"}, {"--model", "m"}, {"--users", "1"}});
  const std::string shown = Show(built.scenario);
  server.asked.clear();
  const Built again = Build(MakeInput(Command::kRun, "s.yaml", shown), server.surroundings);
  ASSERT_TRUE(again.ok()) << Format(again.faults);
  EXPECT_EQ(server.asked, "");
  EXPECT_EQ(again.scenario.tasks, built.scenario.tasks);
}

TEST(ModelPayload, IsNotAskedForBesideRowsOrFaults) {
  ModelServer server;
  (void)server.Read("http://h", {{"--as", "kserve-v2"}, {"--model", "m"}, {"--rows", "rows.csv"}});
  (void)server.Read(
      "http://h",
      {{"--as", "kserve-v2"}, {"--model", "m"}, {"--check", "what?"}, {"--model", "a/b"}});
  (void)server.Read("http://h", {{"--as", "kserve-v1"}, {"--model", "m"}});
  (void)server.Read("http://h", {{"--as", "mlflow"}});
  EXPECT_EQ(server.asked, "");
}

TEST(ModelPayload, DatatypesOfRowsAreThoseOfTheModel) {
  ModelServer server;
  const FlagTexts flags{{"--as", "kserve-v2"}, {"--model", "m"}, {"--types", "model"}};
  FlagTexts with_rows = flags;
  with_rows.emplace_back("--rows", "rows.csv");
  const Built built = server.Read("http://h:1", with_rows);
  ASSERT_TRUE(built.ok()) << Format(built.faults);
  EXPECT_EQ(server.asked, "http://h:1/v2/models/m");
  EXPECT_EQ(built.scenario.tasks[0].datatypes, std::vector<std::string>{"FP32"});
  EXPECT_EQ(built.payload, "rows of rows as x FP32 [-1,2], as the model asks for");
  // Kept with the run: nobody is asked again.
  server.asked.clear();
  const Built again =
      Build(MakeInput(Command::kRun, "s.yaml", Show(built.scenario)), server.surroundings);
  ASSERT_TRUE(again.ok()) << Format(again.faults);
  EXPECT_EQ(server.asked, "");

  FlagTexts other = flags;
  other.emplace_back("--rows", R"({"a":1,"b":2})");
  EXPECT_THAT(Format(server.Read("http://h:1", other).faults),
              HasSubstr("found the column \"a\", which the model does not take; expected x FP32 "
                        "[-1,2]; tensor: x puts all columns into it"));
  other.emplace_back("--tensor", "x");
  const Built matrix = server.Read("http://h:1", other);
  ASSERT_TRUE(matrix.ok()) << Format(matrix.faults);
  EXPECT_EQ(matrix.scenario.tasks[0].datatypes, std::vector<std::string>{"FP32"});
  other.back().second = "y";
  EXPECT_THAT(Format(server.Read("http://h:1", other).faults),
              HasSubstr("found tensor: \"y\", which the model does not take"));
}

TEST(ModelPayload, SaysWhatTheServerSpeaksInstead) {
  ModelServer server;
  server.shape = "tfserving";
  const Built built = server.Read("http://h", {{"--as", "kserve-v2"}, {"--model", "m"}});
  EXPECT_FALSE(built.unanswered);
  EXPECT_THAT(Format(built.faults), HasSubstr("expected as: tfserving"));
}

TEST(ModelPayload, ASilentServerIsAFaultOfItsOwn) {
  ModelServer server;
  server.surroundings.ask_model = [](const Target&, const std::string&) -> Result<ModelAnswer> {
    return Error{ErrorCode::kUnavailable, "connection refused"};
  };
  const Built built = server.Read("http://h", {{"--as", "kserve-v2"}, {"--model", "m"}});
  EXPECT_TRUE(built.unanswered);
  EXPECT_THAT(Format(built.faults), HasSubstr("connection refused"));
}

}  // namespace
}  // namespace loadline::scenario
