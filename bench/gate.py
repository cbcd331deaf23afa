"""How often a healthy run is refused: 200 short runs in each of three places."""
import json
import os
import pathlib
import subprocess
import tempfile

from harness import LOADLINE, Server, pinned, table

RUNS = 200


class CpuLimit:
    """A cgroup of its own with a limit of so many CPUs (needs root); version 1 or 2 of the kernel's
    interface, whichever is mounted."""

    def __init__(self, cpus):
        v1 = pathlib.Path("/sys/fs/cgroup/cpu")
        self.group = (v1 if v1.exists() else pathlib.Path("/sys/fs/cgroup")) / f"bench-{os.getpid()}"
        self.quota = int(cpus * 100_000)
        self.v1 = v1.exists()

    def __enter__(self):
        self.group.mkdir()
        if self.v1:
            (self.group / "cpu.cfs_period_us").write_text("100000")
            (self.group / "cpu.cfs_quota_us").write_text(str(self.quota))
        else:
            (self.group / "cpu.max").write_text(f"{self.quota} 100000")
        return self

    def join(self):
        """In the child, before it becomes the program."""
        (self.group / "cgroup.procs").write_text(str(os.getpid()))

    def __exit__(self, *_):
        self.group.rmdir()


def refused(argv, out, preexec=None):
    out.unlink(missing_ok=True)
    done = subprocess.run([str(a) for a in argv], check=False, capture_output=True, text=True,
                          preexec_fn=preexec)
    if not out.exists():
        raise RuntimeError(f"no result: {done.stdout}{done.stderr}")
    document = json.loads(out.read_text())
    return not document["valid"], document["invalid_reasons"]


def run(runs=RUNS):
    rows = []
    with tempfile.TemporaryDirectory() as name, Server() as server, CpuLimit(1) as limit:
        folder = pathlib.Path(name)
        base = [LOADLINE, "run", server.url(), "--duration", "2s", "--db", folder / "bench.db",
                "--records", "none", "--quiet", "--no-preflight", "--json", folder / "out.json"]
        for label, rate, preexec in [
                ("a core of its own, quiet machine", "2000/s", pinned(1)),
                ("beside a busy target on 2 cores", "20000/s", None),
                ("in a cgroup with a limit of 1 CPU", "2000/s", limit.join)]:
            outcomes = [refused([*base, "--rate", rate], folder / "out.json", preexec)
                        for _ in range(runs)]
            count = sum(1 for bad, _ in outcomes if bad)
            reasons = sorted({r for bad, why in outcomes if bad for r in map(str, why)})
            rows.append([label, runs, count, f"{100 * count / runs:.1f} %",
                         "; ".join(reasons[:3]) or "–"])
    return table(["where", "runs", "refused", "share", "why"], rows)
