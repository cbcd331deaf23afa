"""Help as manual pages, and completion as bash asks for it."""
import shutil
import subprocess
import unittest

from harness import EndToEnd


class ManualPages(EndToEnd):
    def test_one_page_or_all_of_them(self):
        page = self.loadline("help", "--man", "runs", "show", SOURCE_DATE_EPOCH="86400")
        self.assertEqual(page.code, 0, page.text)
        self.assertTrue(page.out.startswith(".TH LOADLINE\\-RUNS\\-SHOW 1 1970-01-02 "), page.out)
        done = self.loadline("help", "--man", "--out", self.folder)
        self.assertEqual((done.code, done.text), (0, ""))
        names = {path.name for path in self.folder.glob("*.1")}
        self.assertLessEqual({"loadline.1", "loadline-run.1", "loadline-runs-show.1"}, names)

    def test_what_cannot_be_written_or_is_no_page(self):
        self.assertEqual(self.loadline("help", "--man", "nothing").code, 2)
        done = self.loadline("help", "--man", "--out", self.folder / "missing")
        self.assertEqual(done.code, 2)
        self.assertIn("cannot write", done.err)
        self.assertEqual(self.loadline("help", "--out", self.folder).code, 2)


@unittest.skipUnless(shutil.which("bash"), "needs bash")
class Bash(EndToEnd):
    def replies(self, line):
        """What bash would offer when Tab is pressed at the end of `line`."""
        script = self.folder / "completion.bash"
        script.write_text(self.loadline("completion", "bash").out)
        done = subprocess.run(
            ["bash", "-c", f'source {script}; COMP_LINE=$1; COMP_POINT=${{#1}}; _loadline; '
             'printf "%s\\n" "${COMPREPLY[@]}"', "bash", line],
            capture_output=True, text=True, cwd=self.folder, timeout=20)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_subcommands(self):
        self.assertEqual(self.replies("loadline sta"), ["standin"])
        self.assertLessEqual({"ls", "show", "rm", "export"}, set(self.replies("loadline runs ")))
        self.assertEqual(self.replies("loadline help ver"), ["verify", "version"])

    def test_options_of_that_subcommand_only(self):
        self.assertEqual(self.replies("loadline run --pac"), ["--pacing"])
        self.assertEqual(self.replies("loadline runs export --rat"), [])
        self.assertIn("--rate", self.replies("loadline run --"))

    def test_values(self):
        self.assertEqual(self.replies("loadline run --pacing "), ["hybrid", "busy", "timer"])
        self.assertEqual(self.replies("loadline run --rate "), [])
        self.assertEqual(self.replies("loadline query --format "), ["table", "csv", "json"])

    def test_files_where_files_belong(self):
        (self.folder / "practice.yaml").touch()
        self.assertEqual(self.replies("loadline run prac"), ["practice.yaml"])
        self.assertEqual(self.replies("loadline run --db prac"), ["practice.yaml"])
        self.assertEqual(self.replies("loadline runs show prac"), [])

    def test_only_what_stands_behind_an_at_sign_is_inserted(self):
        # bash ends a word at @: of @last it wants the rest.
        self.assertEqual(self.replies("loadline runs show @la"), ["last", "last~1"])

    def test_another_shell_is_refused(self):
        done = self.loadline("completion", "tcsh")
        self.assertEqual(done.code, 2)
        self.assertIn("bash, zsh and fish", done.err)


if __name__ == "__main__":
    unittest.main()
