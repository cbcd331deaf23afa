"""What the end-to-end tests share: the program, a stand-in service, a folder of their own.

LOADLINE names the program under test. Every test has its own store; nothing leaves the loopback.
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time
import unittest

LOADLINE = str(pathlib.Path(os.environ.get("LOADLINE", "build/release/loadline")).resolve())


class Finished:
    """A loadline process that has ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def text(self):
        return self.out + self.err


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Standin:
    """`loadline standin` on a free port, ended with the test."""

    def __init__(self, *options):
        self.process = subprocess.Popen([LOADLINE, "standin", "--port", "0", "--quiet", *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url.startswith("http"):
            self.process.kill()
            raise RuntimeError("the stand-in did not start: " + self.process.stderr.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    @property
    def score(self):
        return self.url + "/score"

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])


class EndToEnd(unittest.TestCase):
    """A test with a folder and a store of its own."""

    prefix = []     # Words before the program's name: taskset, nsenter, …
    preexec = None  # Called in the child before it becomes the program.
    second_chances = 4  # How often a refused run is repeated; 0 where refusals are the subject.

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.stores = 0
        self.fresh_store()
        self.environment = dict(os.environ, XDG_DATA_HOME=str(self.folder / "data"), TERM="dumb")
        for name in ("NO_COLOR", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
            self.environment.pop(name, None)

    def fresh_store(self):
        """From here on another, empty store."""
        self.stores += 1
        self.db = self.folder / f"store{self.stores}" / "loadline.db"

    def start(self, *arguments, **variables):
        """A running loadline; --db is given unless the subcommand has no store."""
        arguments = [str(argument) for argument in arguments]
        if arguments and arguments[0] in ("run", "find", "verify", "simulate", "runs", "query",
                                          "compare", "report", "size"):
            if "--db" not in arguments and arguments[1:] != ["--help"]:
                arguments += ["--db", str(self.db)]
        return subprocess.Popen([*self.prefix, LOADLINE, *arguments], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=dict(self.environment, **variables), cwd=self.folder,
                                preexec_fn=self.preexec)

    @staticmethod
    def finish(process, timeout=60):
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"still running after {timeout} s:\n{out}{err}") from None
        return Finished(process.returncode, out, err)

    def loadline(self, *arguments, timeout=60, **variables):
        """Runs the program to its end. A run that the generator's own gate refused (exit 3: this
        machine was too busy to measure) is forgotten and repeated, as its message asks for."""
        done = self.finish(self.start(*arguments, **variables), timeout)
        for chance in range(self.second_chances):
            if done.code != 3:
                break
            self.finish(self.start("runs", "rm", "@last", "--yes"), timeout)
            time.sleep(2.0 ** chance)
            done = self.finish(self.start(*arguments, **variables), timeout)
        return done

    def query(self, statement):
        """Rows of a statement on the test's store, as lists."""
        done = self.loadline("query", statement, "--format", "json")
        self.assertEqual(done.code, 0, done.text)
        rows = json.loads(done.out)
        return [list(row.values()) if isinstance(row, dict) else row for row in rows]

    def spool_files(self):
        return sorted(self.db.parent.glob("*-spool/*/*.spool"))

    def wait_for(self, condition, what, seconds=20):
        """Polls until `condition()` is true; fails the test when it never becomes so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.02)
        self.fail(f"never happened: {what}")
