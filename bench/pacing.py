"""How exactly requests leave at their due time, ours and an open-loop peer's, by one method.

The server writes down when it read each request. A constant-rate schedule is a grid; the grid is
laid at the earliest arrivals (1st percentile of arrival − k/rate) and every arrival is compared with
its own grid point. What a tool says of itself is printed beside it, and a program that does nothing
but read the clock shows what the machine alone does to anybody (bench/jitter).
"""
import array
import json
import pathlib
import subprocess
import tempfile

from harness import BODY, BUILD, CLIENT_CORE, LOADLINE, PEERS, Server, cpu_of, pinned, table

SECONDS = 5


def grid_errors_us(stamps_file, rate):
    """Sorted distances of the arrivals from the grid, µs."""
    stamps = array.array("q")
    stamps.frombytes(pathlib.Path(stamps_file).read_bytes())
    offsets = [t - k * 1e9 / rate for k, t in enumerate(sorted(stamps))]
    origin = sorted(offsets)[len(offsets) // 100]
    return sorted((o - origin) / 1e3 for o in offsets)


def at(ordered, share):
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def jitter():
    text = subprocess.run([BUILD / "bench" / "jitter", "5"], check=True, capture_output=True,
                          text=True, preexec_fn=pinned(CLIENT_CORE)).stdout
    return "The machine alone (clock read in a loop, 5 s): " + text.strip()


def clients(url, rate, folder):
    body = folder / "body.json"
    body.write_bytes(BODY)
    ours = [LOADLINE, "run", url, "--rate", f"{rate}/s", "--arrivals", "constant", "--duration",
            f"{SECONDS}s", "--threads", 1, "--max-connections", 64, "--method", "POST",
            "--body-file", body, "--db", folder / "bench.db", "--quiet", "--no-preflight"]
    yield "loadline hybrid", [*ours, "--pacing", "hybrid", "--json", folder / "out.json"]
    yield "loadline timer", [*ours, "--pacing", "timer", "--json", folder / "out.json"]
    if (PEERS / "bin/oha").exists():
        yield "oha", [PEERS / "bin/oha", "--no-tui", "-c", 64, "-q", rate, "-z", f"{SECONDS}s",
                      "-m", "POST", "-D", body, url]
    if (PEERS / "bin/fortio").exists():
        yield "fortio", [PEERS / "bin/fortio", "load", "-quiet", "-c", 64, "-qps", rate, "-t",
                         f"{SECONDS}s", "-uniform", "-payload-file", body, url]


def run():
    rows = []
    for rate in (1000, 20000, 50000):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for label, argv in clients("URL", rate, folder):
                stamps = folder / "stamps"
                with Server(stamps=stamps) as server:
                    argv = [server.url() if a == "URL" else a for a in argv]
                    cpu, _ = cpu_of(argv)
                errors = grid_errors_us(stamps, rate)
                own = "–"
                if label.startswith("loadline"):
                    generator = json.loads((folder / "out.json").read_text())["generator"]
                    own = (f"{generator['send_error_us']['p50']:.2f} / "
                           f"{generator['send_error_us']['p99']:.1f}, "
                           f"{generator['starved']} starved")
                rows.append([f"{rate:,}/s", label, f"{len(errors) / SECONDS:,.0f}/s",
                             f"{at(errors, .5):.1f}", f"{at(errors, .99):.0f}",
                             f"{at(errors, .999):.0f}", own, f"{cpu:.1f} s"])
    return jitter() + "\n\n" + table(
        ["rate", "client", "received", "grid error p50 µs", "p99", "p99.9",
         "own send error p50 / p99 µs", "client CPU in 5 s"], rows)
