#!/usr/bin/env python3
"""`./dev bench [SECTION…]`: measures Loadline and prints Markdown for docs/benchmarks.md.

Sections: closed, pacing, memory, startup, gate, search. Without one: all but gate and search, which
take an hour each.
"""
import sys

import closed
import gate
import harness
import memory
import pacing
import search
import startup

SECTIONS = {"closed": closed.run, "pacing": pacing.run, "memory": memory.run,
            "startup": startup.run, "gate": gate.run, "search": search.run}
QUICK = ["closed", "pacing", "memory", "startup"]


def main():
    wanted = sys.argv[1:] or QUICK
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        print(f"bench: no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}",
              file=sys.stderr)
        return 2
    print(harness.machine())
    for name in wanted:
        print(f"\n## {name}\n\n{SECTIONS[name]()}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
