#!/usr/bin/env python3
"""Measures Loadline and prints Markdown for docs/benchmarks.md.

closed    requests per client CPU-second beside the other load generators     14 min
tls       the same over TLS                                                    3 min
pacing    how exactly requests leave when they are due                        12 min
memory    memory of a long run at 1024 connections                            10 min
startup   time of a short command                                              1 min
spool     what keeping every row costs while the load runs                     4 min
report    the HTML report of long runs: time, memory, size                      20 s
gate      healthy runs refused, sabotaged runs accepted                       32 min
sizing    price and time of the node plan beside an integer solver             2 min
simulation  the simulator's speed, beside SimPy, Ciw and CloudSim Plus            8 min
search    error rates of the search, on simulated services (--seeds 2000)      2 h

Without a section: closed, tls, pacing and startup with 3 rounds instead of 9, 10 minutes in all.
The other load generators come from bench/peers.sh; those that are not there are left out. A figure
counts only from a machine that does nothing else. Sections ignore options that they do not have.
"""
import argparse
import inspect
import sys
import time

import closed
import gate
import harness
import memory
import pacing
import report
import search
import simulation
import sizing
import spool
import startup
import tls

SECTIONS = {"closed": closed.run, "tls": tls.run, "pacing": pacing.run, "memory": memory.run,
            "startup": startup.run, "spool": spool.run, "report": report.run, "gate": gate.run,
            "search": search.run, "sizing": sizing.run, "simulation": simulation.run}
QUICK, QUICK_ROUNDS = ["closed", "tls", "pacing", "startup"], 3


def numbers(text):
    return [int(word) for word in text.split(",")]


def parse():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", metavar="SECTION")
    parser.add_argument("--rounds", type=int, help="alternating rounds")
    parser.add_argument("--only", type=lambda text: text.split(","),
                        help="these clients only: wrk,oha,…")
    parser.add_argument("--connections", type=numbers, help="closed: 64,1024")
    parser.add_argument("--runs", type=int, help="gate: healthy runs in each place")
    parser.add_argument("--seeds", type=int, help="search: simulated probes of each kind")
    parser.add_argument("--cases", type=int, help="sizing: random cases")
    parser.add_argument("--seconds", type=int, help="memory: length of the run")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.sections if name not in SECTIONS]
    if unknown:
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    if not arguments.sections:
        arguments.sections = QUICK
        arguments.rounds = arguments.rounds or QUICK_ROUNDS
    return arguments


def options_of(name, arguments):
    """Those of the options given that the section knows."""
    return {option: value for option, value in vars(arguments).items()
            if value is not None and option in inspect.signature(SECTIONS[name]).parameters}


def main():
    arguments = parse()
    print(harness.machine())
    for name in arguments.sections:
        started = time.monotonic()
        figures = SECTIONS[name](**options_of(name, arguments))
        print(f"\n## {name}\n\n{figures}", flush=True)
        print(f"bench: {name} took {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
