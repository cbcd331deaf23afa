#include "convert/model_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace loadline::convert {
namespace {

using ::testing::HasSubstr;

const std::string kOrigin = "http://h:8500";

TEST(ModelMetadata, V2InputsBecomeTensorsOfTheirShape) {
  const Result<Found> found = ReadModelMetadata(
      R"({"name":"iris","versions":["1"],"platform":"p","inputs":[
        {"name":"x","datatype":"FP32","shape":[-1,3]},{"name":"t","datatype":"BYTES","shape":[2]}],
        "outputs":[]})",
      kOrigin);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->requests[0].url, "http://h:8500/v2/models/iris/infer");
  EXPECT_EQ(found->requests[0].body,
            R"({"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[[0.0,0.0,0.0]]},)"
            R"({"name":"t","shape":[2],"datatype":"BYTES","data":["text","text"]}]})");
}

TEST(ModelMetadata, TensorFlowsFirstSizeIsTheBatch) {
  const std::string before =
      R"({"model_spec":{"name":"m"},"metadata":{"signature_def":{"signature_def":
        {"serving_default":{"inputs":{)";
  const std::string x =
      R"("x":{"dtype":"DT_FLOAT","tensor_shape":{"dim":[{"size":"-1"},{"size":"2"}]}})";
  const Result<Found> one = ReadModelMetadata(before + x + "}}}}}}", kOrigin);
  ASSERT_TRUE(one.has_value()) << one.error().message;
  EXPECT_EQ(one->requests[0].url, "http://h:8500/v1/models/m:predict");
  EXPECT_EQ(one->requests[0].body, R"({"instances":[[0.0,0.0]]})");
  const Result<Found> two = ReadModelMetadata(
      before + x + R"(,"n":{"dtype":"DT_INT64","tensor_shape":{"dim":[{"size":"-1"}]}}}}}}}})",
      kOrigin);
  ASSERT_TRUE(two.has_value()) << two.error().message;
  EXPECT_EQ(two->requests[0].body, R"({"instances":[{"x":[0.0,0.0],"n":0}]})");
}

TEST(ModelMetadata, WhatIsNoMetadataIsRefused) {
  EXPECT_THAT(ReadModelMetadata("{\"name\": }", kOrigin).error().message, HasSubstr("line 1"));
  EXPECT_THAT(ReadModelMetadata("{\"a\": 1}", kOrigin).error().message,
              HasSubstr("GET /v2/models"));
  EXPECT_THAT(ReadModelMetadata(
                  R"({"name":"m","inputs":[{"name":"x","datatype":"FP32","shape":[1]}]})", "h")
                  .error()
                  .message,
              HasSubstr("--origin"));
  EXPECT_THAT(ReadModel(R"({"name":"m","inputs":[]})").error().message,
              HasSubstr("names no inputs"));
  EXPECT_THAT(ReadModelMetadata(R"({"name":"m","inputs":[{"name":"x","datatype":"FP32",
                                    "shape":[1000,1000,1000]}]})",
                                kOrigin)
                  .error()
                  .message,
              HasSubstr("more than a million"));
}

}  // namespace
}  // namespace loadline::convert
