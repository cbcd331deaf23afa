"""A real MLflow scoring server on a loopback port, installed once into build/parts/mlflow."""
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.request

from parts import python_packages

FOLDER = python_packages.PARTS / "mlflow"
PYTHON = python_packages.python_of("mlflow")
ORDINARY = python_packages.ORDINARY  # MLflow fills a core.
PACKAGES = ["mlflow==3.17.2", "scikit-learn==1.9.1"]


def environment():
    return python_packages.environment(MLFLOW_DISABLE_TELEMETRY="true",
                                       PATH=f"{PYTHON.parent}:{os.environ['PATH']}")


def train(python):
    subprocess.run([*ORDINARY, python, pathlib.Path(__file__).with_name("wine_model.py"),
                    FOLDER / "model", FOLDER / "wines.csv"], check=True, env=environment(),
                   stdout=subprocess.DEVNULL)


def install():
    """MLflow and scikit-learn, and the trained model; minutes the first time."""
    python_packages.install("mlflow", PACKAGES, finish=train)


class MlflowServer:
    """`with MlflowServer() as server:` serves the wine model at server.url."""

    rows = FOLDER / "wines.csv"

    def __enter__(self):
        install()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self._log = open(FOLDER / "serve.log", "w", encoding="utf-8")
        self._process = subprocess.Popen(
            [*ORDINARY, PYTHON.parent / "mlflow", "models", "serve", "-m", FOLDER / "model",
             "--env-manager", "local", "-h", "127.0.0.1", "-p", str(port), "-w", "1"],
            env=environment(), stdout=self._log, stderr=subprocess.STDOUT, start_new_session=True)
        self._wait_until_it_answers()
        return self

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                urllib.request.urlopen(self.url + "/ping", timeout=2).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.__exit__()
        raise RuntimeError("MLflow did not start:\n" + (FOLDER / "serve.log").read_text()[-3000:])

    def __exit__(self, *_):
        try:
            os.killpg(self._process.pid, 15)
            self._process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self._process.pid, 9)
        self._log.close()
