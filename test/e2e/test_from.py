"""From what people have: curl, HAR and OpenAPI become scenarios that run; a failure becomes curl."""
import json
import pathlib
import shutil
import subprocess
import unittest
import urllib.request

from harness import EndToEnd, Standin

SAMPLES = pathlib.Path(__file__).resolve().parent / "samples"
LOOSE = ["--p95", "5s"]


class From(EndToEnd):
    def setUp(self):
        super().setUp()
        self.standin = self.enterContext(Standin("--latency", "constant:2ms", "--overhead", "0"))

    def scenario(self, *arguments):
        """The path of the scenario that `scenario from` writes, and everything it printed."""
        path = self.folder / "made.yaml"
        done = self.loadline("scenario", "from", *arguments, "--out", path)
        self.assertEqual(done.code, 0, done.text)
        checked = self.loadline("scenario", "check", path)
        self.assertEqual(checked.code, 0, checked.text)
        return path, path.read_text() + done.text

    def run_it(self, path, **variables):
        document = self.folder / "run.json"
        done = self.loadline("run", path, "--requests", "40", "--json", document, *LOOSE,
                             **variables)
        self.assertIn(done.code, (0, 6), done.text)
        result = json.loads(document.read_text())
        self.assertEqual(result["requests"], 40)
        self.assertEqual(result["errors"], {})

    def test_curl_becomes_a_scenario_that_runs(self):
        command = (f"curl -sS {self.standin.score} -H 'Authorization: Bearer curl-secret' "
                   "-H 'Content-Type: application/json' --data-raw '{\"milli\": 3}' | jq .score")
        path, text = self.scenario("curl", command)
        self.assertNotIn("curl-secret", text)
        self.assertIn("export BEARER_TOKEN", text)
        self.run_it(path, BEARER_TOKEN="x")

    def test_curl_as_words_behind_dashes(self):
        done = self.loadline("scenario", "from", "curl", "--", "curl", "-d", "$HOME", "http://h/x")
        self.assertEqual(done.code, 0, done.text)
        self.assertIn('body: "$HOME"', done.out)

    def test_har_becomes_a_scenario_that_runs(self):
        recording = (SAMPLES / "shop.har").read_text()
        har = self.folder / "shop.har"
        har.write_text(recording.replace("127.0.0.1:8500", f"127.0.0.1:{self.standin.port}"))
        path, text = self.scenario("har", har)
        self.assertNotIn("secret", text)
        self.assertIn("weight: 2", text)
        self.run_it(path, BEARER_TOKEN="x", COOKIE="y")

    def test_openapi_becomes_a_scenario_that_runs(self):
        path, _ = self.scenario("openapi", SAMPLES / "scores.yaml", "--origin", self.standin.url)
        self.run_it(path, X_SHOP_PASS="x")

    def test_broken_input_is_exit_2_and_writes_nothing(self):
        broken = self.folder / "broken.har"
        broken.write_text((SAMPLES / "shop.har").read_text()[:400])
        out = self.folder / "out.yaml"
        for words in (["har", broken], ["openapi", broken], ["har", self.folder / "none.har"],
                      ["curl", "curl -F a=@b http://h"], ["wget", "x"]):
            done = self.loadline("scenario", "from", *words, "--out", out)
            self.assertEqual(done.code, 2, done.text)
            self.assertFalse(out.exists())

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_a_failed_request_comes_back_as_curl(self):
        rows = self.folder / "rows.jsonl"
        rows.write_text('{"id": "first"}\n{"id": "second"}\n')
        with Standin("--error-rate", "100%", "--latency", "constant:1ms") as failing:
            scenario = self.folder / "s.yaml"
            scenario.write_text(
                f"target: {{url: '{failing.url}', bearer: {{env: SCORE_KEY}}}}\n"
                "data: {people: {jsonl: rows.jsonl}}\n"
                "tasks:\n  - {name: score, post: /score, json: {row: '${people.row}', "
                "n: '${counter}', u: '${uuid}'}}\n")
            ran = self.loadline("run", scenario, "--requests", "6", "--no-preflight", "--no-brake",
                                "--json", self.folder / "out.json", SCORE_KEY="run-secret", *LOOSE)
            self.assertRegex(ran.out, r"again +loadline runs curl [0-9a-f]{8}")
            done = self.loadline("runs", "curl", "@last", "--kind", "status_500")
            self.assertEqual(done.code, 0, done.text)
            self.assertNotIn("run-secret", done.text)
            self.assertIn('"Authorization: Bearer $SCORE_KEY"', done.out)
            self.assertRegex(done.out, r'"row":\{"id": ?"(first|second)"\}')
            again = self.loadline("runs", "curl", "@last")
            self.assertEqual(again.out, done.out)  # The uuid too: made of seed and number.
            # The run document has it beside the sample, and the page shows it.
            document = (self.folder / "out.json").read_text()
            self.assertNotIn("run-secret", document)
            error, = json.loads(document)["steps"][0]["errors"]
            self.assertEqual(error["curl"], done.out.split("\n", 1)[1])
            page = self.loadline("report", "--out", "-").out
            self.assertIn("Authorization: Bearer $SCORE_KEY", page)
            self.assertIn("loadline runs curl", self.loadline("runs", "show", "@last").out)
            status = subprocess.run(
                ["bash", "-c", done.out.rstrip() + " --silent -o /dev/null -w '%{http_code}'"],
                capture_output=True, text=True, check=True,
                env=dict(self.environment, SCORE_KEY="run-secret"))
            self.assertEqual(status.stdout, "500")
            none = self.loadline("runs", "curl", "@last", "--kind", "status_503")
            self.assertEqual(none.code, 2, none.text)
            self.assertIn("there are: status 500", none.err)
            rows.unlink()
            gone = self.loadline("runs", "curl", "@last")
            self.assertEqual(gone.code, 2, gone.text)
            self.assertIn("rows.jsonl", gone.err)


