"""How long the program takes to start: wall time of the whole process, 30 runs, median.

At real-time priority where we may (root): otherwise each of its forty waits, for the disk, a thread
or the reply, would also wait for whatever else the machine is doing.
"""
import os
import pathlib
import subprocess
import tempfile
import time

from harness import LOADLINE, Server, quartiles, table


def wall_ms(argv, runs=30):
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        subprocess.run([str(a) for a in argv], check=False, capture_output=True)
        times.append((time.perf_counter() - started) * 1e3)
    return quartiles(times)


def run():
    rows = []
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(5))
        priority = "real-time priority"
    except PermissionError:
        priority = "ordinary priority"
    with tempfile.TemporaryDirectory() as name, Server() as server:
        db = pathlib.Path(name) / "bench.db"
        for label, argv in {
            "/bin/true": ["/bin/true"],
            "loadline --version": [LOADLINE, "--version"],
            "loadline scenario show URL": [LOADLINE, "scenario", "show", server.url()],
            "loadline run URL --requests 1 (two requests, result stored)":
                [LOADLINE, "run", server.url(), "--requests", "1", "--db", db, "--quiet"],
        }.items():
            low, median, high = wall_ms(argv)
            rows.append([f"`{label}`", f"{median:.1f} ms", f"{low:.1f}–{high:.1f}"])
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return table(["command", f"wall time, {priority}", "quartiles"], rows)
