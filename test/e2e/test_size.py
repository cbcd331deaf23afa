"""`loadline size`: what it writes is valid for Kubernetes and holds what the answer says, what it
reads is judged, and what is wrong is said with its place."""
import datetime
import fcntl
import json
import math
import os
import pty
import signal
import sqlite3
import struct
import subprocess
import termios
import time

import yaml

from harness import LOADLINE, EndToEnd, Standin
from test_manifests import base_for, merged, validate

SERVICE = ["--latency", "50ms", "--p95", "200ms", "--balance", "least", "--no-confirm"]
RATE = ["--rate", "2000/s", *SERVICE]
POD = ["--pod-cpu", "0.5", "--pod-memory", "512Mi"]


class Size(EndToEnd):
    def size(self, *arguments, code=0):
        done = self.loadline("size", *arguments, "--db", self.db)
        self.assertEqual(done.code, code, done.text)
        return done

    def document(self, *arguments):
        file = self.folder / "size.json"
        self.size(*arguments, "--json", file)
        return json.loads(file.read_text())

    def refused(self, *arguments):
        """The complaint about a size that ends with 2, and says nothing else."""
        done = self.size(*arguments, code=2)
        self.assertEqual(done.out, "")
        return done.err

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path


class Manifests(Size):
    OPTIONS = [*RATE, *POD, "--node", "Standard_D4s_v5", "--survive", "zone", "--output", "m"]

    def read(self, name, folder="m"):
        return yaml.safe_load((self.folder / folder / name).read_text())

    def test_all_are_valid_and_say_what_the_answer_says(self):
        answer = self.document(*self.OPTIONS, "--name", "scorer", "--namespace", "ml", "--container",
                               "predictor", "--label", "app=scorer", "--label", "tier=gpu",
                               "--cpu-limit", "1", "--surge", "10")
        patch, autoscaler, budget = (self.read(name) for name in
                                     ("deployment-patch.yaml", "hpa.yaml", "pdb.yaml"))
        for manifest in (merged(base_for(patch), patch), autoscaler, budget):
            validate(manifest)
            self.assertEqual(manifest["metadata"].get("namespace", "ml"), "ml")
        spec = autoscaler["spec"]
        self.assertEqual(spec["minReplicas"], answer["autoscaler"]["min_pods"])
        self.assertEqual(spec["maxReplicas"], answer["autoscaler"]["max_pods"])
        self.assertEqual(spec["maxReplicas"], answer["pods"])
        self.assertEqual(spec["metrics"][0]["resource"]["target"]["averageUtilization"],
                         round(100 * answer["autoscaler"]["target_share"]))
        self.assertEqual(spec["scaleTargetRef"]["name"], "scorer")
        # A zone takes a third of the fewest pods, rounded up.
        self.assertEqual(budget["spec"]["maxUnavailable"], math.ceil(spec["minReplicas"] / 3))
        self.assertEqual(budget["spec"]["selector"]["matchLabels"], {"app": "scorer", "tier": "gpu"})
        pod = patch["spec"]["template"]["spec"]
        self.assertEqual(pod["containers"][0]["name"], "predictor")
        # 512 MiB and 20 % above them are 614.4 MiB.
        self.assertEqual(pod["containers"][0]["resources"],
                         {"requests": {"cpu": "500m", "memory": "615Mi"},
                          "limits": {"cpu": "1000m", "memory": "615Mi"}})
        self.assertEqual([each["topologyKey"] for each in pod["topologySpreadConstraints"]],
                         ["topology.kubernetes.io/zone", "kubernetes.io/hostname"])
        self.assertEqual(patch["spec"]["strategy"]["rollingUpdate"]["maxSurge"], 10)
        self.assertNotIn("replicas", patch["spec"])
        self.assertEqual([os.path.basename(each["path"]) for each in answer["manifests"]["files"]],
                         ["deployment-patch.yaml", "hpa.yaml", "pdb.yaml"])
        self.assertEqual(answer["manifests"]["commands"],
                         ["kubectl patch deployment scorer -n ml --patch-file "
                          "m/deployment-patch.yaml",
                          "kubectl apply -n ml -f m/hpa.yaml -f m/pdb.yaml"])

    def test_the_reasons_stand_in_the_autoscaler(self):
        self.size(*self.OPTIONS)
        text = (self.folder / "m" / "hpa.yaml").read_text()
        for reason in ("# minReplicas: they keep the objectives at 500/s", "# maxReplicas: 100 pods",
                       "# averageUtilization: ", "p95 < 200ms at 2,000/s with one zone lost"):
            self.assertIn(reason, text)

    def test_a_fixed_number_needs_no_autoscaler(self):
        done = self.size(*self.OPTIONS[:-1], "fixed", "--fixed")
        patch = self.read("deployment-patch.yaml", "fixed")
        validate(merged(base_for(patch), patch))
        self.assertEqual(patch["spec"]["replicas"], 156)
        self.assertFalse((self.folder / "fixed" / "hpa.yaml").exists())
        # The loss of a zone takes 52 of them.
        self.assertEqual(self.read("pdb.yaml", "fixed")["spec"]["maxUnavailable"], 52)
        self.assertIn("kubectl patch deployment model --patch-file fixed/deployment-patch.yaml",
                      done.out)

    def test_an_old_autoscaler_is_told_of(self):
        self.size(*self.OPTIONS)
        self.assertIn("m/hpa.yaml is left from before", self.size(*self.OPTIONS, "--fixed").out)

    def test_its_own_files_are_replaced_and_others_are_not(self):
        self.size(*self.OPTIONS)
        self.size(*self.OPTIONS)
        hpa = self.folder / "m" / "hpa.yaml"
        before = {path.name: path.read_text() for path in hpa.parent.iterdir()}
        hpa.write_text(before["hpa.yaml"].replace("maxReplicas: 189", "maxReplicas: 500"))
        self.assertNotEqual(hpa.read_text(), before["hpa.yaml"])
        complaint = self.refused(*self.OPTIONS, "--name", "other")
        self.assertIn('"m/hpa.yaml" was changed after loadline size wrote it', complaint)
        self.assertIn("--force", complaint)
        # Nothing half-done: the other two are as they were.
        self.assertEqual((hpa.parent / "pdb.yaml").read_text(), before["pdb.yaml"])
        hpa.write_text("kind: Mine\n")
        self.assertIn("exists and is not from loadline size", self.refused(*self.OPTIONS))
        self.assertEqual(hpa.read_text(), "kind: Mine\n")
        self.size(*self.OPTIONS, "--force")
        self.assertEqual(hpa.read_text(), before["hpa.yaml"])

    def test_gpus_and_one_pod_for_each_node(self):
        self.size(*RATE, "--pod-cpu", "0.5", "--gpus", "2", "--one-per-node", "-o", "m")
        patch = self.read("deployment-patch.yaml")
        validate(merged(base_for(patch), patch))
        pod = patch["spec"]["template"]["spec"]
        self.assertEqual(pod["containers"][0]["resources"]["limits"], {"nvidia.com/gpu": "2"})
        self.assertIn("podAntiAffinity", pod["affinity"])

    def test_a_document_that_cannot_be_written_leaves_nothing(self):
        self.refused(*self.OPTIONS, "--json", "/nonexistent/size.json")
        self.assertFalse((self.folder / "m").exists())

    def test_names_that_kubernetes_refuses_write_nothing(self):
        self.assertIn('deployment "Model_1"', self.refused(*self.OPTIONS, "--name", "Model_1"))
        self.assertFalse((self.folder / "m").exists())

    def test_a_folder_that_is_a_file_is_refused(self):
        self.file("m", "mine")
        self.assertIn('"m" is no folder', self.refused(*self.OPTIONS))
        self.assertEqual((self.folder / "m").read_text(), "mine")


