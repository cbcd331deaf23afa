#include "store/run_rows.h"

#include <sqlite3.h>

#include "base/clock.h"

namespace loadline::store {

Result<std::int64_t> InsertRun(Database& database, std::string_view id, const RunStart& start,
                               UtcTime started, RunState state) {
  Transaction transaction = TRY(Transaction::Begin(database));
  Statement insert = TRY(database.Prepare(
      "INSERT INTO runs (id, command, invocation, target, scenario, label, client, version, seed, "
      "machine_cpu, machine_cores, machine_kernel, machine_memory_bytes, machine_id, started_utc, "
      "started_utc_ns, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  const Machine& machine = start.machine;
  insert.Bind(id).Bind(start.command).Bind(start.invocation).Bind(start.target);
  insert.Bind(start.scenario).Bind(start.label).Bind(start.client).Bind(start.version);
  insert.Bind(static_cast<std::int64_t>(start.seed)).Bind(machine.cpu_model).Bind(machine.cores);
  insert.Bind(machine.kernel).Bind(machine.memory.count).Bind(machine.id);
  insert.Bind(FormatUtc(started)).Bind(started.time_since_epoch());
  TRY(insert.Bind(Name(state)).Run());
  const std::int64_t run = sqlite3_last_insert_rowid(database.raw());
  Statement task = TRY(database.Prepare("INSERT INTO tasks VALUES (?, ?, ?)"));
  for (std::size_t i = 0; i < start.tasks.size(); ++i) {
    TRY(task.Bind(run).Bind(static_cast<std::int64_t>(i)).Bind(start.tasks[i]).Run());
  }
  TRY(transaction.Commit());
  return run;
}

Status MarkInterrupted(Database& database, std::int64_t run) {
  Statement update = TRY(database.Prepare(
      "UPDATE runs SET state = 'interrupted', summary = 'its process ended before the run did' "
      "WHERE run = ? AND state = 'running'"));
  return update.Bind(run).Run();
}

}  // namespace loadline::store
