"""Time, memory and size of the HTML report of long runs: a store of 10 minutes at 20,000/s (made by
bench/report_store), beside an hour of the same and a short run; and the time in which two of them
are compared."""
import pathlib
import re
import subprocess
import tempfile

from harness import BUILD, LOADLINE, goal, quartiles, table

ROUNDS = 9
# Minutes and rate of the run; goals: seconds, MiB of memory, MB of file, seconds of a comparison.
RUNS = [(1, 200, (None, None, None, None)), (10, 20_000, (2, 300, 1.5, 1)),
        (60, 20_000, (None, None, None, None))]


def once(store, *words):
    """(seconds, MiB of memory at most) of one subcommand."""
    done = subprocess.run(["/usr/bin/time", "-v", LOADLINE, *words, "--db", store],
                          capture_output=True, text=True)
    if done.returncode not in (0, 1, 6):  # A comparison proves what it proves.
        raise RuntimeError(done.stderr)
    minutes, seconds = re.search(r"Elapsed.*: (\d+):([\d.]+)", done.stderr).groups()
    kib = int(re.search(r"Maximum resident set size.*: (\d+)", done.stderr).group(1))
    return 60 * int(minutes) + float(seconds), kib / 1024


def run(rounds=ROUNDS):
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for minutes, rate, (most_s, most_mib, most_mb, most_compare_s) in RUNS:
            store, page = pathlib.Path(name) / f"{minutes}.db", pathlib.Path(name) / "page.html"
            for _ in range(2):
                subprocess.run([BUILD / "bench" / "report_store", store, str(minutes), str(rate)],
                               check=True)
            measured = [once(store, "report", "@last", "--out", page) for _ in range(rounds)]
            low, median, high = quartiles([seconds for seconds, _ in measured])
            memory = max(mib for _, mib in measured)
            size = page.stat().st_size / 1e6
            what = f"{minutes} min at {rate:,}/s"
            rows.append([what, "s", f"{median:.2f} ({low:.2f} to {high:.2f})",
                         *goal(median, most_s, most=True)])
            rows.append([what, "MiB", f"{memory:.0f}", *goal(memory, most_mib, most=True)])
            rows.append([what, "MB of file", f"{size:.2f}", *goal(size, most_mb, most=True)])
            measured = [once(store, "compare", "@last~1", "@last") for _ in range(rounds)]
            low, median, high = quartiles([seconds for seconds, _ in measured])
            rows.append([f"compare two of {what}", "s", f"{median:.2f} ({low:.2f} to {high:.2f})",
                         *goal(median, most_compare_s, most=True)])
    return table(["report of", "unit", "measured", "goal", ""], rows)
