#include "store/schema.h"

#include <array>

namespace loadline::store {
namespace {

// Numbers of the enumerations (kind, state, …) are those of the code; the names stand beside them.
// Table attempts has no NOT NULL: twenty checks per row are a tenth of what the import costs.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE runs (
  run INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  command TEXT NOT NULL,
  invocation TEXT NOT NULL,
  target TEXT NOT NULL,
  scenario TEXT NOT NULL,
  label TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  client TEXT NOT NULL,
  version TEXT NOT NULL,
  seed INTEGER NOT NULL,
  machine_cpu TEXT NOT NULL,
  machine_cores INTEGER NOT NULL,
  machine_kernel TEXT NOT NULL,
  machine_memory_bytes INTEGER NOT NULL,
  machine_id TEXT NOT NULL,
  started_utc TEXT NOT NULL,
  started_utc_ns INTEGER NOT NULL,
  ended_utc_ns INTEGER,
  epoch_utc_ns INTEGER,
  state TEXT NOT NULL,
  exit_code INTEGER,
  summary TEXT NOT NULL DEFAULT '',
  document TEXT NOT NULL DEFAULT '',
  attempts_stored INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_by_label ON runs (label);

CREATE TABLE tasks (
  run INTEGER NOT NULL,
  task INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  purpose TEXT NOT NULL,
  finished INTEGER NOT NULL DEFAULT 0,
  load TEXT NOT NULL DEFAULT '',
  rate_rps REAL,
  arrivals TEXT,
  users INTEGER,
  spawn_rps REAL,
  think_ns INTEGER,
  think_law TEXT,
  asked_warmup_ns INTEGER,
  asked_duration_ns INTEGER,
  asked_requests INTEGER,
  seed INTEGER,
  started_utc TEXT,
  started_utc_ns INTEGER,
  started_after_ns INTEGER,
  warmup_ns INTEGER,
  measured_ns INTEGER,
  stop TEXT,
  requests INTEGER,
  succeeded INTEGER,
  failed INTEGER,
  rejected INTEGER,
  offered_rps REAL,
  achieved_rps REAL,
  goodput_rps REAL,
  in_flight_end INTEGER,
  connections_opened INTEGER,
  connect_mean_ns INTEGER,
  tls_mean_ns INTEGER,
  connection_wait_mean_ns INTEGER,
  response_ms_p50 REAL, response_ms_p90 REAL, response_ms_p95 REAL, response_ms_p99 REAL,
  response_ms_p99_9 REAL, response_ms_mean REAL, response_ms_max REAL,
  wire_ms_p50 REAL, wire_ms_p90 REAL, wire_ms_p95 REAL, wire_ms_p99 REAL,
  wire_ms_p99_9 REAL, wire_ms_mean REAL, wire_ms_max REAL,
  scheduled INTEGER,
  dispatched INTEGER,
  never_dispatched INTEGER,
  attempts INTEGER,
  stored INTEGER,
  skipped INTEGER,
  dropped INTEGER,
  cut INTEGER,
  lateness_p50_ns INTEGER,
  lateness_p99_ns INTEGER,
  lateness_max_ns INTEGER,
  send_error_p50_ns INTEGER,
  send_error_p99_ns INTEGER,
  starved INTEGER,
  loop_lag_max_ns INTEGER,
  cpu_busiest REAL,
  spin_busiest REAL,
  think_overrun_p99_s REAL,
  throttled_ns INTEGER,
  dropped_records INTEGER,
  dropped_events INTEGER,
  descriptors_left INTEGER,
  ports_left INTEGER,
  generator_limited INTEGER,
  level REAL,
  result TEXT,
  reason TEXT,
  line_estimate REAL,
  line_estimate_sd REAL,
  PRIMARY KEY (run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_addresses (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_refusals (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  reason TEXT NOT NULL,
  remedy TEXT NOT NULL,
  PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_errors (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_ns INTEGER NOT NULL,
  last_ns INTEGER NOT NULL,
  sample TEXT NOT NULL,
  PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_tasks (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  task INTEGER NOT NULL,
  name TEXT NOT NULL,
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  response BLOB NOT NULL,
  wire BLOB NOT NULL,
  PRIMARY KEY (run, step, task)
) STRICT;

CREATE TABLE objectives (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  result TEXT NOT NULL,
  value REAL,
  interval_low REAL,
  interval_high REAL,
  requests INTEGER NOT NULL,
  more_requests INTEGER NOT NULL,
  PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE load_lines (
  run INTEGER PRIMARY KEY,
  axis TEXT NOT NULL,
  has_objectives INTEGER NOT NULL,
  confidence REAL NOT NULL,
  held REAL,
  broken REAL,
  estimate REAL,
  estimate_low REAL,
  estimate_high REAL,
  saturation REAL,
  operating REAL,
  test TEXT NOT NULL,
  covers_periods_below_ns INTEGER NOT NULL,
  binding TEXT NOT NULL,
  cause TEXT NOT NULL,
  ended_by TEXT NOT NULL,
  spent_ns INTEGER NOT NULL,
  next_precision_cost_ns INTEGER,
  unspent_error REAL
) STRICT;

CREATE TABLE search_steps (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  measurement_step INTEGER NOT NULL,
  level REAL NOT NULL,
  result TEXT NOT NULL,
  reason TEXT NOT NULL,
  line_estimate REAL,
  line_estimate_sd REAL,
  PRIMARY KEY (run, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE search_objectives (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  result TEXT NOT NULL,
  value REAL,
  interval_low REAL,
  interval_high REAL,
  requests INTEGER NOT NULL,
  more_requests INTEGER NOT NULL,
  PRIMARY KEY (run, step, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE seconds (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  second INTEGER NOT NULL,
  warmup INTEGER NOT NULL,
  scheduled INTEGER NOT NULL,
  dispatched INTEGER NOT NULL,
  completed INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  users INTEGER NOT NULL,
  lateness_p50_ns INTEGER NOT NULL,
  lateness_p99_ns INTEGER NOT NULL,
  lateness_max_ns INTEGER NOT NULL,
  send_error_p50_ns INTEGER NOT NULL,
  send_error_p99_ns INTEGER NOT NULL,
  starved INTEGER NOT NULL,
  loop_lag_max_ns INTEGER NOT NULL,
  cpu_busiest REAL,
  spin_busiest REAL,
  think_overrun_p99_s REAL,
  throttled_ns INTEGER NOT NULL,
  dropped_records INTEGER NOT NULL,
  dropped_events INTEGER NOT NULL,
  descriptors_left INTEGER NOT NULL,
  ports_left INTEGER NOT NULL,
  PRIMARY KEY (run, step, second)
) STRICT, WITHOUT ROWID;

CREATE TABLE task_seconds (
  run INTEGER NOT NULL,
  step INTEGER NOT NULL,
  second INTEGER NOT NULL,
  task INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  response_ms_p50 REAL, response_ms_p95 REAL, response_ms_p99 REAL, response_ms_max REAL,
  wire_ms_p50 REAL, wire_ms_p95 REAL, wire_ms_p99 REAL, wire_ms_max REAL,
  response BLOB NOT NULL,
  wire BLOB NOT NULL,
  PRIMARY KEY (run, step, second, task)
) STRICT;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY,
  run INTEGER,
  step INTEGER,
  task INTEGER,
  request INTEGER,
  attempt INTEGER,
  shard INTEGER,
  flags INTEGER,
  status INTEGER,
  kind INTEGER,
  error_detail INTEGER,
  scheduled_ns INTEGER,
  dispatched_ns INTEGER,
  sent_ns INTEGER,
  first_byte_ns INTEGER,
  done_ns INTEGER,
  dns_us INTEGER,
  connect_us INTEGER,
  tls_us INTEGER,
  bytes_out INTEGER,
  bytes_in INTEGER
) STRICT;

CREATE TABLE spool_files (
  run INTEGER NOT NULL,
  file TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (run, file)
) STRICT, WITHOUT ROWID;

CREATE TABLE error_kinds (
  kind INTEGER PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;
INSERT INTO error_kinds VALUES
  (0, 'none'), (1, 'dns'), (2, 'connect_refused'), (3, 'connect_reset'), (4, 'connect_timeout'),
  (5, 'connect_unreachable'), (6, 'tls'), (7, 'reset'), (8, 'closed_early'), (9, 'protocol'),
  (10, 'timeout_first_byte'), (11, 'timeout_whole'), (12, 'status'), (13, 'check'), (14, 'cut'),
  (15, 'no_descriptors'), (16, 'no_ports'), (17, 'render');

CREATE VIEW Throughput (Client, SentTime, Latency, SentState, Error) AS
SELECT
  CASE r.client WHEN '' THEN 'loadline-' || r.id ELSE r.client END,
  strftime('%Y-%m-%d %H:%M:%f',
           (r.epoch_utc_ns + CASE a.sent_ns WHEN 0 THEN a.dispatched_ns ELSE a.sent_ns END) / 1e9,
           'unixepoch'),
  (a.done_ns - CASE a.sent_ns WHEN 0 THEN a.dispatched_ns ELSE a.sent_ns END) / 1e6,
  CASE a.kind WHEN 0 THEN 'OK' ELSE 'FAILED' END,
  CASE a.kind WHEN 0 THEN NULL
    ELSE coalesce(e.name, k.name, 'unknown') END
FROM attempts a
JOIN runs r ON r.run = a.run
LEFT JOIN step_errors e ON a.kind <> 0 AND e.run = a.run AND e.step = a.step
  AND e.number = a.error_detail AND e.kind = a.kind
LEFT JOIN error_kinds k ON k.kind = a.kind;
)sql";

// The stages of a load that changes, as written.
constexpr const char* kVersion2 = R"sql(
ALTER TABLE steps ADD COLUMN profile TEXT;
)sql";

// Sizings made from a run. `number` grows; the document is drawn in the run's report.
constexpr const char* kVersion3 = R"sql(
CREATE TABLE sizings (
  run INTEGER NOT NULL,
  number INTEGER NOT NULL,
  made_utc TEXT NOT NULL,
  made_utc_ns INTEGER NOT NULL,
  version TEXT NOT NULL,
  invocation TEXT NOT NULL,
  promise TEXT NOT NULL,
  rate_rps REAL,
  users INTEGER,
  pods INTEGER NOT NULL,
  needed INTEGER NOT NULL,
  nodes INTEGER,
  usd_per_month REAL,
  document TEXT NOT NULL,
  PRIMARY KEY (run, number)
) STRICT;
)sql";

constexpr std::array<const char*, 3> kMigrations = {kVersion1, kVersion2, kVersion3};

}  // namespace

std::span<const char* const> Migrations() {
  return kMigrations;
}

}  // namespace loadline::store
