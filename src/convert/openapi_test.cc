#include "convert/openapi.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "convert/document.h"
#include "convert/schema_example.h"

namespace loadline::convert {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

std::string Example(std::string_view schema, std::string_view others = "{}") {
  const Result<Value> root = ReadDocument(fmt::format(R"({{"s":{},"o":{}}})", schema, others));
  EXPECT_TRUE(root.has_value()) << root.error().message;
  return SchemaExample(*root).Make(root->At("s")).Json();
}

TEST(SchemaExample, RespectsTypeFormatAndLimits) {
  EXPECT_EQ(Example(R"({"type":"integer"})"), "1");
  EXPECT_EQ(Example(R"({"type":"integer","minimum":5})"), "5");
  EXPECT_EQ(Example(R"({"type":"integer","minimum":5,"exclusiveMinimum":true})"), "6");
  EXPECT_EQ(Example(R"({"type":"integer","exclusiveMinimum":5})"), "6");
  EXPECT_EQ(Example(R"({"type":"integer","minimum":5,"multipleOf":4})"), "8");
  EXPECT_EQ(Example(R"({"type":"integer","maximum":-3})"), "-3");
  EXPECT_EQ(Example(R"({"type":"number","minimum":0,"maximum":0.25})"), "0.25");
  EXPECT_EQ(Example(R"({"type":["null","boolean"]})"), "true");
  EXPECT_EQ(Example(R"({"type":"string","format":"date"})"), "\"2024-01-31\"");
  EXPECT_EQ(Example(R"({"type":"string","minLength":6})"), "\"texttt\"");
  EXPECT_EQ(Example(R"({"type":"string","maxLength":2})"), "\"te\"");
  EXPECT_EQ(Example(R"({"type":"string","enum":["red","blue"]})"), "\"red\"");
  EXPECT_EQ(Example(R"({"type":"array","items":{"type":"integer"},"minItems":3})"), "[1,1,1]");
  EXPECT_EQ(Example(R"({"type":"array","items":{"type":"integer"},"maxItems":0})"), "[]");
}

TEST(SchemaExample, ExamplesAndDefaultsWinOverMadeUpValues) {
  EXPECT_EQ(Example(R"({"type":"integer","default":7})"), "7");
  EXPECT_EQ(Example(R"({"type":"integer","default":7,"example":8})"), "8");
  EXPECT_EQ(Example(R"({"const":"x"})"), "\"x\"");
}

TEST(SchemaExample, JoinsAllOfAndTakesTheFirstOfOneOf) {
  EXPECT_EQ(Example(R"({"allOf":[{"$ref":"#/o/a~1b"},{"properties":{"y":{"type":"boolean"}}}]})",
                    R"({"a/b":{"type":"object","properties":{"x":{"type":"integer"}}}})"),
            R"({"x":1,"y":true})");
  EXPECT_EQ(Example(R"({"oneOf":[{"type":"null"},{"type":"integer"}]})"), "1");
}

TEST(SchemaExample, EndsOnASchemaThatHoldsItself) {
  // Optional: left out once it is deep enough. Required: given up far down, but it ends.
  EXPECT_THAT(Example(R"({"$ref":"#/o/n"})",
                      R"({"n":{"type":"object","properties":{"next":{"$ref":"#/o/n"}}}})"),
              HasSubstr("{\"next\":{}}"));
  EXPECT_THAT(
      Example(R"({"$ref":"#/o/n"})",
              R"({"n":{"type":"object","required":["n"],"properties":{"n":{"$ref":"#/o/n"}}}})"),
      HasSubstr("null"));
  EXPECT_EQ(Example(R"({"$ref":"#/o/n"})", R"({"n":{"$ref":"#/o/n"}})"), "\"text\"");
}

constexpr std::string_view kShop = R"(
openapi: 3.0.3
servers: [{url: "https://{host}/v1", variables: {host: {default: shop.example}}}]
security: [{key: []}]
paths:
  /orders:
    post:
      operationId: order
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      parameters:
        - {name: trace, in: query, required: true, schema: {type: string, default: "a b"}}
        - {name: quiet, in: query, schema: {type: boolean}}
    delete: {operationId: clear}
  /orders/{id}:
    get: {parameters: [{name: id, in: path, required: true, schema: {type: integer}}]}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Shop}}
  schemas: {Order: {type: object, properties: {count: {type: integer, minimum: 2}}}}
)";

TEST(OpenApi, AnOperationBecomesARequestWithExampleValues) {
  const Result<Found> found = ReadOpenApi(kShop, {});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found->requests.size(), 1U);
  const Request& order = found->requests[0];
  EXPECT_EQ(found->target, "https://shop.example/v1");
  EXPECT_EQ(order.name, "order");
  EXPECT_EQ(order.method, "POST");
  EXPECT_EQ(order.url, "https://shop.example/v1/orders?trace=a%20b");
  EXPECT_EQ(order.body, R"({"count":2})");
  EXPECT_EQ(*FindHeader(order.headers, "X-Shop"), "${X_SHOP}");
  EXPECT_THAT(found->notes, Contains(HasSubstr("left out clear: it deletes")));
  EXPECT_THAT(found->notes, Contains(HasSubstr("no example for {id}")));
}

TEST(OpenApi, AnOperationThatIsNamedIsTaken) {
  const Result<Found> found =
      ReadOpenApi(kShop, {.origin = "http://127.0.0.1:8500", .operations = {"GET /orders/{id}"}});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->requests.at(0).url, "http://127.0.0.1:8500/orders/1");
  EXPECT_THAT(ReadOpenApi(kShop, {.operations = {"ordr"}}).error().message,
              HasSubstr("found \"ordr\"; there are order, clear, GET /orders/{id}"));
}

