"""As `closed`, over TLS 1.3 with keep-alive: nginx with a certificate made for the occasion."""
import pathlib
import re
import tempfile
import urllib.request

from harness import SERVER_CORE, table
from closed import HEADER, Comparison, chosen
from parts.nginx import Nginx

GOALS = {"wrk": 1.1, "h2load": None, "fortio": None, "oha": None}


class Target:
    """nginx as a server that `closed` can count with."""

    def __init__(self, nginx):
        self.nginx, self.port, self.asked = nginx, nginx.tls_port, 0

    def url(self):
        return f"https://127.0.0.1:{self.port}/"

    def count(self):
        """nginx counts our own questions too, and tells no bytes."""
        self.asked += 1
        with urllib.request.urlopen(self.nginx.url("/count"), timeout=5) as reply:
            text = reply.read().decode()
        return int(re.search(r"\d+ \d+ (\d+)", text).group(1)) - self.asked, 0


def run(rounds=9, only=None):
    names, note = chosen(["loadline", *GOALS], only)
    with tempfile.TemporaryDirectory() as name, Nginx(core=SERVER_CORE, tls=True) as nginx:
        comparison = Comparison(Target(nginx), 64, pathlib.Path(name))
        return table(HEADER, comparison.rows(names, rounds, GOALS)) + note
