"""A server that freezes for 2 s: the response time shows it, the wire time cannot.

Coordinated omission, by hand. 500 requests/s for 20 s are 10,000. While the server is frozen
(F = 2 s) none is answered; the request due t seconds after the freeze began is answered when the
server has thawed and the D requests/s that 8 connections can then carry have worked off the t · 500
requests before it: after (F - t) + t · 500/D seconds. The queue is gone T = F · D/(D - 500) after
the freeze began, and delays fall from F to 0 evenly over T · 500 requests. So the share of all
requests that wait longer than x is (T · 500 / 10,000) · (1 - x/F):

    p95 = F · (1 - 0.05 · 20/T)      p99 = F · (1 - 0.01 · 20/T)

With D much larger than 500, T = F: p95 = 1.0 s, p99 = 1.8 s. On the wire, 8 connections have one
request each when the freeze begins: 8 of 10,000, so not even p99.9 sees them.
"""
import json
import signal
import time
import unittest

from parts import places

from harness import EndToEnd, Standin

RATE, LENGTH, FROZEN = 500, 20.0, 2.0


def setUpModule():
    places.come_first()


class Freeze(EndToEnd):
    def frozen_run(self, *options):
        for chance in range(1 + self.second_chances):
            if chance:
                self.fresh_store()
            done, frozen, document = self.freeze_once(*options)
            if done.code != 3:
                break
        self.assertEqual(done.code, 0, done.text)
        result = json.loads(document.read_text())
        self.assertTrue(result["valid"], f"a frozen target is no fault of ours\n{done.text}")
        self.assertEqual(result["requests"], RATE * LENGTH, done.text)
        return result, frozen, done.text

    def freeze_once(self, *options):
        """(the run, how long the server was frozen, the file of the result)."""
        document = self.folder / "out.json"
        with Standin("--pods", "8", "--latency", "constant:0.5ms", "--overhead", "0", "--queue",
                     "unlimited") as standin:
            process = self.start("run", standin.score, "--rate", f"{RATE}/s", "--arrivals",
                                 "constant", "--duration", "20s", "--threads", "1", "--json",
                                 document, *options)
            self.addCleanup(process.kill)
            self.wait_for(lambda: any(f.stat().st_size > 80 * RATE * 3 for f in
                                      self.spool_files()), "three seconds of records")
            begun = time.monotonic()
            standin.process.send_signal(signal.SIGSTOP)
            time.sleep(FROZEN)
            standin.process.send_signal(signal.SIGCONT)
            frozen = time.monotonic() - begun
            return self.finish(process), frozen, document

    def drained(self, frozen):
        """How long requests were delayed at all, T: from what the store says of each of them."""
        late = self.query("SELECT count(*) FROM attempts WHERE step = 1 AND "
                          "done_ns - scheduled_ns > 20000000")[0][0]
        self.assertGreaterEqual(late / RATE, 0.95 * frozen)
        return late / RATE

    def assert_response_as_computed(self, result, frozen, text):
        total = self.drained(frozen)
        for key, share in (("p95", 0.05), ("p99", 0.01)):
            expected = frozen * (1 - share * LENGTH / total)
            self.assertAlmostEqual(result["response_ms"][key] / 1000, expected, delta=0.1,
                                   msg=f"{key}: {text}")

    def test_with_8_connections_only_the_response_time_shows_it(self):
        result, frozen, text = self.frozen_run("--max-connections", "8")
        self.assert_response_as_computed(result, frozen, text)
        self.assertLess(result["wire_ms"]["p99"], 50, text)

    def test_without_the_limit_both_show_it(self):
        result, frozen, text = self.frozen_run()
        self.assert_response_as_computed(result, frozen, text)
        self.assertGreater(result["wire_ms"]["p95"], 500, text)
        self.assertGreater(result["wire_ms"]["p99"], 1500, text)


if __name__ == "__main__":
    unittest.main()
