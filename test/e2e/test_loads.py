"""Loads that change: stages, waves, bursts, users that come and go, replays, overloads."""
import json
import unittest

from harness import EndToEnd, Standin


class Loads(EndToEnd):
    @classmethod
    def setUpClass(cls):
        cls.standin = cls.enterClassContext(
            Standin("--pods", "2", "--concurrency", "8", "--latency", "constant:5ms"))

    def document(self, *words, code=0):
        done = self.loadline("run", *words, "--json", self.folder / "out.json", "--quiet",
                                 "--records", "all")
        self.assertEqual(done.code, code, done.text)
        return json.loads((self.folder / "out.json").read_text())

    def counts(self):
        """Requests scheduled in each second of the last run's load."""
        done = self.loadline("query", "--run", "@last", "--format", "json",
                                 "SELECT (scheduled_ns - (SELECT min(scheduled_ns) FROM attempts "
                                 "WHERE step = 1)) / 1000000000 AS second, count(*) AS n FROM "
                                 "attempts WHERE step = 1 GROUP BY second ORDER BY second")
        self.assertEqual(done.code, 0, done.text)
        return [row["n"] for row in json.loads(done.out)]

    def test_a_ramp_sends_what_the_area_below_it_says(self):
        # 0 to 100/s over 2 s: 100 requests, 25 in the first second; then 100 in the third.
        document = self.document(self.standin.score, "--rate", "0 to 100/s over 2s, 100/s for 1s",
                                 "--arrivals", "constant")
        self.assertEqual(document["requests"], 200)
        self.assertEqual(self.counts(), [25, 75, 100])
        self.assertIn("0 to 100/s over 2s, 100/s for 1s", document["load"])

    def test_bursts_and_stages_from_a_file(self):
        scenario = self.folder / "bursts.yaml"
        scenario.write_text(f"loadline: 1\ntarget: {{url: {self.standin.score}}}\n"
                            "load:\n  arrivals: constant\n  rate:\n"
                            "    - 20/s bursting to 80/s for 1s every 2s for 2s\n"
                            "    - to 40/s over 1s in 2 steps\n")
        document = self.document(scenario)
        # A second of 20, one of 80, then half a second each of 60 and 40.
        self.assertEqual(self.counts(), [20, 80, 50])
        self.assertEqual(document["exit_code"], 0)

    def test_users_come_and_go(self):
        document = self.document(self.standin.score, "--users", "2 for 1s, 6 for 1s, 1 for 1s",
                                 "--think", "20ms", "--think-law", "constant")
        # Each user makes about one request in 27 ms.
        first, second, third = self.counts()[:3]
        self.assertGreater(second, 2 * first)
        self.assertLess(third, first)
        self.assertIn("2 for 1s, 6 for 1s, 1 for 1s users", document["load"])

    def test_the_same_load_is_shown_stored_and_shown_again(self):
        self.document(self.standin.score, "--rate", "wave 10/s to 30/s every 2s", "--duration",
                      "1s")
        shown = self.loadline("runs", "show", "@last")
        self.assertIn("wave 10/s to 30/s every 2s", shown.out)
        show = self.loadline("scenario", "show", self.standin.score, "--rate",
                                 "wave 10/s to 30/s every 2s", "--duration", "1s")
        again = self.folder / "again.yaml"
        again.write_text(show.out)
        self.assertEqual(self.loadline("scenario", "show", again).out, show.out)

    def test_a_replay_of_times_with_its_rows(self):
        trace = self.folder / "trace.csv"
        trace.write_text("TIMESTAMP,tokens\n2023-11-16 18:15:46.5,7\n2023-11-16 18:15:46.75,8\n"
                         "2023-11-16 18:15:48.5,9\n")
        # Twice as fast: after 0, 125 and 1,000 ms.
        self.document(self.standin.url + "/score", "--replay", trace, "--warp", "2", "--body",
                      '{"milli": 1, "tokens": ${replay.tokens}}')
        done = self.loadline("query", "--run", "@last", "--format", "json",
                                 "SELECT request, scheduled_ns - (SELECT min(scheduled_ns) FROM "
                                 "attempts WHERE step = 1) AS at FROM attempts WHERE step = 1 "
                                 "ORDER BY request")
        self.assertEqual([(row["request"], row["at"]) for row in json.loads(done.out)],
                         [(0, 0), (1, 125_000_000), (2, 1_000_000_000)])
        shown = self.loadline("runs", "show", "@last")
        self.assertIn("3 arrivals", shown.out)

    def test_an_access_log_is_asked_again(self):
        log = self.folder / "access.log"
        lines = [f'10.0.0.1 - - [16/Nov/2023:18:15:4{6 + i // 4} +0000] "GET /healthz?n={i} '
                 'HTTP/1.1" 200 2 "-" "curl/8"' for i in range(8)]
        lines.insert(3, '10.0.0.1 - - [16/Nov/2023:18:15:46 +0000] "POST /x HTTP/1.1" 200 2')
        log.write_text("\n".join(lines) + "\n")
        done = self.loadline("run", self.standin.url, "--replay", log, "--records", "all")
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("1 lines left out (1 of other methods than GET", done.out)
        self.assertIn("whole seconds only", done.out)
        self.assertEqual(self.counts(), [4, 4])

    def test_wrong_ones_say_what_would_be_right(self):
        late = self.folder / "late.csv"
        late.write_text("time,x\n5,1\n4,2\n")
        empty = self.folder / "empty.csv"
        empty.write_text("time\n")
        for words, message in [
                (["--rate", "0 to 300 over"], "a time is missing after `over`"),
                (["--rate", "300/s for 5m and more"], "`and` is too much"),
                (["--users", "1.5 for 1m"], "is not a number of users"),
                (["--replay", late], "row 2: `4` is earlier than the row before"),
                (["--replay", empty], "at least one row"),
                (["--replay", late, "--time-column", "when"], "time or x"),
                (["--replay", late, "--rate", "5/s"], "one of rate, users and replay"),
                (["--warp", "2"], "replay with it"),
                (["--replay", "nothing.csv"], "cannot"),
                (["--replay", "nothing"], "a data set under data:"),
        ]:
            done = self.loadline("run", self.standin.score, *words)
            self.assertEqual(done.code, 2, (words, done.text))
            self.assertIn(message, done.err, words)
        done = self.loadline("verify", self.standin.score, "--rate", "0 to 9/s over 9s",
                                 "--p95", "1s")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("a steady one", done.err)


