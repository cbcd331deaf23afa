"""What keeping every row costs while the load runs: CPU per request with all rows, against none.

The rows of a run without errors under `--records errors` are none. CPU is what the kernel accounts
to all threads of the process (engine, spool writer, coordinator) between two moments of the load,
so that neither start-up nor the import is in it. Runs alternate, and the ratio is taken per round.
"""
import pathlib
import subprocess
import tempfile
import time

from harness import BODY, CLIENT_CORE, LOADLINE, Server, pinned, quartiles, table

SECONDS = 4
FROM, TO = 0.7, 3.7  # Of the load.


def cpu_ns(pid):
    return sum(int(task.read_text(encoding="utf-8").split()[0])
               for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def cpu_us_per_request(server, folder, connections, records):
    process = subprocess.Popen(
        [LOADLINE, "run", server.url(), "--users", str(connections), "--duration", f"{SECONDS}s",
         "--method", "POST", "--body-file", folder / "body.json", "--threads", "1", "--records",
         records, "--db", folder / "bench.db", "--quiet", "--no-brake"],
        stdout=subprocess.DEVNULL, preexec_fn=pinned(CLIENT_CORE))
    started = time.monotonic()
    seen = []
    for due in (FROM, TO):
        time.sleep(max(0, started + due - time.monotonic()))
        before = cpu_ns(process.pid)
        requests = server.count()
        # The count may take a while on a busy server: the CPU of its middle.
        seen.append((requests, (before + cpu_ns(process.pid)) / 2))
    process.wait(60)
    (requests, cpu), (more_requests, more_cpu) = seen
    return (more_cpu - cpu) / (more_requests - requests) / 1e3


def run(rounds=9, connections=(64, 1024)):
    rows = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        folder = pathlib.Path(name)
        (folder / "body.json").write_bytes(BODY)
        for count in connections:
            ratios, figures = [], {"all": [], "errors": []}
            for number in range(rounds):
                for records in ("all", "errors") if number % 2 == 0 else ("errors", "all"):
                    figures[records].append(cpu_us_per_request(server, folder, count, records))
                ratios.append(figures["all"][-1] / figures["errors"][-1])
            low, median, high = quartiles(ratios)
            rows.append([count, f"{quartiles(figures['errors'])[1]:.2f} µs",
                         f"{quartiles(figures['all'])[1]:.2f} µs",
                         f"{(median - 1) * 100:+.1f} %",
                         f"{(low - 1) * 100:+.1f} to {(high - 1) * 100:+.1f} %"])
    return table(["connections", "CPU per request, no rows", "all rows", "cost of the rows",
                  "quartiles"], rows)
