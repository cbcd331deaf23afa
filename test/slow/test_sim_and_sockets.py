"""The same scenario through the stand-in's sockets and through the simulator.

Arrivals and service times are the same draws on both sides, so that what differs is what the
simulator leaves out: sockets, threads and a scheduler.
"""
import json
import unittest

from parts import places

from harness import EndToEnd, Standin


def setUpModule():
    places.come_first()


MASK = 2 ** 64 - 1


def mix(value):
    """splitmix64, as base/random.h has it."""
    value = (value + 0x9e3779b97f4a7c15) & MASK
    value = ((value ^ (value >> 30)) * 0xbf58476d1ce4e5b9) & MASK
    value = ((value ^ (value >> 27)) * 0x94d049bb133111eb) & MASK
    return value ^ (value >> 31)


def stream_seed(seed, index):
    return mix(seed ^ mix((index + 0x632be59bd9b4e019) & MASK))


def service_seed(seed):
    """What the first simulated probe of a service file with `seed` draws service times from."""
    return stream_seed(stream_seed(seed, 1), 10)


class SimulatorAgainstSockets(EndToEnd):
    SEED = 7
    DURATION = "15s"

    def measured(self, *arguments):
        document = self.folder / "run.json"
        done = self.loadline("run", *arguments, "--duration", self.DURATION, "--warmup", "1s",
                             "--seed", "3", "--no-preflight", "--json", document, timeout=90)
        self.assertIn(done.code, (0, 1), done.text)
        return json.loads(document.read_text()), done.text

    def compare(self, service, *rates):
        """`service`: keys of a service file, which are the stand-in's options as well."""
        file = self.folder / "service.yaml"
        file.write_text("".join(f"{key}: {value}\n" for key, value in service.items()) +
                        f"seed: {self.SEED}\n")
        options = [word for key, value in service.items() for word in (f"--{key}", str(value))]
        for rate in rates:
            with self.subTest(rate=rate, **service):
                simulated, _ = self.measured("--sim", file, "--rate", rate)
                with Standin(*options, "--seed", str(service_seed(self.SEED))) as standin:
                    real, text = self.measured(standin.score, "--rate", rate)
                print(f"\n{service} at {rate}: " + ", ".join(
                    f"{name} {real['response_ms'][name]:.1f} ms on sockets, "
                    f"{simulated['response_ms'][name]:.1f} simulated" for name in ("mean", "p95"))
                    + f"; 503s {share(real):.4f} and {share(simulated):.4f}")
                self.assertEqual(real["requests"], simulated["requests"], "other arrivals")
                for name, allowed in (("mean", 0.05), ("p95", 0.10)):
                    ratio = real["response_ms"][name] / simulated["response_ms"][name]
                    self.assertLess(abs(ratio - 1), allowed, f"{name}\n{text}")
                self.assertLess(abs(share(real) - share(simulated)), 0.01, text)

    def test_least_busy_of_twelve_pods(self):
        # 12 pods / 52 ms = 231/s: two thirds busy, and nine tenths.
        self.compare({"pods": 12, "balance": "least", "queue": 10, "overhead": "2ms",
                      "latency": "lognormal:50ms,cv=0.5"}, "150/s", "208/s")

    def test_random_pods_that_turn_requests_away(self):
        # 4 pods / 20 ms = 200/s with 2 places to wait each: some 503s at three quarters, many beyond
        # what they can do.
        self.compare({"pods": 4, "balance": "random", "queue": 2, "overhead": "0ms",
                      "latency": "lognormal:20ms,cv=1"}, "150/s", "240/s")

    def test_two_choices_of_pods_that_serve_three_at_a_time(self):
        # 3 pods · 3 / 40 ms = 225/s.
        self.compare({"pods": 3, "concurrency": 3, "balance": "p2c", "queue": "unlimited",
                      "overhead": "0ms", "latency": "exponential:40ms"}, "110/s", "170/s")


def share(document):
    """Of the judged requests, those that were rejected."""
    return sum(step["rejected"] for step in document["steps"]) / document["requests"]


if __name__ == "__main__":
    unittest.main()
