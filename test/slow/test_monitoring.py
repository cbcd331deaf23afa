"""Prometheus, OpenTelemetry, Jenkins and GitHub's linter read what we write: the real ones."""
import http.server
import json
import pathlib
import shutil
import subprocess
import sys
import tarfile
import threading
import unittest

from parts import places
from parts.go_tools import program
from parts.prometheus import Prometheus, free_port

from harness import EndToEnd, Standin

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = ROOT / "build" / "parts"
# Few objectives are proved in seconds; what matters here are the figures.
WELL = (0, 6)
NATIVE = 2 ** (2 ** -3)  # Widest base of a histogram's buckets between 1 ms and 1 s: scale 3.


def setUpModule():
    places.need_all()


class RealPrometheus(EndToEnd):
    def run_and_export(self, prometheus, port, *options, **variables):
        """The run document of 8 s at 150/s that all three ways to Prometheus have told of."""
        document = self.folder / "run.json"
        with Standin("--latency", "lognormal:20ms,cv=0.5", "--pods", "16", "--error-rate",
                     "2%") as standin:
            done = self.loadline(
                "run", standin.score, "--rate", "150/s", "--duration", "8s", "--p50", "5s",
                "--errors", "20%", "--no-preflight", "--label", "truth", "--json", document,
                "--prometheus", prometheus.textfiles / "loadline.prom", "--metrics-listen",
                f"127.0.0.1:{port}", "--metrics-linger", "30s", "--otlp",
                prometheus.url + "/api/v1/otlp", "--otlp-interval", "1s", *options, timeout=120,
                **variables)
        self.assertIn(done.code, WELL, done.text)
        self.assertEqual(done.err, "", "all exports are delivered")
        return json.loads(document.read_text()), done.code

    def check(self, prometheus, result, code):
        self.wait_for(lambda: prometheus.value('loadline_exit_code{job="file"}') == code,
                      "the textfile collector's scrape")
        run = f'instance="{result["id"]}"'
        for where in ('job="live"', f'job="loadline",{run}', 'job="file"'):
            with self.subTest(where):
                def value(name, labels="", where=where):
                    return prometheus.value(f'{name}{{{where},label="truth"{labels}}}')
                self.assertEqual(value("loadline_exit_code"), code)
                self.assertEqual(value("loadline_valid"), 1)
                self.assertEqual(value("loadline_running"), 0)
                self.assertEqual(value("loadline_requests_total"), result["requests"])
                self.assertEqual(value("loadline_failures_total", ',kind="status"'),
                                 result["errors"]["status"])
                self.assertEqual(value("loadline_result_requests"), result["requests"])
                self.assertAlmostEqual(value("loadline_result_achieved_per_second"),
                                       result["achieved_rps"], places=9)
                for kind in ("response", "wire"):
                    for quantile, key in (("0.5", "p50"), ("0.95", "p95"), ("0.99", "p99"),
                                          ("1", "max")):
                        self.assertAlmostEqual(
                            value(f"loadline_result_{kind}_seconds",
                                  f',quantile="{quantile}"') * 1000,
                            result[f"{kind}_ms"][key], places=6)
                # Whether a busy machine lets it be proved is not the question here.
                for objective in result["objectives"]:
                    labels = f',objective="{objective["text"]}",state="{objective["result"]}"'
                    self.assertEqual(value("loadline_objective_state", labels), 1)
        self.check_histograms(prometheus, result, run)

    def check_histograms(self, prometheus, result, run):
        for kind in ("response", "wire"):
            native = f'loadline_{kind}_seconds{{job="loadline",{run}}}'
            self.assertEqual(prometheus.value(f"histogram_count({native})"), result["succeeded"])
            mean = prometheus.value(f"histogram_sum({native}) / histogram_count({native})")
            self.assertAlmostEqual(mean * 1000 / result[f"{kind}_ms"]["mean"], 1, delta=0.001)
            for quantile, key in ((0.5, "p50"), (0.9, "p90"), (0.95, "p95"), (0.99, "p99")):
                exact = result[f"{kind}_ms"][key] / 1000
                found = prometheus.value(f"histogram_quantile({quantile}, {native})")
                self.assertLess(found / exact, NATIVE)
                self.assertGreater(found / exact, 1 / NATIVE)
            classic = f'loadline_{kind}_seconds_bucket{{job="live"}}'
            self.assertEqual(prometheus.value(f'loadline_{kind}_seconds_count{{job="live"}}'),
                             result["succeeded"])
            found = prometheus.value(f"histogram_quantile(0.95, {classic})")
            below = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5]
            bucket = [sum(value > end for end in below)
                      for value in (found, result[f"{kind}_ms"]["p95"] / 1000)]
            self.assertEqual(*bucket, "the quantile lies in its bucket")

    def test_scrape_push_and_file_agree_with_the_document(self):
        port = free_port()
        with Prometheus(f"127.0.0.1:{port}") as prometheus:
            result, code = self.run_and_export(prometheus, port)
            self.check(prometheus, result, code)
            # It was watched while it ran, too.
            seen = prometheus.value('sum_over_time(loadline_running{job="live"}[2m])')
            self.assertGreaterEqual(seen, 4)
            offered = prometheus.value(
                'max_over_time(loadline_offered_per_second{job="live"}[2m])')
            self.assertGreater(offered, 100)
            self.assertEqual(prometheus.value('max_over_time(up{job="live"}[2m])'), 1)
            (labels, one), = prometheus.query('loadline_run_info{job="live"}')
            self.assertEqual((labels["run"], labels["command"], one), (result["id"], "run", 1))

    def test_push_over_https(self):
        port = free_port()
        with Prometheus(f"127.0.0.1:{port}", tls=True) as prometheus:
            result, code = self.run_and_export(prometheus, port,
                                               OTEL_EXPORTER_OTLP_CERTIFICATE=str(prometheus.ca))
            self.check(prometheus, result, code)
            with Standin("--latency", "constant:1ms") as standin:
                done = self.loadline("run", standin.score, "--requests", "5", "--p50", "5s",
                                     "--otlp", prometheus.url + "/api/v1/otlp")
            self.assertIn(done.code, WELL, done.text)
            self.assertIn("certificate", done.err)


