"""A real Chromium that opens a file from disk, without network, as readers of a report do.

Playwright and axe come from PyPI, once, into build/parts/browser; Chromium is Debian's.
"""
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "parts" / "browser"
PYTHON = FOLDER / "venv" / "bin" / "python"
# A browser is no server under test: not as important as those (see places.py).
ORDINARY = ["chrt", "--other", "0"]
PACKAGES = ["playwright==1.65.2", "axe-playwright-python==0.1.8"]


def install():
    """Less than a minute the first time; whoever changes the versions gets a new folder."""
    done = FOLDER / "installed"
    if done.exists() and done.read_text() == " ".join(PACKAGES):
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    subprocess.run([*ORDINARY, sys.executable, "-m", "venv", FOLDER / "venv"], check=True)
    subprocess.run([*ORDINARY, PYTHON, "-m", "pip", "install", "-q", *PACKAGES], check=True)
    done.write_text(" ".join(PACKAGES))


def look(path, pictures=None):
    """What Chromium says of the page, a dictionary per width and colour scheme; with `pictures`, a
    folder, screenshots go there."""
    install()
    done = subprocess.run([*ORDINARY, PYTHON, pathlib.Path(__file__).with_name("browse.py"), path,
                           *([pictures] if pictures else [])],
                          check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return json.loads(done.stdout)
