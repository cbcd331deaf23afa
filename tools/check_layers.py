#!/usr/bin/env python3
"""Refuses an #include that crosses a layer which src/CMakeLists.txt does not allow.

The table is read from the loadline_module() calls themselves, so there is one source of truth.
Tests, and what lies in a folder `testing`, may also include what TEST_DEPS names; cli may include
everything it lists.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"


def table():
    """Module name -> (allowed for code, allowed for tests)."""
    text = (SRC / "CMakeLists.txt").read_text()
    text = re.sub(r"#.*", "", text)
    modules = {}
    for call in re.findall(r"loadline_module\((.*?)\)", text, re.S):
        words, key, args = call.split(), None, {}
        for word in words:
            if word in ("NAME", "DEPS", "LIBS", "TEST_DEPS"):
                key = word
                args.setdefault(key, [])
            else:
                args[key].append(word)
        name = args["NAME"][0]
        own = {name, *args.get("DEPS", [])}
        modules[name] = (own, own | set(args.get("TEST_DEPS", [])))
    return modules


def faults(modules):
    for path in sorted(SRC.rglob("*")):
        if path.suffix not in (".h", ".cc", ".cpp"):
            continue
        module = path.relative_to(SRC).parts[0]
        if module not in modules:
            yield f"{path.relative_to(ROOT)}: folder is not a module of src/CMakeLists.txt"
            continue
        code, tests = modules[module]
        is_test = path.name.endswith("_test.cc") or "testing" in path.parts
        allowed = tests if is_test else code
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = re.match(r'#include "([a-z_]+)/', line)
            if match and match.group(1) not in allowed:
                yield (f"{path.relative_to(ROOT)}:{number}: {module} may not include "
                       f"{match.group(1)} (allowed: {' '.join(sorted(allowed - {module}))})")


def main():
    found = list(faults(table()))
    print("\n".join(found) if found else "layers: every #include is allowed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
