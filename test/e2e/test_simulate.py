"""Services that exist only in a file: verdicts, records, failures, shapes of load, and bad input."""
import csv
import io
import json
import pathlib
import signal
import time
import unittest

from harness import EndToEnd

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples" / "service.yaml"


class Simulate(EndToEnd):
    second_chances = 0  # Nothing of this machine can be in a simulation's way.

    def write(self, text, name="service.yaml"):
        path = self.folder / name
        path.write_text(text)
        return path

    def simulate(self, *arguments, code=0):
        """The run document; the text is in self.text."""
        document = self.folder / "out.json"
        done = self.loadline("simulate", *arguments, "--json", document)
        self.text = done.text
        self.assertEqual(done.code, code, done.text)
        return json.loads(document.read_text())

    def rejected(self, *arguments):
        done = self.loadline(*arguments)
        self.assertEqual(done.code, 2, done.text)
        self.assertEqual(self.loadline("runs", "ls").out.strip().count("\n"), 0)
        return done.err


class Verdicts(Simulate):
    def test_held_and_broken(self):
        held = self.simulate(EXAMPLE, "--rate", "60/s", "--duration", "10m", "--p95", "200ms")
        self.assertEqual(held["exit_code"], 0)
        self.assertTrue(held["target"]["url"].startswith("sim:"), held["target"])
        # 4 pods of 52 ms do 77/s at most.
        broken = self.simulate(EXAMPLE, "--rate", "90/s", "--duration", "1m", "--p95", "200ms",
                               "--errors", "1%", code=1)
        self.assertGreater(broken["errors"]["status"], 0)

    def test_a_queue_without_end_that_grows_without_end(self):
        service = self.write("pods: 2\nqueue: unlimited\nlatency: constant:100ms\n")
        document = self.simulate(service, "--rate", "25/s", "--duration", "10m", "--no-brake")
        self.assertIn("25 % more than", self.text)
        # 20/s is all they can do. The others give up after 30 s, but the pods go on with them.
        self.assertGreater(document["errors"]["timeout_whole"], 0)
        done = self.loadline("verify", "--sim", service, "--rate", "25/s", "--p95", "1s")
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("the backlog grows", done.out)

    def test_the_same_seeds_give_the_same_bytes(self):
        def run():
            document = self.simulate(EXAMPLE, "--rate", "60/s", "--duration", "1m", "--records",
                                     "all")
            rows = self.loadline("runs", "export", "@last", "--format", "csv")
            self.assertEqual(rows.code, 0, rows.text)
            for name in ("id", "started"):  # Of the run: the steps begin in virtual time.
                del document[name]
            return json.dumps(document), rows.out
        first, second = run(), run()
        self.assertEqual(first, second)
        self.assertGreater(len(first[1]), 100_000)

    def test_find_gives_a_bracket_within_its_own_budget(self):
        document = self.folder / "find.json"
        done = self.loadline("find", "--sim", EXAMPLE, "--p95", "200ms", "--errors", "0.1%",
                             "--json", document, timeout=180)
        self.assertEqual(done.code, 0, done.text)
        line = json.loads(document.read_text())["load_line"]
        # What half an hour at each of many rates says: p95 is 200 ms at 64.2/s.
        self.assertLess(line["held_rps"], 65)
        self.assertGreater(line["broken_rps"], 63)
        self.assertLess(line["broken_rps"] / line["held_rps"], 1.1)
        self.assertIn(f"loadline find --sim {EXAMPLE} --continue", done.out)

    def test_verify(self):
        held = self.loadline("verify", "--sim", EXAMPLE, "--rate", "40/s", "--p95", "250ms")
        self.assertEqual(held.code, 0, held.text)
        broken = self.loadline("verify", "--sim", EXAMPLE, "--rate", "75/s", "--p95", "250ms")
        self.assertEqual(broken.code, 1, broken.text)

    def test_run_with_a_service_is_simulate(self):
        words = ["--rate", "50/s", "--duration", "1m"]
        one = self.simulate(EXAMPLE, *words)
        done = self.loadline("run", "--sim", EXAMPLE, *words, "--json", self.folder / "run.json")
        self.assertEqual(done.code, 0, done.text)
        other = json.loads((self.folder / "run.json").read_text())
        self.assertEqual(one["response_ms"], other["response_ms"])

    def test_ctrl_c_ends_it_with_what_there_is(self):
        service = self.write("pods: 200\nlatency: exponential:50ms\n")
        document = self.folder / "cut.json"
        process = self.start("simulate", service, "--rate", "3000/s", "--duration", "500h",
                             "--json", document)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        done = self.finish(process)
        self.assertEqual(done.code, 4, done.text)
        result = json.loads(document.read_text())
        self.assertEqual(result["state"], "interrupted")
        self.assertTrue(result["accounts"]["balanced"])
        self.assertGreater(result["requests"], 0)
        self.assertEqual(result["steps"][0]["stop"], "interrupted")