class OpenTelemetrysOwnClasses(EndToEnd):
    def decode(self, body):
        python = PARTS / "otlp" / "bin" / "python"
        if not (PARTS / "otlp" / "installed").exists():
            shutil.rmtree(PARTS / "otlp", ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", PARTS / "otlp"], check=True)
            subprocess.run([python, "-m", "pip", "install", "-q", "opentelemetry-proto==1.45.2"],
                           check=True)
            (PARTS / "otlp" / "installed").touch()
        decoder = pathlib.Path(__file__).parent / "parts" / "otlp_decode.py"
        return json.loads(subprocess.run([python, decoder], input=body, check=True,
                                         capture_output=True).stdout)

    def last_request(self, *options):
        """(the decoded last request, the run document)"""
        bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        document = self.folder / "run.json"
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, \
                Standin("--latency", "exponential:10ms", "--pods", "16") as standin:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            done = self.loadline("run", standin.score, "--rate", "200/s", "--duration", "4s",
                                 "--p50", "5s", "--otlp",
                                 f"http://127.0.0.1:{server.server_address[1]}", "--json",
                                 document, *options, OTEL_RESOURCE_ATTRIBUTES="team=ml%20ops")
            server.shutdown()
        self.assertIn(done.code, WELL, done.text)
        return self.decode(bodies[-1]), json.loads(document.read_text())

    def test_read_every_field(self):
        request, result = self.last_request("--label", "nightly")
        resource, = request["resourceMetrics"]
        attributes = {one["key"]: one["value"]["stringValue"]
                      for one in resource["resource"]["attributes"]}
        self.assertEqual(attributes, {
            "service.name": "loadline", "service.version": result["loadline"],
            "service.instance.id": result["id"], "loadline.run.id": result["id"],
            "loadline.command": "run", "loadline.label": "nightly", "team": "ml ops"})
        scope, = resource["scopeMetrics"]
        self.assertEqual(scope["scope"], {"name": "loadline", "version": result["loadline"]})
        metrics = {one["name"]: one for one in scope["metrics"]}
        self.assertEqual(len(metrics), len(scope["metrics"]), "no name comes twice")

        counter = metrics["loadline.requests"]
        self.assertEqual(counter["unit"], "{request}")
        self.assertEqual(counter["sum"]["aggregationTemporality"],
                         "AGGREGATION_TEMPORALITY_CUMULATIVE")
        self.assertTrue(counter["sum"]["isMonotonic"])
        point, = counter["sum"]["dataPoints"]
        self.assertEqual(point["asDouble"], result["requests"])
        self.assertIn({"key": "task", "value": {"stringValue": "default"}}, point["attributes"])
        self.assertLess(int(point["startTimeUnixNano"]), int(point["timeUnixNano"]))

        histogram = metrics["loadline.response"]["exponentialHistogram"]
        self.assertEqual(metrics["loadline.response"]["unit"], "s")
        self.assertEqual(histogram["aggregationTemporality"],
                         "AGGREGATION_TEMPORALITY_CUMULATIVE")
        point, = histogram["dataPoints"]
        counts = [int(count) for count in point["positive"]["bucketCounts"]]
        self.assertEqual(sum(counts) + int(point.get("zeroCount", 0)), result["succeeded"])
        self.assertEqual(int(point["count"]), result["succeeded"])
        self.assertLessEqual(len(counts), 160)
        self.assertAlmostEqual(point["max"] * 1000, result["response_ms"]["max"], places=6)
        # Base and offset give back the quantile, to within a bucket.
        base = 2 ** (2 ** -point["scale"])
        seen, index = 0, point["positive"].get("offset", 0)
        for count in counts:
            seen += count
            if seen >= 0.95 * result["succeeded"]:
                break
            index += 1
        end = base ** (index + 1) * 1000
        self.assertLessEqual(result["response_ms"]["p95"], end * 1.001)
        self.assertGreater(result["response_ms"]["p95"], end / base * 0.999)

        gauge, = metrics["loadline.exit_code"]["gauge"]["dataPoints"]
        self.assertEqual(gauge["asDouble"], result["exit_code"])


class JenkinsSchema(EndToEnd):
    def schema(self):
        """Jenkins' junit-10.xsd, which the source package of pytest carries."""
        folder = PARTS / "junit"
        if not (folder / "junit-10.xsd").exists():
            folder.mkdir(parents=True, exist_ok=True)
            subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps",
                            "--no-binary", ":all:", "-d", folder, "pytest==8.4.2"], check=True)
            with tarfile.open(folder / "pytest-8.4.2.tar.gz") as archive:
                (folder / "junit-10.xsd").write_bytes(archive.extractfile(
                    "pytest-8.4.2/testing/example_scripts/junit-10.xsd").read())
        return folder / "junit-10.xsd"

    def test_takes_every_outcome(self):
        path = self.folder / "junit.xml"
        with Standin("--latency", "constant:5ms", "--error-rate", "20%") as standin:
            for code, url, options in (
                    ((0,), standin.score, ["--p50", "5s"]),
                    ((1,), standin.score, ["--errors", "1%"]),
                    ((6,), standin.score, ["--errors", "20%"]),
                    ((0,), standin.score, []),
                    ((5,), f"http://127.0.0.1:{free_port()}/", [])):
                with self.subTest(options):
                    done = self.loadline("run", url, "--rate", "200/s", "--duration", "3s",
                                         "--no-preflight", "--junit", path, *options)
                    self.assertIn(done.code, code, done.text)
                    subprocess.run(["xmllint", "--noout", "--schema", self.schema(), path],
                                   check=True, capture_output=True)


class Workflow(unittest.TestCase):
    def test_the_example_passes_actionlint(self):
        actionlint = program("github.com/rhysd/actionlint/cmd/actionlint", "v1.7.12")
        done = subprocess.run([actionlint, "-no-color", ROOT / "examples" / "github-workflow.yml"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
