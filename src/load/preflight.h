// Preflight: step 0: one request per task, one after the other, looked at in full.
//
// Blocks the calling thread until every reply is there or its time is up. Not the hot path: it
// keeps heads and bodies, and opens a connection of its own.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/result.h"
#include "load/engine.h"
#include "load/error_book.h"
#include "load/plan.h"
#include "load/spool.h"
#include "net/loop.h"
#include "net/resolver.h"

namespace loadline::load {

struct PreflightOptions {
  Instant epoch{};
  Records records = Records::kAll;
  Spool* spool = nullptr;  ///< Rows go into the ring of shard 0, which must be idle; may be null.
};

struct PreflightOutcome {
  Preflight preflight;
  std::int64_t rows = 0;  ///< Pushed into the spool.
  Duration slowest{};     ///< Longest wire time of a reply.
};

/// Sends on_start requests, then each task's request 0. `resolution` is where the name leads.
///
/// Errors: kInterrupted (between two requests), kExhausted, kIo: the engine's own.
[[nodiscard]] Result<PreflightOutcome> RunPreflight(const PreflightOptions& options,
                                                    const Plan& plan,
                                                    const net::Resolution& resolution,
                                                    const std::atomic<bool>& interrupted);

}  // namespace loadline::load
