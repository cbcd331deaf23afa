"""A/B trials of two targets, and baselines of several runs."""
import json
import pathlib
import signal
import subprocess
import unittest

from harness import EndToEnd, Standin, free_port

SERVICE = ("--pods", "1", "--concurrency", "8", "--overhead", "0")


class Trials(EndToEnd):
    def ab(self, *arguments, **options):
        return self.loadline("ab", *arguments, "--db", self.db, "--rate", "80/s", "--blocks", "4",
                             "--block", "3s", **options)

    def test_a_slower_target_is_found_and_both_runs_are_kept(self):
        junit, document = self.folder / "ab.xml", self.folder / "ab.json"
        with Standin(*SERVICE, "--latency", "constant:5ms") as a, \
                Standin(*SERVICE, "--latency", "constant:15ms") as b:
            done = self.ab(a.score, b.score, "--label", "trial", "--json", document, "--junit",
                           junit, "--github")
        self.assertEqual(done.code, 1, done.text)
        # Both targets and the whole plan stand before the first reply.
        self.assertRegex(done.out, r"(?s)^target A GET .*target B GET .*plan .*4 blocks of 3 s on "
                                   r"each target, 24 s in all.*reply A .*reply B .*pair 1 [AB]{2}")
        self.assertRegex(done.out, r"VERDICT    B is worse: p50 \+1\d\d")
        self.assertIn("### loadline ab: ❌ worse", done.out)
        subprocess.run(["xmllint", "--noout", "--schema",
                        pathlib.Path(__file__).parent / "data" / "junit.xsd", junit], check=True,
                       capture_output=True)
        self.assertIn('<failure type="worse" message="worse: p50: ', junit.read_text())
        comparison = json.loads(document.read_text())["comparisons"][0]
        trial = comparison["trial"]
        self.assertEqual((trial["blocks"], trial["block_s"]), (4, 3.0))
        self.assertAlmostEqual(trial["warmup_s"], 0.6)
        self.assertEqual(sorted(trial["order"]), ["AB", "AB", "BA", "BA"])
        self.assertEqual(comparison["result"], "worse")

        # Two runs, each whole for every other command.
        ids = [comparison["a"]["id"], comparison["b"]["id"]]
        listed = self.loadline("runs", "ls").out
        for run, label in zip(ids, ["trial-A", "trial-B"]):
            self.assertRegex(listed, rf"{run} .* ab +complete +1 .*{label}")
        shown = self.loadline("runs", "show", "trial-B").out
        self.assertIn(f"B of an A/B trial with run {ids[0]}: B is worse", shown)
        self.assertRegex(shown, r"80/s, Poisson arrivals, in \d blocks of 3 s")
        exported = json.loads(self.loadline("runs", "export", "trial-A", "--format", "json").out)
        self.assertTrue(exported["accounts"]["balanced"])
        self.assertGreaterEqual(exported["requests"], 4 * 80)
        self.assertEqual([s["purpose"] for s in exported["steps"]][:5], ["preflight"] + 4 * ["block"])
        again = self.loadline("compare", "trial-A", "trial-B")
        self.assertEqual(again.code, 1, again.text)
        page = self.loadline("report", "trial-B", "--out", self.folder / "page.html")
        self.assertEqual(page.code, 0, page.text)

    def test_a_scenario_and_a_second_target(self):
        scenario = self.folder / "s.yaml"
        with Standin(*SERVICE, "--latency", "constant:5ms") as a, \
                Standin(*SERVICE, "--latency", "constant:5ms", "--error-rate", "1") as b:
            scenario.write_text(f"target: {{url: '{a.url}'}}\ntasks:\n  - path: /score\n"
                                "load: {rate: 40/s}\nobjectives: [p95 < 1s]\n")
            done = self.loadline("ab", scenario, b.url, "--blocks", "4", "--block", "2s", "--db",
                                 self.db)
        # Every reply of B is a 500: its first one already is not what it should be.
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("the first reply of target B is not what it should be", done.err)
        self.assertIn("objectives are not judged", done.out)
        states = self.query("SELECT exit_code FROM runs")
        self.assertEqual(states, [[1], [1]])

    def test_ctrl_c_leaves_two_complete_records(self):
        with Standin(*SERVICE, "--latency", "constant:5ms") as a, \
                Standin(*SERVICE, "--latency", "constant:5ms") as b:
            process = self.start("ab", a.score, b.score, "--rate", "50/s", "--db", self.db)
            self.wait_for(lambda: self.db.exists() and self.query(
                "SELECT count(*) FROM seconds")[0][0] >= 3, "three seconds are stored")
            process.send_signal(signal.SIGINT)
            done = self.finish(process)
        self.assertEqual(done.code, 4, done.text)
        self.assertIn("of 10 planned: interrupted", done.out)
        self.assertEqual(self.spool_files(), [])
        for run in ("@last", "@last~1"):
            show = json.loads(self.loadline("runs", "export", run, "--format", "json").out)
            self.assertEqual(show["state"], "interrupted")
            self.assertTrue(show["accounts"]["balanced"])

    def test_what_is_wrong_is_said_and_nothing_is_sent(self):
        url = f"http://127.0.0.1:{free_port()}/score"
        for words, message in [([url], "ab needs"),
                               ([url, "scenario.yaml"], "expected a URL"),
                               ([url, url, url], "two targets are what it compares"),
                               ([url, url, "--blocks", "3"], "--blocks"),
                               ([url, url, "--block", "1s"], "--block"),
                               ([url, url, "--block", "2s", "--warmup", "2s"], "warm-up"),
                               ([url, url, "--rate", "1/s to 9/s over 9s"], "a steady one"),
                               ([url, "http://192.0.2.1/"], "neither loopback nor private")]:
            done = self.loadline("ab", *words, "--db", self.db)
            self.assertEqual(done.code, 2, (words, done.text))
            self.assertIn(message, done.err, words)
        self.assertFalse(self.db.exists())
        with Standin() as standin:
            done = self.loadline("ab", standin.score, url, "--db", self.db)
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("target B does not answer", done.err)


class Baselines(EndToEnd):
    def test_all_runs_of_a_label_are_the_baseline(self):
        with Standin(*SERVICE, "--latency", "constant:5ms") as standin:
            for label in ("nightly", "nightly", "today"):
                done = self.loadline("run", standin.score, "--rate", "40/s", "--duration", "8s",
                                     "--label", label, "--quiet")
                self.assertEqual(done.code, 0, done.text)
        done = self.loadline("compare", "--baseline", "nightly", "today", "--json", "-")
        self.assertIn(done.code, (0, 1, 6), done.text)  # A neighbour may have disturbed one.
        comparison = json.loads(done.out)["comparisons"][0]
        self.assertEqual([run["label"] for run in comparison["baseline"]], 2 * ["nightly"])
        # The newest of a label against the others of it, and runs one by one.
        same = json.loads(self.loadline("compare", "--baseline", "nightly", "nightly", "--json",
                                        "-").out)["comparisons"][0]
        self.assertNotIn("baseline", same)  # There is one other only.
        self.assertNotEqual(same["a"]["id"], same["b"]["id"])
        two = self.loadline("compare", "--baseline", "@last~1", "--baseline", "@last~2", "@last")
        self.assertRegex(two.out, r"A        2 runs \"nightly\"")


if __name__ == "__main__":
    unittest.main()
