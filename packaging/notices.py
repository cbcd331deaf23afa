"""Whose work is in a statically linked program: versions and licence texts, from Debian's packages."""
import pathlib
import subprocess

# -dev package, and what of ours it is for. Boost is not among them: its licence asks for no notice
# in a program that is distributed as machine code.
LINKED = {
    "libc6-dev": "the C library",
    "libstdc++-12-dev": "the C++ library",
    "libssl-dev": "TLS",
    "libsqlite3-dev": "the store",
    "libc-ares-dev": "names to addresses",
    "libyaml-cpp-dev": "scenarios",
    "libre2-dev": "checks of replies",
    "libfmt-dev": "text",
    "zlib1g-dev": "histogram files",
    "nlohmann-json3-dev": "JSON",
    "libcli11-dev": "the command line",
}
# What those texts refer to by a path that other machines do not have.
COMMON = ["Apache-2.0", "LGPL-2.1", "GPL-3"]


def query(package, field):
    return subprocess.run(["dpkg-query", "-W", f"-f=${{{field}}}", package], check=True,
                          capture_output=True, text=True).stdout


def sources():
    """`glibc (= 2.36-9)` of every library linked in, once each, for Debian's Built-Using."""
    return sorted({f"{query(package, 'source:Package')} (= {query(package, 'source:Version')})"
                   for package in LINKED})


def text():
    """The notices of every library, one after the other."""
    parts = ["The program loadline is linked with the libraries below. Their notices, as Debian's\n"
             "packages have them, follow; then the licences that these refer to by a path.\n\n"]
    for package, purpose in LINKED.items():
        parts.append(f"  {query(package, 'source:Package')} {query(package, 'Version')}: {purpose}\n")
    for package in LINKED:
        path = pathlib.Path("/usr/share/doc", package, "copyright")
        if not path.exists():
            raise SystemExit(f"packaging: {path} is missing (does dpkg leave documentation out "
                             f"here?); reinstall {package} with it")
        parts.append(f"\n{'=' * 78}\n{query(package, 'source:Package')}\n{'=' * 78}\n\n")
        parts.append(path.read_text(encoding="utf-8", errors="replace"))
    for name in COMMON:
        parts.append(f"\n{'=' * 78}\n{name}\n{'=' * 78}\n\n")
        parts.append(pathlib.Path("/usr/share/common-licenses", name).read_text(encoding="utf-8"))
    return "".join(parts)
