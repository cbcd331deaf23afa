#!/usr/bin/env python3
"""Makes report.png: a search against the stand-in, its HTML report, and Chromium's picture of the
top of it. `docs/figures/report.py [PAGE]`, from the root of a built checkout; with PAGE, of that one.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOADLINE = ROOT / "build" / "release" / "loadline"
PICTURE = ROOT / "docs" / "figures" / "report.png"
WIDTH = 1060
SHARPNESS = 1.4  # Pixels of the picture per pixel of the page.


def picture(page_path):
    """Runs in the environment of test/slow/parts/browser.py."""
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"),
                                             args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": WIDTH, "height": 900},
                                   device_scale_factor=SHARPNESS).new_page()
        page.goto(pathlib.Path(page_path).resolve().as_uri())
        chart = page.locator("#search-chart").bounding_box()
        page.screenshot(path=PICTURE, full_page=True, clip={
            "x": 0, "y": 0, "width": WIDTH, "height": chart["y"] + chart["height"] + 4})
        browser.close()


def search(folder):
    standin = subprocess.Popen([LOADLINE, "standin", "--port", "0", "--quiet", "--latency",
                                "lognormal:10ms,cv=0.5"], stdout=subprocess.PIPE, text=True)
    try:
        url = standin.stdout.readline().strip()
        subprocess.run([LOADLINE, "find", f"{url}/score", "--body", '{"rows": [[1, 2, 3]]}',
                        "--p95", "60ms", "--errors", "0.5%", "--budget", "180s", "--label",
                        "scoring", "--db", f"{folder}/runs.db"], check=True)
    finally:
        standin.terminate()
        standin.wait()
    subprocess.run([LOADLINE, "report", "@last", "--db", f"{folder}/runs.db", "--out",
                    f"{folder}/page.html"], check=True)
    return f"{folder}/page.html"


def main():
    if sys.argv[1:2] == ["--picture"]:
        picture(sys.argv[2])
        return
    sys.path.append(str(ROOT / "test" / "slow"))
    from parts import browser
    browser.install()
    with tempfile.TemporaryDirectory() as folder:
        page = sys.argv[1] if sys.argv[1:] else search(folder)
        subprocess.run([browser.PYTHON, __file__, "--picture", page], check=True)
    print(f"{PICTURE}: {PICTURE.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
