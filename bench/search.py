"""The statistics of the search, on simulated services: error rates, costs, whole searches.

Virtual time: a busy machine makes it slower, not different. docs/benchmarks-search.md explains the
tables and keeps the results.
"""
import concurrent.futures
import math
import os
import re
import subprocess

from harness import BUILD, table

PROGRAMS = BUILD / "bench" / "search"
SETS = ["open", "closed", "batch"]
DISTANCES = [0.8, 0.9, 0.95, 1.05, 1.1, 1.2]
VERDICTS = re.compile(
    r"(?P<case>.+?)\s+(?P<at>[+-]\d+) % a=(?P<alpha>[\d.]+) \| held +(?P<held>[\d.]+) % "
    r"broken +(?P<broken>[\d.]+) % undecided +(?P<undecided>[\d.]+) % \| +(?P<thousands>[\d.]+) k \| "
    r"line (?P<bias>[+-][\d.]+) % sd (?P<sd>[\d.]+) %")
SEARCHES = re.compile(
    r"(?P<case>.+?)\s+(?P<searches>\d+) searches \| wrong +(?P<wrong>[\d.]+) % \| bracket +"
    r"(?P<bracket>[\d.]+) % \| median width +(?P<width>[\d.a-z]+) % \| estimate +(?P<given>[\d.]+) %, "
    r"covers +(?P<covers>[\d.]+) %, error +(?P<error>[\d.a-z]+) %, \+- *(?P<half>[\d.a-z]+) % \| +"
    r"(?P<spent>\d+) s")


def lines_of(command, pattern):
    text = subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          text=True).stdout
    return [match.groupdict() for match in pattern.finditer(text)]


def verdicts(pool, name, alpha, seeds, budget, at):
    distances = [word for distance in at for word in ("--at", distance)]
    return pool.submit(lines_of, [PROGRAMS / "search_error_rates", "--set", name, "--seeds", seeds,
                                  "--alpha", alpha, "--budget", budget, "--first", 100001,
                                  *distances], VERDICTS)


def at_the_line(strict, usual, seeds):
    """Wrong verdicts; more than `alpha` by more than the error of the count is a broken word."""
    rows = []
    for hard, easy in zip(strict, usual):
        words = []
        for row, alpha in ((hard, 0.01), (easy, 0.05)):
            most = alpha + 2.33 * math.sqrt(alpha * (1 - alpha) / seeds)
            words.append(max(float(row["held"]), float(row["broken"])) <= 100 * most)
        rows.append([hard["case"], hard["held"], hard["broken"], easy["held"], easy["broken"],
                     "yes" if all(words) else "**no**"])
    return table(["case", "wrong held %, α = 1 %", "wrong broken %", "wrong held %, α = 5 %",
                  "wrong broken %", "keeps its word"], rows)


def costs(rows):
    by_case = {}
    for row in rows:
        right = float(row["held"] if row["at"].startswith("-") else row["broken"])
        cell = row["thousands"] + ("" if right > 99.0 else f" ({right:.0f} %)")
        by_case.setdefault(row["case"], []).append(cell)
    return table(["case", *(f"{100 * (at - 1):+.0f} %" for at in DISTANCES)],
                 [[case, *cells] for case, cells in by_case.items()])


def leans(rows):
    by_case = {}
    for row in rows:
        by_case.setdefault(row["case"], []).append(f"{row['bias']} ± {row['sd']} %")
    return table(["case", "estimate off, seen from −15 %", "from the line", "from +15 %"],
                 [[case, *cells] for case, cells in by_case.items()])


def whole_searches(rows):
    number = lambda text: "–" if text in ("nan", "inf") else text
    return table(["target", "searches", "bracket misses the line %", "both ends %",
                  "median width %", "estimate given %", "its interval covers %", "median error %"],
                 [[row["case"], row["searches"], row["wrong"], row["bracket"],
                   "∞" if row["width"] == "inf" else row["width"], row["given"],
                   number(row["covers"]) if float(row["given"]) else "–", number(row["error"])]
                  for row in rows])


def run(seeds=2000):
    few = max(20, seeds // 10)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        usual = {name: verdicts(pool, name, 0.05, seeds, 200000, [1.0]) for name in SETS}
        strict = {name: verdicts(pool, name, 0.01, seeds, 200000, [1.0]) for name in SETS}
        dear = {name: verdicts(pool, name, 0.01, few, 500000, DISTANCES) for name in SETS}
        leaning = verdicts(pool, "open", 1e-9, few, 20000, [0.85, 1.0, 1.15])
        searches = pool.submit(lines_of, [PROGRAMS / "search_searches", "--seeds", few], SEARCHES)
        texts = []
        for name in SETS:
            texts.append(f"### At the exact line, {name}: {seeds} seeds, up to 200,000 requests\n\n"
                         + at_the_line(strict[name].result(), usual[name].result(), seeds))
        for name in SETS:
            texts.append(f"### Thousands of requests to the right verdict, {name}: α = 1 %, {few} "
                         "seeds (share right where below 99 %)\n\n" + costs(dear[name].result()))
        texts.append(f"### How estimates lean: {few} probes of 20,000 requests\n\n"
                     + leans(leaning.result()))
        texts.append(f"### Whole searches of 300 s, 95 %: {few} seeds each\n\n"
                     + whole_searches(searches.result()))
    return "\n\n".join(texts)
