"""Requests per client CPU-second in a closed loop, beside the other load generators.

Every client sends the same POST over keep-alive connections to bench's own epoll server; the server
counts; CPU is what the kernel accounts to the client process. Clients alternate within a round and
the ratio is taken per round, so that the machine's drift cancels.
"""
import os
import pathlib
import shutil
import tempfile

from harness import BODY, BUILD, LOADLINE, PEERS, Server, cpu_of, quartiles, table

SECONDS = 3
SLOW = {"k6", "locust HttpUser", "locust FastHttpUser"}  # start-up taken out by a second, short run


def commands(url, port, connections, folder, seconds):
    """Name -> argv of every client that is installed."""
    body = folder / "body.json"
    body.write_bytes(BODY)
    lua = folder / "post.lua"
    lua.write_text('wrk.method = "POST"\nwrk.body = [[' + BODY.decode() + "]]\n"
                   'wrk.headers["Content-Type"] = "application/json"\n')
    k6 = folder / "k6.js"
    k6.write_text(f"""import http from 'k6/http';
export const options = {{vus: {connections}, duration: '{seconds}s'}};
const body = {BODY.decode()!r};
export default function () {{
  http.post('{url}', body, {{headers: {{'Content-Type': 'application/json'}}}});
}}""")
    locust = folder / "locustfile.py"
    locust.write_text(f"""import os
from locust import HttpUser, FastHttpUser, task, constant
class Caller(FastHttpUser if os.environ.get("FAST") else HttpUser):
    wait_time = constant(0)
    host = "http://127.0.0.1:{port}"
    @task
    def score(self):
        self.client.post("/score", data={BODY!r}, headers={{"Content-Type": "application/json"}})
""")
    json_type = "Content-Type: application/json"
    found = {
        "loadline": [LOADLINE, "run", url, "--users", connections, "--duration", f"{seconds}s",
                     "--method", "POST", "--body-file", body, "-H", json_type, "--threads", 1,
                     "--db", folder / "bench.db", "--quiet", "--records", "errors"],
        "floor": [BUILD / "bench" / "floor", port, connections, seconds],
        "wrk": ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", lua, url],
        "h2load": ["h2load", "--h1", "-t1", f"-c{connections}", "-D", seconds, "-d", body,
                   "-H", json_type, url],
        "fortio": [PEERS / "bin/fortio", "load", "-quiet", "-c", connections, "-qps", -1, "-t",
                   f"{seconds}s", "-payload-file", body, "-content-type", "application/json", url],
        "oha": [PEERS / "bin/oha", "--no-tui", "-c", connections, "-z", f"{seconds}s", "-m", "POST",
                "-D", body, "-T", "application/json", url],
        "hey": ["hey", "-cpus", 1, "-c", connections, "-z", f"{seconds}s", "-m", "POST", "-D", body,
                "-T", "application/json", url],
        "k6": [PEERS / "bin/k6", "run", "--no-usage-report", "--quiet", k6],
        "locust HttpUser": [PEERS / "locust/bin/locust", "-f", locust, "--headless", "-u",
                            connections, "-r", connections, "-t", f"{seconds}s"],
    }
    # With every row kept the same process also imports them into SQLite when the load is over.
    found["loadline, all rows imported"] = [*found["loadline"][:-1], "all"]
    found["locust FastHttpUser"] = ["env", "FAST=1", *found["locust HttpUser"]]
    return {name: argv for name, argv in found.items()
            if shutil.which(str(argv[2] if argv[0] == "env" else argv[0]))}


def one(server, argv):
    """(requests, CPU seconds) of one run of a client."""
    before = server.count()
    cpu, text = cpu_of(argv)
    requests = server.count() - before
    if requests < 100:
        raise RuntimeError(f"{argv[0]} sent {requests} requests:\n{text[-2000:]}")
    return requests, cpu


def per_cpu_second(server, name, connections, folder, seconds):
    argv = commands(server.url(), server.port, connections, folder, seconds)[name]
    requests, cpu = one(server, argv)
    if name in SLOW:
        short = commands(server.url(), server.port, connections, folder, 2)[name]
        less, less_cpu = one(server, short)
        return (requests - less) / (cpu - less_cpu)
    return requests / cpu


def run(rounds=9, only=None, connections=(64, 1024)):
    rows = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        folder = pathlib.Path(name)
        os.environ["XDG_DATA_HOME"] = name
        for count in connections:
            clients = [c for c in commands(server.url(), server.port, count, folder, SECONDS)
                       if only is None or c in only or c == "loadline"]
            if count > 64:
                clients = [c for c in clients if c not in SLOW and c != "hey"]
            figures = {c: [] for c in clients}
            for number in range(rounds):
                for client in clients if number % 2 == 0 else reversed(clients):
                    if client in SLOW and number >= 3:
                        continue
                    seconds = 8 if client in SLOW else SECONDS
                    figures[client].append(
                        per_cpu_second(server, client, count, folder, seconds))
                for leftover in folder.glob("**/*.spool"):
                    leftover.unlink()
            for client in clients:
                ratios = [ours / theirs for ours, theirs
                          in zip(figures["loadline"], figures[client])]
                low, median, high = quartiles(ratios)
                rows.append([count, client, f"{quartiles(figures[client])[1] / 1000:.1f} k",
                             f"{median:.2f}", f"{low:.2f}–{high:.2f}", len(ratios)])
    return table(["connections", "client", "requests per CPU-second", "loadline ÷ client",
                  "quartiles", "rounds"], rows)