class Records(Simulate):
    SERVICE = "pods: 2\nqueue: 1\nlatency: exponential:20ms\nerror_rate: 5%\n"

    def rows(self):
        done = self.loadline("runs", "export", "@last", "--format", "csv")
        self.assertEqual(done.code, 0, done.text)
        return list(csv.DictReader(io.StringIO(done.out)))

    def test_none_unless_asked_for(self):
        document = self.simulate(self.write(self.SERVICE), "--rate", "50/s", "--duration", "10s")
        self.assertEqual(document["accounts"]["stored"], 0)
        self.assertEqual(document["accounts"]["skipped"], document["accounts"]["attempts"])
        self.assertEqual(self.rows(), [])

    def test_a_row_for_each_request(self):
        document = self.simulate(self.write(self.SERVICE), "--rate", "80/s", "--duration", "20s",
                                 "--warmup", "2s", "--records", "all")
        books, rows = document["accounts"], self.rows()
        self.assertEqual(books["stored"], books["attempts"])
        self.assertEqual(document["records_imported"], books["stored"])
        self.assertEqual(len(rows), books["stored"])
        self.assertEqual({row["request"] for row in rows}, {str(n) for n in range(len(rows))})
        judged = [row for row in rows if row["warmup"] == "0"]
        self.assertEqual(len(judged), document["requests"])
        failed = [row for row in judged if row["error"]]
        self.assertEqual(len(failed), document["failed"])
        self.assertEqual({row["error"] for row in failed}, {"status 500", "status 503"})
        # The rows are the histogram's requests: their mean is its mean, as exact as its buckets.
        served = [float(row["response_ms"]) for row in judged if not row["error"]]
        self.assertAlmostEqual(sum(served) / len(served) / document["response_ms"]["mean"], 1,
                               delta=0.001)
        self.assertEqual(self.spool_files(), [])

    def test_failures_only_and_a_limit(self):
        service = self.write(self.SERVICE)
        document = self.simulate(service, "--rate", "80/s", "--duration", "20s", "--records",
                                 "errors")
        self.assertEqual(document["accounts"]["stored"], document["failed"])
        self.assertTrue(all(row["error"] for row in self.rows()))
        # 100 rows of 80 bytes, then failures and one in a hundred.
        document = self.simulate(service, "--rate", "80/s", "--duration", "20s", "--records", "all",
                                 "--records-limit", "8000")
        stored = document["accounts"]["stored"]
        self.assertGreater(stored, 100)
        self.assertLess(stored, 100 + document["failed"] + document["requests"] / 20)

    def test_nothing_can_be_asked_again(self):
        self.simulate(self.write(self.SERVICE), "--rate", "80/s", "--duration", "20s", "--records",
                      "all")
        self.assertNotIn("runs curl", self.text)
        done = self.loadline("runs", "curl", "@last")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("was simulated", done.err)


