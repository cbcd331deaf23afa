"""A Python of its own for packages from PyPI, in build/parts/NAME, made once.

Whoever changes the versions gets a new folder, from a cache of what was downloaded before.
"""
import os
import pathlib
import shutil
import subprocess
import sys

PARTS = pathlib.Path(__file__).resolve().parents[3] / "build" / "parts"
# As important as any process of the machine, not more (see places.py).
ORDINARY = ["chrt", "--other", "0"]


def python_of(name):
    return PARTS / name / "venv" / "bin" / "python"


def environment(**more):
    """For programs of such a Python."""
    env = dict(os.environ, DO_NOT_TRACK="true", UV_CACHE_DIR=str(PARTS / "cache" / "uv"),
               PIP_CACHE_DIR=str(PARTS / "cache" / "pip"), **more)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # Without .pyc files large ones start much slower.
    return env


def install(name, packages, finish=lambda python: None):
    """The Python that has `packages`; `finish(python)` makes what else belongs to it."""
    folder, python = PARTS / name, python_of(name)
    done = folder / "installed"
    if done.exists() and done.read_text() == " ".join(packages):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    subprocess.run([*ORDINARY, sys.executable, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([*ORDINARY, python, "-m", "pip", "install", "-q", "uv"], check=True,
                   env=environment())
    subprocess.run([*ORDINARY, python, "-m", "uv", "pip", "install", "-q", "--compile-bytecode",
                    "--python", python, *packages], check=True, env=environment())
    finish(python)
    done.write_text(" ".join(packages))
    return python
