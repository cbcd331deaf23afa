#include "load/error_book.h"

#include <gtest/gtest.h>

namespace loadline::load {
namespace {

using measure::ErrorKind;

Failure Status(std::uint32_t code, std::string_view detail, std::string_view head = "") {
  return {.kind = ErrorKind::kStatus, .code = code, .detail = detail, .head = head, .body = ""};
}

TEST(ErrorBook, ThreadsShareTheNumbers) {
  ErrorRegistry registry;
  const scenario::Redactor redactor;
  ErrorLedger a(registry, redactor);
  ErrorLedger b(registry, redactor);
  const std::uint16_t busy = a.NumberOf(Status(503, "503"), {.number = 7, .task = 1});
  const std::uint16_t missing = b.NumberOf(Status(404, "404"), {});
  EXPECT_NE(busy, missing);
  EXPECT_EQ(b.NumberOf(Status(503, "503"), {.number = 9, .task = 0}), busy);
  a.Count(busy, 5s);
  a.Count(busy, 2s);
  b.Count(busy, 9s);
  b.Count(missing, 1s);
  a.Close();
  b.Close();
  const auto tallies = registry.Tallies();
  ASSERT_EQ(tallies.size(), 2U);
  EXPECT_EQ(tallies[busy].name, "status 503");
  EXPECT_EQ(tallies[busy].count, 3);
  EXPECT_EQ(tallies[busy].first, 2s);
  EXPECT_EQ(tallies[busy].last, 9s);
  EXPECT_EQ(tallies[missing].count, 1);
  // The request of the sample, which is the first thread's.
  EXPECT_EQ(tallies[busy].request, 7U);
  EXPECT_EQ(tallies[busy].task, 1);
}

TEST(ErrorBook, OnStartRequestsHaveTalliesOfTheirOwn) {
  ErrorRegistry registry;
  ErrorLedger ledger(registry, scenario::Redactor());
  const std::uint16_t load = ledger.NumberOf(Status(401, "401"), {});
  EXPECT_NE(ledger.NumberOf(Status(401, "401"), {.on_start = true}), load);
  EXPECT_EQ(registry.Tallies()[1].name, "on_start: status 401");
  EXPECT_TRUE(registry.Tallies()[0].request);
  EXPECT_FALSE(registry.Tallies()[1].request);  // Its number is no request of a task.
}

TEST(ErrorBook, KeepsTheFirstSampleWithoutSecrets) {
  ErrorRegistry registry;
  scenario::Redactor redactor;
  redactor.Add("sesame-open");
  ErrorLedger ledger(registry, redactor);
  (void)ledger.NumberOf(Status(500, "500", "HTTP/1.1 500 No\r\nX-Echo: sesame-open\r\n\r\n"), {});
  ledger.Hide("token-1234");
  (void)ledger.NumberOf(Status(501, "501", "HTTP/1.1 501 token-1234\r\n\r\n"), {});
  const auto tallies = registry.Tallies();
  EXPECT_EQ(tallies[0].sample, "HTTP/1.1 500 No\nX-Echo: [redacted]");
  EXPECT_EQ(tallies[1].sample, "HTTP/1.1 501 [redacted]");
}

TEST(ErrorBook, IsBoundedWhateverTheTargetInvents) {
  ErrorRegistry registry;
  ErrorLedger ledger(registry, scenario::Redactor());
  std::uint16_t number = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    number = ledger.NumberOf({.kind = ErrorKind::kTls,
                              .code = i,
                              .detail = "reason " + std::to_string(i),
                              .head = {},
                              .body = {}},
                             {});
    ledger.Count(number, 1s);
  }
  ledger.Close();
  const auto tallies = registry.Tallies();
  EXPECT_EQ(tallies.size(), ErrorRegistry::kMaxTallies + 1);
  EXPECT_EQ(tallies.back().name, "tls (others)");
  EXPECT_EQ(tallies.back().count, 5000 - 256);
}

TEST(MakeSample, IsShortAndHarmless) {
  const std::string sample = MakeSample("HTTP/1.1 200 \x1b[31mOK\r\n\r\n", std::string(2000, 'a'));
  EXPECT_EQ(sample.substr(0, 20), "HTTP/1.1 200 .[31mOK");
  EXPECT_LT(sample.size(), 600U);
}

}  // namespace
}  // namespace loadline::load