class Traffic(Size):
    def history(self, weeks=26, growth=1.4):
        """Hourly: 600/s, growing, twice as high at 14 h as at 2 h, without scatter."""
        start = datetime.datetime(2026, 5, 4)
        lines = ["# mean of each hour", "time,rate"]
        for hour in range(weeks * 168):
            rate = 600 * growth ** (hour / 8766) * math.exp(
                math.log(2) / 2 * math.cos(2 * math.pi * (hour % 24 - 14) / 24))
            lines.append(f"{(start + datetime.timedelta(hours=hour)).isoformat()}Z,{rate:.2f}")
        return self.file("traffic.csv", "\n".join(lines) + "\n")

    def test_a_history_is_sized_for_the_upper_end_of_its_forecast(self):
        answer = self.document("--history", self.history(), "--horizon", "6mo", *SERVICE)
        forecast = answer["forecast"]
        self.assertAlmostEqual(forecast["growth_per_year"], 0.4, delta=0.002)
        # 600 · √2 at its beginning, 26 weeks less an hour and half a year later 1.4^0.998 of that.
        self.assertAlmostEqual(forecast["expected_rps"],
                               600 * math.sqrt(2) * 1.4 ** ((26 * 168 - 1 + 4383) / 8766), delta=3)
        self.assertEqual(answer["rate_rps"], forecast["interval_rps"][1])
        self.assertGreaterEqual(answer["rate_rps"], forecast["expected_rps"])
        text = self.size("--history", "traffic.csv", "--horizon", "6mo", *SERVICE).out
        self.assertIn("TRAFFIC    traffic.csv: 4,368 points over 182 days", text)
        self.assertIn("sized for the upper end", " ".join(text.split()))

    def test_a_horizon_may_be_a_day(self):
        self.history()
        answer = self.document("--history", "traffic.csv", "--horizon", "2027-01-01", *SERVICE)
        self.assertEqual(answer["forecast"]["until"], "2027-01-01")
        self.assertIn("2026-01-01 is before the last row of traffic.csv",
                      self.refused("--history", "traffic.csv", "--horizon", "2026-01-01", *SERVICE))

    def test_minreplicas_follow_the_nights(self):
        self.history()
        answer = self.document("--history", "traffic.csv", "--horizon", "1w", *SERVICE,
                               "--dead-band", "10%")
        scaled = answer["autoscaler"]
        share = answer["forecast"]["lowest_seen_rps"] / answer["forecast"]["highest_seen_rps"]
        self.assertAlmostEqual(scaled["lowest_rps"], answer["rate_rps"] * share, delta=1)
        self.assertLess(scaled["min_pods"], scaled["max_pods"])

    def test_a_wrong_history_is_told_with_line_and_field(self):
        def complaint(text):
            self.file("bad.csv", text)
            return self.refused("--history", "bad.csv", *SERVICE)
        self.assertIn('bad.csv:3: rate: "many" is no number of at least 0, such as 120.5',
                      complaint("time,rate\n2026-11-01,5\n2026-11-02,many\n"))
        self.assertIn('bad.csv:2: time: "1st of May" is no time such as',
                      complaint("time,rate\n1st of May,5\n2026-11-02,6\n"))
        self.assertIn("bad.csv:3: time: 2026-11-01 is not after the row before",
                      complaint("time,rate\n2026-11-02,5\n2026-11-01,6\n"))
        self.assertIn("bad.csv:3: 1 cells, where the header has 2",
                      complaint("time,rate\n2026-11-01,5\n2026-11-02\n"))
        self.assertIn("bad.csv:1: needs a header with the columns time and one of rate",
                      complaint("when,what\n2026-11-01,5\n2026-11-02,6\n"))
        self.assertIn("a history of 2 points over 1.0 days",
                      complaint("time,rate\n2026-11-01,5\n2026-11-02,6\n"))
        self.assertIn("none.csv: cannot open this traffic history: No such file",
                      self.refused("--history", "none.csv", *SERVICE))

    def test_growth_may_be_for_each_year(self):
        answer = self.document("--rate", "500/s", "--growth", "40%/y", "--horizon", "2y", *SERVICE)
        self.assertAlmostEqual(answer["rate_rps"], 500 * 1.4 ** 2, delta=0.01)
        answer = self.document("--rate", "500/s", "--growth", "30%", *SERVICE)
        self.assertAlmostEqual(answer["rate_rps"], 650, delta=1e-6)


