#include "report/live.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "report/table.h"
#include "report/terminal.h"

namespace loadline::report {
namespace {

using ::testing::ElementsAre;

measure::Second SecondOf(std::int64_t n, Duration response) {
  measure::Second second;
  second.scheduled = n;
  second.completed = n;
  second.tasks.resize(2);
  second.tasks[1].response.RecordN(response, n);
  second.tasks[1].wire.RecordN(response - 1ms, n);
  second.generator.lateness_p99 = 20us;
  second.generator.cpu_busiest = 0.31;
  return second;
}

LiveState SampleState() {
  LiveState state;
  state.title = "probe 4: 202/s";
  state.elapsed = 12'345ms;
  state.total = 5min;
  state.progress.completed = 1000;
  state.progress.failed = 4;
  state.progress.in_flight = 9;
  state.progress.connections = 12;
  state.errors = {{measure::ErrorKind::kReset, "", 1, {}, {}, "", {}, 0, ""},
                  {measure::ErrorKind::kStatus, "status 503", 3, {}, {}, "", {}, 0, ""}};
  LiveSeconds seconds;
  seconds.Add(SecondOf(202, 40ms));
  seconds.Fill(state);
  return state;
}

TEST(LiveBlock, ShowsWhatGoesOn) {
  LiveState state = SampleState();
  state.held = 160;
  EXPECT_THAT(LiveBlock(state, {}),
              ElementsAre("probe 4: 202/s   12 s of 5 min",
                          "offered   202/s      achieved 202/s      in flight 9  connections 12",
                          "response  p50 40 ms     p95 40 ms     p99 40 ms     (from due time)",
                          "wire      p50 39 ms     p95 39 ms     p99 39 ms     (from send)",
                          "errors    4 (0.4 %): 3 status 503, 1 reset",
                          "generator late by p99 20 µs, busiest core 31 %",
                          "so far    holds at 160, broken at ?"));
}

TEST(LiveBlock, BeforeTheFirstSecondKnowsLittle) {
  LiveState state;
  state.title = "1 user";
  state.open_loop = false;
  state.progress.users = 1;
  state.warmup = true;
  EXPECT_THAT(LiveBlock(state, {}),
              ElementsAre("1 user   0 s, warming up",
                          "offered   0/s        achieved 0/s        in flight 0  users 1  "
                          "connections 0",
                          "response  p50 -         p95 -         p99 -         (from due time)",
                          "wire      p50 -         p95 -         p99 -         (from send)",
                          "errors    0", "generator -"));
}

TEST(LiveBlock, FitsTheTerminal) {
  Style style;
  style.width = 40;
  style.color = true;
  style.unicode = false;
  LiveState state = SampleState();
  state.title = std::string(200, 'x') + "\x1b[2J";
  for (const std::string& line : LiveBlock(state, style)) {
    EXPECT_LE(DisplayWidth(line), 40) << line;
    EXPECT_THAT(line, ::testing::Not(::testing::HasSubstr("\x1b[2J")));
  }
}

TEST(LiveLine, SaysItInOneLine) {
  EXPECT_EQ(LiveLine(SampleState()),
            "probe 4: 202/s  12 s of 5 min  offered 202/s  achieved 202/s  in flight 9  p50 40 ms  "
            "p95 40 ms  p99 40 ms  errors 4 (3 status 503, 1 reset)");
}

TEST(LiveSeconds, LooksBackThreeSeconds) {
  LiveSeconds seconds;
  LiveState state;
  seconds.Fill(state);
  EXPECT_FALSE(state.has_percentiles);
  // 900 slow requests fall out of sight when the fourth second comes.
  seconds.Add(SecondOf(900, 500ms));
  for (int i = 0; i < LiveSeconds::kSpan; ++i) {
    seconds.Add(SecondOf(100, 10ms));
  }
  seconds.Fill(state);
  EXPECT_DOUBLE_EQ(state.offered.per_second, 100.0);
  EXPECT_NEAR(Millis(state.response_p99), 10.0, 0.02);
  EXPECT_NEAR(Millis(state.wire_p99), 9.0, 0.02);
  seconds.Reset();
  seconds.Fill(state);
  EXPECT_FALSE(state.has_generator);
}

/// What a block writes.
template <typename Use>
std::string Written(const Use& use) {
  char* data = nullptr;
  std::size_t size = 0;
  std::FILE* out = open_memstream(&data, &size);
  use(out);
  std::fclose(out);
  std::string text(data, size);
  std::free(data);
  return text;
}

TEST(RedrawnBlock, ReplacesItsLinesInPlace) {
  const std::string text = Written([](std::FILE* out) {
    RedrawnBlock block(out);
    block.Draw({"a", "b"});
    block.Draw({"c"});
  });
  EXPECT_EQ(text,
            "a\x1b[K\nb\x1b[K\n"      // two lines
            "\x1b[2Fc\x1b[K\n\x1b[J"  // back up two, one line, the rest cleared
            "\x1b[1F\x1b[J");         // gone with the block
}

TEST(RedrawnBlock, ThatDrewNothingWritesNothing) {
  EXPECT_EQ(Written([](std::FILE* out) {
              RedrawnBlock block(out);
              block.Clear();
            }),
            "");
}

TEST(Terminal, OfAFileIsNone) {
  std::FILE* file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_FALSE(IsInteractive(fileno(file)));
  EXPECT_EQ(TerminalWidth(fileno(file), 77), 77);
  std::fclose(file);
}

}  // namespace
}  // namespace loadline::report
