"""What the benchmarks share: pinned processes, CPU time of a child, the common server, medians."""
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
LOADLINE = BUILD / "loadline"
PEERS = ROOT / "build" / "peers"
BODY = b'{"rows": [[' + b"1.5, " * 36 + b"2.25]]}" + b" "
SERVER_CORE, CLIENT_CORE = 0, 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


class Server:
    """bench/epoll_server on its own core; `stamps` keeps the receive time of every request."""

    def __init__(self, stamps=None, core=SERVER_CORE):
        self.port = free_port()
        self.stamps = stamps
        self.core = core

    def __enter__(self):
        command = [BUILD / "bench" / "epoll_server", str(self.port)]
        if self.stamps:
            command.append(self.stamps)
        self.process = subprocess.Popen(command, preexec_fn=pinned(self.core))
        for _ in range(100):
            try:
                self.count()
                return self
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("epoll_server did not start")

    def count(self):
        return int(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/count", timeout=5).read())

    def url(self):
        return f"http://127.0.0.1:{self.port}/score"

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


def cpu_of(command, core=CLIENT_CORE, timeout=120, env=None):
    """Runs `command` pinned; (user + system seconds of it and its children, its stdout)."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=subprocess.STDOUT,
                                   preexec_fn=pinned(core) if core is not None else None,
                                   env=env or dict(os.environ, GOMAXPROCS="1"))
        deadline = time.monotonic() + timeout
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                process.kill()
                os.wait4(process.pid, 0)
                raise RuntimeError(f"{command[0]} took longer than {timeout} s")
            time.sleep(0.01)
        out.seek(0)
        text = out.read().decode(errors="replace")
        process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime, text


def quartiles(values):
    """(lower quartile, median, upper quartile)."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    q = statistics.quantiles(values, n=4, method="inclusive")
    return q[0], q[1], q[2]


def machine():
    """One line that says where the figures come from."""
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown CPU")
    return (f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} x {model}, "
            f"Linux {os.uname().release}, shared virtual machine")


def table(header, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines)
