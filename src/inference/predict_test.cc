#include "inference/predict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"

namespace loadline::inference {
namespace {

const std::vector<std::string> kColumns{"age", "name"};
const std::vector<std::string> kTypes{"INT64", "BYTES"};
const std::vector<std::vector<std::string>> kRows{{"41", "\"ann\""}, {"30", "\"bob\""}};
const std::vector<std::size_t> kBoth{1, 0};

TEST(Predict, V1SendsListsAndTensorFlowServingNamedInputs) {
  std::string out;
  AppendV1Request({kColumns, kTypes, kRows}, kBoth, out);
  EXPECT_EQ(out, R"({"instances":[[30,"bob"],[41,"ann"]]})");
  out.clear();
  AppendTfRequest({kColumns, kTypes, kRows}, kBoth, out);
  EXPECT_EQ(out, R"({"instances":[{"age":30,"name":"bob"},{"age":41,"name":"ann"}]})");
}

TEST(Predict, ASingleColumnIsTheInstanceItself) {
  const std::vector<std::string> columns{"x"};
  const std::vector<std::string> types{"FP64"};
  const std::vector<std::vector<std::string>> rows{{"[6.8,2.8]"}};
  const std::vector<std::size_t> first{0};
  std::string out;
  AppendTfRequest({columns, types, rows}, first, out);
  EXPECT_EQ(out, R"({"instances":[[6.8,2.8]]})");
}

TEST(Predict, V2SendsATypedTensorPerColumn) {
  std::string out;
  AppendV2Request({kColumns, kTypes, kRows}, kBoth, out);
  EXPECT_EQ(out, R"({"inputs":[{"name":"age","shape":[2],"datatype":"INT64","data":[30,41]},)"
                 R"({"name":"name","shape":[2],"datatype":"BYTES","data":["bob","ann"]}]})");
  ASSERT_TRUE(V2Rows(out).has_value());
  EXPECT_EQ(*V2Rows(out), 2);
}

TEST(Predict, V2ShapesFollowNestedLists) {
  const std::vector<std::string> columns{"x"};
  const std::vector<std::string> types{"FP64"};
  const std::vector<std::vector<std::string>> rows{{"[[1,2,3],[4,5,6]]"}};
  const std::vector<std::size_t> twice{0, 0};
  std::string out;
  AppendV2Request({columns, types, rows}, twice, out);
  EXPECT_THAT(out, ::testing::HasSubstr(R"("shape":[2,2,3])"));
}

TEST(Predict, V2PutsAllColumnsIntoOneTensorWhereItHasAName) {
  const std::vector<std::string> columns{"a", "b", "c"};
  const std::vector<std::string> types{"FP32"};
  const std::vector<std::vector<std::string>> rows{{"1", "2", "3"}, {"4", "5", "6.5"}};
  std::string out;
  AppendV2Request({columns, types, rows, "input-0"}, kBoth, out);
  EXPECT_EQ(out, R"({"inputs":[{"name":"input-0","shape":[2,3],"datatype":"FP32",)"
                 R"("data":[[4,5,6.5],[1,2,3]]}]})");
  const std::vector<std::vector<std::string>> pairs{{"[1,2]", "[3,4]", "[5,6]"}};
  const std::vector<std::size_t> first{0};
  out.clear();
  AppendV2Request({columns, types, pairs, "x"}, first, out);
  EXPECT_THAT(out, ::testing::HasSubstr(R"("shape":[1,3,2])"));
}

TEST(Predict, AReplyWithAnErrorOrWithoutResultsIsAFailure) {
  EXPECT_EQ(V1ReplyFault(R"({"predictions":[1]})"), "");
  EXPECT_EQ(V1ReplyFault(R"({"error":"no model"})"), "reply carries error");
  EXPECT_EQ(V1ReplyFault(R"({"predictions":[1],"error":"late"})"), "reply carries error");
  EXPECT_EQ(V1ReplyFault("{}"), "reply has no predictions");
  EXPECT_EQ(V2ReplyFault(R"({"predictions":[1]})"), "reply has no outputs");
  EXPECT_EQ(V2ReplyFault(R"({"outputs":[],"error":null})"), "");
  EXPECT_EQ(TfReplyFault(R"({"outputs":{"y":[1]}})"), "");
  EXPECT_EQ(TfReplyFault("[1]"), "reply is not a JSON object");
  EXPECT_EQ(TfReplyFault(R"({"predictions":[1]} x)"), "reply is not a JSON object");
}

TEST(Predict, PathsNameModelAndVerb) {
  using Kind = PredictPath::Kind;
  EXPECT_EQ(ParsePredictPath("/v1/models/iris:predict").kind, Kind::kV1Predict);
  EXPECT_EQ(ParsePredictPath("/v1/models/iris/versions/2:predict").kind, Kind::kV1Predict);
  EXPECT_EQ(ParsePredictPath("/v1/models/iris/versions/2:predict").model, "iris");
  EXPECT_EQ(ParsePredictPath("/v1/models/iris/metadata").kind, Kind::kV1Metadata);
  EXPECT_EQ(ParsePredictPath("/v1/models/iris").kind, Kind::kV1Status);
  EXPECT_EQ(ParsePredictPath("/v2/models/iris/versions/1/infer").kind, Kind::kV2Infer);
  EXPECT_EQ(ParsePredictPath("/v2/models/iris").kind, Kind::kV2Metadata);
  EXPECT_EQ(ParsePredictPath("/v2/models/").kind, Kind::kNone);
  EXPECT_EQ(ParsePredictPath("/v2/models/iris/other").kind, Kind::kNone);
  EXPECT_EQ(ParsePredictPath("/score").kind, Kind::kNone);
}

TEST(Predict, RepliesOfTheServerSideAreRight) {
  std::string out;
  WriteV2Reply("iris", 2, 0.25, out);
  EXPECT_EQ(V2ReplyFault(out), "");
  EXPECT_THAT(out, ::testing::HasSubstr(R"("shape":[2],"datatype":"FP64","data":[0.25,0.25])"));
  for (const char* path : {"/v2/models/iris", "/v1/models/iris/metadata", "/v1/models/iris"}) {
    WritePredictMetadata(ParsePredictPath(path), out);
    EXPECT_TRUE(IsJson(out)) << out;
  }
  EXPECT_FALSE(V2Rows(R"({"inputs":[]})").has_value());
  EXPECT_FALSE(V2Rows(R"({"inputs":[{"name":"x","shape":[1]}]})").has_value());
  EXPECT_FALSE(V2Rows("{").has_value());
}

}  // namespace
}  // namespace loadline::inference
