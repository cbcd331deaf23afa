"""Runs that measure the generator are refused with the right reason; slow targets never are."""
import json
import os
import resource
import signal
import subprocess
import time
import unittest

from parts import places
from parts.nginx import Nginx
from parts.odd_server import OddServer

from harness import EndToEnd, Standin


# Lateness is judged by the tightest latency objective: with one as loose as this a machine that is
# busy with other things is no reason to refuse a run.
EASY = ["--p95", "60s"]


def setUpModule():
    places.come_first()


class Gate(EndToEnd):
    second_chances = 0
    def measure(self, *arguments, timeout=90):
        """(result, everything printed); the exit code must agree with the document."""
        document = self.folder / f"out{self.stores}.json"
        done = self.loadline("run", *arguments, "--json", document, timeout=timeout)
        self.assertTrue(document.exists(), done.text)
        result = json.loads(document.read_text())
        self.assertEqual(result["exit_code"], done.code, done.text)
        return result, done

    def assert_refused(self, result, done, *words):
        self.assertEqual(done.code, 3, done.text)
        self.assertFalse(result["valid"], done.text)
        self.assertIn("REFUSED", done.out)
        reasons = json.dumps(result["invalid_reasons"]).lower()
        self.assertTrue(any(word in reasons for word in words), f"{reasons}\n{done.text}")

    def assert_valid(self, result, done):
        self.assertTrue(result["valid"], done.text)
        self.assertNotEqual(done.code, 3, done.text)
        self.assertNotIn("REFUSED", done.out)


class Sabotaged(Gate):
    @places.needs_two_cores
    def test_a_spinner_on_the_only_core(self):
        ours, theirs = places.cores()[:2]
        with Nginx(core=theirs) as nginx, places.Spinner(ours, count=3):
            self.prefix = ["taskset", "-c", str(ours)]
            result, done = self.measure(nginx.url("/"), "--rate", "2000/s", "--duration", "5s",
                                        "--threads", "1")
        self.assert_refused(result, done, "taken up late")

    def test_stopped_for_a_while(self):
        with Standin("--latency", "constant:2ms", "--overhead", "0") as standin:
            document = self.folder / "out.json"
            process = self.start("run", standin.score, "--rate", "200/s", "--duration", "8s",
                                 "--json", document)
            self.addCleanup(process.kill)
            self.wait_for(lambda: any(f.stat().st_size > 80 * 200 for f in self.spool_files()),
                          "a second of records")
            process.send_signal(signal.SIGSTOP)
            time.sleep(2)
            process.send_signal(signal.SIGCONT)
            done = self.finish(process)
        result = json.loads(document.read_text())
        self.assert_refused(result, done, "stood still")

    def test_few_descriptors(self):
        self.preexec = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        with Standin("--latency", "constant:200ms", "--pods", "200") as standin:
            result, done = self.measure(standin.score, "--users", "200", "--duration", "3s")
        self.assert_refused(result, done, "descriptor")

    @places.needs_root
    @places.needs("ip", "nsenter")
    def test_a_tiny_port_range(self):
        with places.FewPorts(32) as namespace:
            server = subprocess.Popen(
                [*namespace.enter, os.environ["LOADLINE"], "standin", "--port", "0", "--quiet",
                 "--latency", "constant:1ms"], stdout=subprocess.PIPE, text=True)
            try:
                url = server.stdout.readline().strip()
                self.prefix = namespace.enter
                # 64 users want a connection each, from 32 ports to one address.
                result, done = self.measure(url + "/score", "--users", "64", "--duration", "3s",
                                            "--no-brake")
            finally:
                server.terminate()
                server.communicate()
        self.assert_refused(result, done, "port")

    @places.needs_root
    def test_a_limited_cgroup(self):
        with Nginx() as nginx, places.CpuLimit(0.2) as limit:
            self.preexec = limit.join
            result, done = self.measure(nginx.url("/"), "--rate", "20000/s", "--duration", "4s")
        self.assert_refused(result, done, "throttled")

    @places.needs_root
    def test_a_full_disk_loses_records_and_counts_them(self):
        with Nginx() as nginx, places.SmallDisk(self.folder / "disk", "3m") as disk:
            self.db = disk / "loadline.db"
            # 5 s of 10,000/s are 4 MB of spool: more than there is.
            result, done = self.measure(nginx.url("/"), "--rate", "10000/s", "--duration", "5s")
            self.assertEqual(done.code, 3, done.text)
            generator = result["accounts"]
            self.assertEqual(generator["attempts"],
                             generator["stored"] + generator["skipped"] + generator["dropped"])
            self.assertGreater(generator["dropped"], 0, done.text)
            self.assertRegex(done.text, "(?i)disk|space|record")

    @places.needs("strace")
    def test_a_slow_disk_drops_are_counted(self):
        # Every write to a file takes 300 ms longer; sockets use send and are not touched.
        with Nginx() as nginx:
            self.prefix = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e",
                           "trace=write", "-e", "inject=write:delay_exit=300000"]
            result, done = self.measure(nginx.url("/"), "--rate", "5000/s", "--duration", "5s",
                                        "--threads", "1", timeout=240)
        generator = result["accounts"]
        self.assertEqual(generator["scheduled"],
                         generator["dispatched"] + generator["never_dispatched"], done.text)
        self.assertEqual(generator["attempts"],
                         generator["stored"] + generator["skipped"] + generator["dropped"],
                         done.text)
        if generator["dropped"] > 0:
            self.assertFalse(result["valid"], done.text)
        else:
            self.assertEqual(self.query("SELECT count(*) FROM attempts WHERE step = 1")[0][0],
                             generator["attempts"])


class Healthy(Gate):
    def test_a_slow_target(self):
        with Standin("--pods", "1", "--latency", "constant:300ms", "--queue", "unlimited") as slow:
            result, done = self.measure(slow.score, "--rate", "20/s", "--duration", "5s",
                                        *EASY)
            self.assert_valid(result, done)
            # 5 s bring 100 requests, of which 3.3 per second are served.
            self.assertGreater(result["response_ms"]["p95"], 3000, done.text)

    def test_a_saturated_connection_limit(self):
        with Standin("--pods", "4", "--latency", "constant:50ms") as standin:
            result, done = self.measure(standin.score, "--rate", "200/s", "--duration", "4s",
                                        "--max-connections", "2", *EASY)
            self.assert_valid(result, done)
            self.assertLess(result["wire_ms"]["p50"], 100, done.text)
            self.assertGreater(result["response_ms"]["p50"], 500, done.text)

    def test_a_target_that_answers_503_only(self):
        with OddServer() as server:
            result, done = self.measure(server.url("busy"), "--rate", "50/s", "--duration", "4s",
                                        "--no-preflight", *EASY)
            self.assert_valid(result, done)
            self.assertEqual(done.code, 1, done.text)

    @places.needs_two_cores
    def test_a_target_faster_than_the_generator(self):
        # A reply of 64 KiB costs nginx a copy and us a parser over every byte.
        ours, theirs = places.cores()[:2]
        with Nginx(core=theirs) as nginx:
            self.prefix = ["taskset", "-c", str(ours)]
            result, done = self.measure(nginx.url("/big"), "--users", "64", "--duration", "5s",
                                        "--check", "$.ok == true", "--threads", "1")
        self.assert_valid(result, done)
        self.assertIn("generator-limited", done.text)
        self.assertIn("at least", done.text)


if __name__ == "__main__":
    unittest.main()
