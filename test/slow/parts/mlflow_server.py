"""A real MLflow scoring server on a loopback port, installed once into build/parts/mlflow."""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "parts" / "mlflow"
PYTHON = FOLDER / "venv" / "bin" / "python"
# As important as any process of the machine, not more (see places.py): MLflow fills a core.
ORDINARY = ["chrt", "--other", "0"]
PACKAGES = ["mlflow==3.17.2", "scikit-learn==1.9.1"]


def environment():
    env = dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true", DO_NOT_TRACK="true",
               UV_CACHE_DIR=str(FOLDER.parent / "cache" / "uv"),
               PIP_CACHE_DIR=str(FOLDER.parent / "cache" / "pip"),
               PATH=f"{PYTHON.parent}:{os.environ['PATH']}")
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # without .pyc files the start takes four times as long
    return env


def install():
    """MLflow and scikit-learn from PyPI, and the trained model; minutes the first time. Whoever
    changes the versions gets a new folder, from a cache of what was downloaded before."""
    done = FOLDER / "installed"
    if done.exists() and done.read_text() == " ".join(PACKAGES):
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    subprocess.run([*ORDINARY, sys.executable, "-m", "venv", FOLDER / "venv"], check=True)
    subprocess.run([*ORDINARY, PYTHON, "-m", "pip", "install", "-q", "uv"], check=True,
                   env=environment())
    subprocess.run([*ORDINARY, PYTHON, "-m", "uv", "pip", "install", "-q", "--compile-bytecode",
                    "--python", PYTHON, *PACKAGES], check=True, env=environment())
    subprocess.run([*ORDINARY, PYTHON, pathlib.Path(__file__).with_name("wine_model.py"),
                    FOLDER / "model", FOLDER / "wines.csv"], check=True, env=environment(),
                   stdout=subprocess.DEVNULL)
    done.write_text(" ".join(PACKAGES))


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
