"""Secrets over TLS: given by file, to a server that vouches for itself, and nowhere else."""
import base64
import http.server
import json
import ssl
import subprocess
import threading
import unittest

from harness import EndToEnd
import test_secrets
from test_secrets import BEARER, USER, Echo


class Metadata(Echo):
    """Also describes a model to those who know the token."""

    def do_GET(self):
        if not self.path.startswith("/v2/models/"):
            return self.do_POST()
        if not self.headers.get("Authorization"):
            return self.send_error(401)
        Echo.seen.append("GET " + self.headers["Authorization"])
        data = json.dumps({"name": "m", "inputs": [
            {"name": "x", "datatype": "FP32", "shape": [-1, 2]}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        return None


class SecretsOverTls(EndToEnd):
    assert_nowhere = test_secrets.Secrets.assert_nowhere

    def setUp(self):
        super().setUp()
        Echo.seen = []
        self.keys = self.folder / "keys"
        self.keys.mkdir()
        self.ca = self.pair("ca", "/CN=our authority", None)
        server = self.pair("server", "/CN=scoring.test", "subjectAltName=IP:127.0.0.1")
        self.client = self.pair("client", "/CN=client", "extendedKeyUsage=clientAuth")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*server)
        context.load_verify_locations(self.ca[0])
        context.verify_mode = ssl.CERT_OPTIONAL
        self.context = context
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"

    def pair(self, name, subject, extension):
        """Certificate and key as PEM files; all but the authority are signed by it."""
        cert, key = self.keys / f"{name}.pem", self.keys / f"{name}.key"
        command = ["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                   "-nodes", "-subj", subject, "-keyout", key]
        if extension is None:
            subprocess.run([*command, "-x509", "-days", "2", "-out", cert], check=True,
                           capture_output=True)
            return cert, key
        request, extra = self.keys / f"{name}.csr", self.keys / f"{name}.ext"
        extra.write_text(extension + "\n")
        subprocess.run([*command, "-out", request], check=True, capture_output=True)
        subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", self.ca[0], "-CAkey",
                        self.ca[1], "-CAcreateserial", "-days", "2", "-extfile", extra, "-out",
                        cert], check=True, capture_output=True)
        return cert, key

    def run_it(self, *options, path="/score", **variables):
        done = self.loadline("run", self.url + path, "--requests", "5", "--p95", "5s", "--ca-file",
                             self.ca[0], "--json", self.folder / "out.json", *options, **variables)
        self.assertIn(done.code, (0, 6), done.text)
        shown = self.loadline("runs", "show", "@last")
        exported = self.loadline("runs", "export", "@last", "--format", "json")
        curl = self.loadline("runs", "curl", "@last")
        return [done.out, done.err, shown.text, exported.text, curl.text]

    def test_bearer_from_a_file(self):
        token = self.folder / "token"
        token.write_text(BEARER + "\n")
        texts = self.run_it("--bearer-file", token)
        self.assertEqual(set(Echo.seen), {"Bearer " + BEARER})
        self.assertIn("[redacted]", texts[0])
        self.assert_nowhere(BEARER, *texts)

    def test_basic_from_a_file_and_from_the_environment(self):
        login = self.folder / "user"
        login.write_text(USER + "\n")
        coded = base64.b64encode(USER.encode()).decode()
        texts = self.run_it("--basic-file", login) + self.run_it("--basic-env", "LOGIN", LOGIN=USER)
        self.assertEqual(set(Echo.seen), {"Basic " + coded})
        self.assert_nowhere(USER, *texts)

    def test_a_client_certificate_is_asked_for(self):
        self.context.verify_mode = ssl.CERT_REQUIRED
        cert, key = self.client
        texts = self.run_it("--cert-file", cert, "--key-file", key)
        self.assertEqual(len(Echo.seen), 6)  # The preflight and five.
        secret = "".join(key.read_text().splitlines()[1:-1])
        for text in texts:
            self.assertNotIn(secret[:32], text)
        without = self.loadline("run", self.url, "--ca-file", self.ca[0], "--requests", "1")
        # TLS 1.3 tells a client so behind the handshake; a reset may overtake the words.
        self.assertEqual(without.code, 5, without.text)
        self.assertRegex(without.err, "certificate required|reset the connection|closed")
        for wrong in (("--cert-file", cert), ("--cert-file", self.ca[0], "--key-file", key),
                      ("--cert-file", cert, "--key-file", self.folder / "none.key")):
            done = self.loadline("run", self.url, "--ca-file", self.ca[0], *wrong)
            self.assertEqual(done.code, 2, done.text)

    def test_the_question_for_a_model_carries_the_secret_and_tells_nobody(self):
        token = self.folder / "token"
        token.write_text(BEARER)
        done = self.loadline("run", self.url, "--as", "kserve-v2", "--model", "m", "--ca-file",
                             self.ca[0], "--bearer-file", token, "--requests", "2", "--p95", "5s")
        # The echo has no outputs, so the first reply is not a right one; the question was answered.
        self.assertEqual(Echo.seen[0], "GET Bearer " + BEARER)
        self.assertEqual(done.code, 1, done.text)
        self.assertIn("sends x FP32 [-1,2]", " ".join(done.out.split()))
        self.assert_nowhere(BEARER, done.out, done.err)


if __name__ == "__main__":
    unittest.main()