class Presets(EndToEnd):
    def setUp(self):
        super().setUp()
        self.standin = self.enterContext(Standin("--latency", "constant:2ms", "--overhead", "0"))
        self.rows = self.folder / "rows.csv"
        self.rows.write_text("age,share,name\n41,0.5,ann\n30,1,bob\n")

    def test_each_preset_is_scored_by_the_standin(self):
        for shape in ("kserve-v1", "kserve-v2", "tfserving"):
            with self.subTest(shape=shape):
                document = self.folder / f"{shape}.json"
                done = self.loadline("run", self.standin.url, "--as", shape, "--model", "iris",
                                     "--rows", self.rows, "--batch", "2", "--requests", "30",
                                     "--json", document, *LOOSE)
                self.assertIn(done.code, (0, 6), done.text)
                result = json.loads(document.read_text())
                self.assertEqual((result["requests"], result["errors"]), (30, {}))

    def test_a_models_metadata_becomes_a_payload(self):
        for path in ("/v2/models/iris", "/v1/models/iris/metadata"):
            with self.subTest(path=path):
                metadata = self.folder / "metadata.json"
                with urllib.request.urlopen(self.standin.url + path) as reply:
                    metadata.write_bytes(reply.read())
                out = self.folder / "model.yaml"
                done = self.loadline("scenario", "from", "model", metadata, "--origin",
                                     self.standin.url, "--out", out)
                self.assertEqual(done.code, 0, done.text)
                done = self.loadline("run", out, "--requests", "10", *LOOSE)
                self.assertIn(done.code, (0, 6), done.text)

    def test_a_reply_of_another_shape_is_a_failure(self):
        # MLflow's path answers V1 bodies with predictions, which V2 does not know.
        done = self.loadline("run", self.standin.url + "/invocations", "--as", "kserve-v2",
                             "--rows", '[{"x": 1}]', "--requests", "5")
        self.assertEqual(done.code, 1, done.text)  # The preflight shows it and stops.
        self.assertIn("reply has no outputs", done.text)

    def test_a_model_must_be_named(self):
        done = self.loadline("run", self.standin.url, "--as", "kserve-v2", "--rows", self.rows)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("--model NAME", done.err)


if __name__ == "__main__":
    unittest.main()
