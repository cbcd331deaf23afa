"""Requests per client CPU-second in a closed loop, beside the other load generators.

Every client sends the same POST over keep-alive connections to bench's own epoll server, which
counts those that are as they should be; CPU is what the kernel accounts to the client process.
Clients alternate within a round and the ratio is taken per round, so that the machine's drift
cancels.

Histograms and spool are on. Loadline is killed in the middle of its run, since at its end it would
import the spool into SQLite, as no other client does; a second line shows it with the import.
"""
import os
import pathlib
import shutil
import sys
import tempfile

from harness import (BODY, BUILD, LOADLINE, PEERS, Server, cpu_of, goal, quartiles, table)

SECONDS = 3
IMPORTED = "loadline + import"
ROW_BYTES = 80  # Of the spool.
# Start-up taken out by a second, short run; at 64 connections only.
SLOW = {"k6": 8, "locust HttpUser": 8, "locust FastHttpUser": 8}
SHORT_SECONDS = 2
GOALS = {"floor": 0.9, "wrk": 1.25, "h2load": 1.3, "fortio": 1.3, "oha": 1.5, "hey": 4, "k6": 12,
         "locust HttpUser": 65, "locust FastHttpUser": 15}
GOALS_1024 = {**GOALS, "wrk": 1.35}
K6 = """import http from 'k6/http';
export const options = {{vus: {connections}, duration: '{seconds}s'}};
const body = {body!r};
export default function () {{
  http.post('{url}', body, {{headers: {{'Content-Type': 'application/json'}}}});
}}
"""
LOCUST = """import os
from locust import HttpUser, FastHttpUser, task, constant
class Caller(FastHttpUser if os.environ.get("FAST") else HttpUser):
    wait_time = constant(0)
    host = "{url}"
    @task
    def score(self):
        self.client.post("", data={body!r}, headers={{"Content-Type": "application/json"}})
"""
LUA = """wrk.method = "POST"
wrk.body = [==[{body}]==]
wrk.headers["Content-Type"] = "application/json"
"""


def commands(url, port, connections, folder, seconds):
    """Name -> argv of every client; `port` for the one that knows no more."""
    body = folder / "body.json"
    body.write_bytes(BODY)

    def script(name, text):
        path = folder / name
        path.write_text(text.format(url=url, connections=connections, seconds=seconds,
                                    body=BODY.decode()))
        return path

    json_type = "Content-Type: application/json"
    ours = [LOADLINE, "run", url, "--users", connections, "--method", "POST", "--body-file", body,
            "-H", json_type, "--threads", 1, "--db", folder / "db" / "bench.db", "--quiet",
            "--records", "all", *(["--insecure"] if url.startswith("https") else []), "--duration"]
    locust = ["PYTHONPATH=" + str(PEERS / "locust"), sys.executable, "-m", "locust", "-f",
              script("locustfile.py", LOCUST), "--headless", "--only-summary", "-u", connections,
              "-r", connections, "-t", f"{seconds}s"]
    return {
        "loadline": [*ours, f"{10 * seconds}s"],
        IMPORTED: [*ours, f"{seconds}s"],
        "floor": [BUILD / "bench" / "floor", port, connections, seconds],
        "wrk": ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", script("post.lua", LUA),
                url],
        "h2load": ["h2load", "--h1", "-t1", f"-c{connections}", "-D", seconds, "-d", body,
                   "-H", json_type, url],
        "fortio": [PEERS / "bin/fortio", "load", "-k", "-quiet", "-c", connections, "-qps", -1,
                   "-t", f"{seconds}s", "-payload-file", body, "-content-type",
                   "application/json", url],
        "oha": [PEERS / "bin/oha", "--insecure", "--no-tui", "-c", connections, "-z",
                f"{seconds}s", "-m", "POST", "-D", body, "-T", "application/json", url],
        "hey": ["hey", "-cpus", 1, "-c", connections, "-z", f"{seconds}s", "-m", "POST", "-D", body,
                "-T", "application/json", url],
        "k6": [PEERS / "bin/k6", "run", "--no-usage-report", "--quiet", script("k6.js", K6)],
        "locust HttpUser": ["env", *locust],
        "locust FastHttpUser": ["env", "FAST=1", *locust],
    }


def installed(name):
    if name.startswith("locust"):
        return (PEERS / "locust" / "locust").is_dir()
    places = [str(PEERS / "bin"), os.environ["PATH"]]
    return name in ("loadline", IMPORTED, "floor") or shutil.which(name, path=":".join(places))


class Comparison:
    """The clients, one after the other, on one server with so many connections."""

    def __init__(self, server, connections, folder):
        self.server, self.connections, self.folder = server, connections, folder

    def once(self, name, seconds):
        """(requests, their bytes, CPU seconds) of one run."""
        shutil.rmtree(self.folder / "db", ignore_errors=True)
        argv = commands(self.server.url(), self.server.port, self.connections, self.folder,
                        seconds)[name]
        before, bytes_before = self.server.count()
        cpu, text = cpu_of(argv, kill_after=seconds if name == "loadline" else None)
        after, bytes_after = self.server.count()
        if after - before < 100:
            raise RuntimeError(f"{name} sent {after - before} good requests:\n{text[-2000:]}")
        if name == "loadline":
            rows = sum(f.stat().st_size for f in self.folder.glob("db/**/*.spool")) / ROW_BYTES
            if rows < 0.9 * (after - before):
                raise RuntimeError(f"{rows:.0f} rows in the spool of {after - before} requests")
        return after - before, bytes_after - bytes_before, cpu

    def measure(self, name):
        """(requests per CPU-second, bytes per request)."""
        requests, size, cpu = self.once(name, SLOW.get(name, SECONDS))
        if name in SLOW:
            less, _, less_cpu = self.once(name, SHORT_SECONDS)
            return (requests - less) / (cpu - less_cpu), size / requests
        return requests / cpu, size / requests

    def rows(self, names, rounds, goals):
        figures = {name: [] for name in names}
        for number in range(rounds):
            for name in names if number % 2 == 0 else reversed(names):
                figures[name].append(self.measure(name))
        for name in names:
            speeds, size = [speed for speed, _ in figures[name]], figures[name][0][1]
            low, median, high = quartiles([ours / theirs for (ours, _), theirs
                                           in zip(figures["loadline"], speeds)])
            yield [self.connections, name, f"{size:.0f}" if size else "–",
                   f"{quartiles(speeds)[1] / 1000:.1f} k", f"{median:.3f}",
                   f"{low:.2f}–{high:.2f}", rounds, *goal(median, goals.get(name))]


HEADER = ["connections", "client", "bytes of a request", "requests per CPU-second",
          "loadline ÷ client", "quartiles", "rounds", "goal", ""]


def chosen(names, only):
    """(those of `names` to run, a sentence on those that are not there)."""
    wanted = [n for n in names if only is None or n in only or n == "loadline"]
    missing = [n for n in wanted if not installed(n)]
    note = f"\n\nNot installed (bench/peers.sh): {', '.join(missing)}." if missing else ""
    return [n for n in wanted if n not in missing], note


def run(rounds=9, only=None, connections=(64, 1024)):
    names, note = chosen([IMPORTED, "loadline", *GOALS], only)
    rows = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        for count in connections:
            comparison = Comparison(server, count, pathlib.Path(name))
            here = names if count <= 64 else [n for n in names if n not in SLOW]
            rows += comparison.rows(here, rounds, GOALS if count <= 64 else GOALS_1024)
    return table(HEADER, rows) + note
