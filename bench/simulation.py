"""How fast the simulator is: events and requests per CPU-second of one core, two cores against one,
and the same pool of servers in SimPy, Ciw (PyPI) and CloudSim Plus (Maven), whose results have to
agree with each other and with Erlang's formula."""
import json
import math
import os
import statistics
import subprocess
import venv

from harness import BUILD, ROOT, goal, pinned, table

PROGRAM = BUILD / "bench" / "simulation"
SOURCES = ROOT / "bench" / "simulation_peers"
PEERS = ROOT / "build" / "simulation_peers"
PYPI = ["simpy==4.1.1", "ciw==3.2.7", "numpy"]
CLOUDSIM = "8.5.7"
ROUNDS = 5
SERVERS, RATE, SERVICE_S = 12, 96.0, 0.1
T_99 = {2: 63.66, 3: 9.92, 4: 5.84, 5: 4.60, 6: 4.03, 7: 3.71, 8: 3.50, 9: 3.36}  # Student, by runs.
POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>bench</groupId><artifactId>bench</artifactId><version>1</version><dependencies><dependency>
<groupId>org.cloudsimplus</groupId><artifactId>cloudsimplus</artifactId><version>{}</version>
</dependency></dependencies></project>"""


def ours(core=1, **options):
    words = [f"{name}={value}" for name, value in options.items()]
    text = subprocess.run([PROGRAM, *words], check=True, capture_output=True, text=True,
                          preexec_fn=None if core is None else pinned(core)).stdout
    return json.loads(text)


def python():
    """The Python of an environment with SimPy and Ciw."""
    path = PEERS / "python" / "bin" / "python"
    if not path.exists():
        venv.create(PEERS / "python", with_pip=True)
        subprocess.run([path, "-m", "pip", "install", "-q", *PYPI], check=True)
    return path


def class_path():
    """CloudSim Plus and our model for it, compiled; None: it could not be had."""
    jars, classes = PEERS / "jars", PEERS / "classes"
    try:
        if not jars.exists():
            PEERS.mkdir(parents=True, exist_ok=True)
            (PEERS / "pom.xml").write_text(POM.format(CLOUDSIM), encoding="utf-8")
            subprocess.run(["mvn", "-q", "-B", "-f", PEERS / "pom.xml",
                            "dependency:copy-dependencies", f"-DoutputDirectory={jars}"], check=True)
        subprocess.run(["javac", "-cp", f"{jars}/*", "-d", classes, SOURCES / "CloudSimPool.java"],
                       check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"simulation: without CloudSim Plus: {error}")
        return None
    return f"{jars}/*:{classes}"


def peer(command, requests, seed):
    """(CPU seconds per request, mean response in seconds) of one simulation elsewhere."""
    words = [*command, SERVERS, RATE, SERVICE_S, requests, seed]
    text = subprocess.run([str(word) for word in words], check=True, capture_output=True,
                          text=True, preexec_fn=pinned(1)).stdout
    count, spent, mean = text.split()[-3:]
    return float(spent) / int(count), float(mean)


def own_pool(events):
    def simulate(requests, seed):
        found = ours(concurrency=SERVERS, busy=RATE * SERVICE_S / SERVERS, seed=seed,
                     latency=f"exponential:{1000 * SERVICE_S:.0f}ms", requests=requests, events=events)
        return found["cpu_s"] / found["requests"], found["mean_s"]
    return simulate


def erlang_mean():
    """Mean response of M/M/c: S + C·S/(c - a), with Erlang's C by way of his B."""
    load = RATE * SERVICE_S
    blocked = 1.0
    for servers in range(1, SERVERS + 1):
        blocked = load * blocked / (servers + load * blocked)
    waits = blocked / (1 - load / SERVERS * (1 - blocked))
    return SERVICE_S * (1 + waits / (SERVERS - load))