class Nodes(Size):
    D4 = [*RATE, *POD, "--node", "Standard_D4s_v5"]

    def test_max_nodes_says_what_rate_they_carry(self):
        self.assertEqual(self.document(*self.D4, "--max-nodes", "16")["nodes"], 16)
        complaint = self.refused(*self.D4, "--max-nodes", "10")
        self.assertIn("111 pods for 2,000/s take 16 nodes, 10 are allowed; those carry 1,20",
                      complaint)
        # 10 nodes of 7 places are 70 pods, 63 without one node's: what they carry fits, a little
        # more does not.
        carried = complaint.split("carry ")[1].split("/s")[0].replace(",", "")
        fits = ["--rate", f"{int(carried) - 5}/s", *SERVICE, *POD, "--node", "Standard_D4s_v5"]
        self.assertLessEqual(self.document(*fits, "--max-nodes", "10")["nodes"], 10)
        fits[1] = f"{int(carried) + 15}/s"
        self.refused(*fits, "--max-nodes", "10")

    def test_what_stands_on_the_nodes_takes_places(self):
        # 3.86 CPU − 0.3 hold 7 pods of 0.5, less 1 for DaemonSets 5.
        d4 = [*RATE, "--pod-cpu", "0.5", "--node", "Standard_D4s_v5"]

        def places(*options):
            return self.document(*d4, *options)["plan"]["groups"][0]["pods_per_node"]
        self.assertEqual(places(), 7)
        self.assertEqual(places("--daemonsets", "1,400Mi"), 5)
        self.assertEqual(places("--daemonsets", "none"), 7)
        self.assertEqual(places("--max-pods", "10"), 6)  # 10 − 4 of DaemonSets.
        # 11.9 GiB − 400 MiB are 11.5: three pods of 3 GiB that peak at 3.6, or of 3.75 that do not.
        self.assertEqual(places("--pod-memory", "3Gi"), 3)
        self.assertEqual(places("--pod-memory", "3750Mi", "--peak-memory", "0%"), 3)
        self.assertEqual(places("--pod-memory", "3750Mi"), 2)
        # Three routers of 1.3 CPU take three places each.
        beside = self.document(*d4, "--cluster-pods", "3x1.3,512Mi")["plan"]
        self.assertEqual(7 * beside["groups"][0]["nodes"] - beside["places"], 9)

    def test_room_for_a_rollout(self):
        without = self.document(*self.D4)
        self.assertFalse(without["plan"]["surge_fits"])
        room = self.document(*self.D4, "--surge", "25%")
        self.assertTrue(room["plan"]["surge_fits"])
        self.assertGreater(room["nodes"], without["nodes"])
        self.assertEqual(self.document(*self.D4, "--surge", "10")["plan"]["surge_pods"], 10)

    def test_an_autoscaler_holds_wherever_it_stands_still(self):
        options = [*RATE, *POD, "--node", "Standard_D4s_v5", "--survive", "none"]
        answer = self.document(*options, "--dead-band", "10%")
        scaled = answer["autoscaler"]
        self.assertLessEqual(scaled["top_of_dead_band_share"], scaled["weakest_may_be_busy_share"])
        self.assertGreaterEqual(answer["plan"]["places"], scaled["max_pods"])
        # At the top of the band the fewest pods serve min · 20/s · 0.53 · 1.1 or the like: no more
        # than what so many hold.
        rate = scaled["top_of_dead_band_share"] * scaled["weakest_pods"] * 20
        needed = self.document("--rate", f"{rate:.1f}/s", *SERVICE)["needed"]["pods"]
        self.assertLessEqual(needed, scaled["weakest_pods"])

    def test_an_autoscaler_takes_nodes_that_lose_few_pods(self):
        # Alone, a fixed number stands cheapest on a few large nodes; an autoscaler would have to keep
        # as many pods spare at its least as such a node holds.
        options = [*RATE, *POD, "--provider", "azure"]
        scaled = self.document(*options, "--dead-band", "10%")
        fixed = self.document(*options)
        places = {name: answer["plan"]["groups"][0]["pods_per_node"]
                  for name, answer in (("scaled", scaled), ("fixed", fixed))}
        self.assertLess(places["scaled"], places["fixed"])
        self.assertEqual(scaled["autoscaler"]["pods_lost_with_a_node"], places["scaled"])
        for node in ("Standard_F8s_v2", "Standard_F16s_v2"):
            other = self.document(*RATE, *POD, "--node", node, "--dead-band", "10%")
            self.assertGreaterEqual(other["usd_per_month"], scaled["usd_per_month"], node)

    def test_instead_names_the_same_promise_with_its_price(self):
        answer = self.document(*self.D4, "--survive", "zone")
        for each in answer["alternatives"]:
            options = [*RATE, *POD, "--node", "Standard_D4s_v5", "--survive", "zone"]
            name, value = each["flag"].split()
            if name == "--balance":
                options[options.index("least")] = value
            else:
                options += [name, value]
            other = self.document(*options)
            self.assertEqual((other["pods"], other["nodes"], other["needed"]["pods"]),
                             (each["pods"], each["nodes"], each["needed"]))
            self.assertAlmostEqual(other["usd_per_month"], each["usd_per_month"], delta=0.01)
        self.assertEqual([each["flag"] for each in answer["alternatives"]],
                         ["--routers 3", "--balance random", "--balance round-robin",
                          "--balance p2c", "--balance central"])

    def test_five_pods_that_must_be_left_of_three_zones_are_eight(self):
        # 2 Erlangs of 50 ms: with nodes and without the same rule, 3 + 3 + 2.
        options = ["--rate", "40/s", "--latency", "50ms", "--p95", "162ms", "--balance", "central",
                   "--survive", "zone", "--no-confirm"]
        bare = self.document(*options)
        self.assertEqual(bare["needed"]["pods"] + math.ceil(bare["needed"]["pods"] / 2), bare["pods"])
        self.assertEqual(self.document(*options, *POD, "--node", "Standard_D4s_v5")["pods"],
                         bare["pods"])

    def test_what_was_assumed_is_listed_with_its_option(self):
        text = self.size(*self.D4).out
        for flag in ("--growth", "--survive", "--daemonsets", "--peak-memory", "--surge", "--hours",
                     "--control-plane", "--zones"):
            self.assertIn(flag, text)
        said = self.size(*self.D4, "--survive", "none", "--hours", "200").out
        assumed = said[said.index("ASSUMED"):said.index("THIN ICE")]
        self.assertNotIn("--survive", assumed)
        self.assertNotIn("--hours", assumed)

    def test_the_text_is_no_wider_than_the_terminal(self):
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        process = subprocess.Popen([LOADLINE, "size", *self.D4, "--survive", "zone"], stdout=theirs,
                                   stderr=theirs, env=self.environment)
        os.close(theirs)
        text = b""
        try:
            while piece := os.read(ours, 65536):
                text += piece
        except OSError:  # How Linux says that nobody holds the other end any more.
            pass
        self.assertEqual(process.wait(60), 0)
        os.close(ours)
        lines = text.decode().replace("\r", "").splitlines()
        self.assertGreater(len(lines), 30)
        for line in lines:
            self.assertLessEqual(len(line), 60, line)


