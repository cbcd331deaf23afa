"""The commands that the documentation shows print what it says they print.

Only those whose answer nothing but the command decides: no measurement, no file of the reader's own.
A line of `…` stands for whatever is left out; the age of the prices is not compared.
"""
import pathlib
import re
import shlex

from harness import EndToEnd

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["sizing.md", "nodes.md", "simulate.md"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ANOTHERS = re.compile(r"--from |@last|traffic\.csv|bad\.csv|own\.csv|failing\.yaml| -o ")


def samples(page):
    """Each command of the page, as words, with the parts of its output that are shown."""
    for language, block in FENCE.findall((ROOT / "docs" / page).read_text()):
        if language not in ("", "console"):
            continue
        for sample in re.split(r"^(?=\$ loadline )", block, flags=re.MULTILINE):
            command, _, shown = sample[2:].replace("\\\n", " ").partition("\n")
            if not sample.startswith("$ loadline ") or ANOTHERS.search(command):
                continue
            yield shlex.split(command)[1:], re.split(r"^\s*…\s*$", shown, flags=re.MULTILINE)


def plain(text):
    return " ".join(re.sub(r"\b\d+\s+days\s+old", "N days old", text).split())


class DocSamples(EndToEnd):
    def test_print_what_the_pages_show(self):
        for page in PAGES:
            tried = 0
            for command, shown in samples(page):
                tried += 1
                with self.subTest(page=page, command=shlex.join(command)):
                    words = [ROOT / word if word.startswith("examples/") else word for word in command]
                    rest = plain(self.loadline(*words, "--db", self.db).text.replace(f"{ROOT}/", ""))
                    for part in map(plain, shown):
                        self.assertIn(part, rest)
                        rest = rest[rest.index(part) + len(part):]
            self.assertGreater(tried, 1, page)
