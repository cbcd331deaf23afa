"""What the benchmarks share: pinned processes, CPU time of a child, the common server, medians."""
import os
import pathlib
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
LOADLINE = BUILD / "loadline"
PEERS = ROOT / "build" / "peers"
BODY = b'{"rows": [[' + b"1.5, " * 36 + b"2.25]]}" + b"  "
SERVER_CORE, CLIENT_CORE = 0, 1
assert len(BODY) == 200

sys.path.append(str(ROOT / "test" / "slow"))  # For its parts: nginx and places to run in.


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """bench/epoll_server, on its own core unless told otherwise; `stamps` keeps the time of receipt
    of every request; each may cost `work_us` of CPU time in one of `workers` processes."""

    def __init__(self, stamps=None, core=SERVER_CORE, work_us=0, workers=1):
        self.port = free_port()
        self.core = core
        self.options = ["--work", work_us, "--workers", workers]
        if stamps:
            self.options += ["--stamps", stamps]

    def __enter__(self):
        command = [BUILD / "bench" / "epoll_server", self.port, *self.options]
        self.process = subprocess.Popen(
            [str(c) for c in command], preexec_fn=None if self.core is None else pinned(self.core))
        for _ in range(100):
            try:
                self.count()
                return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("epoll_server did not start")

    def count(self):
        """(requests as they should be, bytes of them) since the start."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count", timeout=5) as reply:
            requests, size = reply.read().split()
            return int(requests), int(size)

    def url(self):
        return f"http://127.0.0.1:{self.port}/score"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def cpu_of(command, core=CLIENT_CORE, kill_after=None):
    """Runs `command` pinned; (user + system seconds of it and its children, what it printed).

    `kill_after` ends it after so many seconds, before it is done. Otherwise it has to succeed; a
    loadline that refuses its own result (exit 3) has still sent its requests.
    """
    argv = [str(word) for word in command]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              preexec_fn=pinned(core), env=dict(os.environ, GOMAXPROCS="1"),
                              timeout=kill_after or 120)
        text = done.stdout.decode(errors="replace")
        if kill_after or done.returncode not in ((0, 3) if argv[0] == str(LOADLINE) else (0,)):
            raise RuntimeError(f"{' '.join(argv)} ended with {done.returncode}:\n{text[-2000:]}")
    except subprocess.TimeoutExpired:
        if not kill_after:
            raise
        text = ""
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if cpu > 1.02 * wall:
        raise RuntimeError(f"{argv[0]} is not pinned: {cpu:.2f} CPU-seconds in {wall:.2f} s")
    return cpu, text


def quartiles(values):
    """(lower quartile, median, upper quartile)."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    q = statistics.quantiles(values, n=4, method="inclusive")
    return q[0], q[1], q[2]


def machine():
    """One line that says where the figures come from, and how busy the machine was before."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown CPU")
    return (f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} x {model}, "
            f"Linux {os.uname().release}, load average before: {os.getloadavg()[0]:.2f}")


def goal(value, wanted, most=False):
    """Two cells: the goal (at least, or at `most`), and whether `value` meets it."""
    if wanted is None:
        return ["–", "–"]
    met = value <= wanted if most else value >= wanted
    return [f"{'≤' if most else '≥'} {wanted}", "met" if met else "**missed**"]


def table(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