class BadInput(Size):
    def test_rates_and_objectives_that_cannot_be(self):
        self.assertIn('--rate: found "0"; expected a rate above 0',
                      self.refused("--rate", "0", *SERVICE))
        self.assertIn("--rate: '-5/s' is not a rate: it must not be negative", self.refused("--rate", "-5/s", *SERVICE))
        complaint = self.refused("--rate", "5/s", "--latency", "50ms", "--p95", "40ms")
        self.assertIn('"p95 < 40ms" is impossible with any number of pods', complaint)
        self.assertIn("p95 of 150 ms", complaint)  # 50 ms · ln 20.

    def test_what_is_unstable_says_by_how_much(self):
        # 5 M/s · 50 ms = 250,000 Erlangs: 250 % of the most pods there may be.
        self.assertIn("100,000 pods are asked for 250 % of what they can do",
                      self.refused("--rate", "5M/s", *SERVICE))

    def test_pods_and_nodes(self):
        complaint = self.refused(*RATE, "--pod-cpu", "64", "--node", "Standard_D4s_v5")
        self.assertIn("a pod of 64 CPU", complaint)
        self.assertIn("fits onto no node: Standard_D4s_v5 lacks CPU", complaint)
        complaint = self.refused(*RATE, "--pod-cpu", "1", "--node", "Standard_D4s_v4")
        self.assertIn('no node type "Standard_D4s_v4"', complaint)
        self.assertIn("Standard_D4s_v5", complaint)
        self.assertIn("--pod-cpu", self.refused(*RATE, "--node", "Standard_D4s_v5"))
        self.assertIn("--max-nodes: says something of nodes", self.refused(*RATE, "--max-nodes", "3"))

    def test_price_files(self):
        def complaint(text):
            self.file("p.csv", text)
            return self.refused(*RATE, *POD, "--prices", "p.csv")
        header = "type,vcpu,mem_gib,od_usd_h,date\n"
        self.assertIn('--prices: p.csv:2: vcpu: "two" is no number of at least 1',
                      complaint(header + "a,two,8,0.1,2026-11-01\n"))
        self.assertIn("p.csv:2: date: 2999-01-01 is after today",
                      complaint(header + "a,2,8,0.1,2999-01-01\n"))
        self.assertIn('p.csv:1: column "mem_gib" is missing', complaint("type,vcpu,od_usd_h,date\n"))
        self.assertIn("p.csv: no node types in it", complaint(header))
        self.assertIn("none.csv: cannot open this price list",
                      self.refused(*RATE, *POD, "--prices", "none.csv"))

    def test_old_prices_are_used_and_told_of(self):
        day = datetime.date.today() - datetime.timedelta(days=91)
        self.file("p.csv", f"type,vcpu,mem_gib,od_usd_h,date\nmetal,16,64,0.5,{day}\n")
        text = self.size(*RATE, *POD, "--prices", "p.csv").out
        self.assertIn("the prices are 91 days old", text)
        day += datetime.timedelta(days=1)
        self.file("p.csv", f"type,vcpu,mem_gib,od_usd_h,date\nmetal,16,64,0.5,{day}\n")
        self.assertNotIn("the prices are", self.size(*RATE, *POD, "--prices", "p.csv").out)


