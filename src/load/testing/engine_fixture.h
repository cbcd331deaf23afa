// What all tests of the engine share: making one, and looking at what it left behind.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "load/engine.h"
#include "load/testing/scenarios.h"
#include "load/testing/scripted_server.h"

namespace loadline::load {

inline Scripted Ok(std::int64_t /*id*/, std::string_view /*request*/) {
  return {.bytes = Reply(200)};
}

inline std::unique_ptr<Engine> MakeEngine(const scenario::Scenario& scenario,
                                          EngineOptions options = {}) {
  options.run_id = "test";
  options.drain = 2s;
  auto engine = Engine::Create(scenario, std::move(options));
  CHECK(engine.has_value());
  return std::move(*engine);
}

/// All rows of the engine's spool.
inline std::vector<measure::Row> SpoolOf(const Engine& engine) {
  std::vector<measure::Row> rows;
  for (const std::string& file : engine.spool_files()) {
    const std::vector<measure::Row> part = RowsOf(Content(file));
    rows.insert(rows.end(), part.begin(), part.end());
  }
  return rows;
}

inline std::map<std::string, std::int64_t> ErrorsOf(const measure::Measurement& measurement) {
  std::map<std::string, std::int64_t> errors;
  for (const measure::ErrorTally& tally : measurement.errors) {
    if (tally.count > 0) {
      errors[tally.name] = tally.count;
    }
  }
  return errors;
}

/// Arrivals numbered in time order, each departure after its arrival, all in order of time.
inline void ExpectExactEvents(const Recording& seen, const measure::Accounts& books) {
  std::uint32_t arrivals = 0;
  std::set<std::uint32_t> departed;
  Duration last{};
  for (const measure::Event& event : seen.events) {
    EXPECT_GE(event.at, last);
    last = event.at;
    if (event.kind == measure::EventKind::kArrival) {
      EXPECT_EQ(event.request, arrivals++);
    } else {
      EXPECT_LT(event.request, arrivals);
      EXPECT_TRUE(departed.insert(event.request).second);
    }
  }
  EXPECT_EQ(arrivals, books.scheduled);
  EXPECT_EQ(static_cast<std::int64_t>(departed.size()), books.dispatched);
}

inline void ExpectContiguous(const Recording& seen) {
  Duration end{};
  for (std::size_t i = 0; i < seen.ends.size(); ++i) {
    EXPECT_EQ(seen.begins[i], end);
    end = seen.ends[i];
  }
}

}  // namespace loadline::load
