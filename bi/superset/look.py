"""Look at the dashboard in a browser: a picture of every tab, and what each chart asked.

Runs in Superset's environment, where Playwright is, with the Chromium of the machine:

    .venv-superset/bin/python bi/superset/look.py URL PASSWORD_FILE FOLDER

Prints as JSON the questions that the charts asked (`queries`), the answers that were no answer
(`refused`) and the errors that stand on the page (`errors`).
"""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Response, sync_playwright

WIDTH, SHORTEST, TALLEST, MARGIN = 1500, 900, 3200, 24
TIMEOUT_MS = 120_000
SETTLE_MS = 2_500
"""Charts draw themselves with a flourish once they have their rows."""

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TAB = ".dashboard-component-tabs [role=tab]"
TITLES = ".dashboard-component-chart-holder .header-title"
BOTTOM = "document.querySelector('.grid-container').getBoundingClientRect().bottom"
DRAWN = """() => {
  const holders = [...document.querySelectorAll('.dashboard-component-chart-holder')]
    .filter((holder) => holder.offsetParent);
  return holders.length && holders.every((holder) => holder.querySelector(
    'canvas, table, .header-line, [role=alert], .ant-empty, [data-test=error-container]'));
}"""


def main(url: str, password_file: Path, folder: Path) -> None:
    """Log in, open every tab, wait for its charts, take its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    seen: dict[str, Any] = {"queries": [], "refused": [], "errors": [], "titles": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport={"width": WIDTH, "height": TALLEST})
        page.set_default_timeout(TIMEOUT_MS)
        page.on("response", lambda response: note_answer(seen, response))
        log_in(page, url, password_file.read_text(encoding="utf-8").strip())
        page.goto(f"{url}/superset/dashboard/strata/")
        page.wait_for_selector(TAB)
        for tab in page.locator(TAB).all():
            page.set_viewport_size({"width": WIDTH, "height": TALLEST})
            tab.click()
            page.wait_for_function(DRAWN)
            page.wait_for_timeout(SETTLE_MS)
            height = int(page.evaluate(BOTTOM)) + MARGIN
            seen["titles"] += page.locator(f"{TITLES}:visible").all_inner_texts()
            alerts = page.locator("[role=alert]:visible").all_inner_texts()
            seen["errors"] += [text for text in alerts if text.strip()]
            page.set_viewport_size({"width": WIDTH, "height": min(max(height, SHORTEST), TALLEST)})
            page.wait_for_timeout(SETTLE_MS)
            name = tab.inner_text().strip().lower().replace(" ", "-")
            page.screenshot(path=str(folder / f"{name}.png"))
        browser.close()
    print(json.dumps(seen))


def log_in(page: Page, url: str, password: str) -> None:
    """Fill in the form that every user meets first."""
    page.goto(f"{url}/login/")
    page.fill("#username", "admin")
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/welcome/**")


def note_answer(seen: dict[str, Any], response: Response) -> None:
    """Keep what a chart asked, and an answer that was none."""
    if "/api/v1/chart/data" not in response.url:
        return
    seen["queries"].append(response.request.post_data_json)
    if not response.ok:
        seen["refused"].append(response.text()[:2000])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
