"""`size --from` of several stored runs: of users, of several numbers of pods. The runs are simulated,
so that what they should show is known."""
import json

from harness import EndToEnd


class SizeFromRuns(EndToEnd):
    def service(self, text):
        path = self.folder / "service.yaml"
        path.write_text(text)
        return path

    def measure(self, pods, service_ms):
        """Three loads of ten minutes; gives the options that name them."""
        service = self.service(f"pods: {pods}\nqueue: unlimited\nbalance: least\n"
                               f"latency: lognormal:{service_ms}ms,cv=0.5\n")
        options = []
        for percent in (20, 60, 80):
            label = f"{pods}pods{percent}"
            rate = percent / 100 * pods * 1000 / service_ms
            done = self.loadline("simulate", service, "--rate", f"{rate:.1f}/s", "--arrivals",
                                 "poisson", "--duration", "10m", "--p95", "5s", "--label", label,
                                 "--db", self.db)
            self.assertIn(done.code, (0, 6), done.text)
            options += ["--from", label, "--pods", str(pods)]
        return options

    def size(self, *arguments):
        document = self.folder / "size.json"
        done = self.loadline("size", "--no-confirm", "--json", document, "--db", self.db,
                             *arguments)
        return done, json.loads(document.read_text()) if done.code == 0 else None

    def test_pods_that_slow_each_other_down(self):
        # Each of n pods takes 50 ms (1 + 0.08 (n − 1)): 54 ms with 2, 62 with 4, 78 with 8.
        runs = []
        for pods, service_ms in ((1, 50), (2, 54), (4, 62), (8, 78)):
            runs += self.measure(pods, service_ms)
        done, answer = self.size("--rate", "60/s", "--p95", "500ms", "--balance", "least",
                                 *runs)
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("pods slow each other down (measured at 1, 2, 4, 8)", done.out)
        self.assertIn("degree of freedom", done.out)
        service = answer["service"]
        slower = 1 + service["sigma"] * 7 + service["kappa"] * 56
        self.assertAlmostEqual(slower, 1.56, delta=0.16)
        self.assertAlmostEqual(service["service_ms"], 50, delta=3)
        # 60/s of 70 ms (5 pods) are 4.2 busy all the time.
        self.assertGreaterEqual(answer["pods"], 5)
        # So far beyond 8 pods the runs say nothing that is worth an answer.
        done, _ = self.size("--rate", "2000/s", "--p95", "500ms", "--balance", "least", *runs)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("slower", done.err)
        self.assertIn("more pods", done.err)

    def test_users_show_how_many_requests_a_pod_works_on(self):
        service = self.service("pods: 1\nqueue: unlimited\nlatency: exponential:20ms\n"
                               "discipline: sharing\nconcurrency: 2\n")
        runs = []
        for users in (1, 2, 4, 16):
            done = self.loadline("simulate", service, "--users", str(users), "--duration", "3m",
                                 "--p95", "1s", "--label", f"users{users}", "--db", self.db)
            self.assertIn(done.code, (0, 1, 6), done.text)
            runs += ["--from", f"users{users}", "--pods", "1"]
        done, answer = self.size("--rate", "300/s", "--p95", "200ms", "--sharing", "--balance",
                                 "random", *runs)
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("a pod works on 2 at once", done.out)
        # 100/s each: 300/s keep 3 pods busy all the time.
        self.assertIn(answer["pods"], (4, 5), done.text)
        done, _ = self.size("--rate", "300/s", "--p95", "200ms", "--sharing", *runs[:8])
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("three loads", done.err)

    def test_users_before_several_pods_need_their_balancer(self):
        service = self.service("pods: 3\nqueue: unlimited\nlatency: exponential:20ms\n"
                               "balance: random\n")
        for users in (2, 30):
            self.loadline("simulate", service, "--users", str(users), "--think", "200ms",
                          "--duration", "5m", "--p95", "1s", "--label", f"users{users}", "--db", self.db)
        runs = ["--from", "users2", "--pods", "3", "--from", "users30", "--pods", "3"]
        done, _ = self.size("--rate", "300/s", "--p95", "200ms", *runs)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("--balance", done.err)
        done, answer = self.size("--rate", "300/s", "--p95", "200ms", "--balance", "random", *runs)
        self.assertEqual(done.code, 0, done.text)
        self.assertAlmostEqual(answer["service"]["service_ms"], 20, delta=1.5)

    def measure_curve(self, pods, loads, slowdown=1.0):
        """Users who never think before pods whose requests slow each other down: σ 0.2, κ 0.001
        within each. `loads` are users per pod; gives the options that name the runs."""
        curve = ", ".join(f"{n / (1 + 0.2 * (n - 1) + 0.001 * n * (n - 1)):.5f}"
                          for n in range(1, 101))
        service = self.service(f"pods: {pods}\nqueue: unlimited\nbalance: random\n"
                               f"latency: exponential:{40 * slowdown:.4f}ms\ncurve: [{curve}]\n")
        options = []
        for users in loads:
            label = f"{pods}pods{users}users"
            done = self.loadline("simulate", service, "--users", str(users * pods), "--duration",
                                 "2m", "--p95", "5s", "--label", label, "--db", self.db)
            self.assertIn(done.code, (0, 1, 6), done.text)
            options += ["--from", label, "--pods", str(pods)]
        return options

    def test_pods_and_requests_in_each_that_slow_each_other_down(self):
        # Each of n pods is 1 + 0.08 (n − 1) times slower: 1.08 with 2, 1.24 with 4, 1.4 with 6.
        runs = []
        for pods in (1, 2, 4, 6):
            runs += self.measure_curve(pods, (1, 3, 8), 1 + 0.08 * (pods - 1))
        document = self.folder / "size.json"
        done = self.loadline("size", "--sharing", "--balance", "random", "--rate", "120/s", "--p95",
                             "2s", "--explain", "--json", document, "--db", self.db, *runs)
        self.assertEqual(done.code, 0, done.text)
        words = " ".join(done.out.split())
        self.assertIn("pods slow each other down (measured at 1, 2, 4, 6, beside what requests in "
                      "each do)", words)
        self.assertIn("requests in a pod slow each other down", words)
        self.assertIn("finished by a pod alone at 1:", words)
        self.assertRegex(words, r"slowdown of each of \d+ pods = 1 \+ contention x")
        self.assertRegex(words, r"a pod does most with \d+ requests")
        answer = json.loads(document.read_text())
        service = answer["service"]
        self.assertAlmostEqual(service["service_ms"], 40, delta=2)
        self.assertAlmostEqual(service["curve"]["sigma"], 0.2, delta=0.05)
        low, high = service["curve"]["sigma_interval"]
        self.assertTrue(low < 0.2 < high, service["curve"])
        low, high = service["curve"]["kappa_interval"]
        self.assertTrue(low <= 0.001 < high, service["curve"])
        scaling = service["scaling"]
        self.assertTrue(scaling["shown"])
        self.assertEqual(scaling["measured_pods"], [1, 2, 4, 6])
        self.assertAlmostEqual(1 + 5 * scaling["sigma"] + 30 * scaling["kappa"], 1.4, delta=0.1)
        needed = answer["needed"]["pods"]
        low, high = scaling["slowdown_interval"]
        self.assertTrue(low < 1 + 0.08 * (needed - 1) < high, scaling)
        # A pod alone finishes 8 / (1 + 1.4 + 0.056) / 40 ms = 81.4/s of 8, so that it takes two, who
        # do 151/s. The simulator has pods and requests slow each other down, too.
        self.assertGreaterEqual(needed, 2)
        confirmed = answer["confirmation"]["objectives"][0]
        self.assertTrue(confirmed["holds"], confirmed)
        self.assertAlmostEqual(confirmed["simulated"] / confirmed["model"], 1, delta=0.2)

    def test_loads_that_do_not_tell_pods_from_requests(self):
        # One pod with few requests, four with many.
        runs = (self.measure_curve(1, (1, 2)) + self.measure_curve(2, (5, 6)) +
                self.measure_curve(4, (14, 16)))
        done, _ = self.size("--sharing", "--balance", "random", "--rate", "120/s", "--p95", "2s",
                            *runs)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("same loads per pod", done.err)
        # At two numbers of pods nothing of the kind is asked.
        done, answer = self.size("--sharing", "--balance", "random", "--rate", "120/s", "--p95",
                                 "2s", *self.measure_curve(1, (4, 12)), *runs[:8])
        self.assertEqual(done.code, 0, done.text)
        self.assertIsNone(answer["service"]["scaling"])
        self.assertIn("whether pods get in each other's way is not measured",
                      " ".join(done.out.split()))
