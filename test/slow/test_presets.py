"""kserve-v1, kserve-v2 and typed rows against servers of other makes: MLServer and KServe's own.

TensorFlow Serving itself is in no registry that we use; what stands in for its REST protocol is
KServe's V1, which is the same but for the metadata.
"""
import json
import unittest

from parts import places
from parts.model_servers import KServe, MlServer

from harness import EndToEnd

WELL = (0, 6)


def setUpModule():
    places.need_all()
    places.come_first()


class Served(EndToEnd):
    def setUp(self):
        super().setUp()
        self.people = self.folder / "people.csv"
        self.people.write_text("age,name\n41,ann\n7.5,bob\n")

    def measure(self, command, *options, timeout=180):
        """The run document and what was printed."""
        document = self.folder / "out.json"
        document.unlink(missing_ok=True)
        done = self.loadline(command, self.server.url, "--json", document, *options,
                             timeout=timeout)
        return json.loads(document.read_text()) if document.exists() else None, done

    def check_all_served(self, *options):
        result, done = self.measure("run", "--requests", "200", "--users", "2", *options)
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual((result["succeeded"], result["errors"]), (200, {}), done.text)
        return done

    def check_a_wrong_type(self, words):
        """Counted, and shown in the server's own words."""
        options = ["--as", "kserve-v2", "--model", "people", "--rows", self.people, "--requests",
                   "50", "--types", "age=FP64"]
        _, done = self.measure("run", *options)
        self.assertEqual(done.code, 1, done.text)
        self.assertIn(words, done.text)
        result, done = self.measure("run", *options, "--no-preflight", "--no-brake")
        self.assertEqual((done.code, result["errors"]), (1, {"status": 50}), done.text)
        self.assertIn(words, result["steps"][0]["errors"][0]["sample"])
        self.assertIn(words, done.out)


class ByMlServer(Served):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(MlServer())

    def test_a_payload_of_what_the_model_says(self):
        done = self.check_all_served("--as", "kserve-v2", "--model", "people")
        self.assertIn("age FP32 [-1], name BYTES [-1]: zeros", " ".join(done.out.split()))

    def test_rows_with_the_models_types_and_with_ours(self):
        # The score is the age and the letters of the name: 41 + 3 = 44 in the first row.
        rows = ["--as", "kserve-v2", "--model", "people", "--rows", self.people, "--batch", "2",
                "--check", "$.outputs[0].data[0] == 44"]
        self.check_all_served(*rows, "--types", "model")
        self.check_all_served(*rows, "--types", "age=FP32,name=BYTES")

    def test_a_matrix_for_scikit_learn(self):
        matrix = self.folder / "matrix.csv"
        matrix.write_text("a,b,c,d\n1,2,3,4\n-1,-2.5,0,-1\n")
        # 10 is above 0, -4.5 is not.
        self.check_all_served("--as", "kserve-v2", "--model", "sum", "--rows", matrix, "--batch",
                              "2", "--types", "model", "--tensor", "x", "--check",
                              "$.outputs[0].data[0] == true", "--check",
                              "$.outputs[0].data[1] == false")

    def test_a_search(self):
        result, done = self.measure("find", "--as", "kserve-v2", "--model", "people", "--rows",
                                    self.people, "--types", "model", "--p95", "200ms", "--budget",
                                    "30s", "--max-rate", "60/s")
        self.assertIn(done.code, WELL, done.text)
        self.assertIsNotNone(result["load_line"], done.text)
        self.assertTrue(result["valid"], done.text)
        for step in result["steps"]:
            self.assertEqual(step["failed"], 0, done.text)

    def test_a_wrong_type(self):
        self.check_a_wrong_type("age is FP64, not FP32")

    def test_a_model_that_it_does_not_know(self):
        _, done = self.measure("run", "--as", "kserve-v2", "--model", "nobody")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("/v2/models/nobody: status 404", done.err)


class ByKServe(Served):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(KServe())

    def test_v1_in_lists_and_by_name(self):
        for shape in ("kserve-v1", "tfserving"):
            self.check_all_served("--as", shape, "--model", "people", "--rows", self.people,
                                  "--batch", "2", "--check", "$.predictions[1] == 7.5")

    def test_v2_with_types_and_with_what_the_model_says(self):
        self.check_all_served("--as", "kserve-v2", "--model", "people")
        self.check_all_served("--as", "kserve-v2", "--model", "people", "--rows", self.people,
                              "--types", "model", "--batch", "2", "--check",
                              "$.outputs[0].data[1] == 7.5")

    def test_a_wrong_type(self):
        self.check_a_wrong_type("age is FP64, not FP32")

    def test_a_row_without_the_column_is_a_failure(self):
        rows = self.folder / "rows.csv"
        rows.write_text("height,name\n1,a\n")
        _, done = self.measure("run", "--as", "tfserving", "--model", "people", "--rows", rows)
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("status 500", done.err)


if __name__ == "__main__":
    unittest.main()