TEST(OpenApi, Swagger2IsRead) {
  const Result<Found> found = ReadOpenApi(
      R"({"swagger":"2.0","host":"h:81","basePath":"/api","schemes":["http"],"paths":{"/s":{"post":
      {"parameters":[{"in":"body","name":"b","schema":{"$ref":"#/definitions/B"}}],
       "security":[{"login":[]}]}}},"securityDefinitions":{"login":{"type":"basic"}},
       "definitions":{"B":{"type":"object","properties":{"x":{"type":"number"}}}}})",
      {});
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->requests.at(0).url, "http://h:81/api/s");
  EXPECT_EQ(found->requests.at(0).body, R"({"x":0.5})");
  EXPECT_EQ(found->requests.at(0).user, "${BASIC_LOGIN}");
}

TEST(OpenApi, AListWhereNamesBelongCountsAsEmpty) {
  constexpr std::string_view kHead = "openapi: 3.1.0\nservers: [{url: \"http://a:8500\"}]\n";
  for (const std::string_view paths :
       {"paths: [{post: {}}]\n", "paths: {/score: [{post: {}}, {get: {}}]}\n"}) {
    const Result<Found> found = ReadOpenApi(fmt::format("{}{}", kHead, paths), {});
    ASSERT_FALSE(found.has_value()) << paths;
    EXPECT_THAT(found.error().message, HasSubstr("no operation")) << paths;
  }
  EXPECT_EQ(Example(R"({"type":"object","properties":["x",{"type":"integer"}]})"), "{}");
  EXPECT_EQ(Example(R"({"allOf":[{"properties":[1,2]},{"properties":{"y":{"const":1}}},
                                 {"required":{"y":true}},{"required":["y"]}]})"),
            R"({"y":1})");
}

TEST(OpenApi, BrokenFilesAreRefusedWithThePlace) {
  EXPECT_THAT(ReadOpenApi("{\"openapi\": \"3.0.0\",\n \"paths\": }", {}).error().message,
              HasSubstr("line 2, column 11"));
  EXPECT_THAT(ReadOpenApi("openapi: 3.0.0\npaths: [a\n", {}).error().message,
              HasSubstr("no valid YAML at line"));
  EXPECT_THAT(ReadOpenApi("tasks: []\n", {}).error().message, HasSubstr("expected openapi"));
  EXPECT_THAT(ReadOpenApi("openapi: 3.0.0\npaths: {/a: {get: {}}}\n", {}).error().message,
              HasSubstr("names no server"));
  // Each level holds the one before ten times: 10 billion values from 200 bytes.
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 10; ++i) {
    bomb += fmt::format(
        "a{0}: &a{0} [*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1},*a{1}]\n", i, i - 1);
  }
  EXPECT_THAT(ReadOpenApi(bomb, {}).error().message, HasSubstr("more than 2000000 values"));
}

}  // namespace
}  // namespace loadline::convert
