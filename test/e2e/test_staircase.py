"""The classic procedure, and the latency table."""
import json
import unittest

from harness import EndToEnd, Standin


class Staircase(EndToEnd):
    def test_rounds_agree_on_what_fits_in(self):
        # 2 pods, each with one request in service and 4 waiting: 10 users fit in, 12 do not.
        with Standin("--pods", "2", "--queue", "4", "--latency", "constant:5ms", "--overhead",
                     "0") as standin:
            done = self.loadline("find", standin.score, "--strategy", "staircase", "--requests",
                                     "100", "--json", self.folder / "out.json")
            self.assertEqual(done.code, 0, done.text)
            self.assertIn("STAIRCASE  8 users without errors", done.out)
            self.assertIn("12 have some", done.out)
            document = json.loads((self.folder / "out.json").read_text())
            self.assertEqual(document["staircase"]["users"], 8)
            self.assertEqual(len(document["staircase"]["rounds"]), 3)
            shown = self.loadline("runs", "show", "@last")
            self.assertIn("STAIRCASE  8 users without errors", shown.out)
            classic = self.loadline("runs", "export", "@last", "--format", "classic")
            history, timing, scaling = classic.out.replace("\r", "").split("\n\n")
            self.assertEqual(history.splitlines()[1],
                             "Test,Users,Records,Failures,Mean,TotalTime,RPS,Max,Min")
            self.assertEqual([line.split(",")[1] for line in history.splitlines()[2:]],
                             ["4", "8", "12", "8", "12", "8", "12", "8"])
            self.assertEqual(len(timing.splitlines()), 10)
            self.assertEqual([line.split(",")[:2] for line in scaling.splitlines()[2:]],
                             [["4", "1"], ["8", "4"], ["12", "3"]])

    def test_wrong_options_are_2(self):
        for words, message in [(["--strategy", "stairs"], "bisect or staircase"),
                               (["--step", "3"], "strategy: staircase with it"),
                               (["--strategy", "staircase", "--by", "rate"], "a staircase counts"),
                               (["--strategy", "staircase", "--start", "200"], "not above the last"),
                               (["--vary", "milli"], "milli=20,50,100"),
                               (["--vary", "milli=20,x"], "milliseconds above 0"),
                               (["--vary", "milli=20", "--pods", "0"], "a whole number from 1")]:
            done = self.loadline("find", "http://127.0.0.1:9/", *words)
            self.assertEqual(done.code, 2, (words, done.text))
            self.assertIn(message, done.err, words)


class LatencyTable(EndToEnd):
    def test_overhead_explains_what_is_missing(self):
        with Standin("--pods", "2", "--latency", "constant:1ms", "--overhead", "5ms", "--queue",
                     "10") as standin:
            done = self.loadline("find", standin.score, "--strategy", "staircase", "--start",
                                     "2", "--step", "10", "--max", "32", "--repeat", "1",
                                     "--requests", "60", "--vary", "milli=10,40", "--pods", "2")
            self.assertEqual(done.code, 0, done.text)
            self.assertIn("achieved ÷ calculated", done.out)
            self.assertRegex(done.out, r"overhead +about [4-9](\.\d+)? ms")
            # Each of its runs knows the whole table.
            for run in ("@last", "@last~1"):
                page = self.loadline("report", run, "--out", "-").out
                self.assertIn("vary-chart", page)
                self.assertIn("(this one)", page)
                shown = json.loads(self.loadline("runs", "show", run, "--json", "-").out)["vary"]
                self.assertEqual([row["value"] for row in shown["rows"]], ["10", "40"])
                self.assertGreater(shown["overhead_ms"], 3)

    def test_one_document_holds_the_table_and_every_search(self):
        words = ["--strategy", "staircase", "--start", "2", "--step", "4", "--max", "10",
                 "--repeat", "1", "--requests", "40", "--vary", "milli=5,20", "--pods", "2"]
        with Standin("--pods", "2", "--latency", "constant:1ms", "--queue", "1") as standin:
            piped = self.loadline("find", standin.score, *words, "--json", "-")
            self.assertEqual(piped.code, 0, piped.text)
            self.assertIn("achieved ÷ calculated", piped.err)
            filed = self.loadline("find", standin.score, *words, "--json", self.folder / "out.json")
            self.assertIn("achieved ÷ calculated", filed.out)
            for text in (piped.out, (self.folder / "out.json").read_text()):
                document = json.loads(text)
                self.assertEqual(document["exit_code"], 0)
                rows = document["vary"]["rows"]
                self.assertEqual([row["value"] for row in rows], ["5", "20"])
                self.assertEqual([row["run"] for row in rows],
                                 [run["id"] for run in document["runs"]])
                self.assertEqual([run["staircase"]["users"] for run in document["runs"]], [2, 2])
            nowhere = self.loadline("find", standin.score, *words, "--json", "/nowhere/out.json")
            self.assertEqual(nowhere.code, 2, nowhere.text)
            self.assertIn('--json: cannot write "/nowhere/out.json"', nowhere.err)
            # Nothing was sent, so nothing is written.
            wrong = self.loadline("find", standin.score, *words, "--p95", "soon", "--json", "-")
            self.assertEqual((wrong.code, wrong.out), (2, ""))


if __name__ == "__main__":
    unittest.main()
