// Row: what is kept of every attempt; and the spool file, a sequence of rows, that carries rows
// from the engine to the store.
//
// Fixed layout, little-endian, written as it lies in memory: a record costs tens of nanoseconds.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "measure/error_kind.h"

namespace loadline::measure {

/// Bits of Row::flags.
enum RowFlag : std::uint8_t {
  kRowWarmup = 1,     ///< Issued during the warm-up: outside the verdict.
  kRowReused = 2,     ///< Sent on a connection that had carried a request before.
  kRowLast = 4,       ///< The last attempt of its request: the one that counts.
  kRowNeverSent = 8,  ///< Dispatched, but no byte was sent (sent and first byte are 0).
  kRowOnStart = 16,   ///< A user's `on_start` request, outside the load.
};

/// One attempt of one request. Stamps are ns after the run's epoch (RowFileHeader); 0: never
/// happened.
struct Row {
  std::uint64_t request = 0;       ///< Number of the request within its step (see Event::request).
  std::int64_t scheduled_ns = 0;   ///< Due (open loop) or user ready (closed loop).
  std::int64_t dispatched_ns = 0;  ///< Taken up by the engine's loop.
  std::int64_t sent_ns = 0;        ///< First byte handed to the kernel.
  std::int64_t first_byte_ns = 0;  ///< First byte of the reply read.
  std::int64_t done_ns = 0;        ///< Last byte read, or the moment of failure.
  std::uint32_t dns_us = 0;        ///< Durations of what this attempt waited for to get connected.
  std::uint32_t connect_us = 0;
  std::uint32_t tls_us = 0;
  std::uint32_t bytes_out = 0;  ///< Saturating.
  std::uint32_t bytes_in = 0;
  std::uint16_t step = 0;          ///< Step of the run; 0 is the preflight.
  std::uint16_t task = 0;          ///< Index of the task in the scenario.
  std::uint16_t status = 0;        ///< HTTP status; 0: none was read.
  std::uint16_t error_detail = 0;  ///< Index into the step's error tallies, if kind != kNone.
  ErrorKind kind = ErrorKind::kNone;
  std::uint8_t flags = 0;    ///< RowFlag bits.
  std::uint8_t attempt = 0;  ///< 0, 1, 2…: retries and redirects.
  std::uint8_t shard = 0;    ///< Thread that sent it.
};
static_assert(sizeof(Row) == 80);
static_assert(std::is_trivially_copyable_v<Row>);

/// The first bytes of a spool file. A file that was cut anywhere is read up to its last whole row.
struct RowFileHeader {
  static constexpr std::array<char, 8> kMagic = {'L', 'L', 'S', 'P', 'O', 'O', 'L', '1'};
  std::array<char, 8> magic = kMagic;
  std::int64_t epoch_monotonic_ns = 0;  ///< The run's epoch on the monotonic clock…
  std::int64_t epoch_utc_ns = 0;        ///< …and in UTC.
  std::uint32_t row_size = sizeof(Row);
  std::uint32_t shard = 0;
  std::array<char, 32> run = {};  ///< The run's id, zero-padded.
};
static_assert(sizeof(RowFileHeader) == 64);
static_assert(std::is_trivially_copyable_v<RowFileHeader>);

}  // namespace loadline::measure