class Pods(Simulate):
    def test_a_cpu_limit_and_how_often_it_stopped_them(self):
        # 60 ms of CPU a request on half a core: stopped in every period that one fills.
        service = self.write("pods: 2\nconcurrency: 4\nlatency: constant:60ms\n"
                             "cpu: {limit: 0.5}\n")
        document = self.simulate(service, "--rate", "10/s", "--duration", "1m")
        pods = document["pods"]
        self.assertGreater(pods["throttled_periods"], 0)
        self.assertLess(pods["throttled_periods"], pods["cpu_periods"])
        self.assertIn(f"throttled in {pods['throttled_periods']:,} of {pods['cpu_periods']:,} "
                      "CPU periods", self.text)
        again = self.loadline("runs", "show", "@last")
        self.assertIn(f"throttled in {pods['throttled_periods']:,} of", again.out)
        free = self.simulate(self.write("pods: 2\nlatency: constant:60ms\n"), "--rate", "10/s",
                             "--duration", "10s")
        self.assertEqual(free["pods"]["cpu_periods"], 0)
        self.assertNotIn("throttled", self.text)

    def test_an_outage_loses_what_it_meets(self):
        # One pod of two dies at 10.05 s for 5 s; for 1 s of these nobody notices. Constant arrivals
        # every 10 ms, in turn: one in two goes to each.
        service = self.write("pods: 2\nbalance: round-robin\nlatency: constant:15ms\n"
                             "failures: {outages: [{at: 10055ms, pods: 1}], restart: 5s, "
                             "unnoticed: 1s}\n")
        document = self.simulate(service, "--rate", "100/s", "--arrivals", "constant", "--duration",
                                 "20s")
        self.assertEqual(document["errors"]["connect_refused"], 50)
        self.assertLessEqual(document["errors"].get("reset", 0), 1)
        self.assertEqual(document["pods"]["failures"], 1)
        self.assertEqual(document["pods"]["requests_lost"],
                         50 + document["errors"].get("reset", 0))
        # The other pod has 100/s of its 66/s for 4 s: its queue of 10 fills.
        self.assertGreater(document["errors"]["status"], 0)

    def test_the_brake_is_there_and_can_be_left_out(self):
        service = self.write("pods: 2\nlatency: constant:5ms\n"
                             "failures: {outages: [{at: 5s, pods: 2}], restart: 10s}\n")
        words = [service, "--rate", "50/s", "--duration", "30s"]
        document = self.simulate(*words, code=1)
        self.assertEqual(document["steps"][0]["stop"], "brake: errors")
        document = self.simulate(*words, "--no-brake")
        self.assertEqual(document["steps"][0]["stop"], "complete")
        self.assertAlmostEqual(document["failed"], 500, delta=80)

    def test_what_held_before_an_outage_counts_no_more(self):
        # For 60 s both objectives hold and are proved; then nothing answers for a third of the run.
        service = self.write("pods: 4\nlatency: lognormal:50ms,cv=0.5\n"
                             "failures: {outages: [{at: 60s, pods: 4}], restart: 60s}\n")
        words = ["--rate", "20/s", "--errors", "1%", "--p95", "300ms", "--no-brake"]
        before = self.simulate(service, *words, "--duration", "59s")
        self.assertEqual([each["result"] for each in before["objectives"]], ["held", "held"])
        document = self.simulate(service, *words, "--duration", "3m", code=6)
        self.assertEqual([each["result"] for each in document["objectives"]],
                         ["not decided", "not decided"])

    def test_pods_of_the_beginning_are_warm_and_new_ones_are_not(self):
        service = self.write("pods: 1\nqueue: 0\nlatency: constant:5ms\ncold_start: 3s\n"
                             "scaling: [{at: 5s, pods: 4}]\n")
        document = self.simulate(service, "--rate", "10/s", "--arrivals", "constant", "--duration",
                                 "20s")
        self.assertEqual(document["failed"], 0)


