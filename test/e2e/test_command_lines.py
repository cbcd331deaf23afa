"""Wrong command lines: what is wrong, what would be right, exit code 2, nothing sent."""
import unittest

from harness import EndToEnd, free_port

URL = "http://127.0.0.1:1/"

# Words, and what standard error must say (all of it, in any order).
WRONG = [
    # Subcommands.
    (["measure"], ['unknown subcommand "measure"', "run, find, verify"]),
    (["fnid", URL], ['did you mean "find"']),
    ([URL], ["loadline run " + URL]),
    (["scenario.yaml"], ["loadline run scenario.yaml"]),
    (["runs", "shwo"], ['did you mean "runs show"']),
    (["scenario", "print"], ['unknown subcommand "scenario print"', "show, schema, check"]),
    (["help", "nothing"], ['no subcommand "nothing"']),
    # Options and arguments.
    (["run"], ["no target", "a URL, a scenario file, or --overload 1.5x"]),
    (["find"], ["no target", "--continue @last"]),
    (["run", URL, URL], ["does not expect"]),
    (["run", URL, "--raet", "5"], ["did you mean --rate"]),
    (["run", URL, "-rate", "5"], ["did you mean --rate"]),
    (["run", URL, "--frobnicate"], ["no option --frobnicate", "--help"]),
    (["run", URL, "--covers", "1s"], ["belongs to: find, verify"]),
    (["find", URL, "--rate", "5"], ["--max-rate limits it"]),
    (["find", URL, "--users", "5"], ["--max-users limits them"]),
    (["run", URL, "--rate"], ["--rate needs a value"]),
    (["run", URL, "--rate", "--yes"], ["--rate needs a value, but --yes follows"]),
    (["run", URL, "--yes=no"], ["--yes is a switch"]),
    (["run", URL, "--rate", "1", "--rate", "2"], ["--rate was given twice"]),
    (["version", "now"], ['does not expect "now"']),
    # Load.
    (["run", URL, "--users", "5", "--rate", "5"], ["--users", "both rate and users"]),
    (["run", URL, "--rate", "fast"], ["--rate", '"fast"', "200/s"]),
    (["run", URL, "--rate", "-5"], ["--rate", '"-5"']),
    (["run", URL, "--rate", "0"], ["--rate"]),
    (["run", URL, "--rate", "5/fortnight"], ["--rate", "5/fortnight"]),
    (["run", URL, "--users", "0"], ["--users"]),
    (["run", URL, "--users", "2.5"], ["--users"]),
    (["run", URL, "--users", "many"], ["--users", '"many"']),
    (["run", URL, "--duration", "30"], ["--duration", "30"]),
    (["run", URL, "--duration", "-3s"], ["--duration"]),
    (["run", URL, "--requests", "-1"], ["--requests"]),
    (["run", URL, "--arrivals", "uniform", "--rate", "5"], ["--arrivals", "poisson"]),
    (["run", URL, "--think", "soon"], ["--think"]),
    (["run", URL, "--seed", "pi"], ["--seed"]),
    # Target.
    (["run", "ftp://127.0.0.1/"], ["ftp", "http"]),
    (["run", "http://"], ["http://"]),
    (["run", "http://127.0.0.1:99999/"], ["99999"]),
    (["run", "nothing.yaml"], ["nothing.yaml"]),
    (["run", "http://127.0.0.1/a b"], ["a b", "expected a URL"]),
    (["run", URL, "--resolve", "nonsense"], ["--resolve", "host:port:addr"]),
    # Request.
    (["run", URL, "-H", "nocolon"], ["-H"]),
    (["run", URL, "--body", "a", "--body-file", "b"], ["--body"]),
    (["run", URL, "--body-file", "/nonexistent/body.json"], ["/nonexistent/body.json"]),
    (["run", URL, "--as", "soap"], ["--as", "mlflow"]),
    (["run", URL, "--as", "mlflow"], ["rows"]),
    (["run", URL, "--method", "B@D"], ["--method"]),
    (["run", URL, "--bearer-env", "NOT_SET_ANYWHERE"], ["NOT_SET_ANYWHERE"]),
    (["run", URL, "--bearer-file", "/nonexistent/key"], ["/nonexistent/key"]),
    (["run", URL, "--timeout", "-1s"], ["--timeout"]),
    (["run", URL, "--max-connections", "none"], ["--max-connections"]),
    (["run", "https://127.0.0.1:1/", "--ca-file", "/nonexistent/ca.pem"],
     ["/nonexistent/ca.pem"]),
    (["run", URL, "--set", "load.speed=5"], ["--set", 'unknown key "speed"']),
    (["run", URL, "--set", "load.rate"], ["--set"]),
    # Objectives.
    (["run", URL, "--slo", "p95 under 200ms"], ["p95 under 200ms"]),
    (["run", URL, "--slo", "p101 < 1s"], ["p101"]),
    (["run", URL, "--p95", "fast"], ["--p95"]),
    (["run", URL, "--p95", "200"], ["--p95"]),
    (["run", URL, "--errors", "200%"], ["--errors"]),
    (["run", URL, "--slo", "nosuch:p95 < 1s"], ["nosuch"]),
    (["find", URL, "--slo", "mean < 1s"], ["mean"]),
    (["verify", URL, "--rate", "5"], ["objective"]),
    (["verify", URL, "--p95", "1s"], ["--rate", "--users"]),
    # Search.
    (["find", URL, "--p95", "1s", "--by", "pods"], ["--by", "users"]),
    (["find", URL, "--p95", "1s", "--confidence", "120%"], ["--confidence"]),
    (["find", URL, "--p95", "1s", "--precision", "0"], ["--precision"]),
    (["find", URL, "--p95", "1s", "--budget", "soon"], ["--budget"]),
    (["find", URL, "--p95", "1s", "--max-rate", "0"], ["--max-rate"]),
    (["find", "--continue", "@last"], ["loadline.db"]),
    (["find", URL, "--continue", "@last"], ["--continue", "leave out"]),
    # Generator and output.
    (["run", URL, "--threads", "0"], ["--threads", "1 to 1024"]),
    (["run", URL, "--pacing", "fast"], ["--pacing", "hybrid"]),
    (["run", URL, "--records", "most"], ["--records", "sample"]),
    (["run", URL, "--records-limit", "lots"], ["--records-limit", "1GB"]),
    (["run", URL, "--json", "/nonexistent/out.json"], ["--json", "/nonexistent/out.json"]),
    (["run", URL, "--db", "/proc/nowhere/x.db"], ["/proc/nowhere"]),
    # Pipelines.
    (["run", URL, "--junit", "/nonexistent/j.xml"], ["--junit", "/nonexistent/j.xml"]),
    (["run", URL, "--junit", "-"], ["--junit", "expected a file"]),
    (["run", URL, "--junit", "j.xml", "--junit-undecided", "red"], ["skipped or failure"]),
    (["run", URL, "--prometheus", "/"], ["--prometheus", "directory"]),
    (["run", URL, "--metrics-listen", "everywhere"], ["--metrics-listen", "0.0.0.0:9464"]),
    (["run", URL, "--metrics-listen", "192.0.2.1:0"], ["--metrics-listen"]),
    (["run", URL, "--otlp", "collector:4318"], ["--otlp"]),
    (["run", URL, "--otlp", "env"], ["OTEL_EXPORTER_OTLP_ENDPOINT is not set"]),
    (["run", URL, "--otlp", URL, "--otlp-header-env", "NOT_SET_ANYWHERE"], ["NOT_SET_ANYWHERE"]),
    (["run", URL, "--otlp-interval", "5s"], ["--otlp-interval", "--otlp with it"]),
    (["run", URL, "--github", "--no-github"], ["--github"]),
    (["find", URL, "--p95", "1s", "--vary", "milli=20,50", "--junit", "j.xml"],
     ["--vary", "--junit"]),
    # Store.
    (["runs", "ls"], ["loadline.db"]),
    (["runs", "show", "@last"], ["loadline.db"]),
    (["query", "SELECT 1", "--format", "xml"], ['"xml"', "csv"]),
    # The stand-in.
    (["standin", "--pods", "0"], ["--pods"]),
    (["standin", "--latency", "gamma:5ms"], ["--latency", "lognormal"]),
    (["standin", "--port", "99999"], ["--port"]),
    (["standin", "--balance", "luck"], ["--balance", "p2c"]),
    (["standin", "--queue", "some"], ["--queue", "unlimited"]),
    (["standin", "--error-rate", "2"], ["--error-rate"]),
]

