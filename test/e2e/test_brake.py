"""Nothing is sent to an address that is neither loopback nor private without a yes."""
import unittest

from harness import EndToEnd

# 203.0.113.0/24 and 2001:db8::/32 are reserved for documentation (RFC 5737, 3849): nobody's.
OUTSIDE = ["--resolve", "scoring.test:80:203.0.113.1"]


class Brake(EndToEnd):
    def refused(self, *arguments):
        done = self.loadline(*arguments)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("neither loopback nor private", done.err)
        self.assertIn("--yes", done.err)
        # Before the first request, and so without a record.
        self.assertFalse(self.db.exists(), done.text)
        return done

    def test_every_way_to_measure_stops_before_the_first_request(self):
        self.refused("run", "http://scoring.test/", *OUTSIDE)
        self.refused("run", "http://scoring.test/", *OUTSIDE, "--no-preflight")
        self.refused("find", "http://scoring.test/", "--p95", "1s", *OUTSIDE)
        self.refused("verify", "http://scoring.test/", "--rate", "1", "--p95", "1s", *OUTSIDE)

    def test_target_addresses_and_ceiling_are_told_first(self):
        done = self.refused("find", "http://scoring.test/score", "--p95", "1s", "--max-rate",
                            "77/s", *OUTSIDE)
        self.assertIn("http://scoring.test/score", done.out)
        self.assertIn("203.0.113.1", done.out)
        self.assertIn("77/s", done.out)
        self.assertIn("50 %", done.out)

    def test_ipv6_too(self):
        done = self.refused("run", "http://[2001:db8::1]/")
        self.assertIn("2001:db8::1", done.err)

    def test_quiet_says_why_all_the_same(self):
        done = self.refused("run", "http://scoring.test/", "--quiet", *OUTSIDE)
        self.assertEqual(done.out, "")


if __name__ == "__main__":
    unittest.main()
