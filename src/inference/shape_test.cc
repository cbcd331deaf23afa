#include "inference/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_text.h"

namespace loadline::inference {
namespace {

using ::testing::HasSubstr;

TEST(Mlflow, RequestHoldsColumnsAndTheChosenRows) {
  const std::vector<std::string> columns{"fixed acidity", "a\"b"};
  const std::vector<std::vector<std::string>> rows{{"7.4", "null"}, {"1", "\"x\""}, {"2", "true"}};
  const std::vector<std::size_t> indexes{2, 0};
  std::string out = ">";
  AppendMlflowRequest(columns, rows, indexes, out);
  EXPECT_EQ(
      out,
      R"(>{"dataframe_split":{"columns":["fixed acidity","a\"b"],"data":[[2,true],[7.4,null]]}})");
}

TEST(Mlflow, RequestIsReadBackByTheServerSide) {
  const std::vector<std::size_t> indexes{0, 0, 0};
  std::string out;
  AppendMlflowRequest({"a"}, {{"1"}}, indexes, out);
  const Result<ModelRequest> request = ParseModelRequest(out);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->shape, ModelRequest::Shape::kMlflow);
  EXPECT_EQ(request->rows, 3);
}

TEST(Mlflow, ReplyMustHoldPredictions) {
  EXPECT_EQ(MlflowReplyFault(R"({"predictions": [5.1, 6]})"), "");
  EXPECT_EQ(MlflowReplyFault(R"({"error_code": "BAD_REQUEST", "message": "x"})"),
            "reply carries error_code");
  EXPECT_EQ(MlflowReplyFault(R"({"predictions": [], "error_code": "X"})"),
            "reply carries error_code");
  EXPECT_EQ(MlflowReplyFault("{}"), "reply has no predictions");
  for (const char* text :
       {"", "[1]", "null", R"({"predictions": [1])", R"({"predictions": [1]} x)"}) {
    EXPECT_EQ(MlflowReplyFault(text), "reply is not a JSON object") << text;
  }
}

TEST(ModelRequest, CountsRowsOfEveryShape) {
  struct Case {
    const char* body;
    ModelRequest::Shape shape;
    std::int64_t rows;
  };
  using Shape = ModelRequest::Shape;
  for (const Case& c :
       {Case{"", Shape::kPlain, 1}, Case{"hello", Shape::kPlain, 1}, Case{"{}", Shape::kPlain, 1},
        Case{R"({"rows":{"a":1}})", Shape::kPlain, 1},
        Case{R"({"rows":[1,2,3]})", Shape::kPlain, 3}, Case{"[{},{}]", Shape::kPlain, 2},
        Case{"[]", Shape::kPlain, 1}, Case{R"({"dataframe_records":[{},{}]})", Shape::kMlflow, 2},
        Case{R"({"instances":[1]})", Shape::kMlflow, 1},
        Case{R"({"inputs":{"a":[1,2],"b":[3,4]}})", Shape::kMlflow, 2},
        Case{R"({"inputs":[[1],[2],[3]]})", Shape::kMlflow, 3}}) {
    const Result<ModelRequest> request = ParseModelRequest(c.body);
    ASSERT_TRUE(request.has_value()) << c.body;
    EXPECT_EQ(request->shape, c.shape) << c.body;
    EXPECT_EQ(request->rows, c.rows) << c.body;
    EXPECT_EQ(request->milli, std::nullopt) << c.body;
  }
}

TEST(ModelRequest, ReadsTheServiceTimeAskedFor) {
  EXPECT_EQ(ParseModelRequest(R"({"milli": 500, "rows": [1,2]})")->milli, 500.0);
  EXPECT_EQ(ParseModelRequest(R"({"milli": 0.5})")->milli, 0.5);
  EXPECT_THAT(ParseModelRequest(R"({"milli": -1})").error().message, HasSubstr("milli must be"));
  EXPECT_THAT(ParseModelRequest(R"({"milli": "5"})").error().message, HasSubstr("milli must be"));
}

TEST(ModelRequest, RefusesBrokenJsonAndEmptyMlflowBodies) {
  EXPECT_THAT(ParseModelRequest(R"({"rows": [1,)").error().message, HasSubstr("not valid JSON"));
  EXPECT_THAT(ParseModelRequest("[1] 2").error().message, HasSubstr("not valid JSON"));
  EXPECT_THAT(ParseModelRequest(R"({"dataframe_split":{"columns":[]}})").error().message,
              HasSubstr("dataframe_split holds no rows"));
  EXPECT_THAT(ParseModelRequest(R"({"instances":[]})").error().message, HasSubstr("no rows"));
}

TEST(ModelReply, FitsItsShape) {
  std::string out = "old";
  WriteModelReply({.shape = ModelRequest::Shape::kMlflow, .rows = 3, .milli = {}}, 0.5, out);
  EXPECT_EQ(out, R"({"predictions":[0.5,0.5,0.5]})");
  EXPECT_EQ(MlflowReplyFault(out), "");
  WriteModelReply({.shape = ModelRequest::Shape::kPlain, .rows = 2, .milli = {}}, 0.25, out);
  EXPECT_EQ(out, R"({"score":0.25,"rows":2,"model":"standin"})");
  EXPECT_TRUE(IsJson(out));
}

TEST(ModelError, FitsItsShape) {
  std::string out;
  WriteModelError(ModelRequest::Shape::kMlflow, "OVERLOADED", "queue \"full\"", out);
  EXPECT_EQ(out, R"({"error_code":"OVERLOADED","message":"queue \"full\""})");
  EXPECT_EQ(MlflowReplyFault(out), "reply carries error_code");
  WriteModelError(ModelRequest::Shape::kPlain, "OVERLOADED", "full", out);
  EXPECT_EQ(out, R"({"error":"full"})");
}

}  // namespace
}  // namespace loadline::inference
