"""browse.py FILE [FOLDER]: opens FILE in Chromium at two widths, light and dark, and prints what it
found as JSON. Runs in the environment that browser.py makes."""
import json
import pathlib
import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

SIZES = {"desktop": (1200, 900), "phone": (390, 844)}


def open_page(browser, url, scheme, size):
    context = browser.new_context(color_scheme=scheme,
                                  viewport=dict(zip(("width", "height"), size)))
    context.set_offline(True)
    page = context.new_page()
    heard = {"console": [], "requests": [], "dialogs": []}
    page.on("console", lambda message: heard["console"].append(message.text))
    page.on("pageerror", lambda error: heard["console"].append(str(error)))
    page.on("request", lambda request: heard["requests"].append(request.url))
    page.on("dialog", lambda dialog: (heard["dialogs"].append(dialog.message), dialog.dismiss()))
    page.goto(url)
    return page, heard


def tip_of(page, figure):
    """The text shown when the pointer rests in the middle of a chart."""
    chart = page.locator(f"{figure} .plot svg:visible").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    return page.locator(f"{figure} .tip").inner_text()


def look(browser, path, name, scheme, pictures):
    page, heard = open_page(browser, path.resolve().as_uri(), scheme, SIZES[name])
    if pictures:
        page.screenshot(path=pictures / f"{path.stem}-{name}-{scheme}.png", full_page=True)
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    faults = [f"{one['impact']}: {one['id']}: {one['nodes'][0]['html'][:200]}"
              for one in Axe().run(page).response["violations"]
              if one["impact"] in ("serious", "critical")]
    figures = page.locator("figure").evaluate_all("all => all.map(one => one.id)")
    result = {
        "size": name, "scheme": scheme, "axe": faults, "figures": figures,
        "text": page.locator("body").inner_text(),
        "title": page.title(),
        "overflow": page.evaluate("document.documentElement.scrollWidth - innerWidth"),
        "scripts": page.locator("script:not([type])").count(),
        "images": page.locator("img, iframe, object, embed").count(),
        "tips": {figure: tip_of(page, f"#{figure}") for figure in figures},
    }
    if figures:
        plot = page.locator(f"#{figures[0]} .plot")
        plot.focus()
        page.keyboard.press("Home")
        first = page.locator(f"#{figures[0]} .tip").inner_text()
        page.keyboard.press("End")
        result["keys"] = [first, page.locator(f"#{figures[0]} .tip").inner_text()]
    result.update(heard)
    page.context.close()
    return result


def main():
    path = pathlib.Path(sys.argv[1])
    pictures = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"),
                                             args=["--no-sandbox"])
        print(json.dumps([look(browser, path, name, scheme, pictures)
                          for name in SIZES for scheme in ("light", "dark")]))
        browser.close()


if __name__ == "__main__":
    main()
