#!/usr/bin/env python3
"""clang-tidy over every source file of a build folder, one per core, skipping what passed before.

usage: tidy.py BUILD CLANG-TIDY

A file is skipped when it, the headers of ours that it includes and .clang-tidy are byte for byte
what they were when it last passed with this clang-tidy; the marks lie in BUILD/tidy-passed. Tests go
without the analyzer: running them finds more.
"""
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CHECKS_OF_TESTS = "-clang-analyzer-*"
INCLUDE = re.compile(rb'^#include "([a-z_0-9/]+\.h)"', re.MULTILINE)


@functools.cache
def includes(path):
    """What a file of ours includes directly, and its text."""
    text = path.read_bytes()
    found = (ROOT / "src" / name.decode() for name in INCLUDE.findall(text))
    return [header for header in found if header.exists()], text


def fingerprint(path, tool):
    """Of a source file, everything of ours that it includes, the rules, and who checks them."""
    seen, open_ends = set(), [path]
    while open_ends:
        file = open_ends.pop()
        if file not in seen:
            seen.add(file)
            open_ends += includes(file)[0]
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes() +
                            f"{CHECKS_OF_TESTS}\0{tool}\0".encode())
    for file in sorted(seen):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + includes(file)[1])
    return digest.hexdigest()


def main():
    build, tool = pathlib.Path(sys.argv[1]), sys.argv[2]
    marks = build / "tidy-passed"
    marks.mkdir(exist_ok=True)
    commands = json.loads((build / "compile_commands.json").read_text())
    files = sorted({c["file"] for c in commands if not c["file"].startswith(str(build.resolve()))})
    due = {file: mark for file in files
           if not (mark := marks / fingerprint(pathlib.Path(file), tool)).exists()}

    def check(file):
        fewer = [f"--checks={CHECKS_OF_TESTS}"] if file.endswith("_test.cc") else []
        run = subprocess.run([tool, "-p", str(build), "--quiet", *fewer, file],
                             capture_output=True, text=True)
        if run.returncode == 0:
            due[file].touch()
        return run.returncode, run.stdout or run.stderr
    failed, started = 0, time.monotonic()
    # The largest first, so that no core waits for the other at the end.
    order = sorted(due, key=os.path.getsize, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for file, (code, output) in zip(order, pool.map(check, order)):
            if code:
                failed += 1
                print(f"{os.path.relpath(file, ROOT)}:\n{output}", flush=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"clang-tidy: {len(files)} files, {len(files) - len(due)} unchanged since they passed, "
          f"{failed} with faults; {time.monotonic() - started:.0f} s, "
          f"{spent.ru_utime + spent.ru_stime:.0f} s of CPU")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
