"""nginx on a loopback port: a server of another make, with delays of its own.

/       a reply of 100 bytes, at once
/big    64 KiB of JSON, at once
/paced  each connection gets 20 replies/s at most: nginx holds a request back until 50 ms after the
        one before it (limit_req by connection)
/queue  200 replies/s over all, evenly spaced, first come first served: a queue with constant
        service times of 5 ms (limit_req by address)
/fixed  passed on to `upstream`
/count  what nginx says of itself (stub_status)

With `tls` the same on a second port, `tls_port`, with a certificate that nobody knows; with
`clients` only for those who show a certificate of its authority: `known` and `stranger` are pairs of
files, certificate and key.
"""
import json
import pathlib
import socket
import subprocess
import tempfile
import time

CONFIG = """
worker_processes 1; {affinity}
pid {folder}/nginx.pid; error_log {folder}/error.log; daemon off;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300; default_type application/json;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  limit_req_zone $connection zone=paced:8m rate=20r/s;
  limit_req_zone $server_port zone=queue:1m rate=200r/s;
  limit_req_status 503;
  upstream other {{ server 127.0.0.1:{upstream}; keepalive 512; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096; root {folder};
    {tls}
    location = /count {{ stub_status; }}
    location = / {{ return 200 '{small}'; }}
    location = /big {{ alias {folder}/big.json; }}
    location = /paced {{ limit_req zone=paced burst=1000; try_files /small.json =404; }}
    location = /queue {{ limit_req zone=queue burst=100000; try_files /small.json =404; }}
    location /fixed/ {{ proxy_pass http://other/; proxy_http_version 1.1;
                        proxy_set_header Connection ""; }}
  }}
}}
"""


TLS = """listen 127.0.0.1:{port} ssl backlog=4096; ssl_protocols TLSv1.3;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/cert-key.pem;"""

CLIENTS = "ssl_client_certificate {folder}/authority.pem; ssl_verify_client on;"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def self_signed(folder, name, common_name):
    """Certificate and key, PEM, which vouch for themselves."""
    pair = folder / f"{name}.pem", folder / f"{name}-key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    f"/CN={common_name}", "-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0],
                    "-keyout", pair[1]], check=True, capture_output=True)
    return pair


def signed(folder, name, authority):
    """Certificate and key of a client for whom `authority` vouches."""
    pair = folder / f"{name}.pem", folder / f"{name}-key.pem"
    request = folder / f"{name}.csr"
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}", "-out",
                    request, "-keyout", pair[1]], check=True, capture_output=True)
    subprocess.run(["openssl", "x509", "-req", "-in", request, "-CA", authority[0], "-CAkey",
                    authority[1], "-CAcreateserial", "-days", "2", "-out", pair[0]], check=True,
                   capture_output=True)
    return pair


class Nginx:
    def __init__(self, core=None, upstream=9, tls=False, clients=False):
        self.core, self.upstream, self.tls, self.clients = core, upstream, tls or clients, clients

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        folder = pathlib.Path(self.temporary.name)
        folder.chmod(0o755)  # Its worker is another user if we are root.
        self.port = free_port()
        tls = ""
        if self.tls:
            self.tls_port = free_port()
            tls = TLS.format(port=self.tls_port, folder=folder)
            self.certificate, _ = self_signed(folder, "cert", "127.0.0.1")
        if self.clients:
            tls += CLIENTS.format(folder=folder)
            authority = self_signed(folder, "authority", "our authority")
            self.known = signed(folder, "known", authority)
            self.stranger = signed(folder, "stranger",
                                   self_signed(folder, "other", "their authority"))
        small = json.dumps({"ok": True, "p": "x" * 78})
        (folder / "small.json").write_text(small)
        (folder / "big.json").write_text(json.dumps(
            {"rows": [{"id": i, "score": i / 7, "name": f"row {i}"} for i in range(1250)],
             "ok": True}))
        affinity = ""
        if self.core is not None:
            affinity = f"worker_cpu_affinity {1 << self.core:b};"
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, port=self.port, small=small,
                                        affinity=affinity, upstream=self.upstream, tls=tls))
        self.process = subprocess.Popen(["/usr/sbin/nginx", "-c", config], cwd=folder,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.02)
        self.process.kill()
        raise RuntimeError("nginx did not start: " + (folder / "error.log").read_text())

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.temporary.cleanup()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"
