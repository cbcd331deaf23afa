#include "telemetry/otlp_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace loadline::telemetry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

using Set = std::map<std::string, std::string>;

Variables From(Set set) {
  return [set = std::move(set)](std::string_view name) {
    const auto found = set.find(std::string(name));
    return found == set.end() ? "" : found->second;
  };
}

OtlpOptions Read(std::string_view endpoint, Set set = {}, std::string_view headers = "") {
  Result<OtlpOptions> options = ReadOtlpOptions(endpoint, headers, From(std::move(set)));
  EXPECT_TRUE(options) << options.error().message;
  return options ? *std::move(options) : OtlpOptions{};
}

std::string WrongOf(std::string_view endpoint, Set set = {}, std::string_view headers = "") {
  const Result<OtlpOptions> options = ReadOtlpOptions(endpoint, headers, From(std::move(set)));
  EXPECT_FALSE(options);
  return options ? "" : options.error().message;
}

TEST(ReadOtlpOptions, AddsTheSignalsPathUnlessItIsThere) {
  EXPECT_EQ(Read("http://127.0.0.1:4318").url.Text(), "http://127.0.0.1:4318/v1/metrics");
  EXPECT_EQ(Read("https://a.test/otlp/").url.Text(), "https://a.test/otlp/v1/metrics");
  EXPECT_EQ(Read("http://p:9090/api/v1/otlp/v1/metrics").url.Text(),
            "http://p:9090/api/v1/otlp/v1/metrics");
  EXPECT_EQ(Read("http://p/x?key=1").url.Text(), "http://p/x/v1/metrics?key=1");
}

TEST(ReadOtlpOptions, TakesTheEndpointFromTheEnvironmentOnlyWhenToldTo) {
  EXPECT_EQ(Read("env", {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}}).url.Text(),
            "http://c:4318/v1/metrics");
  // The signal's own variable is used as it is.
  EXPECT_EQ(Read("env", {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"},
                         {"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m/mine"}})
                .url.Text(),
            "http://m/mine");
  EXPECT_EQ(Read("http://d:1", {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"}}).url.host, "d");
  EXPECT_THAT(WrongOf("env"), HasSubstr("OTEL_EXPORTER_OTLP_ENDPOINT is not set"));
  EXPECT_THAT(WrongOf("env", {{"OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317"},
                              {"OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}}),
              HasSubstr("\"grpc\""));
}

TEST(ReadOtlpOptions, ReadsHeadersPercentDecoded) {
  EXPECT_THAT(Read("http://a", {{"OTEL_EXPORTER_OTLP_HEADERS",
                                 "Authorization=Bearer%20to=ken, x-tenant = a%2Cb ,"}})
                  .headers,
              ElementsAre(Pair("Authorization", "Bearer to=ken"), Pair("x-tenant", "a,b")));
  EXPECT_THAT(Read("http://a", {{"OTEL_EXPORTER_OTLP_HEADERS", "a=1"},
                                {"OTEL_EXPORTER_OTLP_METRICS_HEADERS", "b=2"}})
                  .headers,
              ElementsAre(Pair("b", "2")));
  EXPECT_THAT(
      Read("http://a", {{"MINE", "c=3"}, {"OTEL_EXPORTER_OTLP_HEADERS", "a=1"}}, "MINE").headers,
      ElementsAre(Pair("c", "3")));
}

TEST(ReadOtlpOptions, NeverShowsAHeadersValue) {
  for (const char* text :
       {"s3cret", "=s3cret", "bad name=s3cret", "a=s3cret%0d%0aHost: x", "Content-Length=s3cret"}) {
    const std::string wrong = WrongOf("http://a", {{"OTEL_EXPORTER_OTLP_HEADERS", text}});
    EXPECT_THAT(wrong, Not(HasSubstr("s3cret"))) << text;
    EXPECT_THAT(wrong, HasSubstr("OTEL_EXPORTER_OTLP_HEADERS")) << text;
  }
  EXPECT_THAT(WrongOf("http://a", {}, "UNSET"), HasSubstr("UNSET is not set"));
}

TEST(ReadOtlpOptions, ReadsTimesAndResource) {
  const OtlpOptions options =
      Read("http://a", {{"OTEL_EXPORTER_OTLP_TIMEOUT", "2500"},
                        {"OTEL_METRIC_EXPORT_INTERVAL", "5000"},
                        {"OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"},
                        {"OTEL_RESOURCE_ATTRIBUTES", "team=ml,service.name=x"},
                        {"OTEL_SERVICE_NAME", "gate"}});
  EXPECT_EQ(options.timeout, 2500ms);
  EXPECT_EQ(options.interval, 5s);
  EXPECT_EQ(options.ca_file, "/ca.pem");
  EXPECT_THAT(options.resource, ElementsAre(Pair("team", "ml"), Pair("service.name", "gate")));
  EXPECT_EQ(Read("http://a").interval, 10s);
  EXPECT_THAT(WrongOf("http://a", {{"OTEL_EXPORTER_OTLP_TIMEOUT", "10s"}}), HasSubstr("\"10s\""));
}

TEST(ReadOtlpOptions, RefusesWhatIsNoUrl) {
  EXPECT_THAT(WrongOf("collector:4318"), HasSubstr("--otlp"));
  EXPECT_THAT(WrongOf("grpc://a:4317"), HasSubstr("--otlp"));
  EXPECT_THAT(WrongOf("http://user:pw@a/"), Not(HasSubstr("pw")));
}

}  // namespace
}  // namespace loadline::telemetry