class Overload(EndToEnd):
    def test_beyond_the_line_and_back(self):
        with Standin("--pods", "2", "--queue", "4", "--latency", "constant:20ms", "--overhead",
                     "0") as standin:
            found = self.loadline("find", standin.score, "--p95", "60ms", "--budget", "25s")
            self.assertIn(found.code, (0, 6), found.text)
            done = self.loadline("run", "--overload", "2x", "--for", "3s", "--json",
                                     self.folder / "out.json")
            self.assertEqual(done.code, 0, done.text)
            self.assertIn("OVERLOAD", done.out)
            overload = json.loads((self.folder / "out.json").read_text())["overload"]
            self.assertGreater(overload["during"]["rejected"], 0)
            self.assertEqual(overload["before"]["failed"], 0)
            self.assertIsNotNone(overload["recovery_s"])

    def test_needs_a_search(self):
        with Standin() as standin:
            self.loadline("run", standin.score, "--requests", "1")
            done = self.loadline("run", "--overload", "1.5x")
            self.assertEqual(done.code, 2, done.text)
            self.assertIn("without a load line; expected a search", done.err)
            done = self.loadline("run", standin.score, "--overload", "0.5x")
            self.assertEqual(done.code, 2)
            self.assertIn("above 1: 1.5x", done.err)
            done = self.loadline("run", standin.score, "--for", "3s")
            self.assertEqual(done.code, 2)
            self.assertIn("--overload 1.5x with it", done.err)


if __name__ == "__main__":
    unittest.main()
