#include "load/spool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <thread>

#include "base/clock.h"
#include "load/testing/scenarios.h"

namespace loadline::load {
namespace {

using measure::Row;
using measure::RowFileHeader;

SpoolOptions OptionsFor(const TemporaryFolder& folder) {
  SpoolOptions options;
  options.folder = folder.path();
  options.run_id = "run-7";
  options.epoch = Instant(Duration(1000));
  options.epoch_utc = UtcTime(Duration(2000));
  options.ring_rows = 8;
  return options;
}

bool PushRow(Spool& spool, std::uint64_t number) {
  Row* row = spool.ring(0).Claim();
  if (row == nullptr) {
    return false;
  }
  row->request = number;
  (void)spool.ring(0).Publish();
  return true;
}

TEST(RowRing, RefusesWhenFullAndTakesAgainWhenConsumed) {
  RowRing ring(4);
  for (std::uint64_t i = 0; i < 4; ++i) {
    Row* row = ring.Claim();
    ASSERT_NE(row, nullptr);
    row->request = i;
    (void)ring.Publish();
  }
  EXPECT_EQ(ring.Claim(), nullptr);
  ASSERT_EQ(ring.Readable().size(), 4U);
  EXPECT_EQ(ring.Readable()[2].request, 2U);
  ring.Consume(3);
  Row* row = ring.Claim();
  ASSERT_NE(row, nullptr);
  row->request = 4;
  (void)ring.Publish();
  // Row 3 lies at the end of the memory, row 4 at its beginning: two stretches.
  ASSERT_EQ(ring.Readable().size(), 1U);
  EXPECT_EQ(ring.Readable()[0].request, 3U);
  ring.Consume(1);
  EXPECT_EQ(ring.Readable()[0].request, 4U);
}

TEST(RowRing, BeginsAgainAtItsFirstPlaceWhenEmpty) {
  RowRing ring(8);
  const auto push = [&](std::uint64_t number) {
    Row* row = ring.Claim();
    ASSERT_NE(row, nullptr);
    row->request = number;
    (void)ring.Publish();
  };
  push(0);
  push(1);
  const Row* const first = ring.Readable().data();
  ring.Consume(1);
  push(2);  // Not empty: goes on behind row 1.
  ASSERT_EQ(ring.Readable().size(), 2U);
  EXPECT_EQ(ring.Readable().data(), first + 1);
  ring.Consume(2);
  EXPECT_TRUE(ring.Readable().empty());
  push(3);
  EXPECT_EQ(ring.Readable().data(), first);
  EXPECT_EQ(ring.Readable()[0].request, 3U);
  // It still holds eight, in one piece.
  for (std::uint64_t i = 4; i < 11; ++i) {
    push(i);
  }
  EXPECT_EQ(ring.Claim(), nullptr);
  ASSERT_EQ(ring.Readable().size(), 8U);
  EXPECT_EQ(ring.Readable()[7].request, 10U);
  EXPECT_EQ(ring.published(), 11U);
  EXPECT_EQ(ring.consumed(), 3U);
}

TEST(RowRing, LosesNothingBetweenTwoThreads) {
  constexpr std::uint64_t kRows = 200'000;
  RowRing ring(64);
  std::uint64_t expected = 0;
  bool in_order = true;
  std::thread consumer([&] {
    while (expected < kRows) {
      const std::span<const Row> rows = ring.Readable();
      for (const Row& row : rows) {
        in_order = in_order && row.request == expected;
        ++expected;
      }
      ring.Consume(rows.size());
      if (rows.empty()) {
        std::this_thread::yield();
      }
    }
  });
  for (std::uint64_t i = 0; i < kRows;) {
    Row* row = ring.Claim();
    if (row == nullptr) {
      std::this_thread::yield();
      continue;
    }
    row->request = i++;
    (void)ring.Publish();
  }
  consumer.join();
  EXPECT_TRUE(in_order);
  EXPECT_EQ(ring.consumed(), kRows);
}

TEST(RowRing, TellsWhenAnotherHalfIsFull) {
  RowRing ring(8);
  int halves = 0;
  for (int i = 0; i < 8; ++i) {
    ASSERT_NE(ring.Claim(), nullptr);
    halves += ring.Publish() ? 1 : 0;
  }
  EXPECT_EQ(halves, 2);
}

TEST(Spool, WritesHeaderAndRows) {
  const TemporaryFolder folder;
  auto spool = Spool::Open(OptionsFor(folder));
  ASSERT_TRUE(spool);
  ASSERT_TRUE(PushRow(**spool, 41));
  ASSERT_TRUE(PushRow(**spool, 42));
  ASSERT_TRUE((*spool)->Flush(10s));
  EXPECT_EQ((*spool)->written(), 2);
  EXPECT_EQ((*spool)->lost(), 0);
  const std::string content = Content((*spool)->files()[0]);
  ASSERT_EQ(content.size(), sizeof(RowFileHeader) + 2 * sizeof(Row));
  RowFileHeader header;
  std::memcpy(&header, content.data(), sizeof header);
  EXPECT_EQ(header.magic, RowFileHeader::kMagic);
  EXPECT_EQ(header.epoch_monotonic_ns, 1000);
  EXPECT_EQ(header.epoch_utc_ns, 2000);
  EXPECT_STREQ(header.run.data(), "run-7");
  EXPECT_EQ(RowsOf(content)[1].request, 42U);
}

TEST(Spool, AFileCutAtAnyByteGivesItsWholeRows) {
  const TemporaryFolder folder;
  auto spool = Spool::Open(OptionsFor(folder));
  ASSERT_TRUE(spool);
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(PushRow(**spool, i));
  }
  ASSERT_TRUE((*spool)->Flush(10s));
  const std::string content = Content((*spool)->files()[0]);
  for (std::size_t cut = sizeof(RowFileHeader); cut <= content.size(); ++cut) {
    const std::vector<Row> rows = RowsOf(content.substr(0, cut));
    ASSERT_EQ(rows.size(), (cut - 64) / 80);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].request, i);
    }
  }
}

