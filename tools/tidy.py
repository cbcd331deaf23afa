#!/usr/bin/env python3
"""clang-tidy over every source file of a build folder, two at a time, skipping what passed before.

A file is skipped when it, every header of ours and .clang-tidy are byte for byte what they were
when it last passed; the marks lie in BUILD/tidy-passed.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def fingerprint_of_headers():
    digest = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for header in sorted((ROOT / "src").rglob("*.h")):
        digest.update(header.read_bytes())
    return digest.digest()


def main():
    build = pathlib.Path(sys.argv[1])
    marks = build / "tidy-passed"
    marks.mkdir(exist_ok=True)
    commands = json.loads((build / "compile_commands.json").read_text())
    files = sorted({c["file"] for c in commands if not c["file"].startswith(str(build.resolve()))})
    headers = fingerprint_of_headers()

    def check(file):
        key = hashlib.sha256(headers + pathlib.Path(file).read_bytes()).hexdigest()
        if (marks / key).exists():
            return file, 0, ""
        run = subprocess.run(["clang-tidy-14", "-p", str(build), "--quiet", file],
                             capture_output=True, text=True)
        if run.returncode == 0:
            (marks / key).touch()
        return file, run.returncode, run.stdout
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, code, output in pool.map(check, files):
            if code:
                failed += 1
                print(f"{os.path.relpath(file, ROOT)}:\n{output}")
    print(f"clang-tidy: {len(files)} files, {failed} with faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