# Options that are wrong one by one and all told at once.
SEVERAL = (["run", URL, "--rate", "fast", "--duration", "soon", "--threads", "none", "--slo",
            "p95 is 5"], ["--rate", "--duration", "--threads", "p95 is 5"])


class WrongCommandLines(EndToEnd):
    def check(self, words, expected):
        done = self.loadline(*words, timeout=20)
        self.assertEqual(done.code, 2, f"{words}: {done.text}")
        for piece in expected:
            self.assertIn(piece, done.err, f"{words}")
        for line in done.err.splitlines():
            self.assertLess(len(line), 400, "a message for people, not for a log")
        return done

    def test_each_is_2_with_its_reason(self):
        for words, expected in WRONG:
            with self.subTest(" ".join(words)):
                self.fresh_store()
                self.check(words, expected)

    def test_all_faults_are_told_at_once(self):
        done = self.check(*SEVERAL)
        self.assertGreaterEqual(len(done.err.splitlines()), 4)

    def test_a_port_of_the_standin_that_is_taken(self):
        import socket
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", free_port()))
            taken.listen()
            port = taken.getsockname()[1]
            self.check(["standin", "--port", str(port)], [str(port), "in use"])


class Help(EndToEnd):
    def test_help_and_version_are_0_and_on_standard_output(self):
        for words in (["--help"], ["help"], [], ["run", "--help"], ["find", "-h"],
                      ["verify", "--help"], ["standin", "--help"], ["scenario", "--help"],
                      ["runs", "--help"], ["help", "runs", "export"], ["version"], ["--version"],
                      ["query", "--help"]):
            with self.subTest(words):
                done = self.loadline(*words) if words[:1] != ["query"] else self.loadline(*words)
                self.assertEqual(done.code, 0, done.text)
                self.assertEqual(done.err, "")
                self.assertTrue(done.out)

    def test_version_has_build_facts(self):
        done = self.loadline("version")
        for fact in ("loadline ", "OpenSSL", "SQLite", "built"):
            self.assertIn(fact, done.out)


if __name__ == "__main__":
    unittest.main()
