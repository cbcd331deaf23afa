"""Rows as typed tensors of the Open Inference Protocol, as a server of another make reads them."""
import http.server
import json
import threading
import unittest

from harness import EndToEnd

LOOSE = ["--requests", "3", "--users", "1", "--yes"]


class Model(http.server.BaseHTTPRequestHandler):
    """A model that takes x FP32 [-1,2] and keeps what it is sent."""

    protocol_version = "HTTP/1.1"
    asked, sent = [], []

    def do_GET(self):
        self.asked.append(self.path)
        self.reply({"name": "m", "platform": "test", "outputs": [],
                    "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 2]}]})

    def do_POST(self):
        self.sent.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.reply({"model_name": "m", "outputs": []})

    def reply(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Tensors(EndToEnd):
    def setUp(self):
        super().setUp()
        Model.asked.clear()
        Model.sent.clear()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Model)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.rows = self.folder / "rows.csv"
        self.rows.write_text("a,b,name\n1,0.5,ann\n2,7,12\n")

    def run_it(self, *words, code=0):
        done = self.loadline("run", self.url, "--as", "kserve-v2", "--model", "m", *LOOSE, *words)
        self.assertEqual(done.code, code, done.text)
        return done

    def inputs(self):
        return [[one["name"], one["datatype"], one["shape"], one["data"]]
                for one in Model.sent[0]["inputs"]]

    def test_types_follow_the_cells_or_what_is_chosen(self):
        self.run_it("--rows", self.rows, "--batch", "2")
        self.assertEqual(self.inputs(), [["a", "INT64", [2], [1, 2]], ["b", "FP64", [2], [0.5, 7]],
                                         ["name", "BYTES", [2], ["ann", "12"]]])
        Model.sent.clear()
        self.run_it("--rows", self.rows, "--batch", "2", "--types", "FP32,name=BYTES")
        self.assertEqual([one[1] for one in self.inputs()], ["FP32", "FP32", "BYTES"])

    def test_a_scenario_says_them_by_column(self):
        scenario = self.folder / "s.yaml"
        scenario.write_text(f"""loadline: 1
target: {{url: "{self.url}"}}
data:
  people: {{csv: rows.csv}}
tasks:
  - as: kserve-v2
    model: m
    rows: people
    types: {{a: INT8, b: BYTES}}
load: {{users: 1, requests: 3}}
""")
        done = self.loadline("run", scenario)
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(self.inputs(), [["a", "INT8", [1], [1]], ["b", "BYTES", [1], ["0.5"]],
                                         ["name", "BYTES", [1], ["ann"]]])
        scenario.write_text(scenario.read_text().replace("b: BYTES", "b: INT8"))
        wrong = self.loadline("run", scenario)
        self.assertEqual(wrong.code, 2, wrong.text)
        self.assertIn("s.yaml:9: tasks[0].types.b: found 0.5 in column b of row 1 of people; "
                      "expected INT8: a whole number from -128 to 127", wrong.err)

    def test_the_model_says_them(self):
        self.rows.write_text("a,b\n1,2\n")
        done = self.run_it("--rows", self.rows, "--types", "model", "--tensor", "x")
        self.assertIn("as x FP32 [-1,2], as the model asks for", " ".join(done.out.split()))
        self.assertEqual(self.inputs(), [["x", "FP32", [1, 2], [[1, 2]]]])
        self.assertEqual(Model.asked, ["/v2/models/m"])
        wrong = self.run_it("--rows", self.rows, "--types", "model", code=2)
        self.assertIn("tensor: x puts all columns into it", wrong.err)
        silent = self.loadline("run", "http://127.0.0.1:1", "--as", "kserve-v2", "--model", "m",
                               "--rows", self.rows, "--types", "model", "--junit", "junit.xml")
        self.assertEqual(silent.code, 5, silent.text)
        self.assertIn("connection refused", silent.err)
        # A pipeline does not look for its file in vain.
        self.assertIn("connection refused", (self.folder / "junit.xml").read_text())

    def test_wrong_options_are_2(self):
        for words, message in [
                (["--types", "float"], "expected BOOL, UINT8"),
                (["--types", "c=FP32"], 'found the unknown column "c"'),
                (["--types", "FP32"], 'found "ann" in column name of row 1 of rows'),
                (["--types", "INT64,name=BYTES", "--tensor", "x"], "one datatype")]:
            done = self.run_it("--rows", self.rows, *words, code=2)
            self.assertIn(message, done.err, words)
        self.assertEqual(Model.sent, [])


if __name__ == "__main__":
    unittest.main()
