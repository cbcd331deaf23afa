"""Where `loadline report` writes, and what it never overwrites. How the page looks in a browser:
test/slow/test_report_page.py."""
import re
import unittest

from harness import EndToEnd, Standin


class Report(EndToEnd):
    def setUp(self):
        super().setUp()
        with Standin("--latency", "constant:1ms", "--overhead", "0") as standin:
            done = self.loadline("run", standin.score, "--requests", "20", "--p95", "5s",
                                 "--label", "first")
        self.assertIn(done.code, (0, 6), done.text)
        self.identity = self.query("SELECT id FROM runs")[0][0]

    def check(self, page):
        self.assertTrue(page.startswith("<!doctype html>"))
        self.assertTrue(page.endswith("</html>\n"))
        self.assertIn(self.identity, page)
        # The verdict's words, and charts.
        self.assertIn("20 scheduled = 20 dispatched = 20 stored", page)
        self.assertIn('<figure id="heat"', page)
        self.assertNotRegex(page, r"(src|href)=\"(?!#)")

    def test_by_default_of_the_last_run_into_this_folder(self):
        done = self.loadline("report")
        self.assertEqual(done.code, 0, done.text)
        name = f"loadline-{self.identity}.html"
        self.assertEqual(done.out, name + "\n")
        self.check((self.folder / name).read_text())
        # Again, by label: a report may be replaced by a report.
        self.assertEqual(self.loadline("report", "first").code, 0)
        self.assertEqual([path.name for path in self.folder.glob("loadline-*")], [name])

    def test_to_standard_output(self):
        done = self.loadline("report", "@last", "--out", "-")
        self.assertEqual(done.code, 0, done.text)
        self.check(done.out)

    def test_into_a_folder(self):
        (self.folder / "reports").mkdir()
        done = self.loadline("report", "@last", "--out", "reports")
        self.assertEqual(done.code, 0, done.text)
        self.check((self.folder / done.out.strip()).read_text())
        self.assertEqual(done.out.strip(), f"reports/loadline-{self.identity}.html")

    def test_never_over_what_is_not_a_report(self):
        other = self.folder / "thesis.html"
        other.write_text("<!doctype html>\n<p>years of work</p>")
        done = self.loadline("report", "@last", "--out", other)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("--force", done.err)
        self.assertIn("years of work", other.read_text())
        done = self.loadline("report", "@last", "--out", other, "--force")
        self.assertEqual(done.code, 0, done.text)
        self.check(other.read_text())
        # An empty file, as mktemp makes it, is nobody's work.
        empty = self.folder / "empty.html"
        empty.touch()
        self.assertEqual(self.loadline("report", "@last", "--out", empty).code, 0)

    def test_what_cannot_be_written_or_found_is_2(self):
        done = self.loadline("report", "@last", "--out", "no/such/folder/x.html")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("No such file or directory", done.err)
        self.assertEqual(self.loadline("report", "nobody").code, 2)
        self.assertEqual(self.loadline("report", "@last", "--out", "").code, 2)
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_without_a_store_nothing_is_made(self):
        done = self.loadline("report", "@last", "--db", self.folder / "none.db")
        self.assertEqual(done.code, 2, done.text)
        self.assertEqual(list(self.folder.glob("*.html")), [])

    def test_a_run_removed_is_gone_but_its_report_stays(self):
        self.loadline("report", "--out", "kept.html")
        self.loadline("runs", "rm", self.identity, "--yes")
        self.check((self.folder / "kept.html").read_text())
        self.assertTrue(re.search("no run|not", self.loadline("report").err))


if __name__ == "__main__":
    unittest.main()
