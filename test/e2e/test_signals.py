"""Ctrl-C once: a complete record and exit 4. Twice: out at once. kill -9: recovered later."""
import json
import signal
import time
import unittest

from harness import EndToEnd, Standin


class Interrupted(EndToEnd):
    def setUp(self):
        super().setUp()
        self.standin = self.enterContext(Standin("--latency", "constant:5ms", "--overhead", "0"))

    def started(self, *arguments):
        """A run that has been storing seconds for a while."""
        process = self.start(*arguments)
        self.addCleanup(process.kill)
        self.wait_for(self.db.exists, "the store appears")
        self.wait_for(lambda: any(f.stat().st_size > 4096 for f in self.spool_files()),
                      "records in the spool")
        return process

    def test_once_leaves_a_complete_record(self):
        for by in (signal.SIGINT, signal.SIGTERM):
            document = self.folder / f"{by.name}.json"
            process = self.started("run", self.standin.score, "--rate", "200/s", "--duration",
                                   "60s", "--json", document)
            time.sleep(1.2)
            process.send_signal(by)
            done = self.finish(process, timeout=20)
            self.assertEqual(done.code, 4, done.text)
            result = json.loads(document.read_text())
            self.assertGreater(result["requests"], 100)
            self.assertEqual(self.spool_files(), [])
            rows = self.query("SELECT count(*) FROM attempts WHERE step = 1 AND run = "
                              "(SELECT max(run) FROM attempts)")
            self.assertGreaterEqual(rows[0][0], result["requests"])
            self.assertIn("interrupted", self.loadline("runs", "ls").out)

    def test_a_search_and_a_verification_too(self):
        for command in (["find", "--p95", "100ms"],
                        ["verify", "--rate", "700/s", "--p50", "5.4ms", "--confidence", "99.9%"]):
            process = self.started(command[0], self.standin.score, *command[1:])
            process.send_signal(signal.SIGINT)
            done = self.finish(process, timeout=20)
            self.assertEqual(done.code, 4, done.text)
            self.assertEqual(self.spool_files(), [])

    def test_twice_leaves_at_once(self):
        # A request that takes 20 s holds the first Ctrl-C back only if the engine waits for it.
        process = self.started("run", self.standin.score, "--rate", "200/s", "--duration", "60s")
        self.standin.process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        done = self.finish(process, timeout=20)
        self.assertEqual(done.code, 4, done.text)
        self.assertLess(time.monotonic() - begun, 10)
        self.standin.process.send_signal(signal.SIGCONT)

    def test_before_the_first_request(self):
        self.standin.process.send_signal(signal.SIGSTOP)
        process = self.start("run", self.standin.score, "--requests", "5", "--timeout", "8s")
        self.addCleanup(process.kill)
        self.wait_for(self.db.exists, "the store appears")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        done = self.finish(process, timeout=20)
        self.standin.process.send_signal(signal.SIGCONT)
        self.assertEqual(done.code, 4, done.text)


class Killed(EndToEnd):
    def test_the_spool_is_recovered_by_whoever_comes_next(self):
        with Standin("--latency", "constant:2ms", "--overhead", "0") as standin:
            process = self.start("run", standin.score, "--rate", "500/s", "--duration", "60s",
                                 "--arrivals", "constant")
            self.addCleanup(process.kill)
            self.wait_for(lambda: any(f.stat().st_size > 100_000 for f in self.spool_files()),
                          "records in the spool")
            process.kill()
            self.finish(process)
            metrics = self.replies_counted(standin)
        listed = self.loadline("runs", "ls")
        self.assertEqual(listed.code, 0, listed.text)
        self.assertIn("recovered run", listed.err)
        self.assertIn("interrupted", listed.out)
        self.assertEqual(self.spool_files(), [])
        # 500/s: nothing before the last 100 ms, which are 50 requests, is missing.
        stored = self.query("SELECT count(*) FROM attempts")[0][0]
        self.assertGreaterEqual(stored, metrics - 50)
        self.assertGreater(stored, 1000)
        # No hole: arrivals are numbered 0, 1, 2…
        numbers = self.query("SELECT count(DISTINCT request), max(request) FROM attempts "
                             "WHERE step = 1")[0]
        self.assertEqual(numbers[0], numbers[1] + 1)
        again = self.loadline("runs", "ls")
        self.assertNotIn("recovered", again.err)

    @staticmethod
    def replies_counted(standin):
        """How many requests the stand-in says it has answered."""
        import urllib.request
        with urllib.request.urlopen(standin.url + "/metrics", timeout=10) as reply:
            text = reply.read().decode()
        return max(int(float(line.split()[-1])) for line in text.splitlines()
                   if "requests" in line and not line.startswith("#"))


if __name__ == "__main__":
    unittest.main()
