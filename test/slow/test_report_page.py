"""The HTML report in a real Chromium: complete without network, harmless, readable by everybody."""
import http.server
import os
import signal
import threading

from parts import browser, places

from harness import EndToEnd, Standin, free_port

# What a hostile target, or a careless user, would like to see executed.
EVIL = "</script><script>alert('owned')</script><img src=x onerror=alert(1)>\"'&"
PICTURES = os.environ.get("REPORT_PICTURES")  # A folder: keep screenshots and pages there.


class Hostile(http.server.BaseHTTPRequestHandler):
    """Answers the first request well and each further one with an error that is markup."""

    protocol_version = "HTTP/1.1"
    answered = 0

    def do_GET(self):
        Hostile.answered += 1
        body = b"{}" if Hostile.answered == 1 else EVIL.encode()
        self.send_response(200 if Hostile.answered == 1 else 500)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@places.needs("chromium")
class Report(EndToEnd):
    def report(self, name, *arguments):
        """Writes a report and looks at it everywhere; gives what was seen, one per look."""
        path = self.folder / f"{name}.html"
        done = self.loadline("report", *arguments, "--out", path)
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(done.out.strip(), str(path))
        return self.look_at(path)

    def look_at(self, path):
        """Looks at a page everywhere; gives what was seen, one per look."""
        if PICTURES:
            os.makedirs(PICTURES, exist_ok=True)
            (path.parent / path.name).replace(f"{PICTURES}/{path.name}")
            os.symlink(f"{PICTURES}/{path.name}", path)
        seen = browser.look(path, PICTURES)
        self.assertEqual(len(seen), 4)
        for look in seen:
            with self.subTest(look["size"], scheme=look["scheme"]):
                self.assertEqual(look["console"], [])
                self.assertEqual([url for url in look["requests"] if not url.startswith("file:")],
                                 [])
                self.assertEqual(len(look["requests"]), 1, "the page itself and nothing else")
                self.assertEqual(look["dialogs"], [])
                self.assertEqual(look["axe"], [])
                self.assertLessEqual(look["overflow"], 0, "wider than the screen")
                self.assertEqual(look["scripts"], 1)
                self.assertEqual(look["images"], 0)
                for figure, tip in look["tips"].items():
                    self.assertIn("\n", tip, f"{figure} shows no values")
        self.assertLess(path.stat().st_size, 1_500_000)
        return seen

    def test_a_search(self):
        # 4 pods, 10 ms each: 400/s is all they can serve.
        with Standin("--latency", "exponential:10ms", "--overhead", "0") as standin:
            found = self.loadline("find", standin.score, "--p95", "100ms", "--budget", "30s",
                                  timeout=120)
        self.assertIn(found.code, (0, 6), found.text)
        seen = self.report("search", "@last")
        verdict = next(line for line in found.out.splitlines() if line.startswith("LOAD LINE"))
        answer = verdict.split("objectives: ")[1]
        for look in seen:
            self.assertIn("LOAD LINE", look["text"])
            self.assertIn(answer, look["text"])
            for figure in ("search-chart", "percentiles-chart", "rates", "heat", "in-flight",
                           "lateness", "cpu", "lag"):
                self.assertIn(figure, look["figures"])
            self.assertIn("p95", look["tips"]["search-chart"])
            self.assertIn("offered", look["tips"]["rates"])
            # From the lowest load to the highest.
            self.assertNotEqual(*look["keys"])

    def test_a_run_says_what_the_terminal_said(self):
        with Standin("--latency", "constant:5ms") as standin:
            done = self.loadline("run", standin.score, "--rate", "100/s", "--duration", "5s",
                                 "--p95", "5s", "--label", "before")
        self.assertIn(done.code, (0, 6), done.text)
        seen = self.report("run", "before")
        flow = next(line for line in done.out.splitlines() if "goodput" in line).strip()
        for look in seen:
            self.assertIn(flow, look["text"])
            self.assertIn("No request failed.", look["text"])
            self.assertNotIn("search-chart", look["figures"])

    def test_the_looks_would_see_it(self):
        """A script and a picture put into a page are stopped by its policy, and told here."""
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--requests", "5", "--p95", "5s")
        page = self.loadline("report", "--out", "-").out
        path = self.folder / "tampered.html"
        path.write_text(page.replace(
            "<main>", "<main><script>alert(1)</script><img src='https://example.com/x.png'>"))
        for look in browser.look(path):
            self.assertEqual(len(look["console"]), 2, look["console"])
            self.assertEqual(look["dialogs"], [])
            self.assertIn("https://example.com/x.png", look["requests"])
            self.assertTrue(any("image-alt" in fault for fault in look["axe"]), look["axe"])

    def test_a_staircase(self):
        # 2 pods with one request in service and 4 waiting each: 10 users fit in, 12 do not.
        with Standin("--pods", "2", "--queue", "4", "--latency", "constant:5ms", "--overhead",
                     "0") as standin:
            done = self.loadline("find", standin.score, "--strategy", "staircase", "--requests",
                                 "100")
        self.assertEqual(done.code, 0, done.text)
        for look in self.report("staircase"):
            self.assertIn("8 users without errors", look["text"])
            self.assertIn("spread", look["text"])
            self.assertIn("its request, for a terminal", look["text"])
            for figure in ("stairs", "search-chart"):
                self.assertIn(figure, look["figures"])
            self.assertIn("users", look["tips"]["stairs"])

    def test_a_latency_table(self):
        with Standin("--pods", "2", "--latency", "constant:1ms", "--overhead", "5ms", "--queue",
                     "10") as standin:
            self.loadline("find", standin.score, "--strategy", "staircase", "--start", "2",
                          "--step", "10", "--max", "32", "--repeat", "1", "--requests", "60",
                          "--vary", "milli=10,40", "--pods", "2")
        for look in self.report("vary"):
            self.assertIn("achieved ÷ calculated", look["text"])
            self.assertIn("vary-chart", look["figures"])
            self.assertIn("achieved", look["tips"]["vary-chart"])

    def test_a_sizing(self):
        path = self.folder / "size.html"
        done = self.loadline("size", "--rate", "2000/s", "--latency", "50ms", "--p95", "200ms",
                             "--balance", "least", "--pod-cpu", "0.5", "--pod-memory", "512Mi",
                             "--node", "Standard_D4s_v5", "--survive", "zone", "--html", path)
        self.assertEqual(done.code, 0, done.text)
        answer = next(line for line in done.out.splitlines() if line.startswith("ANSWER"))
        for look in self.look_at(path):
            self.assertIn(answer.removeprefix("ANSWER").strip(), look["text"])
            self.assertEqual(look["figures"], ["pods-traffic", "cost-objective", "node-fill"])
            self.assertIn("classic formula", look["tips"]["pods-traffic"])
            self.assertIn("USD", look["tips"]["cost-objective"])
            self.assertIn("DaemonSets", look["tips"]["node-fill"])

    def test_a_run_that_was_sized(self):
        with Standin("--latency", "exponential:10ms", "--overhead", "0") as standin:
            done = self.loadline("run", standin.score, "--rate", "200/s", "--arrivals", "poisson",
                                 "--duration", "10s", "--p95", "60ms", "--label", "before")
        self.assertIn(done.code, (0, 6), done.text)
        measured = ["size", "--from", "before", "--pods", "4", "--balance", "least"]
        for rate in ("500/s", "1000/s"):
            self.assertEqual(self.loadline(*measured, "--rate", rate).code, 0)
        done = self.loadline(*measured, "--rate", "2500/s", "--pod-cpu", "0.5", "--pod-memory",
                             "512Mi", "--node", "Standard_D4s_v5", "--survive", "zone")
        self.assertEqual(done.code, 0, done.text)
        answer = next(line for line in done.out.splitlines() if line.startswith("ANSWER"))
        for look in self.report("sized", "before"):
            self.assertIn(answer.removeprefix("ANSWER").strip(), look["text"])
            for figure in ("rates", "pods-traffic", "cost-objective", "node-fill"):
                self.assertIn(figure, look["figures"])
            self.assertIn("classic formula", look["tips"]["pods-traffic"])
            self.assertIn("USD", look["tips"]["cost-objective"])
            self.assertIn("DaemonSets", look["tips"]["node-fill"])
            self.assertIn("Earlier sizings made from this run", look["text"])
            for rate in ("500/s", "1000/s", "2500/s"):
                self.assertIn(f"--rate {rate}", look["text"])

    def test_users(self):
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--users", "4", "--duration", "3s", "--p95", "5s")
        for look in self.report("users"):
            self.assertIn("users", look["tips"]["in-flight"])

    def test_what_a_target_and_a_user_wrote_stays_text(self):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        Hostile.answered = 0
        self.loadline("run", f"http://127.0.0.1:{server.server_port}/", "--requests", "20",
                      "--label", EVIL, "--client", EVIL, "--p95", "5s", "--no-brake")
        for look in self.report("hostile"):
            self.assertIn("status 500", look["text"])
            self.assertGreaterEqual(look["text"].count(EVIL), 3, "label, client and sample")

    def test_one_request(self):
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--requests", "1", "--p95", "5s")
        for look in self.report("one"):
            self.assertIn("1 requests", look["text"])
            self.assertIn("heat", look["figures"])
            self.assertNotIn("percentiles-chart", look["figures"], "one request is no curve")

    def test_no_data_at_all(self):
        done = self.loadline("run", f"http://127.0.0.1:{free_port()}/", "--requests", "5")
        self.assertEqual(done.code, 5, done.text)
        for look in self.report("unanswered"):
            self.assertIn("FAILED", self.top(look))
            self.assertIn("connect_refused", look["text"])
            self.assertEqual(look["figures"], [])

    def test_an_interrupted_run_says_so_at_the_top(self):
        with Standin("--latency", "constant:5ms") as standin:
            running = self.start("run", standin.score, "--rate", "50/s", "--duration", "60s",
                                 "--p95", "5s")
            self.wait_for(lambda: self.seconds() >= 2, "two seconds in the store")
            for look in self.report("running"):
                self.assertIn("STILL RUNNING", self.top(look))
            running.send_signal(signal.SIGINT)
            self.assertEqual(self.finish(running).code, 4)
        for look in self.report("interrupted"):
            self.assertIn("INTERRUPTED", self.top(look))
            self.assertIn("rates", look["figures"])

    def test_a_killed_run_shows_what_was_kept(self):
        with Standin("--latency", "constant:5ms") as standin:
            running = self.start("run", standin.score, "--rate", "50/s", "--duration", "60s",
                                 "--p95", "5s")
            self.wait_for(lambda: self.seconds() >= 3, "three seconds in the store")
            running.kill()
            self.finish(running)
        for look in self.report("killed"):
            self.assertIn("INTERRUPTED", self.top(look))
            self.assertIn("died in the middle", self.top(look))
            self.assertIn("percentiles-chart", look["figures"])
            self.assertIn("rates", look["figures"])

    def seconds(self):
        return self.query("SELECT count(*) FROM seconds")[0][0] if self.db.exists() else 0

    @staticmethod
    def top(look):
        return "\n".join(look["text"].splitlines()[:12])
