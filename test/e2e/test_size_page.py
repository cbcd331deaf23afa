"""`size --html`: a page with the answer, complete in itself, that replaces nothing of the user's."""
from harness import EndToEnd

OPTIONS = ["size", "--rate", "100/s", "--latency", "20ms", "--p95", "100ms", "--balance", "least",
           "--no-confirm"]


class SizePage(EndToEnd):
    def test_tells_what_the_terminal_tells(self):
        page = self.folder / "size.html"
        done = self.loadline(*OPTIONS, "--html", page)
        self.assertEqual(done.code, 0, done.text)
        text = page.read_text()
        answer = done.out.splitlines()[0].removeprefix("ANSWER").strip()
        self.assertIn(f'<p class="answer first">{answer}</p>', text)
        self.assertIn('<figure id="pods-traffic"', text)
        self.assertIn("--rate 100/s --latency 20ms", text)
        # Again: a page of ours may be replaced.
        self.assertEqual(self.loadline(*OPTIONS, "--html", page).code, 0)

    def test_goes_to_standard_output(self):
        done = self.loadline(*OPTIONS, "--html", "-")
        self.assertEqual(done.code, 0, done.text)
        self.assertTrue(done.out.startswith("<!doctype html>"), done.out[:100])
        self.assertTrue(done.out.rstrip().endswith("</html>"))

    def test_replaces_nothing_else(self):
        notes = self.folder / "notes.html"
        notes.write_text("mine")
        done = self.loadline(*OPTIONS, "--html", notes)
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("--html", done.err)
        self.assertEqual(notes.read_text(), "mine")
        done = self.loadline(*OPTIONS, "--html", self.folder / "none" / "size.html")
        self.assertEqual(done.code, 2, done.text)
        self.assertIn("cannot write", done.err)
