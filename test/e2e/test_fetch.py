"""What is fetched before a load: data behind a URL, a description, a model's metadata."""
import hashlib
import http.server
import json
import ssl
import subprocess
import threading
import unittest

from harness import EndToEnd, Standin

ROWS = b"x\n1.5\n2.5\n"
SHA = hashlib.sha256(ROWS).hexdigest()
LOOSE = ["--p95", "5s"]


class Files(http.server.BaseHTTPRequestHandler):
    """Serves ROWS and a few ways of going wrong; notes what was asked for."""
    protocol_version = "HTTP/1.1"
    asked = []
    documents = {}

    def do_GET(self):
        Files.asked.append(self.path)
        path = self.path.partition("?")[0]
        if path == "/moved.csv":
            return self.reply(302, b"", Location="/rows.csv?signed=later")
        if path == "/round.csv":
            return self.reply(302, b"", Location="/round.csv")
        if path == "/plain.csv":
            return self.reply(302, b"", Location="http://127.0.0.1:1/rows.csv")
        if path == "/zipped.csv":
            return self.reply(200, ROWS, **{"Content-Encoding": "gzip"})
        if path == "/cut.csv":
            self.close_connection = True
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(ROWS)
            return None
        if path in ("/rows.csv", "/other.csv"):
            return self.reply(200, ROWS if path == "/rows.csv" else b"x\n9\n")
        document = Files.documents.get(path)
        return self.reply(200 if document else 404, document or b"no")

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def certificate(folder):
    """A certificate for the loopback that vouches for itself, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=here",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    return cert, key


class Fetching(EndToEnd):
    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache"
        self.environment["XDG_CACHE_HOME"] = str(self.cache)
        self.standin = self.enterContext(Standin("--latency", "constant:2ms", "--overhead", "0"))
        self.cert, key = certificate(self.folder)
        self.plain = self.serve(None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, key)
        self.tls = self.serve(context)
        Files.asked.clear()
        Files.documents = {}

    def serve(self, context):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"


class Data(Fetching):
    def scenario(self, url, sha256=SHA, more="", form="csv"):
        path = self.folder / "scenario.yaml"
        checksum = f", sha256: {sha256}" if sha256 else ""
        path.write_text(f"""loadline: 1
target: {{url: "{self.standin.score}"}}
data:
  people: {{{form}: "{url}"{checksum}{more}}}
tasks:
  - {{post: "", json: {{x: "${{people.x}}"}}}}
