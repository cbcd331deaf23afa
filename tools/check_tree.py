#!/usr/bin/env python3
"""House rules that no compiler knows: banned calls, heavy headers, file and line lengths."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Pattern, folders where it is allowed, and what to use instead.
BANNED = [
    (r"system_clock::now|steady_clock::now|high_resolution_clock", {"base"}, "Now() or UtcNow()"),
    (r"sleep_for|\busleep\(|\bnanosleep\(", {"base", "net"}, "SleepUntil(), or a timer of the loop"),
    (r"random_device|\brand\(\)|mt19937", {"base"}, "Random with a seed"),
    (r"using namespace (?!std::chrono_literals|std::literals)", set(), "qualified names"),
    (r"\bTODO\b|\bFIXME\b|\bXXX\b", set(), "an issue"),
    (r"#include <(ranges|format|expected)>", set(), "what gcc 12 and clang-tidy 14 know"),
]
HEAVY = re.compile(r'#include [<"](nlohmann/json|yaml-cpp/|CLI/|boost/|spdlog/)')
HEAVY_FILES_MAX = 12
FILE_LINES_MAX = 600  # 500 asks for a split, 600 demands it…
TEST_LINES_MAX = 800  # …and a test may tell its story a little longer


def main():
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "src"], cwd=ROOT, check=True,
        capture_output=True, text=True).stdout.split()
    faults, heavy = [], {}
    for name in listed:
        path = ROOT / name
        if path.suffix not in (".h", ".cc", ".cpp") or not path.exists():
            continue
        module = path.relative_to(ROOT / "src").parts[0]
        lines = path.read_text().splitlines()
        limit = TEST_LINES_MAX if name.endswith("_test.cc") else FILE_LINES_MAX
        if len(lines) > limit:
            faults.append(f"{name}: {len(lines)} lines; split it by idea")
        if path.suffix == ".h" and "#pragma once" not in lines:
            faults.append(f"{name}: no #pragma once")
        if not lines or not lines[0].startswith("//"):
            if path.suffix == ".h":
                faults.append(f"{name}:1: a header begins with a comment that says what it holds")
        if path.suffix == ".cc" and path.with_suffix(".h").exists():
            # So that it compiles alone: cmake/module.cmake tries only those without a source.
            own = f'#include "{path.with_suffix(".h").relative_to(ROOT / "src")}"'
            number, first = next(((n, line) for n, line in enumerate(lines, 1)
                                  if line.startswith("#include")), (1, ""))
            if first != own:
                faults.append(f"{name}:{number}: begins with `{first}`: its own header comes first")
        for number, line in enumerate(lines, 1):
            for pattern, allowed, instead in BANNED:
                if re.search(pattern, line) and module not in allowed:
                    faults.append(f"{name}:{number}: `{line.strip()}`: use {instead}")
            match = HEAVY.search(line)
            if match:
                if path.suffix == ".h":
                    faults.append(f"{name}:{number}: heavy header {match.group(1)} in a header")
                elif not name.endswith("_test.cc"):
                    heavy.setdefault(match.group(1).split("/")[0], set()).add(name)
    for library, files in sorted(heavy.items()):
        if len(files) > HEAVY_FILES_MAX:
            faults.append(f"{library} is included by {len(files)} files, at most {HEAVY_FILES_MAX}")
    print("\n".join(faults) if faults else "tree: house rules hold")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
