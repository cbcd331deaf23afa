"""How exactly requests leave at their due time, ours and open-loop peers', by one method.

The kernel of the server notes when it received each request. A constant-rate schedule is a grid; it
is fitted to the earliest arrivals, its rate within 2 % of what was asked for (fortio rounds it), and
every arrival is compared with its own grid point. Beside it stands what Loadline says of itself, sent − scheduled, and a
program that does nothing but read the clock shows what the machine alone does to anybody
(bench/jitter). One thread on a core of its own, the server on another.
"""
import array
import json
import pathlib
import subprocess
import tempfile

from harness import (BODY, BUILD, CLIENT_CORE, LOADLINE, PEERS, Server, cpu_of, goal, pinned,
                     quartiles, table)

SECONDS = 5
RATES = (1000, 20000, 50000)
UNSCHEDULED = {"fortio": 64}  # Its first request on every connection, before the start.
EARLIEST = 0.01  # The share of arrivals before the grid.
P50_GOAL_US, P99_GOAL_US = 1, 20
MOST_STARVED = 0.05  # With a larger share the rest tells nothing about the pacing.


def grid_errors_us(stamps_file, rate, skip):
    """Sorted distances of the arrivals from the grid, µs; without the first `skip`."""
    stamps = array.array("q")
    stamps.frombytes(pathlib.Path(stamps_file).read_bytes())
    assert min(stamps) > 0, "the kernel noted no time of receipt"
    offsets = [(t - k * 1e9 / rate) / 1e3 for k, t in enumerate(sorted(stamps)[skip:])]
    quarter = len(offsets) // 4
    drift = ((at(sorted(offsets[-quarter:]), EARLIEST) - at(sorted(offsets[:quarter]), EARLIEST)) /
             (len(offsets) - quarter))
    if abs(drift) < 0.02 * 1e6 / rate:
        offsets = [offset - k * drift for k, offset in enumerate(offsets)]
    offsets.sort()
    return [offset - at(offsets, EARLIEST) for offset in offsets]


def at(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def jitter():
    """(gaps above 50 µs per second, per cent of the time lost in them, longest in ms)."""
    text = subprocess.run([BUILD / "bench" / "jitter", "1"], check=True, capture_output=True,
                          text=True, preexec_fn=pinned(CLIENT_CORE)).stdout
    return [float(word) for word in text.split()]


def alone_text(samples):
    gaps, lost, longest = (quartiles(column) for column in zip(*samples))
    return (f"The machine alone, reading the clock for a second in every round: median "
            f"{gaps[1]:.0f} gaps above 50 µs (quartiles {gaps[0]:.0f}–{gaps[2]:.0f}), "
            f"{lost[1]:.2f} % of the time lost in them ({lost[0]:.2f}–{lost[2]:.2f}), "
            f"longest {longest[1]:.1f} ms ({longest[0]:.1f}–{longest[2]:.1f}).")


def clients(url, rate, folder):
    """Name -> argv of every client that is installed."""
    body = folder / "body.json"
    body.write_bytes(BODY)
    json_type = "application/json"
    ours = [LOADLINE, "run", url, "--rate", f"{rate}/s", "--arrivals", "constant", "--duration",
            f"{SECONDS}s", "--threads", 1, "--max-connections", 64, "--method", "POST",
            "--body-file", body, "-H", f"Content-Type: {json_type}", "--db", folder / "bench.db",
            "--quiet", "--no-preflight", "--json", folder / "out.json", "--pacing"]
    found = {
        "loadline": [*ours, "hybrid"],
        "loadline timer": [*ours, "timer"],
        "oha": [PEERS / "bin/oha", "--no-tui", "-c", 64, "-q", rate, "-z", f"{SECONDS}s",
                "-m", "POST", "-D", body, "-T", json_type, url],
        "fortio": [PEERS / "bin/fortio", "load", "-quiet", "-c", 64, "-qps", rate, "-t",
                   f"{SECONDS}s", "-uniform", "-payload-file", body, "-content-type", json_type,
                   url],
    }
    return {name: argv for name, argv in found.items() if argv[0].exists()}


def measure(name, rate, folder):
    """One run as a dict of figures."""
    stamps, document = folder / "stamps", folder / "out.json"
    document.unlink(missing_ok=True)
    with Server(stamps=stamps) as server:
        cpu, _ = cpu_of(clients(server.url(), rate, folder)[name])
    errors = grid_errors_us(stamps, rate, UNSCHEDULED.get(name, 0))
    figures = {"received": len(errors) / SECONDS, "cpu": cpu, "p50": at(errors, .5),
               "p99": at(errors, .99), "p99.9": at(errors, .999)}
    if document.exists():
        generator = json.loads(document.read_text())["generator"]
        figures |= {"own p50": generator["send_error_ms"]["p50"] * 1e3,
                    "own p99": generator["send_error_ms"]["p99"] * 1e3,
                    "starved": generator["starved"] / (rate * SECONDS)}
    return figures


def row(rate, name, rounds, ours):
    def median(key):
        return quartiles([figures[key] for figures in rounds])[1]

    low, p99, high = quartiles([figures["p99"] for figures in rounds])
    ratio = quartiles([theirs["p99"] / mine["p99"] for theirs, mine in zip(rounds, ours)])[1]
    cells = [f"{rate:,}/s", name, f"{median('received'):,.0f}/s", f"{median('p50'):.1f}",
             f"{p99:.0f} ({low:.0f}–{high:.0f})", f"{median('p99.9'):.0f}", f"{ratio:.1f}",
             f"{median('cpu'):.1f} s"]
    if "own p50" not in rounds[0]:
        return [*cells, "–", "–", "–", "–"]
    p50, p99, starved = median("own p50"), median("own p99"), median("starved")
    verdict = ["–", "–"]
    if name == "loadline":
        verdict = [f"≤ {P50_GOAL_US} / {P99_GOAL_US}",
                   goal(max(p50 / P50_GOAL_US, p99 / P99_GOAL_US, starved / MOST_STARVED), 1,
                        most=True)[1]]
    return [*cells, f"{p50:.2f} / {p99:.1f}", f"{100 * starved:.2f} %", *verdict]


def run(rounds=9, only=None):
    rows, alone = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        names = [n for n in clients("", 1, folder) if not only or n in only or n == "loadline"]
        for rate in RATES:
            figures = {n: [] for n in names}
            for number in range(rounds):
                alone.append(jitter())
                for client in names if number % 2 == 0 else reversed(names):
                    figures[client].append(measure(client, rate, folder))
            rows += [row(rate, n, figures[n], figures["loadline"]) for n in names]
    return alone_text(alone) + "\n\n" + table(
        ["rate", "client", "received", "grid error p50 µs", "p99 (quartiles)", "p99.9",
         "p99 ÷ loadline's", f"client CPU in {SECONDS} s", "own send error p50 / p99 µs", "starved",
         "goal", ""], rows)
