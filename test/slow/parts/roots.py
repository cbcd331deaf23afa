"""Root folders to run the packaged program in: empty ones, and fresh Debian systems.

Needs root and, for Debian, debootstrap and a mirror that has the suite. Systems are kept pristine in
build/parts/roots; a test gets a copy.
"""
import os
import pathlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
KEPT = ROOT / "build" / "parts" / "roots"
PACKAGES = ROOT / "build" / "package"
SUITES = {"11": "bullseye", "12": "bookworm", "13": "trixie"}


def packaged(pattern):
    """The one file of build/package with such a name."""
    found = list(PACKAGES.glob(pattern))
    if len(found) != 1:
        raise RuntimeError(f"{len(found)} files {pattern} in {PACKAGES}; run ./dev package")
    return found[0]


def mirror():
    """The first mirror of Debian itself that this machine's apt uses."""
    for path in [pathlib.Path("/etc/apt/sources.list"),
                 *pathlib.Path("/etc/apt/sources.list.d").glob("*")]:
        text = path.read_text() if path.is_file() else ""
        match = (re.search(r"^URIs: *(\S+/debian)/?\s", text, re.M) or
                 re.search(r"^deb (?:\[.*\] )?(\S+/debian)/? ", text, re.M))
        if match:
            return match[1]
    return None


def has_suite(version):
    """Whether the mirror has that version: the oldest goes to an archive one day."""
    try:
        urllib.request.urlopen(f"{mirror()}/dists/{SUITES[version]}/InRelease", timeout=30).close()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return False
        raise
    return True


def pristine(version):
    """A minimal Debian of that version, made once."""
    suite = SUITES[version]
    done = KEPT / f"{suite}.done"
    if not done.exists():
        shutil.rmtree(KEPT / suite, ignore_errors=True)
        KEPT.mkdir(parents=True, exist_ok=True)
        with open(KEPT / f"{suite}.log", "w", encoding="utf-8") as log:
            subprocess.run(["debootstrap", "--variant=minbase", suite, KEPT / suite, mirror()],
                           check=True, stdout=log, stderr=subprocess.STDOUT)
        done.touch()
    return KEPT / suite


class Folder:
    """A root folder; `run` starts a program in it with an empty environment."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)

    def put(self, path, data, mode=0o644):
        target = self.path / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data if isinstance(data, bytes) else data.encode())
        target.chmod(mode)

    def put_program(self, path="/loadline"):
        self.put(path, packaged("loadline-amd64").read_bytes(), 0o755)

    def argv(self, *argv, user=None):
        return ["chroot", *([f"--userspec={user}:{user}"] if user else []), str(self.path),
                *[str(word) for word in argv]]

    def run(self, *argv, user=None, timeout=60, **environment):
        """(exit code, everything printed)"""
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"
        done = subprocess.run(self.argv(*argv, user=user), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=timeout, executable=shutil.which("chroot", path=path),
                              env=environment)
        return done.returncode, done.stdout

    def files(self):
        """Every path in it, but what a package manager writes for itself."""
        own = ("var/lib/dpkg/", "var/log/", "var/cache/", "var/lib/apt/")
        paths = (str(path.relative_to(self.path)) for path in self.path.rglob("*"))
        return {path for path in paths if not path.startswith(own)}
