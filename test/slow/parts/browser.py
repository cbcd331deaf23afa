"""A real Chromium that opens a file from disk, without network, as readers of a report do.

Playwright and axe come from PyPI, once, into build/parts/browser; Chromium is Debian's.
"""
import json
import pathlib
import subprocess

from parts import python_packages

PACKAGES = ["playwright==1.65.2", "axe-playwright-python==0.1.8"]


def look(path, pictures=None):
    """What Chromium says of the page, a dictionary per width and colour scheme; with `pictures`, a
    folder, screenshots go there."""
    python = python_packages.install("browser", PACKAGES)
    browse = pathlib.Path(__file__).with_name("browse.py")
    done = subprocess.run([*python_packages.ORDINARY, python, browse, path,
                           *([pictures] if pictures else [])],
                          check=True, stdout=subprocess.PIPE, text=True, timeout=300)
    return json.loads(done.stdout)
