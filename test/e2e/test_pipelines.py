"""What a run gives to pipelines and monitoring: JUnit, GitHub, Prometheus, OTLP."""
import http.server
import json
import pathlib
import re
import subprocess
import threading
import unittest
import urllib.request
import xml.etree.ElementTree

from harness import EndToEnd, LOADLINE, Standin, free_port

HERE = pathlib.Path(__file__).resolve().parent
EXAMPLE = HERE.parents[1] / "examples" / "github-workflow.yml"
# So loose that a busy machine is no reason to refuse the run.
EASY = ["--p50", "5s", "--errors", "50%"]
WELL = (0, 6)


def samples(text):
    """{name{labels}: value} of a page in Prometheus' text format; a line that is none fails."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r'([a-z_0-9]+(?:\{.*\})?) (\S+)', line).groups()
            assert name not in found, name
            found[name] = float(value)
    return found


class Collector(http.server.ThreadingHTTPServer):
    """Takes OTLP requests and answers with `status`."""

    def __init__(self, status=200):
        self.status, self.requests = status, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805
                body = handler.rfile.read(int(handler.headers["Content-Length"]))
                self.requests.append((handler.path, dict(handler.headers), body))
                handler.send_response(self.status)
                handler.send_header("Content-Length", "0")
                handler.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Pipelines(EndToEnd):
    def setUp(self):
        super().setUp()
        self.standin = self.enterContext(Standin("--latency", "constant:5ms", "--overhead", "0"))

    def cases(self, path):
        """{name: state} of a JUnit file, after validation."""
        subprocess.run(["xmllint", "--noout", "--schema", HERE / "data" / "junit.xsd", path],
                       check=True, capture_output=True)
        suite = xml.etree.ElementTree.parse(path).getroot().find("testsuite")
        states = {}
        for case in suite.findall("testcase"):
            states[case.get("name")] = case[0].tag if len(case) else "passed"
        for attribute, tag in (("failures", "failure"), ("errors", "error"),
                               ("skipped", "skipped")):
            self.assertEqual(int(suite.get(attribute)), list(states.values()).count(tag))
        self.assertEqual(int(suite.get("tests")), len(states))
        return states


class Junit(Pipelines):
    def test_held_and_not_decided(self):
        path = self.folder / "junit.xml"
        # Nobody proves one failure in a million on 400 requests.
        gate = ["run", self.standin.score, "--rate", "200/s", "--duration", "2s", "--p50", "5s",
                "--errors", "0.0001%", "--junit", path]
        done = self.loadline(*gate)
        self.assertEqual(done.code, 6, done.text)
        self.assertEqual(self.cases(path), {
            "p50 < 5s": "passed", "errors < 0.0001%": "skipped", "generator ok": "passed",
            "run": "passed"})
        again = self.loadline(*gate, "--junit-undecided", "failure")
        self.assertEqual(again.code, 6, again.text)
        self.assertEqual(self.cases(path)["errors < 0.0001%"], "failure")

    def test_broken_and_as_stored(self):
        path = self.folder / "junit.xml"
        with Standin("--latency", "constant:5ms", "--error-rate", "30%") as failing:
            done = self.loadline("run", failing.score, "--rate", "200/s", "--duration", "3s",
                                 "--p50", "5s", "--errors", "2%", "--no-preflight", "--label",
                                 "a & b", "--junit", path)
        self.assertEqual(done.code, 1, done.text)
        self.assertEqual(self.cases(path)["errors < 2%"], "failure")
        failure = xml.etree.ElementTree.parse(path).find(".//failure")
        self.assertIn("broken: errors < 2%: ", failure.get("message"))
        self.assertIn("BROKEN", failure.text)
        stored = self.folder / "stored.xml"
        self.assertEqual(self.loadline("runs", "export", "@last", "--format", "junit", "--out",
                                       stored).code, 0)
        self.assertEqual(self.cases(stored), self.cases(path))

    def test_silence_and_a_wrong_first_reply(self):
        path = self.folder / "junit.xml"
        done = self.loadline("verify", f"http://127.0.0.1:{free_port()}/", "--rate", "5/s",
                             "--p95", "1s", "--junit", path)
        self.assertEqual(done.code, 5, done.text)
        self.assertEqual(self.cases(path)["run"], "error")
        page = self.folder / "run.prom"
        done = self.loadline("run", "http://no-such-host.invalid/", "--junit", path,
                             "--prometheus", page)
        self.assertEqual(done.code, 5, done.text)
        self.assertEqual(samples(page.read_text())["loadline_exit_code"], 5)
        self.assertEqual(self.cases(path)["run"], "error")
        done = self.loadline("run", self.standin.score, "--check", "status == 201", "--junit",
                             path)
        self.assertEqual(done.code, 1, done.text)
        self.assertEqual(self.cases(path)["run"], "failure")

    def test_bad_input_leaves_no_file(self):
        path = self.folder / "junit.xml"
        done = self.loadline("run", self.standin.score, "--rate", "fast", "--junit", path)
        self.assertEqual(done.code, 2)
        self.assertFalse(path.exists())
        self.assertEqual(self.loadline("run", self.standin.score, "--metrics-listen",
                                       str(self.standin.port), "--junit", path).code, 2)
        self.assertFalse(path.exists())
        self.assertEqual(list(self.folder.glob("*.tmp")), [])


class Github(Pipelines):
    def test_summary_and_annotations_where_github_runs_it(self):
        summary = self.folder / "summary.md"
        summary.write_text("before\n")
        done = self.loadline("run", self.standin.score, "--rate", "200/s", "--duration", "2s",
                             "--p50", "5s", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        self.assertEqual(done.code, 0, done.text)
        self.assertRegex(done.out, r"(?m)^::notice title=loadline%3A held::p50 < 5s: ")
        text = summary.read_text()
        self.assertTrue(text.startswith("before\n### loadline run: "), text)
        self.assertIn("| p50 &lt; 5s | ✅ held |", text)

    def test_standard_output_stays_json(self):
        done = self.loadline("run", self.standin.score, "--requests", "5", "--github", "--json",
                             "-", *EASY)
        self.assertIn(done.code, WELL, done.text)
        self.assertEqual(json.loads(done.out)["requests"], 5)
        self.assertIn("### loadline run: ", done.err)
        self.assertRegex(done.err, r"(?m)^::(notice|warning) title=")

    def test_switched_off(self):
        summary = self.folder / "summary.md"
        done = self.loadline("run", self.standin.score, "--requests", "5", "--no-github",
                             GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(summary))
        self.assertNotIn("::", done.out.replace("::1", ""))
        self.assertFalse(summary.exists())


class Prometheus(Pipelines):
    def test_the_file_agrees_with_the_document(self):
        page, document = self.folder / "run.prom", self.folder / "run.json"
        done = self.loadline("run", self.standin.score, "--rate", "200/s", "--duration", "2s",
                             *EASY, "--prometheus", page, "--json", document, "--label", "ci")
        self.assertIn(done.code, WELL, done.text)
        found, result = samples(page.read_text()), json.loads(document.read_text())
        self.assertEqual(list(self.folder.glob("*.tmp")), [])
        self.assertEqual(found['loadline_exit_code{label="ci"}'], done.code)
        self.assertEqual(found['loadline_result_requests{label="ci"}'], result["requests"])
        self.assertEqual(found['loadline_result_achieved_per_second{label="ci"}'],
                         result["achieved_rps"])
        for quantile, key in (("0.5", "p50"), ("0.99", "p99"), ("1", "max")):
            name = f'loadline_result_response_seconds{{label="ci",quantile="{quantile}"}}'
            self.assertAlmostEqual(found[name] * 1000, result["response_ms"][key], places=6)
        self.assertEqual(found['loadline_requests_total{label="ci",task="default"}'],
                         result["requests"])
        count = found['loadline_response_seconds_bucket{label="ci",task="default",le="+Inf"}']
        self.assertEqual(count, result["succeeded"])
        # Nothing takes less than the 5 ms of the stand-in.
        self.assertEqual(
            found['loadline_response_seconds_bucket{label="ci",task="default",le="0.005"}'], 0)

    def test_metrics_while_running_and_until_the_last_scrape(self):
        process = self.start("run", self.standin.score, "--users", "4", "--duration", "4s", *EASY,
                             "--metrics-listen", "0", "--metrics-linger", "60s")
        self.addCleanup(process.kill)
        url = None
        while url is None:
            line = process.stdout.readline()
            self.assertTrue(line, "ended without a word of /metrics")
            url = line.split()[1] if line.startswith("metrics ") else None

        def look():
            return samples(urllib.request.urlopen(url, timeout=10).read().decode())
        requests = 'loadline_requests_total{task="default"}'
        self.wait_for(lambda: look().get("loadline_users") == 4, "four users")
        first = look()
        self.assertEqual(first["loadline_running"], 1)
        self.assertGreater(first[requests], 0)
        self.wait_for(lambda: look()[requests] > first[requests], "more requests")
        # It waits for this scrape, and for no other.
        self.wait_for(lambda: process.poll() is not None or look()["loadline_running"] == 0,
                      "the final figures")
        done = self.finish(process)
        self.assertIn(done.code, (*WELL, 3), done.text)

    def test_a_taken_port_is_bad_input(self):
        done = self.loadline("run", self.standin.score, "--metrics-listen",
                             f"127.0.0.1:{self.standin.port}")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("in use", done.err)
        self.assertEqual(self.query("SELECT count(*) FROM runs"), [[0]])


class Otlp(Pipelines):
    def test_pushes_reach_the_collector(self):
        with Collector() as collector:
            done = self.loadline("run", self.standin.score, "--rate", "100/s", "--duration", "3s",
                                 *EASY, "--otlp", "env", "--otlp-interval", "1s",
                                 OTEL_EXPORTER_OTLP_ENDPOINT=collector.url + "/base",
                                 OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20s3cret")
        self.assertIn(done.code, WELL, done.text)
        self.assertRegex(done.out, r"otlp     \d+ exports delivered")
        self.assertGreaterEqual(len(collector.requests), 3)
        for path, headers, body in collector.requests:
            self.assertEqual(path, "/base/v1/metrics")
            self.assertEqual(headers["Content-Type"], "application/x-protobuf")
            self.assertEqual(headers["Authorization"], "Bearer s3cret")
            self.assertIn(b"loadline.requests", body)
        self.assertIn(b"loadline.exit_code", collector.requests[-1][2])
        self.assertNotIn("s3cret", done.text)
        self.assertNotIn(b"s3cret", self.db.read_bytes())

    def test_a_failed_delivery_is_told_and_changes_no_verdict(self):
        for url, reason in ((f"http://127.0.0.1:{free_port()}", "refused"),):
            done = self.loadline("run", self.standin.score, "--requests", "5", *EASY, "--otlp",
                                 url, OTEL_EXPORTER_OTLP_TIMEOUT="300")
            self.assertIn(done.code, WELL, done.text)
            self.assertIn("the final figures are not there", done.err)
            self.assertIn(reason, done.err)
        with Collector(status=401) as collector:
            done = self.loadline("run", self.standin.score, "--requests", "5", *EASY, "--otlp",
                                 collector.url)
        self.assertIn(done.code, WELL, done.text)
        self.assertIn("status 401", done.err)
        self.assertEqual(len(collector.requests), 1)


class ExampleWorkflow(EndToEnd):
    def steps(self):
        """(name, script) of the steps with a script, in order."""
        steps, lines = [], EXAMPLE.read_text().splitlines()
        for number, line in enumerate(lines):
            if line.strip().startswith("run: |"):
                indent = len(line) - len(line.lstrip())
                script = []
                for inner in lines[number + 1:]:
                    if inner.strip() and len(inner) - len(inner.lstrip()) <= indent:
                        break
                    script.append(inner[indent + 2:])
                name = lines[number - 1].strip().removeprefix("- name: ")
                steps.append((name, "\n".join(script)))
        return steps

    def test_its_commands_work_as_they_stand(self):
        steps = dict(self.steps())
        self.assertEqual(list(steps), ["Build it", "Start the service",
                                       "Does it hold 50 requests per second?"])
        port = free_port()
        summary = self.folder / "summary.md"
        environment = dict(self.environment, PATH=str(pathlib.Path(LOADLINE).parent) + ":" +
                           self.environment["PATH"], GITHUB_ACTIONS="true",
                           SERVICE=f"http://127.0.0.1:{port}", GITHUB_STEP_SUMMARY=str(summary))
        service, gate = list(steps.values())[1:]
        # As the runner does it, all in one shell here so that the service ends with it.
        script = "\n".join([service.replace("8500", str(port)), "trap 'kill %1' EXIT", gate])
        for chance in range(3):
            done = subprocess.run(["bash", "-e", "-c", script], cwd=self.folder, env=environment,
                                  capture_output=True, text=True, timeout=170)
            if done.returncode != 3:
                break  # 3: this machine was too busy to measure.
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("::notice title=loadline%3A held::", done.stdout)
        results = self.folder / "results"
        self.assertEqual(sorted(path.name for path in results.iterdir() if path.is_file() and
                                not path.name.endswith(("-wal", "-shm"))),
                         ["gate.json", "junit.xml", "loadline.db", "loadline.prom"])
        self.assertIn("✅ held", summary.read_text())


if __name__ == "__main__":
    unittest.main()
