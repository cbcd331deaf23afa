"""How often a healthy run is refused: 200 short runs in each of three places."""
import json
import pathlib
import shutil
import subprocess
import tempfile

from harness import LOADLINE, Server, pinned, table

RUNS = 200


def refused(argv, out, preexec=None):
    subprocess.run([str(a) for a in argv], check=False, capture_output=True, preexec_fn=preexec)
    return not json.loads(out.read_text())["valid"], json.loads(out.read_text())["invalid_reasons"]


def situations(url, folder):
    base = [LOADLINE, "run", url, "--rate", "2000/s", "--duration", "2s", "--db",
            folder / "bench.db", "--records", "none", "--quiet", "--no-preflight", "--json",
            folder / "out.json"]
    yield "own core, quiet machine", base, pinned(1)
    yield "beside a busy target on 2 cores", [*base, "--rate", "20000/s"], None
    if shutil.which("systemd-run") and pathlib.Path("/run/systemd/system").exists():
        yield ("cgroup with a CPU limit of 1",
               ["systemd-run", "--scope", "-q", "-p", "CPUQuota=100%", *base], None)


def run(runs=RUNS):
    rows = []
    with tempfile.TemporaryDirectory() as name, Server() as server:
        folder = pathlib.Path(name)
        for label, argv, preexec in situations(server.url(), folder):
            outcomes = [refused(argv, folder / "out.json", preexec) for _ in range(runs)]
            count = sum(1 for bad, _ in outcomes if bad)
            reasons = sorted({r for bad, why in outcomes if bad for r in map(str, why)})
            rows.append([label, runs, count, f"{100 * count / runs:.1f} %",
                         "; ".join(reasons[:3]) or "–"])
    return table(["where", "runs", "refused", "share", "why"], rows)
