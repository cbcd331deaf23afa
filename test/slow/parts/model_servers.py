"""Model servers of other makes on loopback ports: MLServer (KServe V2) and KServe's own (V1 and V2).

Each is installed once from PyPI, into build/parts/NAME. MLServer serves two models: `people`, whose
runtime (mlserver_people.py) refuses any datatype but its own, and `sum`, a scikit-learn classifier
that takes one matrix. KServe serves `people` (kserve_people.py).
"""
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from parts import python_packages

HERE = pathlib.Path(__file__).resolve().parent
MLSERVER = ["mlserver==1.7.1", "mlserver-sklearn==1.7.1"]
KSERVE = ["kserve==0.15.2"]

# 1 where the sum of the four columns is above 0.
TRAIN = """
import joblib, numpy, sys
from sklearn.linear_model import LogisticRegression
x = numpy.random.default_rng(1).normal(size=(400, 4))
joblib.dump(LogisticRegression().fit(x, x.sum(axis=1) > 0), sys.argv[1])
"""
TENSORS = [{"name": "age", "datatype": "FP32", "shape": [-1]},
           {"name": "name", "datatype": "BYTES", "shape": [-1]}]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment():
    return python_packages.environment(PYTHONPATH=str(HERE))


class Server:
    """A process of its own group that answers at `ready` sooner or later."""

    def start(self, command, ready):
        self.folder_log = open(self.folder / "serve.log", "w", encoding="utf-8")
        self.process = subprocess.Popen([*python_packages.ORDINARY, *command], env=environment(), cwd=self.folder,
                                        stdout=self.folder_log, stderr=subprocess.STDOUT,
                                        start_new_session=True)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(self.url + ready, timeout=2).read()
                return self
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        log = (self.folder / "serve.log").read_text()[-3000:]
        self.__exit__()
        raise RuntimeError(f"{command[0]} did not start:\n{log}")

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, 15)
            self.process.wait(20)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(self.process.pid, 9)
            self.process.wait(10)
        self.folder_log.close()
        self.temporary.cleanup()


class MlServer(Server):
    def __enter__(self):
        python = python_packages.install("mlserver", MLSERVER)
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        (self.folder / "settings.json").write_text(json.dumps(
            {"host": "127.0.0.1", "http_port": port, "grpc_port": free_port(),
             "metrics_port": free_port(), "parallel_workers": 0, "debug": False}))
        self.model("people", {"implementation": "mlserver_people.People", "inputs": TENSORS})
        sum_folder = self.model("sum", {"implementation": "mlserver_sklearn.SKLearnModel",
                                        "parameters": {"uri": "./model.joblib"},
                                        "inputs": [{"name": "x", "datatype": "FP32",
                                                    "shape": [-1, 4]}]})
        subprocess.run([python, "-c", TRAIN, sum_folder / "model.joblib"], check=True,
                       env=environment())
        return self.start([python.parent / "mlserver", "start", self.folder],
                          "/v2/models/sum/ready")

    def model(self, name, settings):
        folder = self.folder / name
        folder.mkdir()
        (folder / "model-settings.json").write_text(json.dumps({"name": name, **settings}))
        return folder


class KServe(Server):
    def __enter__(self):
        python = python_packages.install("kserve", KSERVE)
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        return self.start([python, HERE / "kserve_people.py", str(port)], "/v1/models/people")
