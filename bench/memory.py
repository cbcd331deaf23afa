"""Private memory (RssAnon) of a run with one plain task at 1024 connections, over time."""
import pathlib
import re
import subprocess
import tempfile
import time

from harness import BODY, CLIENT_CORE, LOADLINE, Server, pinned, table

SECONDS = 600


def anonymous_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.search(r"RssAnon:\s+(\d+) kB", status).group(1))


def run(seconds=SECONDS):
    samples = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        body = pathlib.Path(name) / "body.json"
        body.write_bytes(BODY)
        process = subprocess.Popen(
            [LOADLINE, "run", server.url(), "--users", "1024", "--duration", f"{seconds}s",
             "--method", "POST", "--body-file", body, "--threads", "1", "--records", "sample",
             "--db", f"{name}/bench.db", "--quiet"],
            stdout=subprocess.DEVNULL, preexec_fn=pinned(CLIENT_CORE))
        started = time.monotonic()
        while process.poll() is None and time.monotonic() - started < seconds - 1:
            time.sleep(min(5, seconds / 20))
            samples.append((time.monotonic() - started, anonymous_kib(process.pid)))
        process.wait(seconds)
    steps = [samples[int(i * (len(samples) - 1) / 6)] for i in range(7)]
    return table(["after", "RssAnon"], [[f"{t:.0f} s", f"{kib / 1024:.2f} MiB"] for t, kib in steps])
