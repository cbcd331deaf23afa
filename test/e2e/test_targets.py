"""What reaches the target, and targets of other kinds: TLS, IPv6, names that are overridden."""
import http.server
import json
import subprocess
import threading
import unittest

from harness import EndToEnd, Standin

EASY = ["--p95", "5s"]


class Recorder(http.server.BaseHTTPRequestHandler):
    """Keeps what it was sent."""
    protocol_version = "HTTP/1.1"
    requests = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.requests.append((self.command, self.path, dict(self.headers), body))
        self.send_response(200)
        data = b"" if self.command == "HEAD" else b'{"score": 1}'
        self.send_header("Content-Length", "12")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = answer

    def log_message(self, *_):
        pass


class Sent(EndToEnd):
    def setUp(self):
        super().setUp()
        Recorder.requests = []
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.port = server.server_address[1]

    def send(self, *options, url=None):
        done = self.loadline("run", url or f"http://127.0.0.1:{self.port}/score", "--requests", "3",
                             *EASY, *options)
        self.assertIn(done.code, (0, 6), done.text)
        # Three and the first one, and as many of each try that a busy machine refused.
        self.assertEqual(len(Recorder.requests) % 4, 0, done.text)
        return Recorder.requests[-4:]

    def test_a_get_by_default(self):
        for method, path, headers, body in self.send():
            self.assertEqual((method, path, body), ("GET", "/score", b""))
            self.assertEqual(headers["Host"], f"127.0.0.1:{self.port}")
            self.assertRegex(headers["User-Agent"], r"^loadline/\d+\.\d+\.\d+$")

    def test_a_post_with_a_body(self):
        for method, _, headers, body in self.send("--body", '{"x": [1, 2]}', "-H", "X-Run: 7",
                                                  "--client", "nightly"):
            self.assertEqual((method, body), ("POST", b'{"x": [1, 2]}'))
            self.assertEqual(headers["Content-Type"], "application/json")
            self.assertEqual(headers["X-Run"], "7")
            self.assertIn("nightly", headers["User-Agent"])

    def test_a_body_from_a_file_and_another_method(self):
        payload = self.folder / "payload.bin"
        payload.write_bytes(bytes(range(256)))
        for method, _, _, body in self.send("--body-file", payload, "-X", "PUT"):
            self.assertEqual((method, body), ("PUT", bytes(range(256))))

    def test_head_has_no_body(self):
        for method, *_ in self.send("-X", "HEAD"):
            self.assertEqual(method, "HEAD")

    def test_templates_make_every_request_another_one(self):
        sent = self.send("--body", '{"id": "${uuid}", "n": ${counter}, "k": ${random.int(1,9)}}')
        bodies = [json.loads(body) for *_, body in sent]
        self.assertEqual(sorted(body["n"] for body in bodies[1:]), [0, 1, 2])
        self.assertEqual(len({body["id"] for body in bodies[1:]}), 3)
        self.assertTrue(all(1 <= body["k"] <= 9 for body in bodies))

    def test_rows_as_mlflow(self):
        rows = self.folder / "rows.csv"
        rows.write_text("acid,name\n7.4,red\n6.1,white\n")
        sent = self.loadline("run", f"http://127.0.0.1:{self.port}", "--as", "mlflow", "--rows",
                             rows, "--requests", "3", "--no-preflight", "--no-brake", *EASY)
        # The reply has no predictions: a 200 that is a failure.
        self.assertIn("predictions", sent.out)
        method, path, _, body = Recorder.requests[0]
        self.assertEqual((method, path), ("POST", "/invocations"))
        split = json.loads(body)["dataframe_split"]
        self.assertEqual(split["columns"], ["acid", "name"])
        self.assertEqual(split["data"], [[7.4, "red"]])

    def test_a_name_that_is_overridden(self):
        self.send("--resolve", f"scoring.test:{self.port}:127.0.0.1",
                  url=f"http://scoring.test:{self.port}/score")
        self.assertEqual(Recorder.requests[0][2]["Host"], f"scoring.test:{self.port}")

    def test_a_name_that_nobody_knows_is_5(self):
        done = self.loadline("run", "http://nobody-knows.invalid/", "--requests", "1")
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("nobody-knows.invalid", done.err)


class Tls(EndToEnd):
    def setUp(self):
        super().setUp()
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=scoring.test", "-addext",
                        "subjectAltName=DNS:scoring.test,IP:127.0.0.1", "-keyout", self.key,
                        "-out", self.cert], check=True, capture_output=True)
        self.standin = self.enterContext(Standin("--latency", "constant:1ms", "--cert",
                                                 str(self.cert), "--key", str(self.key)))

    def run_against(self, url, *options):
        return self.loadline("run", url, "--requests", "5", *EASY, *options)

    def test_a_certificate_that_nobody_vouches_for_is_5(self):
        done = self.run_against(self.standin.score)
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("certificate verify failed", done.err)
        self.assertIn("--insecure", done.err)

    def test_insecure_is_named_in_every_result(self):
        document = self.folder / "out.json"
        done = self.run_against(self.standin.score, "--insecure", "--json", document)
        self.assertIn(done.code, (0, 6), done.text)
        self.assertIn("not verified", done.out.lower())
        self.assertTrue(json.loads(document.read_text())["target"]["insecure"])
        self.assertIn("not verified", self.loadline("runs", "show", "@last").out.lower())

    def test_a_ca_file_and_a_name(self):
        done = self.run_against(self.standin.score, "--ca-file", self.cert)
        self.assertIn(done.code, (0, 6), done.text)
        port = self.standin.port
        named = self.run_against(f"https://scoring.test:{port}/score", "--ca-file", self.cert,
                                 "--resolve", f"scoring.test:{port}:127.0.0.1")
        self.assertIn(named.code, (0, 6), named.text)
        other = self.run_against(f"https://other.test:{port}/score", "--ca-file", self.cert,
                                 "--resolve", f"other.test:{port}:127.0.0.1")
        self.assertEqual(other.code, 5, other.text)

    def test_plain_http_at_a_tls_port_is_5_or_1(self):
        done = self.run_against(self.standin.score.replace("https", "http"))
        self.assertIn(done.code, (1, 5), done.text)


class Ipv6(EndToEnd):
    def test_a_literal_address(self):
        try:
            standin = self.enterContext(Standin("--host", "::1", "--latency", "constant:1ms"))
        except RuntimeError as error:
            self.skipTest(f"no IPv6 here: {error}")
        done = self.loadline("run", standin.score, "--requests", "5", *EASY)
        self.assertIn(done.code, (0, 6), done.text)
        self.assertIn("::1", done.out)


if __name__ == "__main__":
    unittest.main()
