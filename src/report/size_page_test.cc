// A sizing kept as JSON and read again.
#include "report/size_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace loadline::report {
namespace {

using ::testing::HasSubstr;

/// Every member has a value of its own.
SizePage Full() {
  SizePage page;
  page.version = "1.2.3";
  page.invocation = "loadline size --from before --rate 2000/s";
  page.origin = "measured, run 7f3a";
  page.lines = {{"ANSWER", "156 pods on 24 x Standard_D4s_v5"},
                {"ANSWER", "3,364 USD/month"},
                {"PROMISE", "p95 < 200ms at 2,000/s, with one zone lost"},
                {"THIN ICE", "1. <b>\"quoted\"</b> \xe2\x80\xa6"}};
  page.of_users = true;
  page.level = 2000.5;
  page.pods = 156;
  page.needed = 104;
  page.classic = 100;
  page.busy = 0.962;
  page.nodes = 24;
  page.usd_per_month = 3364.25;
  page.balances = {"least", "random"};
  page.by_traffic = {{1000, 50, {54, 200}}, {2000, std::nullopt, {104, 0}}};
  page.varied = VariedLimit{"p95 < 200ms", "p95", 200ms};
  page.by_limit = {{160'000'001ns, 170, 3700.0}, {200ms, 156, std::nullopt}};
  page.fills = {{"Standard_D4s_v5", "CPU", 0.035, 0.075, 0.875, 7, "4 CPU"}};
  page.alternatives = {{.what = "behind kube-proxy (random)",
                        .flag = "--balance random",
                        .needed = 399,
                        .pods = 600,
                        .nodes = 86,
                        .usd_per_month = 12054.5},
                       {.what = "none", .flag = "--balance none", .nodes = {}}};
  page.arithmetic = {"pods = 2000 x 50 / 1000 / 1 = 100"};
  return page;
}

/// `text` with the first `what` replaced.
std::string With(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::string Fault(const std::string& document) {
  const Result<SizePage> page = ReadSizePage(document);
  EXPECT_FALSE(page.has_value());
  if (page) {
    return {};
  }
  EXPECT_EQ(page.error().code, ErrorCode::kCorrupt);
  return page.error().message;
}

TEST(SizePage, IsReadAsItWasWritten) {
  const Result<SizePage> read = ReadSizePage(SizePageDocument(Full()));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, Full());
}

TEST(SizePage, OfLittleIsReadAsItWasWritten) {
  SizePage page;
  page.level = 1;
  const Result<SizePage> read = ReadSizePage(SizePageDocument(page));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(*read, page);
  EXPECT_EQ(PromiseOf(page), "");
  EXPECT_EQ(PromiseOf(Full()), "p95 < 200ms at 2,000/s, with one zone lost");
}

TEST(SizePage, CutAnywhereIsAnErrorAndNoCrash) {
  const std::string document = SizePageDocument(Full());
  for (std::size_t length = 0; length < document.size(); ++length) {
    EXPECT_THAT(Fault(document.substr(0, length)), HasSubstr("it is no JSON")) << length;
  }
}

TEST(SizePage, OfAnythingElseIsAnError) {
  EXPECT_THAT(Fault("[1, 2]"), HasSubstr("the document: found [1,2]; expected an object"));
  EXPECT_THAT(Fault("{}"), HasSubstr("format: missing; expected a whole number"));
  EXPECT_THAT(Fault("\xff\xfe"), HasSubstr("it is no JSON"));
  EXPECT_THAT(Fault(std::string(100'000, '[')), HasSubstr("it is no JSON"));
}

TEST(SizePage, OfANewerLoadlineSaysSo) {
  EXPECT_THAT(Fault(With(SizePageDocument(Full()), "\"format\":1", "\"format\":2")),
              HasSubstr("a newer loadline kept it (format 2, this one reads 1)"));
}

TEST(SizePage, NamesWhatIsWrongInIt) {
  const std::string document = SizePageDocument(Full());
  // What is wrong would be drawn for ever, or read beyond a vector's end.
  EXPECT_THAT(Fault(With(document, "\"level\":2000.0,", "\"level\":-1,")),
              HasSubstr("by_traffic[1].level: found -1; expected a number from 1e-12"));
  EXPECT_THAT(Fault(With(document, "[54,200]", "[54]")),
              HasSubstr("by_traffic[0].by_balance: found [54]; expected 2 numbers"));
  EXPECT_THAT(Fault(With(document, "[54,200]", "[54,2e300]")), HasSubstr("by_balance"));
  EXPECT_THAT(Fault(With(document, "\"places\":7", "\"places\":2000000000")),
              HasSubstr("fills[0].places: found 2000000000; expected a whole number from 0 to"));
  EXPECT_THAT(Fault(With(document, "\"reserved\":0.035", "\"reserved\":null")),
              HasSubstr("fills[0].reserved: found null; expected a number from 0 to 1"));
  EXPECT_THAT(Fault(With(document, "\"limit_ms\":200.0", "\"limit_ms\":0")),
              HasSubstr("varied.limit_ms: found 0"));
  EXPECT_THAT(Fault(With(document, "\"busy\":0.962", "\"busy\":\"0.962\"")),
              HasSubstr("busy: found \"0.962\"; expected a number"));
  EXPECT_THAT(Fault(With(document, "\"pods\":156", "\"pods\":18446744073709551615")),
              HasSubstr("pods: found 18446744073709551615"));
  EXPECT_THAT(Fault(With(document, "\"version\":\"1.2.3\"", "\"version\":{\"a\":1}")),
              HasSubstr("version: found {\"a\":1}; expected a text"));
  EXPECT_THAT(Fault(With(document, "\"balances\":[\"least\"", "\"balances\":[[]")),
              HasSubstr("expected a text as balances[0]"));
  EXPECT_THAT(Fault(With(document, "\"of_users\":true", "\"of_users\":1")),
              HasSubstr("of_users: found 1; expected true or false"));
}

SizingLine Line() {
  return {.made = UtcTime(Duration(1'767'323'045'000'000'000)),
          .version = "1.2.3",
          .invocation = "loadline size --rate 2000/s",
          .promise = "p95 < 200ms at 2,000/s",
          .rate_rps = 2000,
          .users = {},
          .pods = 1560,
          .needed = 104,
          .nodes = 1,
          .usd_per_month = 3364.25};
}

TEST(SizingText, SaysPodsNodesCostAndThePromise) {
  SizingLine line = Line();
  EXPECT_EQ(SizingText(line), "1,560 pods, 1 node, 3,364 USD a month: p95 < 200ms at 2,000/s");
  line.pods = 1;
  line.nodes.reset();
  line.usd_per_month.reset();
  EXPECT_EQ(SizingText(line), "1 pod: p95 < 200ms at 2,000/s");
}

TEST(WithSizings, AddsThemToTheDocumentAndChangesNothingElse) {
  const std::string document = "{\n  \"b\": 0.1,\n  \"a\": 18446744073709551615\n}\n";
  EXPECT_EQ(WithSizings(document, {}), document);
  const std::string with = WithSizings(document, {Line()});
  EXPECT_THAT(with, ::testing::StartsWith(
                        "{\n  \"b\": 0.1,\n  \"a\": 18446744073709551615,\n  \"sizings\": ["));
  EXPECT_THAT(with, HasSubstr("\"made\": \"2026-01-02T03:04:05.000Z\""));
  EXPECT_THAT(with, HasSubstr("\"users\": null"));
  EXPECT_THAT(with, HasSubstr("\"usd_per_month\": 3364.25"));
  EXPECT_EQ(WithSizings("no document", {Line()}), "no document");
}

TEST(SizePage, KeepsWhatIsNoUtf8AsSomethingReadable) {
  SizePage page = Full();
  page.invocation = "loadline size --from '\xff'";
  EXPECT_TRUE(ReadSizePage(SizePageDocument(page)).has_value());
}

}  // namespace
}  // namespace loadline::report