TEST(Spool, RowsLeftInTheRingAreWrittenAtTheEnd) {
  const TemporaryFolder folder;
  std::string file;
  {
    auto spool = Spool::Open(OptionsFor(folder));
    ASSERT_TRUE(spool);
    file = (*spool)->files()[0];
    ASSERT_TRUE(PushRow(**spool, 1));
  }
  EXPECT_EQ(RowsOf(Content(file)).size(), 1U);
}

TEST(Spool, AFullDiskLosesRowsWithACountAndAReason) {
  const TemporaryFolder folder;
  SpoolOptions options = OptionsFor(folder);
  std::atomic<std::int64_t> room{64 + 3L * 80 + 17};  // Header, three rows and a bit of the fourth.
  options.write = [&](int fd, const void* data, std::size_t size) -> ssize_t {
    const std::int64_t some = std::min<std::int64_t>(room, static_cast<std::int64_t>(size));
    if (some == 0) {
      errno = ENOSPC;
      return -1;
    }
    room -= some;
    return ::write(fd, data, static_cast<std::size_t>(some));
  };
  auto spool = Spool::Open(std::move(options));
  ASSERT_TRUE(spool);
  for (std::uint64_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(PushRow(**spool, i));
  }
  ASSERT_TRUE((*spool)->Flush(10s));
  EXPECT_EQ((*spool)->written(), 3);
  EXPECT_EQ((*spool)->lost(), 2);
  EXPECT_EQ((*spool)->loss_reason(), "No space left on device");
  // The piece of the fourth row was taken back, so that later rows stand where they belong.
  EXPECT_EQ(Content((*spool)->files()[0]).size(), 64U + 3UL * 80U);
  room = 1'000'000;
  ASSERT_TRUE(PushRow(**spool, 99));
  ASSERT_TRUE((*spool)->Flush(10s));
  const std::vector<Row> rows = RowsOf(Content((*spool)->files()[0]));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[3].request, 99U);
}

TEST(Spool, ADiskThatStandsStillFillsTheRingAndHoldsNobodyUp) {
  const TemporaryFolder folder;
  SpoolOptions options = OptionsFor(folder);
  std::atomic<bool> stuck{false};
  options.write = [&](int fd, const void* data, std::size_t size) -> ssize_t {
    while (stuck) {
      SleepUntil(Now() + 1ms);
    }
    return ::write(fd, data, size);
  };
  auto spool = Spool::Open(std::move(options));
  ASSERT_TRUE(spool);
  stuck = true;
  int taken = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    taken += PushRow(**spool, i) ? 1 : 0;
  }
  // 8 places; a write that is stuck gives none back.
  EXPECT_EQ(taken, 8);
  EXPECT_FALSE((*spool)->Flush(50ms));
  stuck = false;
  EXPECT_TRUE((*spool)->Flush(10s));
  EXPECT_EQ((*spool)->written(), 8);
}

TEST(Spool, NeedsItsFolderAndDoesNotShareIt) {
  const TemporaryFolder folder;
  SpoolOptions options = OptionsFor(folder);
  options.folder += "/none";
  EXPECT_EQ(Spool::Open(std::move(options)).error().code, ErrorCode::kNotFound);
  auto first = Spool::Open(OptionsFor(folder));
  ASSERT_TRUE(first);
  EXPECT_EQ(Spool::Open(OptionsFor(folder)).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace loadline::load
