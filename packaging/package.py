#!/usr/bin/env python3
"""Packs a built program: archive, Debian package and container image, with what belongs to them."""
import argparse
import dataclasses
import hashlib
import os
import pathlib
import re
import subprocess
import tempfile

import deb
import image
import notices
import tree

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Where completions go in a Debian system, and in the archive.
SHELLS = {"bash": ("usr/share/bash-completion/completions/loadline", "loadline.bash"),
          "zsh": ("usr/share/zsh/vendor-completions/_loadline", "_loadline"),
          "fish": ("usr/share/fish/vendor_completions.d/loadline.fish", "loadline.fish")}

COPYRIGHT = """Loadline: the program, its manual pages and its completion scripts.
Copyright 2026 the contributors to Loadline. Its source names no licence.

The program is linked with libraries of others; NOTICES.gz beside this file has their
notices and licences.
"""


@dataclasses.dataclass(frozen=True)
class Facts:
    version: str
    arch: str        # As Debian and OCI call it: amd64, arm64.
    revision: str    # The commit.
    epoch: int       # Of every file, in seconds.
    maintainer: str


def output_of(*argv, **more):
    return subprocess.run([str(word) for word in argv], check=True, capture_output=True, **more).stdout


def gather(arch):
    version = re.search(r"project\(loadline VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())[1]
    try:
        revision = output_of("git", "-C", ROOT, "rev-parse", "HEAD", text=True).strip()
        committed = output_of("git", "-C", ROOT, "log", "-1", "--format=%ct", text=True).strip()
    except (OSError, subprocess.CalledProcessError):
        revision, committed = "unknown", "0"  # A source without its history.
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH", committed))
    maintainer = os.environ.get("LOADLINE_MAINTAINER",
                                "Loadline developers <developers@loadline.invalid>")
    return Facts(version, arch, revision, epoch, maintainer)


def trusted_roots():
    """Mozilla's authorities as Debian packages them, without what this machine adds."""
    listed = output_of("dpkg", "-L", "ca-certificates", text=True).split()
    files = sorted(path for path in listed
                   if path.startswith("/usr/share/ca-certificates/mozilla/") and
                   path.endswith(".crt"))
    return b"".join(pathlib.Path(path).read_bytes() for path in files)


def pages(native, epoch):
    """Manual pages: name and text."""
    with tempfile.TemporaryDirectory() as place:
        output_of(native, "help", "--man", "--out", place,
                  env={**os.environ, "SOURCE_DATE_EPOCH": str(epoch)})
        return [(path.name, path.read_bytes()) for path in sorted(pathlib.Path(place).iterdir())]


def examples():
    return [(path.name, path.read_bytes()) for path in sorted((ROOT / "examples").iterdir())]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, required=True, help="linked statically")
    parser.add_argument("--native", type=pathlib.Path,
                        help="a loadline that runs here, for the texts (default: the program)")
    parser.add_argument("--arch", default="amd64", choices=["amd64", "arm64"])
    parser.add_argument("--strip", default="strip", help="of that architecture")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    given = parser.parse_args()
    native = given.native or given.program
    facts = gather(given.arch)

    with tempfile.TemporaryDirectory() as place:
        stripped = pathlib.Path(place, "loadline")
        output_of(given.strip, "-o", stripped, given.program)
        program = stripped.read_bytes()
    scripts = {shell: output_of(native, "completion", shell) for shell in SHELLS}
    man = pages(native, facts.epoch)
    notice = tree.gzipped(notices.text().encode())
    doc = "usr/share/doc/loadline"
    core = [tree.Entry("usr/bin/loadline", 0o755, program),
            tree.Entry(f"{doc}/copyright", data=COPYRIGHT.encode()),
            tree.Entry(f"{doc}/NOTICES.gz", data=notice)]
    debian = [*core,
              *(tree.Entry(SHELLS[shell][0], data=script) for shell, script in scripts.items()),
              *(tree.Entry(f"usr/share/man/man1/{name}.gz", data=tree.gzipped(text))
                for name, text in man),
              *(tree.Entry(f"{doc}/examples/{name}", data=text) for name, text in examples()),
              tree.Entry(f"{doc}/NEWS.gz",
                         data=tree.gzipped((ROOT / "CHANGELOG.md").read_bytes()))]
    name = f"loadline-{facts.version}-linux-{facts.arch}"
    portable = [tree.Entry(f"{name}/loadline", 0o755, program),
                tree.Entry(f"{name}/COPYRIGHT", data=COPYRIGHT.encode()),
                tree.Entry(f"{name}/NOTICES.gz", data=notice),
                *(tree.Entry(f"{name}/completion/{SHELLS[shell][1]}", data=script)
                  for shell, script in scripts.items()),
                *(tree.Entry(f"{name}/man/man1/{page}", data=text) for page, text in man),
                *(tree.Entry(f"{name}/examples/{each}", data=text) for each, text in examples())]
    oci, pulled = image.archive(facts, core, trusted_roots())
    results = {
        f"loadline-{facts.arch}": program,
        f"{name}.tar.gz": tree.gzipped(tree.tar(portable, facts.epoch)),
        f"loadline_{facts.version}_{facts.arch}.deb": deb.package(facts, debian,
                                                                  notices.sources()),
        f"loadline-{facts.version}-{facts.arch}.oci.tar": oci,
    }
    given.out.mkdir(parents=True, exist_ok=True)
    for file, data in results.items():
        path = given.out / file
        path.write_bytes(data)
        path.chmod(0o755 if file == f"loadline-{facts.arch}" else 0o644)
        more = f", {pulled / 1e6:.1f} MB to pull" if file.endswith(".oci.tar") else ""
        print(f"{len(data) / 1e6:6.1f} MB  {path}{more}")
    sums = given.out / "SHA256SUMS"
    sums.write_text("".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(given.out.iterdir()) if path != sums and path.is_file()))


if __name__ == "__main__":
    main()