load: {{users: 1, requests: 4}}
""")
        return path

    def check(self, *arguments, **more):
        return self.loadline("scenario", "check", self.scenario(*arguments, **more))

    def test_rows_over_tls_fill_requests_and_are_kept(self):
        path = self.scenario(self.tls + "/moved.csv", more=f", ca_file: {self.cert}")
        done = self.loadline("run", path, *LOOSE)
        self.assertIn(done.code, (0, 6), done.text)
        self.assertIn(f"people: fetched {len(ROWS)} B from {self.tls}/moved.csv", done.out)
        self.assertEqual(Files.asked, ["/moved.csv", "/rows.csv?signed=later"])
        kept = self.cache / "loadline" / "data" / SHA
        self.assertEqual(kept.read_bytes(), ROWS)
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.assertEqual([file.name for file in kept.parent.iterdir()], [SHA])

        Files.asked.clear()
        again = self.loadline("run", path, *LOOSE)
        self.assertIn(again.code, (0, 6), again.text)
        self.assertEqual(Files.asked, [])  # No network the second time.
        self.assertNotIn("fetched", again.text)

    def test_the_stored_scenario_can_be_read_again(self):
        shown = self.loadline("scenario", "show", self.scenario(self.plain + "/rows.csv"))
        self.assertEqual(shown.code, 0, shown.text)
        self.assertIn(f"sha256: {SHA}" if SHA[0].isalpha() else f'sha256: "{SHA}"', shown.out)
        copy = self.folder / "copy.yaml"
        copy.write_text(shown.out)
        self.assertEqual(self.loadline("scenario", "show", copy).out, shown.out)

    def test_the_targets_authorities_vouch_for_data_too(self):
        path = self.scenario(self.tls + "/rows.csv")
        self.assertEqual(self.loadline("scenario", "check", path).code, 2)
        done = self.loadline("scenario", "check", path, "--ca-file", self.cert)
        self.assertEqual(done.code, 0, done.text)

    def test_json_lines_are_fetched_as_well(self):
        rows = b'{"x": 1}\n{"x": 2}\n'
        Files.documents["/rows.jsonl"] = rows
        done = self.check(self.plain + "/rows.jsonl", hashlib.sha256(rows).hexdigest(), form="jsonl")
        self.assertEqual(done.code, 0, done.text)

    def test_a_missing_checksum_is_told(self):
        done = self.check(self.plain + "/rows.csv", sha256="")
        self.assertEqual(done.code, 2)
        self.assertIn("scenario.yaml:4: data.people.csv", done.err)
        self.assertIn(f"sha256: {SHA}", done.err)

    def test_another_file_than_expected_is_refused(self):
        done = self.check(self.plain + "/other.csv")
        self.assertEqual(done.code, 2)
        self.assertIn(hashlib.sha256(b"x\n9\n").hexdigest(), done.err)

    def test_a_damaged_copy_is_fetched_again(self):
        kept = self.cache / "loadline" / "data" / SHA
        kept.parent.mkdir(parents=True)
        kept.write_bytes(ROWS[:-2])
        self.assertEqual(self.check(self.plain + "/rows.csv").code, 0)
        self.assertEqual(kept.read_bytes(), ROWS)

    def test_a_cache_that_cannot_be_written_is_a_note(self):
        self.cache.write_text("not a folder")
        done = self.check(self.plain + "/rows.csv")
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("not kept for the next run", done.err)

    def test_what_goes_wrong_is_said_without_the_query(self):
        for path, words in (("/none.csv", "status 404"), ("/round.csv", "more than 5 redirects"),
                            ("/zipped.csv", "compressed"), ("/cut.csv", "closed")):
            done = self.check(self.plain + path + "?who=me")
            self.assertEqual(done.code, 2, done.text)
            self.assertIn("scenario.yaml:4: data.people.csv", done.err)
            self.assertIn(words, done.err)
            self.assertNotIn("who=me", done.err)
        done = self.check("http://example.invalid/rows.csv")
        self.assertIn("plain http only on the loopback", done.err)
        done = self.check(self.tls + "/plain.csv", more=f", ca_file: {self.cert}")
        self.assertIn("from https to http", done.err)
        done = self.check(self.tls + "/rows.csv")
        self.assertIn("certificate verify failed", done.err)
        Files.asked.clear()
        done = self.check(self.plain + "/rows.csv?sig=s3cr3tword")
        self.assertIn("a secret in the URL (sig=…)", done.err)
        self.assertNotIn("s3cr3tword", done.text)
        done = self.check(self.plain + "/rows.csv", sha256="abc")
        self.assertIn("64 hexadecimal digits", done.err)
        self.assertEqual(Files.asked, [])  # Refused before anything is asked for.

    def test_rows_want_a_data_set_for_a_url(self):
        done = self.loadline("run", self.standin.score, "--rows", self.plain + "/rows.csv")
        self.assertEqual(done.code, 2)
        self.assertIn("the name of a data set", done.err)


class Description(Fetching):
    def test_openapi_from_a_url(self):
        Files.documents["/api/openapi.json"] = json.dumps({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "servers": [{"url": "/v1"}],
            "paths": {"/score": {"post": {"operationId": "score", "requestBody": {"content": {
                "application/json": {"example": {"milli": 3}}}}, "responses": {}}}}}).encode()
        done = self.loadline("scenario", "from", "openapi", self.tls + "/api/openapi.json?sig=word",
                             "--ca-file", self.cert)
        self.assertEqual(done.code, 0, done.text)
        self.assertIn(self.tls + "/v1", done.out)
        self.assertNotIn("sig=word", done.text)
        missing = self.loadline("scenario", "from", "openapi", self.plain + "/none.json")
        self.assertEqual(missing.code, 2, missing.text)
        self.assertIn("status 404", missing.err)


class Model(Fetching):
    """A payload made of what the server says of its model."""

    def run_it(self, *options, model="iris"):
        document = self.folder / "run.json"
        done = self.loadline("run", self.standin.url, "--model", model, "--requests", "5",
                             "--json", document, *LOOSE, *options)
        self.assertIn(done.code, (0, 6), done.text)
        self.assertEqual(json.loads(document.read_text())["errors"], {})
        return done

    def test_kserve_v2_and_tfserving(self):
        done = self.run_it("--as", "kserve-v2")
        self.assertIn("sends x FP64 [-1]: zeros", " ".join(done.out.split()))
        stored = self.query("SELECT scenario FROM runs")[0][0]
        self.assertIn("datatype", stored)  # Whoever goes on from the run needs not ask again.
        self.assertIn("sends x DT_DOUBLE [-1]", " ".join(self.run_it("--as", "tfserving").out.split()))

    def test_a_server_that_does_not_know_it_is_2_and_a_silent_one_5(self):
        done = self.loadline("run", self.plain, "--as", "kserve-v2", "--model", "iris")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn(f"{self.plain}/v2/models/iris: status 404", done.err)
        done = self.loadline("run", "http://127.0.0.1:1", "--as", "kserve-v2", "--model", "iris")
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("connection refused", done.err)
        done = self.loadline("run", self.standin.url, "--as", "kserve-v1", "--model", "iris")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("--rows data.csv", done.err)


if __name__ == "__main__":
    unittest.main()
