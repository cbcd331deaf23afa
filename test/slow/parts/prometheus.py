"""The real Prometheus and node_exporter on loopback ports, built once from their Go modules.

Prometheus scrapes `target` (a host:port that need not be there yet) as job `live` and the textfile
collector as job `file` once a second, and takes OTLP. Without service discovery: a third of the
building time.
"""
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from parts.go_tools import program

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: live
    static_configs: [{{targets: ['{target}']}}]
  - job_name: file
    static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    """`with Prometheus(target) as server:`; files for the textfile collector go into
    server.textfiles. With `tls` everything is asked over https, and server.ca vouches for it."""

    def __init__(self, target, tls=False):
        self.target, self.tls = target, tls

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.temporary.name)
        self.textfiles = folder / "textfiles"
        self.textfiles.mkdir()
        port, exporter = free_port(), free_port()
        config = folder / "prometheus.yml"
        config.write_text(CONFIG.format(target=self.target, exporter=exporter))
        self.processes = [subprocess.Popen(
            [program("github.com/prometheus/node_exporter", "v1.9.1"),
             "--collector.disable-defaults", "--collector.textfile",
             f"--collector.textfile.directory={self.textfiles}",
             f"--web.listen-address=127.0.0.1:{exporter}"], stderr=subprocess.DEVNULL)]
        options = []
        self.context = None
        if self.tls:
            self.ca = folder / "cert.pem"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                            "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                            "-keyout", folder / "key.pem", "-out", self.ca],
                           check=True, capture_output=True)
            web = folder / "web.yml"
            web.write_text(f"tls_server_config: {{cert_file: {self.ca}, "
                           f"key_file: {folder}/key.pem}}\n")
            options = [f"--web.config.file={web}"]
            self.context = ssl.create_default_context(cafile=self.ca)
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{port}"
        self.log = open(folder / "log", "w+", encoding="utf-8")
        self.processes.append(subprocess.Popen(
            [program("github.com/prometheus/prometheus/cmd/prometheus", "v0.316.0",
                     "remove_all_sd", "remove_all_remote_write"),
             f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{port}", "--web.enable-otlp-receiver", *options],
            stderr=self.log, cwd=folder))
        self.wait_until_ready()
        return self

    def wait_until_ready(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self.processes[1].poll() is None:
            try:
                # Ready is not enough: it looks at its targets for the first time 5 s later.
                if self.query('up{job="live"}') and self.value('up{job="file"}') == 1:
                    return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        self.log.seek(0)
        said = self.log.read()
        self.__exit__()
        raise RuntimeError("Prometheus did not start:\n" + said[-3000:])

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)
        self.log.close()
        self.temporary.cleanup()

    def get(self, path):
        return urllib.request.urlopen(self.url + path, timeout=20, context=self.context).read()

    def query(self, expression):
        """[(labels, value)] of an instant query."""
        reply = json.loads(self.get("/api/v1/query?query=" + urllib.parse.quote(expression)))
        assert reply["status"] == "success", reply
        return [(one["metric"], float(one["value"][1])) for one in reply["data"]["result"]]

    def value(self, expression):
        """The one value of an instant query; None if there is none."""
        found = self.query(expression)
        assert len(found) <= 1, found
        return found[0][1] if found else None
