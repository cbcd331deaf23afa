"""Every request accounted for by id, through everything a server can do wrong.

The ids that the server saw are a subset of ours, and every one that it did not see has a record
that says why: no connection, a reset, cut at the end, or never sent.
"""
import json
import unittest

from parts import places
from parts.odd_server import OddServer

from harness import EndToEnd

WARMUP, REUSED, LAST, NEVER_SENT = 1, 2, 4, 8
# Kinds after which the server may not have seen the request.
UNSEEN = {"connect_refused", "connect_reset", "connect_timeout", "connect_unreachable", "reset",
          "closed_early", "cut"}


def setUpModule():
    places.come_first()


class Accounts(EndToEnd):
    def measure(self, server, mode, *load):
        document = self.folder / "out.json"
        scenario = self.folder / "scenario.yaml"
        scenario.write_text(f"""
loadline: 1
target: {{url: "http://127.0.0.1:{server.port}"}}
tasks:
  - name: odd
    post: "/{mode}?id=${{counter}}"
    json: {{rows: [1, 2, 3]}}
    timeout: 2s
""")
        # The objective is so loose that a busy machine is no reason to refuse the run.
        done = self.loadline("run", scenario, "--no-preflight", "--no-brake", "--json", document,
                             "--p95", "60s", *load, timeout=120)
        self.assertIn(done.code, (0, 1, 5, 6), done.text)
        self.check_books(server, json.loads(document.read_text()), "--rate" in load, done.text)

    def check_books(self, server, document, open_loop, text):
        step = self.query("SELECT scheduled, dispatched, never_dispatched, attempts, stored, "
                          "skipped, dropped, cut FROM steps WHERE step = 1")[0]
        scheduled, dispatched, never, attempts, stored, skipped, dropped, cut = step
        self.assertEqual(scheduled, dispatched + never, text)
        self.assertEqual(attempts, stored + skipped + dropped, text)
        self.assertEqual((skipped, dropped), (0, 0), text)
        rows = self.query("SELECT a.request, k.name, a.flags, a.attempt, a.scheduled_ns, "
                          "a.dispatched_ns, a.sent_ns, a.done_ns FROM attempts a "
                          "JOIN error_kinds k ON k.kind = a.kind WHERE a.step = 1")
        self.assertEqual(len(rows), stored, text)
        # One record per attempt, one last attempt per request. Arrivals are numbered without a
        # hole; in a closed loop each user has numbers of its own.
        last = {row[0] for row in rows if row[2] & LAST}
        self.assertEqual(len(last), sum(1 for row in rows if row[2] & LAST), text)
        self.assertEqual(len(last), dispatched, text)
        if open_loop and never == 0:
            self.assertEqual(last, set(range(scheduled)), text)
        self.assertEqual(sum(1 for row in rows if row[1] == "cut"), cut, text)

        seen = {int(number) for number in server.seen}
        ours = {row[0] for row in rows}
        self.assertTrue(seen <= ours, f"seen but not recorded: {sorted(seen - ours)[:5]}\n{text}")
        for request, kind, flags, *_ in rows:
            if request not in seen:
                self.assertTrue(kind in UNSEEN or flags & NEVER_SENT,
                                f"request {request} was not seen and is recorded as {kind}")
        for request, kind, flags, _, due, dispatched_at, sent, end in rows:
            stamps = [due, dispatched_at] + ([sent] if sent else []) + [end]
            self.assertEqual(stamps, sorted(stamps), f"request {request}: {kind}")
        # Errors told are errors stored.
        kinds = {}
        for _, kind, flags, *_ in rows:
            if kind != "none" and flags & LAST and not flags & WARMUP:
                kinds[kind] = kinds.get(kind, 0) + 1
        self.assertEqual(sum(document["errors"].values()), sum(kinds.values()), text)

    def both_loops(self, mode, *more):
        for load in (["--users", "8", "--duration", "2s"], ["--rate", "150/s", "--duration", "2s"]):
            with self.subTest(mode=mode, load=load[0]), OddServer() as server:
                self.fresh_store()
                self.measure(server, mode, *load, *more)

    def test_well_behaved(self):
        self.both_loops("ok")
        self.both_loops("ok", "--no-keep-alive")

    def test_resets(self):
        self.both_loops("reset")

    def test_half_close(self):
        self.both_loops("half")

    def test_slow_loris(self):
        self.both_loops("loris")

    def test_garbage(self):
        self.both_loops("garbage")

    def test_early_close(self):
        self.both_loops("early")

    def test_nothing_but_503(self):
        self.both_loops("busy")

    def test_silence_until_the_time_out(self):
        self.both_loops("silent")

    def test_connections_that_are_gone_when_they_are_used_again(self):
        self.both_loops("leaves")

    def test_everything_at_once(self):
        self.both_loops("mixed")
        self.both_loops("mixed", "--retries", "2")
        self.both_loops("mixed", "--max-connections", "3")


if __name__ == "__main__":
    unittest.main()