class Shapes(Simulate):
    def counts(self):
        rows = self.query("SELECT (scheduled_ns - 1000000) / 1000000000 AS second, count(*) FROM "
                          "attempts GROUP BY second ORDER BY second")
        return [count for _, count in rows]

    def test_stages(self):
        document = self.simulate(EXAMPLE, "--rate", "0 to 100/s over 2s, 50/s for 1s", "--arrivals",
                                 "constant", "--records", "all")
        self.assertEqual(self.counts(), [25, 75, 50])
        self.assertEqual(document["requests"], 150)

    def test_a_wave(self):
        # 40/s on average; sin over a quarter of the period: 40 ± 20 · 2/π in the outer quarters.
        self.simulate(EXAMPLE, "--rate", "wave 20/s to 60/s every 4s", "--duration", "4s",
                      "--arrivals", "constant", "--records", "all")
        self.assertEqual(sum(self.counts()), 160)
        self.assertGreater(max(self.counts()) - min(self.counts()), 20)

    def test_a_replay(self):
        stamps = [0.0, 0.1, 0.5, 1.25, 1.5, 3.75]
        trace = self.write("\n".join(["at", *map(str, stamps)]) + "\n", "trace.csv")
        document = self.simulate(EXAMPLE, "--replay", trace, "--records", "all")
        self.assertEqual(document["requests"], len(stamps))
        due = self.query("SELECT scheduled_ns FROM attempts ORDER BY scheduled_ns")
        zero = due[0][0]
        self.assertEqual([(at[0] - zero) / 1e9 for at in due], stamps)

    def test_users_who_come_and_go(self):
        self.simulate(EXAMPLE, "--users", "2 for 1s, 6 for 1s, 1 for 1s", "--think", "20ms",
                      "--think-law", "constant", "--records", "all")
        first, second, third = self.counts()[:3]
        self.assertGreater(second, 1.5 * first)
        self.assertLess(third, first)

    def test_a_scenario_with_stages_tasks_and_objectives(self):
        service = self.write("pods: 4\nlatency: constant:10ms\ntasks: {large: 5}\n")
        scenario = self.write("loadline: 1\ntarget: {url: http://example.invalid/}\n"
                              "tasks:\n  - {name: small, weight: 3, path: /a}\n"
                              "  - {name: large, path: /b}\n"
                              "load:\n  rate:\n    - 10/s to 30/s over 10s\n    - 30/s for 10s\n"
                              "objectives: ['large:p95 < 1s', 'errors < 1%']\n", "scenario.yaml")
        document = self.simulate(service, scenario)
        small, large = (task["response_ms"]["p50"] for task in document["steps"][0]["tasks"])
        self.assertAlmostEqual(small, 10, delta=0.5)
        self.assertAlmostEqual(large, 50, delta=0.5)
        self.assertEqual(document["steps"][0]["tasks"][0]["name"], "small")
        self.assertEqual(len(document["objectives"]), 2)


class BadInput(Simulate):
    def test_no_such_file(self):
        self.assertIn("nowhere.yaml", self.rejected("simulate", "nowhere.yaml", "--rate", "1/s"))

    def test_every_fault_with_its_line(self):
        service = self.write("pods: many\nlatnecy: 5ms\ncpu: {}\nfailures: {every: 0s}\n")
        said = self.rejected("simulate", service, "--rate", "1/s")
        for part in ("service.yaml:1: pods:", "service.yaml:2: latnecy:", "expected latency",
                     "service.yaml:3: cpu.limit:", "service.yaml:4: failures.every:"):
            self.assertIn(part, said)

    def test_a_file_that_is_no_yaml(self):
        self.assertIn("service.yaml:2", self.rejected(
            "simulate", self.write("pods: 4\n  queue: [\n"), "--rate", "1/s"))

    def test_what_does_not_go_together(self):
        self.assertIn("also the URL", self.rejected("run", "http://127.0.0.1:1/", "--sim", EXAMPLE,
                                                    "--rate", "1/s"))
        self.assertIn("--vary", self.rejected("find", "--sim", EXAMPLE, "--vary", "milli=1,2",
                                              "--p95", "1s"))
        service = self.write("tasks: {large: 5}\n")
        said = self.rejected("simulate", service, "--rate", "1/s")
        self.assertIn("tasks.large", said)
        self.assertIn("one of its tasks", said)

    def test_loads_that_cannot_be(self):
        self.assertIn("rate", self.rejected("simulate", EXAMPLE, "--rate", "0/s"))
        service = self.write("latency: constant:0ms\n")
        done = self.loadline("simulate", service, "--users", "1", "--think", "0s", "--duration",
                             "1s")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("never let time pass", done.err)


if __name__ == "__main__":
    unittest.main()
