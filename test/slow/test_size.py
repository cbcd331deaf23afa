"""What `size` asks for, tried on the stand-in: the pods it names are not too few, and no more than
are needed."""
import json
import unittest

from parts import places

from harness import EndToEnd, Standin


def setUpModule():
    places.come_first()


class SizedFromARun(EndToEnd):
    """Measured with 2 pods, asked for 300/s: 300 · 0.052 s = 15.6 pods are busy all the time."""
    OPTIONS = ["--balance", "least", "--latency", "lognormal:50ms,cv=0.5"]
    RATE = "300/s"

    def verify(self, pods):
        with Standin("--pods", str(pods), *self.OPTIONS) as standin:
            return self.loadline("verify", standin.score, "--rate", self.RATE, "--p95", "200ms",
                                 "--budget", "60s", timeout=120)

    def test_the_pods_it_asks_for_hold(self):
        with Standin("--pods", "2", *self.OPTIONS) as standin:
            self.loadline("find", standin.score, "--p95", "200ms", "--budget", "60s", timeout=120)
        document = self.folder / "size.json"
        done = self.loadline("size", "--rate", self.RATE, "--from", "@last", "--pods", "2",
                             "--balance", "least", "--json", document, "--db", self.db)
        self.assertEqual(done.code, 0, done.text)
        answer = json.loads(document.read_text())
        pods = answer["needed"]["pods"]
        self.assertGreaterEqual(pods, 16, done.text)
        self.assertLessEqual(pods, 20, done.text)
        # So few pods are within some per cent of their line, where a minute decides nothing: they
        # must not break. With four more, three quarters busy, it has to hold.
        near = self.verify(pods)
        self.assertIn(near.code, (0, 6), f"{pods} pods\n{done.text}\n{near.text}")
        held = self.verify(pods + 4)
        self.assertEqual(held.code, 0, f"{pods + 4} pods\n{held.text}")
        # 15 pods are fewer than are busy all the time: no margin of the fit saves them.
        fewer = self.verify(min(pods - 1, 15))
        self.assertIn(fewer.code, (1, 6), f"{pods} pods\n{done.text}\n{fewer.text}")


if __name__ == "__main__":
    unittest.main()
