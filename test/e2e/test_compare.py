"""Comparing runs: the same, a slower one, and what cannot be compared."""
import json
import pathlib
import subprocess
import unittest

from harness import EndToEnd, Standin


class Compare(EndToEnd):
    def test_a_slower_service_is_found_and_the_same_is_not(self):
        with Standin("--pods", "1", "--concurrency", "8", "--latency", "constant:5ms", "--overhead",
                     "0") as standin:
            for milli, label in [(5, "one"), (5, "two"), (15, "slow")]:
                done = self.loadline("run", standin.score, "--rate", "60/s", "--arrivals",
                                         "constant", "--duration", "10s", "--label", label,
                                         "--set", f"task.json.milli={milli}", "--quiet")
                self.assertEqual(done.code, 0, done.text)
        same = self.loadline("compare", "one", "two", "--tolerance", "50%", "--json", "-")
        self.assertIn(same.code, (0, 6), same.text)  # Neighbours may disturb one of them.
        comparison = json.loads(same.out)["comparisons"][0]
        self.assertNotEqual(comparison["result"], "worse", same.out)
        self.assertEqual([f["name"] for f in comparison["figures"]],
                         ["p50", "p95", "p99", "mean", "errors"])
        refused = self.loadline("compare", "--baseline", "one", "slow")
        self.assertEqual(refused.code, 2, refused.text)
        self.assertIn("did not do the same", refused.err)
        slow = self.loadline("compare", "--baseline", "one", "slow", "--force")
        self.assertEqual(slow.code, 1, slow.text)
        self.assertRegex(slow.out, r"B is worse: .*mean \+1\d\d")
        self.assertIn("differ", slow.out)

        junit = self.folder / "compare.xml"
        gate = self.loadline("compare", "--baseline", "one", "slow", "--force", "--junit", junit,
                             "--github")
        self.assertEqual(gate.code, 1, gate.text)
        self.assertRegex(gate.out, r'(?m)^::error title=loadline%3A p50 worse than \w+ "one"::p50%?: ')
        self.assertIn("### loadline compare: ❌ worse", gate.out)
        subprocess.run(["xmllint", "--noout", "--schema",
                        pathlib.Path(__file__).parent / "data" / "junit.xsd", junit], check=True,
                       capture_output=True)
        self.assertIn('<failure type="worse" message="worse: p50: ', junit.read_text())

    def test_what_cannot_be_compared_is_2(self):
        with Standin() as standin:
            self.loadline("run", standin.score, "--requests", "1", "--label", "tiny")
        for words, message in [(["tiny"], "two runs are the least"),
                               (["tiny", "tiny"], "judged seconds; 8 are the least"),
                               (["tiny", "nobody"], "nobody"),
                               (["tiny", "tiny", "--tolerance", "5"], "--tolerance"),
                               (["tiny", "tiny", "--task", "other"], "no task \"other\"")]:
            done = self.loadline("compare", *words)
            self.assertEqual(done.code, 2, (words, done.text))
            self.assertIn(message, done.err, words)


class Housekeeping(EndToEnd):
    def test_labels_notes_and_pruning(self):
        with Standin() as standin:
            for _ in range(3):
                self.loadline("run", standin.score, "--requests", "1")
        self.assertEqual(self.loadline("runs", "tag", "@last~2", "keep me").code, 0)
        self.assertEqual(self.loadline("runs", "note", "@last", "a note").code, 0)
        self.assertIn("note     a note", self.loadline("runs", "show", "@last").out)
        self.assertEqual(self.loadline("runs", "prune").code, 2)
        self.assertEqual(self.loadline("runs", "prune", "--keep", "1").code, 2)  # No yes.
        kept = self.loadline("runs", "prune", "--older", "1d", "--yes")
        self.assertEqual((kept.code, kept.out), (0, "nothing to remove\n"))
        done = self.loadline("runs", "prune", "--keep", "1", "--yes")
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(done.out.count("removed "), 1)
        left = self.loadline("runs", "ls").out
        self.assertIn("keep me", left)
        self.assertEqual(len(left.splitlines()), 3)


if __name__ == "__main__":
    unittest.main()
