"""Sizings of a run: kept by `size --from`, shown by `report`, `runs show` and SQL."""
import json
import os
import re
import sqlite3
import unittest

from harness import EndToEnd

NOBODY = 65534


class Sizings(EndToEnd):
    def setUp(self):
        super().setUp()
        self.measure("before")

    def measure(self, label):
        service = self.folder / "service.yaml"
        service.write_text("pods: 4\nqueue: unlimited\nbalance: least\n"
                           "latency: lognormal:10ms,cv=0.5\n")
        done = self.loadline("simulate", service, "--rate", "250/s", "--arrivals", "poisson",
                             "--duration", "1m", "--p95", "60ms", "--label", label)
        self.assertIn(done.code, (0, 6), done.text)

    def size(self, *options, code=0):
        done = self.loadline("size", "--from", "before", "--pods", "4", "--balance", "least",
                             "--no-confirm", *options)
        self.assertEqual(done.code, code, done.text)
        return done

    def section(self):
        """The section of the run's report; empty without one."""
        done = self.loadline("report", "before", "--out", "-")
        self.assertEqual(done.code, 0, done.text)
        found = re.search(r'<section id="sizing".*?</section>', done.out, re.DOTALL)
        self.assertEqual('href="#sizing"' in done.out, found is not None)
        return found.group() if found else ""

    def rows(self, columns="invocation, pods"):
        return self.query(f"SELECT {columns} FROM sizings ORDER BY number")

    def test_the_answer_is_a_section_of_the_report(self):
        found = self.loadline("find", "--sim", "service.yaml", "--p95", "60ms", "--precision",
                              "40%", "--label", "before")
        self.assertEqual(found.code, 0, found.text)
        self.assertEqual(self.section(), "")
        page = self.folder / "size.html"
        done = self.size("--rate", "2500/s", "--pod-cpu", "0.5", "--node", "Standard_D4s_v5",
                         "--survive", "zone", "--html", page)
        self.assertEqual(done.err, "")
        section = self.section()
        answer = done.out.splitlines()[0].removeprefix("ANSWER").strip()
        self.assertIn(f'<p class="answer first">{answer}</p>', section)
        for head in ("PROMISE", "WHY", "NODES", "THIN ICE"):
            self.assertIn(f">{head}</dt>", section)
        self.assertIn("behind kube-proxy (random)", section)
        self.assertIn("loadline size --from before --pods 4 --balance least", section)
        # The figures of the page of its own, the same to the last letter.
        for figure in ("pods-traffic", "cost-objective", "node-fill"):
            drawn = re.compile(f'<figure id="{figure}".*?</figure>', re.DOTALL)
            self.assertEqual(drawn.search(section).group(), drawn.search(page.read_text()).group())
        self.assertNotIn("Earlier sizings", section)

    def test_of_several_the_newest_in_full_and_the_others_as_a_table(self):
        for rate in ("500/s", "1000/s", "2500/s"):
            self.size("--rate", rate)
        section = self.section()
        newest, earlier = section.split("Earlier sizings made from this run</caption>")
        self.assertIn("2,500/s", newest)
        self.assertNotIn("2,500/s", earlier)
        self.assertLess(earlier.index("1,000/s"), earlier.index("500/s", earlier.index("1,000/s")))
        # Asked again, wherever the answer goes, it is the newest and is not there twice.
        again = self.size("--rate", "500/s", "--json", self.folder / "size.json", "--explain")
        newest, earlier = self.section().split("Earlier sizings made from this run</caption>")
        answer = next(line for line in again.out.splitlines() if line.startswith("ANSWER"))
        self.assertIn(answer.removeprefix("ANSWER").strip(), newest)
        self.assertEqual(earlier.count("<tr>"), 3, "a head and two sizings")
        self.assertEqual([row[0].split("--rate ")[1].split()[0] for row in self.rows()],
                         ["1000/s", "2500/s", "500/s"])

    def test_sql_and_json_have_its_numbers(self):
        document = self.folder / "size.json"
        self.size("--rate", "2500/s", "--provider", "azure", "--pod-cpu", "0.5", "--json", document)
        self.size("--users", "500", "--think", "1s", "--slo", "p95 < 50ms")
        answer = json.loads(document.read_text())
        rate, users = self.query("SELECT rate_rps, users, pods, needed, nodes, usd_per_month, "
                                 "promise, made_utc FROM sizings ORDER BY number")
        self.assertEqual(rate[:6], [2500, None, answer["pods"], answer["needed"]["pods"],
                                    answer["nodes"], answer["usd_per_month"]])
        self.assertTrue(rate[6].startswith("p95 < 60ms at 2,500/s"), rate)
        self.assertRegex(rate[7], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(users[:2] + users[4:7], [None, 500, None, None,
                                                  "p95 < 50ms for 500 users who think 1 s"])
        shown = json.loads(self.loadline("runs", "show", "before", "--json", "-").out)
        self.assertEqual([one["pods"] for one in shown["sizings"]], [users[2], rate[2]])
        self.assertIn("'p95 < 50ms'", shown["sizings"][0]["invocation"])
        exported = self.loadline("runs", "export", "before", "--format", "json").out
        self.assertEqual(json.loads(exported), shown)
        text = self.loadline("runs", "show", "before").out
        self.assertRegex(text, rf"sized +\d{{4}}-\d\d-\d\d, {users[2]} pods: p95 < 50ms for 500")
        self.assertIn(f"{rate[2]} pods, {rate[4]} node", text)

    def test_is_kept_with_each_run_that_it_was_made_from(self):
        self.measure("second")
        self.size("--from", "second", "--pods", "4", "--rate", "1000/s")
        self.assertEqual([row[0] for row in self.query(
            "SELECT label FROM sizings JOIN runs USING (run) ORDER BY run")], ["before", "second"])
        for name in ("before", "second"):
            self.assertIn('<section id="sizing"',
                          self.loadline("report", name, "--out", "-").out)
        self.assertEqual(self.loadline("runs", "rm", "before", "--yes").code, 0)
        self.assertEqual(self.query("SELECT label FROM sizings JOIN runs USING (run)"),
                         [["second"]])
        self.assertEqual(self.query("SELECT count(*) FROM sizings"), [[1]])

    def test_nothing_is_kept_where_it_was_not_asked_for_or_failed(self):
        self.size("--rate", "500/s", "--no-store")
        self.size("--rate", "500/s", "--p95", "1ms", code=2)
        self.size("--rate", "500/s", "--html", self.folder / "none" / "x.html", code=2)
        self.loadline("size", "--rate", "500/s", "--latency", "10ms", "--p95", "60ms")
        self.assertEqual(self.rows(), [])

    def test_a_damaged_one_is_told_and_spoils_nothing(self):
        for rate in ("500/s", "1000/s"):
            self.size("--rate", rate)
        with sqlite3.connect(self.db) as database:
            database.execute("UPDATE sizings SET document = replace(document, '\"level\":1', "
                             "'\"level\":-1')")
        section = self.section()
        self.assertIn("The newest sizing cannot be drawn", section)
        self.assertIn("expected a number", section)
        for rate in ("500/s", "1,000/s"):
            self.assertIn(f"at {rate}</td>", section)
        self.assertIn('<figure id="percentiles-chart"',
                      self.loadline("report", "before", "--out", "-").out)

    def test_an_older_store_that_may_only_be_read_is_read(self):
        with sqlite3.connect(self.db) as database:
            database.executescript("DROP TABLE sizings; PRAGMA user_version = 2; "
                                   "PRAGMA journal_mode = DELETE;")
        self.read_only()
        done = self.as_reader("size", "--from", "before", "--pods", "4", "--rate", "500/s")
        self.assertEqual(done.code, 0, done.text)
        self.assertIn("the sizing was not kept: ", done.err)
        for words in (["report", "before", "--out", "-"], ["runs", "show", "before"],
                      ["runs", "ls"], ["query", "SELECT label FROM runs"]):
            done = self.as_reader(*words)
            self.assertEqual(done.code, 0, done.text)
            self.assertIn("before", done.out)

    def test_the_answer_counts_where_it_cannot_be_kept(self):
        written = self.size("--rate", "500/s", "--no-store").out
        self.read_only()
        done = self.as_reader("size", "--from", "before", "--pods", "4", "--balance", "least",
                              "--no-confirm", "--rate", "500/s")
        self.assertEqual(done.code, 0, done.text)
        self.assertEqual(done.out, written)
        self.assertRegex(done.err, r"^the sizing was not kept: .*loadline\.db.*\n$")

    def read_only(self):
        for path in [*self.db.parent.rglob("*"), self.db.parent]:
            os.chmod(path, 0o555 if path.is_dir() else 0o444)
        os.chmod(self.folder, 0o755)
        self.addCleanup(os.chmod, self.db.parent, 0o755)

    def as_reader(self, *arguments):
        """Runs the program as somebody whom permissions bind."""
        if os.geteuid() == 0:
            self.preexec = lambda: os.setuid(NOBODY)
        try:
            return self.loadline(*arguments)
        finally:
            self.preexec = None


if __name__ == "__main__":
    unittest.main()
