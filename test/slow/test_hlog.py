"""`runs export --format hlog`, decoded by HdrHistogram's Python port from PyPI: the same figures."""
import json
import math
import pathlib
import subprocess
import unittest

from parts import places, python_packages

from harness import EndToEnd, Standin

DECODE = pathlib.Path(__file__).with_name("parts") / "hlog_decode.py"
PACKAGES = ["hdrhistogram==0.10.8"]


def setUpModule():
    places.come_first()


def value_at(values, share):
    """The smallest value that at least this share does not exceed. (The port's own percentiles round
    the rank to the nearest, which is another convention.)"""
    # A little below, so that 0.95 of 100 is rank 95 although no double is 0.95.
    rank = math.ceil(math.nextafter(share, 0) * sum(count for _, count in values))
    for value, count in values:
        rank -= count
        if rank <= 0:
            return value
    raise AssertionError("an empty histogram")


class Hlog(EndToEnd):
    def test_another_make_reads_the_same_figures(self):
        python = python_packages.install("hdrhistogram", PACKAGES)
        document, log = self.folder / "run.json", self.folder / "run.hlog"
        with Standin("--pods", "8", "--latency", "lognormal:10ms,cv=1") as standin:
            done = self.loadline("run", standin.score, "--rate", "200/s", "--duration", "5s",
                                 "--json", document)
        self.assertEqual(done.code, 0, done.text)
        exported = self.loadline("runs", "export", "@last", "--format", "hlog", "--out", log)
        self.assertEqual(exported.code, 0, exported.text)
        decoded = json.loads(subprocess.run([python, DECODE, log], check=True, capture_output=True,
                                            text=True).stdout)
        result = json.loads(document.read_text())
        self.assertEqual(set(decoded), {"default.response", "default.wire"})
        for tag, summary in (("default.response", "response_ms"), ("default.wire", "wire_ms")):
            with self.subTest(tag):
                read = decoded[tag]
                self.assertEqual(sum(count for _, count in read["values"]), result["succeeded"])
                self.assertGreaterEqual(read["intervals"], 5)
                # In whole nanoseconds: to the last digit.
                told = {name: round(value * 1e6) for name, value in result[summary].items()}
                for name, share in (("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99),
                                    ("p99_9", 0.999)):
                    self.assertEqual(value_at(read["values"], share), told[name], name)
                self.assertEqual(read["values"][-1][0], told["max"])


if __name__ == "__main__":
    unittest.main()
