#include "telemetry/otlp_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/clock.h"
#include "telemetry/otlp_message.h"
#include "telemetry/protobuf.h"
#include "telemetry/testing/receiver.h"

namespace loadline::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunFacts Facts() {
  RunFacts facts;
  facts.id = "1a2b3c4d";
  facts.command = "run";
  facts.version = "0.1.0";
  facts.tasks = {"score"};
  return facts;
}

OtlpOptions OptionsFor(const std::string& url) {
  return ReadOtlpOptions(url, "", [](std::string_view) { return std::string(); }).value();
}

/// The submessages with number `field` in `message`.
std::vector<std::string> Parts(std::string_view message, int field) {
  std::vector<std::string> parts;
  ProtoReader in(message);
  while (in.Next()) {
    if (in.field() == field) {
      parts.emplace_back(in.bytes());
    }
  }
  return parts;
}

/// Names of the metrics in an ExportMetricsServiceRequest.
std::vector<std::string> MetricNames(std::string_view request) {
  std::vector<std::string> names;
  for (const std::string& resource : Parts(request, 1)) {
    for (const std::string& scope : Parts(resource, 2)) {
      for (const std::string& metric : Parts(scope, 2)) {
        names.push_back(Parts(metric, 1).front());
      }
    }
  }
  return names;
}

TEST(OtlpExporter, SendsTheFinalFigures) {
  Receiver receiver;
  RunBook book(Facts());
  OtlpOptions options = OptionsFor(receiver.url());
  options.headers = {{"Authorization", "Bearer token"}};
  auto exporter = OtlpExporter::Start(options, book);
  ASSERT_TRUE(exporter) << exporter.error().message;
  book.End(UtcNow(), {{"loadline.exit_code", "", "Code.", MetricKind::kGauge, {{{}, 0.0}}, {}}});
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_EQ(delivery.delivered, 1);
  EXPECT_EQ(delivery.failed, 0);
  EXPECT_TRUE(delivery.last_delivered);
  const std::vector<Receiver::Arrival> arrivals = receiver.arrivals();
  ASSERT_EQ(arrivals.size(), 1U);
  EXPECT_EQ(arrivals[0].path, "/v1/metrics");
  EXPECT_EQ(arrivals[0].content_type, "application/x-protobuf");
  EXPECT_EQ(arrivals[0].authorization, "Bearer token");
  EXPECT_THAT(MetricNames(arrivals[0].body), ::testing::Contains("loadline.exit_code"));
  EXPECT_THAT(MetricNames(arrivals[0].body), ::testing::Contains("loadline.response"));
}

TEST(OtlpExporter, SendsAgainAndAgainWhileTheRunGoesOn) {
  Receiver receiver;
  RunBook book(Facts());
  OtlpOptions options = OptionsFor(receiver.url());
  options.interval = 10ms;
  auto exporter = OtlpExporter::Start(options, book);
  ASSERT_TRUE(exporter);
  EXPECT_TRUE(receiver.Await(3));
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_GE(delivery.delivered, 4);
  EXPECT_EQ(delivery.delivered, static_cast<std::int64_t>(receiver.arrivals().size()));
}

TEST(OtlpExporter, RepeatsTheLastExportWhereThatMayHelp) {
  Receiver receiver;
  receiver.Plan({{503, "", ""}, {429, "", "1"}});
  RunBook book(Facts());
  auto exporter = OtlpExporter::Start(OptionsFor(receiver.url()), book);
  ASSERT_TRUE(exporter);
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_EQ(delivery.delivered, 1);
  EXPECT_EQ(delivery.failed, 2);
  EXPECT_TRUE(delivery.last_delivered);
  EXPECT_EQ(delivery.last_failure, "status 429");
}

TEST(OtlpExporter, DoesNotRepeatWhatWasRefused) {
  Receiver receiver;
  // google.rpc.Status: code 3, message "bad".
  receiver.Plan({{400,
                  "\x08\x03\x12\x03"
                  "bad",
                  ""}});
  RunBook book(Facts());
  auto exporter = OtlpExporter::Start(OptionsFor(receiver.url()), book);
  ASSERT_TRUE(exporter);
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_EQ(delivery.delivered, 0);
  EXPECT_EQ(delivery.failed, 1);
  EXPECT_FALSE(delivery.last_delivered);
  EXPECT_EQ(delivery.last_failure, "status 400: bad");
}

TEST(OtlpExporter, TellsWhatTheReceiverDidNotTake) {
  Receiver receiver;
  // partial_success { rejected_data_points: 7, error_message: "too old" }
  receiver.Plan({{200, "\x0a\x0b\x08\x07\x12\x07too old", ""}});
  RunBook book(Facts());
  auto exporter = OtlpExporter::Start(OptionsFor(receiver.url()), book);
  ASSERT_TRUE(exporter);
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_EQ(delivery.rejected_points, 7);
  EXPECT_EQ(delivery.rejection, "too old");
}

TEST(OtlpExporter, ADeadReceiverIsToldAndNoMore) {
  std::string url;
  {
    const Receiver gone;
    url = gone.url();
  }
  RunBook book(Facts());
  OtlpOptions options = OptionsFor(url);
  options.timeout = 400ms;
  auto exporter = OtlpExporter::Start(options, book);
  ASSERT_TRUE(exporter);
  const Delivery delivery = (*exporter)->Finish();
  EXPECT_FALSE(delivery.last_delivered);
  EXPECT_GE(delivery.failed, 1);
  EXPECT_THAT(delivery.last_failure, HasSubstr("refused"));
}

TEST(OtlpExporter, SpeaksTlsAndVerifiesTheReceiver) {
  Receiver receiver(true);
  const std::string ca_file = ::testing::TempDir() + "/otlp_exporter_ca.pem";
  std::ofstream(ca_file) << receiver.certificate();
  RunBook book(Facts());
  OtlpOptions options = OptionsFor(receiver.url());
  options.timeout = 400ms;
  auto strict = OtlpExporter::Start(options, book);
  ASSERT_TRUE(strict);
  const Delivery distrusted = (*strict)->Finish();
  EXPECT_FALSE(distrusted.last_delivered);
  EXPECT_THAT(distrusted.last_failure, HasSubstr("certificate"));
  EXPECT_THAT(receiver.arrivals(), IsEmpty());

  options.timeout = 10s;
  options.ca_file = ca_file;
  auto trusting = OtlpExporter::Start(options, book);
  ASSERT_TRUE(trusting) << trusting.error().message;
  EXPECT_TRUE((*trusting)->Finish().last_delivered);
  std::remove(ca_file.c_str());

  options.ca_file = "/nonexistent/ca.pem";
  EXPECT_FALSE(OtlpExporter::Start(options, book));
}

TEST(OtlpExporter, EndsWithoutAWordWhereNobodyFinishesIt) {
  Receiver receiver;
  RunBook book(Facts());
  {
    auto exporter = OtlpExporter::Start(OptionsFor(receiver.url()), book);
    ASSERT_TRUE(exporter);
  }
  EXPECT_THAT(receiver.arrivals(), IsEmpty());
}

TEST(ReadOtlpResponse, TakesAnyBytes) {
  EXPECT_EQ(ReadOtlpResponse(""), std::nullopt);
  EXPECT_EQ(ReadOtlpResponse("{\"partialSuccess\":{}}"), std::nullopt);
  // An empty partial success means that all was taken.
  EXPECT_EQ(ReadOtlpResponse(std::string("\x0a\x00", 2)), std::nullopt);
}

}  // namespace
}  // namespace loadline::telemetry
