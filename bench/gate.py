"""How often the generator's own gate errs: healthy runs refused, sabotaged runs accepted.

The sabotage is that of test/slow/test_gate.py, once more in every round; a run counts as accepted
also if it was refused with another reason than its own.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from harness import LOADLINE, ROOT, Server, goal, table
from parts.places import CpuLimit

RUNS = 200
# A warning may stand between a test's name and its outcome.
OUTCOME = re.compile(r"^(test_\w+) .*? \.\.\. (?:.*\n)*?.*?(ok|FAIL|ERROR|skipped .*)$",
                     re.MULTILINE)


def refusals(argv, out, preexec):
    """Why the run was refused; empty: it was not."""
    out.unlink(missing_ok=True)
    done = subprocess.run([str(a) for a in argv], check=False, capture_output=True, text=True,
                          preexec_fn=preexec)
    if not out.exists():
        raise RuntimeError(f"no result: {done.stdout}{done.stderr}")
    return json.loads(out.read_text())["invalid_reasons"]


def healthy(runs):
    rows = []
    with tempfile.TemporaryDirectory() as name, CpuLimit(1) as limit:
        folder = pathlib.Path(name)
        for label, rate, server, preexec in [
                ("on a quiet machine", 2000, Server(), None),
                # Two workers with 0.6 ms of work for each request: 60 % of two cores.
                ("beside a target that keeps two cores busy", 2000,
                 Server(core=None, work_us=600, workers=2), None),
                ("in a cgroup with a limit of 1 CPU", 2000, Server(), limit.join)]:
            with server:
                argv = [LOADLINE, "run", server.url(), "--rate", f"{rate}/s", "--duration", "2s",
                        "--db", folder / "bench.db", "--records", "none", "--quiet",
                        "--no-preflight", "--json", folder / "out.json"]
                outcomes = [refusals(argv, folder / "out.json", preexec) for _ in range(runs)]
            count = sum(1 for reasons in outcomes if reasons)
            why = collections.Counter(re.sub(r"\d[\d.,]*", "N", r) for rs in outcomes for r in rs)
            rows.append([label, runs, count, f"{100 * count / runs:.1f} %",
                         *goal(100 * count / runs, 1, most=True),
                         "; ".join(reason for reason, _ in why.most_common(3)) or "–"])
    return table(["healthy", "runs", "refused", "share", "goal, %", "", "why"], rows)


def sabotaged(rounds):
    outcomes = collections.defaultdict(list)
    for _ in range(rounds):
        done = subprocess.run(
            [sys.executable, "-m", "unittest", "-v", "test_gate.Sabotaged"],
            cwd=ROOT / "test" / "slow", env=dict(os.environ, LOADLINE=str(LOADLINE)), check=False,
            capture_output=True, text=True)
        found = OUTCOME.findall(done.stderr)
        if not found:
            raise RuntimeError(done.stderr)
        for test, outcome in found:
            outcomes[test].append(outcome)
            if outcome in ("FAIL", "ERROR"):
                print(done.stderr, file=sys.stderr)
    rows = []
    for test, results in outcomes.items():
        ran = [r for r in results if not r.startswith("skipped")]
        accepted = sum(1 for r in ran if r != "ok")
        rows.append([test.removeprefix("test_").replace("_", " "), len(ran), accepted,
                     *(goal(accepted, 0, most=True) if ran else ["≤ 0", "not run"])])
    return table(["sabotaged", "runs", "accepted", "goal", ""], rows)


def run(runs=RUNS, rounds=10):
    return healthy(runs) + "\n\n" + sabotaged(rounds)
