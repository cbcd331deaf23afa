"""The stand-in against Erlang C, which it does not contain."""
import json
import math
import unittest

from parts import places

from harness import EndToEnd, Standin


def setUpModule():
    places.come_first()


def erlang_c(servers, offered):
    """Probability that a request waits: `offered` = rate · service time, below `servers`."""
    top = offered ** servers / math.factorial(servers) * servers / (servers - offered)
    return top / (sum(offered ** k / math.factorial(k) for k in range(servers)) + top)


class ErlangC(EndToEnd):
    """M/M/12: Poisson arrivals, exponential service of 50 ms, 12 at a time, endless queue."""
    OPTIONS = ["--pods", "1", "--concurrency", "12", "--queue", "unlimited", "--overhead", "0",
               "--latency", "exponential:50ms"]

    def test_mean_response_at_70_percent(self):
        # 168/s · 0.05 s = 8.4 Erlang on 12 servers. Mean wait = C · 50 ms / (12 - 8.4).
        rate, service = 168, 0.050
        waits = erlang_c(12, rate * service)
        expected = service + waits * service / (12 - rate * service)
        with Standin(*self.OPTIONS) as standin:
            document = self.folder / "out.json"
            done = self.loadline("run", standin.score, "--rate", f"{rate}/s", "--duration", "40s",
                                 "--json", document, timeout=90)
            self.assertEqual(done.code, 0, done.text)
            result = json.loads(document.read_text())
        self.assertTrue(result["valid"], done.text)
        mean = result["response_ms"]["mean"] / 1000
        # Simulated 150 times, such a mean over 40 s has a standard deviation of 2.2 %; four of them.
        # Timers add a few tenths of a millisecond.
        self.assertAlmostEqual(mean / expected, 1, delta=0.09, msg=done.text)

    def test_the_bracket_contains_the_line(self):
        # P(response > x) of M/M/c, by hand: see erlang_line.
        line = erlang_line(12, 0.050, 0.300, 0.05)
        self.assertTrue(200 < line < 240, line)
        with Standin(*self.OPTIONS) as standin:
            document = self.folder / "out.json"
            done = self.loadline("find", standin.score, "--p95", "300ms", "--budget", "100s",
                                 "--precision", "10%", "--json", document, timeout=400)
            self.assertIn(done.code, (0, 6), done.text)
            found = json.loads(document.read_text())["load_line"]
        if found["held_rps"] is not None:
            self.assertLessEqual(found["held_rps"], line, done.text)
        self.assertIsNotNone(found["broken_rps"], done.text)
        self.assertGreaterEqual(found["broken_rps"], line, done.text)


def late_share(servers, service, rate, limit):
    """P(response > limit) of M/M/c: the wait is 0 or exponential with rate c·µ - λ, the service
    exponential with rate µ; their sum, integrated by hand."""
    mu = 1 / service
    waits = erlang_c(servers, rate * service)
    theta = servers * mu - rate
    alone = math.exp(-mu * limit)
    summed = (theta * alone - mu * math.exp(-theta * limit)) / (theta - mu)
    return (1 - waits) * alone + waits * summed


def erlang_line(servers, service, limit, share):
    """The rate at which exactly `share` of the requests take longer than `limit`."""
    low, high = 1.0, servers / service * 0.999999
    for _ in range(100):
        middle = (low + high) / 2
        if late_share(servers, service, middle, limit) > share:
            high = middle
        else:
            low = middle
    return low


if __name__ == "__main__":
    unittest.main()