def speeds(rounds):
    """Rows of our own figures, by rounds in turns."""
    cases = [
        ("events/s, 1,000 pods, two choices", None, 2, dict(pods=1000, balance="p2c", events=1)),
        ("events/s, 10,000 pods, two choices", 10, 2, dict(pods=10000, balance="p2c", events=1)),
        ("events/s, 10,000 pods, least", 10, 2, dict(pods=10000, balance="least", events=1)),
        ("events/s, 150,000 pods, two choices", 4, 2, dict(pods=150000, balance="p2c", events=1)),
        ("requests/s, 10,000 pods, random, exponential", 50, 1, dict(pods=10000, balance="random")),
        ("requests/s, 10,000 pods, round robin, constant", 50, 1,
         dict(pods=10000, balance="round-robin", latency="constant:100ms")),
    ]
    found = [[] for _ in cases]
    for _ in range(rounds):
        for figures, (_, _, per_request, options) in zip(found, cases):
            one = ours(requests=8e6 if per_request == 2 else 4e7, **options)
            figures.append(1e-6 * per_request * one["requests"] / one["cpu_s"])
    return [[name, "M", f"{statistics.median(figures):.1f} ({max(figures):.1f})",
             *goal(statistics.median(figures), wanted)]
            for (name, wanted, _, _), figures in zip(cases, found)]


def two_cores(rounds):
    """How many times as fast two threads are as one, each round the one after the other."""
    ratios = []
    for _ in range(rounds):
        one, two = (ours(None, pods=10000, balance="p2c", requests=3e6, runs=4, threads=threads)
                    for threads in (1, 2))
        ratios.append(one["wall_s"] / two["wall_s"])
    middle = statistics.median(ratios)
    return ["4 simulations of 10,000 pods on two threads against one", "x",
            f"{middle:.2f} ({max(ratios):.2f})", *goal(middle, 1.8)]


def beside(rounds):
    """The same pool in every simulator, by rounds in turns."""
    jars = class_path()
    tools = [["loadline, events", None, 2_000_000, own_pool(1)],
             ["loadline, as it chooses", None, 2_000_000, own_pool(0)]]
    for name, label, wanted in (("simpy", "SimPy 4.1", 50), ("ciw", "Ciw 3.2", 50)):
        command = [python(), SOURCES / "pools.py", name]
        tools.append([label, wanted, 100_000, lambda n, seed, c=command: peer(c, n, seed)])
    if jars:
        command = ["java", "-cp", jars, "CloudSimPool"]
        tools.append([f"CloudSim Plus {CLOUDSIM}", 10, 10_000,
                      lambda n, seed, c=command: peer(c, n, seed)])
    found = [[] for _ in tools]
    for round_number in range(rounds):
        for results, (_, _, requests, simulate) in zip(found, tools):
            results.append(simulate(requests, round_number + 1))
    exact = erlang_mean()
    rows, slow = [], statistics.median(cost for cost, _ in found[0])
    for (label, wanted, requests, _), results in zip(tools, found):
        cost = statistics.median(each for each, _ in results)
        means = [mean for _, mean in results]
        half = T_99[rounds] * statistics.stdev(means) / math.sqrt(rounds)
        off = statistics.mean(means) - exact
        rows.append([label, f"{requests:,}", f"{1e-3 / cost:,.0f}", f"{cost / slow:.1f}",
                     *goal(cost / slow, wanted),
                     f"{1000 * statistics.mean(means):.2f} ± {1000 * half:.2f}",
                     "yes" if abs(off) <= half else "**no**"])
    return table(["simulator", "requests", "1,000 requests per CPU-second", "times loadline's cost",
                  "goal", "", "mean response, ms, 99 %", f"covers Erlang's {1000 * exact:.2f}"], rows)


def run(rounds=ROUNDS):
    rounds = min(max(rounds, 2), max(T_99))
    own = speeds(rounds)
    if (os.cpu_count() or 1) > 1:
        own.append(two_cores(rounds))
    return (table(["", "unit", "median (best)", "goal", ""], own)
            + f"\n\nM/M/{SERVERS} at {RATE:g}/s, {1000 * SERVICE_S:.0f} ms:\n\n" + beside(rounds))
