"""The engine against nginx, which shares no line with us.

limit_req holds requests back by arithmetic of its own, so what the engine must see is known.
"""
import json
import unittest

from parts import places
from parts.nginx import Nginx
from parts.odd_server import OddServer

from harness import EndToEnd


def setUpModule():
    places.come_first()


@places.needs("nginx")
class AgainstNginx(EndToEnd):
    def measure(self, command, *arguments, timeout=120):
        document = self.folder / "out.json"
        done = self.loadline(command, *arguments, "--json", document, timeout=timeout)
        return json.loads(document.read_text()), done

    def test_a_fixed_delay_of_another_make(self):
        # Python waits 40 ms, nginx passes on, 20 users without think time: 1 / 0.04 s each.
        with OddServer(delay=0.040) as server, Nginx(upstream=server.port) as nginx:
            result, done = self.measure("run", nginx.url("/fixed/ok"), "--users", "20",
                                        "--duration", "5s")
        self.assertEqual(done.code, 0, done.text)
        self.assertTrue(result["valid"], done.text)
        self.assertGreaterEqual(result["wire_ms"]["p50"], 40, done.text)
        self.assertLess(result["wire_ms"]["p50"], 50, done.text)
        # Little: 20 users = rate · response, so rate · response / 20 is 1.
        self.assertAlmostEqual(result["achieved_rps"] * result["response_ms"]["mean"] / 1000 / 20,
                               1, delta=0.02, msg=done.text)

    def test_users_on_connections_that_are_paced(self):
        # Each connection gets a reply every 50 ms, each user has one: 10 users are 200/s.
        with Nginx() as nginx:
            result, done = self.measure("run", nginx.url("/paced"), "--users", "10", "--duration",
                                        "5s")
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(result["errors"], {}, done.text)
        self.assertAlmostEqual(result["achieved_rps"], 200, delta=6, msg=done.text)
        self.assertAlmostEqual(result["response_ms"]["p50"], 50, delta=2, msg=done.text)

    def test_poisson_arrivals_at_a_queue_with_constant_service(self):
        # M/D/1 with 5 ms of service at 160/s: load 0.8, mean wait 0.8 · 5 ms / (2 · (1 - 0.8)) =
        # 10 ms (Pollaczek-Khinchine). nginx counts in whole ms and answers at the beginning of a
        # service. 30 s are 4,800 requests; waits of neighbours are alike over about 1/(1 - 0.8)^2
        # of them, so the mean of 4,800 is known to about 10 ms · sqrt(2 · 25/4800) = 1 ms.
        with Nginx() as nginx:
            result, done = self.measure("run", nginx.url("/queue"), "--rate", "160/s", "--duration",
                                        "30s", "--seed", "3")
        self.assertEqual(done.code, 0, done.text)
        self.assertTrue(result["valid"], done.text)
        self.assertAlmostEqual(result["response_ms"]["mean"], 10, delta=4, msg=done.text)

    def test_constant_arrivals_below_the_service_rate_never_wait(self):
        with Nginx() as nginx:
            result, done = self.measure("run", nginx.url("/queue"), "--rate", "160/s",
                                        "--arrivals", "constant", "--duration", "5s")
        self.assertEqual(done.code, 0, done.text)
        self.assertLess(result["response_ms"]["p50"], 5, done.text)

    def test_the_load_line_of_a_queue_with_constant_service(self):
        # More than 200/s is never held: the queue is 5 ms of work per request.
        with Nginx() as nginx:
            result, done = self.measure("find", nginx.url("/queue"), "--p95", "50ms", "--budget",
                                        "45s", "--max-rate", "1000/s", timeout=240)
        self.assertIn(done.code, (0, 6), done.text)
        line = result["load_line"]
        self.assertIsNotNone(line["broken_rps"], done.text)
        if line["held_rps"] is not None:
            self.assertLess(line["held_rps"], 200, done.text)
            self.assertGreater(line["held_rps"], 100, done.text)

    def test_a_scenario_of_two_tasks(self):
        scenario = self.folder / "scenario.yaml"
        with Nginx() as nginx:
            scenario.write_text(f"""
loadline: 1
target: {{url: "{nginx.url('')}"}}
tasks:
  - name: small
    weight: 9
    get: /
    check: ["status == 200", "$.ok == true"]
  - name: big
    get: /big
    check: ["header content-type contains json"]
objectives: ["p95 < 5s", "errors < 5%"]
load: {{rate: 300/s, duration: 6s}}
""")
            # 1,800 requests: proving errors < 5 % takes about 840 of them without a failure.
            result, done = self.measure("run", scenario)
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(result["errors"], {}, done.text)


@places.needs("nginx", "openssl")
class ClientCertificates(EndToEnd):
    """nginx asks for a certificate of the client (ssl_verify_client on)."""

    def setUp(self):
        super().setUp()
        self.nginx = self.enterContext(Nginx(clients=True))
        self.url = f"https://127.0.0.1:{self.nginx.tls_port}/"

    def run_it(self, *pair, more=()):
        files = ("--cert-file", pair[0], "--key-file", pair[1]) if pair else ()
        document = self.folder / "out.json"
        done = self.loadline("run", self.url, "--users", "2", "--requests", "200", "--ca-file",
                             self.nginx.certificate, *files, "--json", document, *more)
        return done, json.loads(document.read_text()) if document.exists() else None

    def test_who_is_known_is_served(self):
        done, result = self.run_it(*self.nginx.known)
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(result["succeeded"], 200, done.text)
        self.assertEqual(result["target"]["tls"], "TLSv1.3")
        # With a new handshake for each request, too.
        done, result = self.run_it(*self.nginx.known, more=["--no-keep-alive"])
        self.assertEqual((done.code, result["succeeded"]), (0, 200), done.text)

    def test_who_shows_none_or_a_strangers_gets_nginxs_400_in_its_words(self):
        # nginx ends the handshake all the same and refuses each request, so these are no TLS errors.
        for pair, words in [((), "No required SSL certificate was sent"),
                            (self.nginx.stranger, "The SSL certificate error")]:
            with self.subTest(words):
                done, _ = self.run_it(*pair)
                self.assertEqual(done.code, 1, done.text)
                self.assertIn("status 400", done.err)
                done, result = self.run_it(*pair, more=["--no-preflight", "--no-brake"])
                self.assertEqual(done.code, 1, done.text)
                self.assertEqual(result["errors"], {"status": 200}, done.text)
                error = result["steps"][0]["errors"][0]
                self.assertEqual((error["kind"], error["name"]), ("status", "status 400"))
                self.assertIn(words, error["sample"])
                self.assertIn("400", done.out)

    def test_a_key_that_is_not_the_certificates_is_bad_input(self):
        done, _ = self.run_it(self.nginx.known[0], self.nginx.stranger[1])
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("key", done.err)

    def test_a_server_whom_nobody_vouches_for_is_a_tls_error(self):
        done = self.loadline("run", self.url, "--requests", "5", "--cert-file", self.nginx.known[0],
                             "--key-file", self.nginx.known[1])
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("certificate", done.err)


if __name__ == "__main__":
    unittest.main()
