"""Secrets are in the requests and nowhere else: not on the terminal, not in any file."""
import base64
import http.server
import json
import threading
import unittest
import urllib.parse

from harness import EndToEnd

BEARER = "t0ken/with+odd=chars&%"
USER = "someone:pass word/+="
LOGIN = "l0gin-tok3n+from/the=reply"


class Echo(http.server.BaseHTTPRequestHandler):
    """Gives back what it was told: the worst a service can do. /login hands out a token."""
    protocol_version = "HTTP/1.1"
    seen = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        given = self.headers.get("Authorization", "")
        self.seen.append(given)
        status = 200
        if self.path == "/login":
            reply = {"token": LOGIN}
        else:
            reply = {"authorization": given, "again": urllib.parse.quote(given, safe=""),
                     "coded": base64.b64encode(given.encode()).decode(), "body": body.decode()}
            if self.path == "/broken":
                status = 500
        data = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Seen", given)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST

    def log_message(self, *_):
        pass


def spellings(secret):
    """How a secret may appear: raw, URL-encoded, JSON-escaped, base64 (at every offset)."""
    found = {secret, urllib.parse.quote(secret), urllib.parse.quote(secret, safe=""),
             urllib.parse.quote_plus(secret), json.dumps(secret)[1:-1]}
    raw = secret.encode()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw + b"\0" * 2).decode()
        # Whole groups of the secret alone: what surrounds it changes the first and last ones.
        inner = coded[4 if before else 0:(before + len(raw)) // 3 * 4]
        found |= {inner, inner.replace("+", "-").replace("/", "_")}
    return {spelling.encode() for spelling in found if len(spelling) >= 4}


class Secrets(EndToEnd):
    def setUp(self):
        super().setUp()
        Echo.seen = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def assert_nowhere(self, secret, *texts):
        password = secret.partition(":")[2] or secret
        needles = spellings(secret) | spellings(password)
        places = {f"output {i}": text.encode() for i, text in enumerate(texts)}
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in ("token", "user"):
                places[str(path)] = path.read_bytes()
        self.assertGreater(len(places), len(texts))
        for place, data in places.items():
            for needle in needles:
                self.assertNotIn(needle, data, f"{place} holds {needle!r}")

    def test_bearer_from_the_environment(self):
        done = self.loadline("run", self.url + "/score", "--requests", "20", "--bearer-env", "KEY",
                             "--json", self.folder / "out.json", KEY=BEARER)
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("Bearer " + BEARER, Echo.seen)
        self.assertIn("[redacted]", done.text)  # The echo came back, and was seen.
        shown = self.loadline("runs", "show", "@last")
        exported = self.loadline("runs", "export", "@last", "--format", "json")
        self.assert_nowhere(BEARER, done.out, done.err, shown.text, exported.text)

    def test_bearer_from_a_file_and_replies_that_fail(self):
        token = self.folder / "token"
        token.write_text(BEARER + "\n")
        done = self.loadline("run", self.url + "/broken", "--requests", "20", "--bearer-file",
                             token, "--no-preflight", "--json", self.folder / "out.json")
        self.assertIn("Bearer " + BEARER, Echo.seen)
        self.assert_nowhere(BEARER, done.out, done.err,
                            self.loadline("runs", "show", "@last").text)
        stopped = self.loadline("run", self.url + "/broken", "--bearer-file", token)
        self.assertEqual(stopped.code, 1, stopped.text)
        self.assert_nowhere(BEARER, stopped.out, stopped.err)

    def test_basic(self):
        done = self.loadline("run", self.url + "/score", "--requests", "5", "--basic-env", "LOGIN",
                             LOGIN=USER)
        self.assertEqual(done.code, 0, done.text)
        coded = base64.b64encode(USER.encode()).decode()
        self.assertIn("Basic " + coded, Echo.seen)
        self.assert_nowhere(USER, done.out, done.err)

    def test_a_token_captured_at_login(self):
        scenario = self.folder / "scenario.yaml"
        scenario.write_text(f"""
loadline: 1
target: {{url: "{self.url}"}}
on_start:
  - name: login
    post: /login
    json: {{user: me}}
    capture: {{token: "$.token"}}
tasks:
  - name: score
    post: /score
    headers: {{Authorization: "Bearer ${{token}}"}}
    json: {{}}
load: {{users: 1, requests: 10}}
""")
        done = self.loadline("run", scenario, "--json", self.folder / "out.json")
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("Bearer " + LOGIN, Echo.seen)
        self.assert_nowhere(LOGIN, done.out, done.err,
                            self.loadline("runs", "show", "@last").text)

    def test_a_literal_key_is_refused_and_not_repeated(self):
        for arguments in (["run", self.url.replace("//", f"//me:{'s3cr3tword'}@")],
                          ["run", self.url, "-H", "Authorization: Bearer s3cr3tword"],
                          ["run", self.url, "--set", "target.bearer=s3cr3tword"]):
            done = self.loadline(*arguments)
            self.assertEqual(done.code, 2, done.text)
            self.assertNotIn("s3cr3tword", done.text)
        self.assertEqual(Echo.seen, [])

    def test_killed_in_the_middle(self):
        process = self.start("run", self.url + "/broken", "--users", "2", "--duration", "30s",
                             "--bearer-env", "KEY", "--no-preflight", KEY=BEARER)
        self.addCleanup(process.kill)
        self.wait_for(lambda: any(f.stat().st_size > 4096 for f in self.spool_files()) or
                      process.poll() is not None, "records in the spool")
        process.kill()
        done = self.finish(process)
        # Database, WAL and spool as they lie there now.
        self.assert_nowhere(BEARER, done.out, done.err)


if __name__ == "__main__":
    unittest.main()
