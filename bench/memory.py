"""Private memory (RssAnon) of a run with one plain task at 1024 connections, over time."""
import pathlib
import re
import subprocess
import tempfile
import time

from harness import BODY, CLIENT_CORE, LOADLINE, Server, pinned, table

SECONDS = 600
STEPS = 10  # Rows of the table beside the first second's.


def anonymous_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"RssAnon:\s+(\d+) kB", status).group(1))


def run(seconds=SECONDS):
    samples = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        body = pathlib.Path(name) / "body.json"
        body.write_bytes(BODY)
        # Without the brake: a machine that stands still for 2 s would end the run.
        process = subprocess.Popen(
            [LOADLINE, "run", server.url(), "--users", "1024", "--duration", f"{seconds}s",
             "--method", "POST", "--body-file", body, "--threads", "1", "--records", "sample",
             "--db", f"{name}/bench.db", "--quiet", "--no-brake"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=pinned(CLIENT_CORE))
        started = time.monotonic()
        for due in [1, *(seconds * step / STEPS - 1 for step in range(1, STEPS + 1))]:
            time.sleep(max(0, started + due - time.monotonic()))
            if process.poll() is not None:
                raise RuntimeError(f"the run ended early:\n{process.stdout.read().decode()}")
            samples.append((time.monotonic() - started, anonymous_kib(process.pid)))
        output = process.communicate(timeout=seconds)[0].decode()
    rows = [[f"{t:.0f} s", f"{kib / 1024:.2f} MiB"] for t, kib in samples]
    requests = re.search(r"([\d,]+) scheduled", output)
    return (table(["after", "RssAnon"], rows) +
            f"\n\n{requests.group(1) if requests else 'no'} requests in {seconds} s")