class Runs(Size):
    """Runs that no model should be fitted to."""

    def fit(self):
        return self.refused("--rate", "300/s", "--from", "@last", "--pods", "4", "--p95", "200ms")

    def test_too_short(self):
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--rate", "20/s", "--arrivals", "poisson",
                          "--requests", "20", "--p95", "200ms")
        self.assertIn("measure longer", self.fit())

    def test_users_depend_on_the_answers(self):
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--users", "4", "--requests", "600")
        self.assertIn("was made with users", self.fit())

    def test_interrupted(self):
        with Standin("--latency", "constant:5ms") as standin:
            process = self.start("run", standin.score, "--rate", "100/s", "--arrivals", "poisson",
                                 "--duration", "60s", "--p95", "200ms")
            self.wait_for(self.spool_files, "a spool file")
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            self.assertEqual(self.finish(process).code, 4)
        self.assertIn("was interrupted", self.fit())

    def test_refused(self):
        with Standin("--latency", "constant:5ms") as standin:
            self.loadline("run", standin.score, "--rate", "100/s", "--requests", "20")
        with sqlite3.connect(self.db) as store:
            store.execute("UPDATE runs SET state = 'refused'")
        self.assertIn("was refused: it measured the generator", self.fit())

    def test_no_run_at_all(self):
        self.assertIn("there is no database", self.fit())


del Size  # Nothing of its own to run.
