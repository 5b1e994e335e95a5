"""The page as a person sees it: opened in a headless browser, at a desk and on a phone."""

import html
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.reporting.page import render_report

pytestmark = pytest.mark.browser

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=8000",
]
PHONE, DESK = 390, 1280
FRAME = """<!doctype html><body style="margin:0">
<iframe id="frame" width="{width}" height="6000" style="border:0" srcdoc="{page}"></iframe>
<script>
document.getElementById('frame').addEventListener('load', (event) => {{
  const page = event.target.contentDocument;
  const seen = {{
    overflow: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    headings: [...page.querySelectorAll('h1, h2')].map((heading) => heading.textContent),
    pictures: [...page.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().width),
    cut: [...page.querySelectorAll('.card svg text')].filter((text) => {{
      const card = text.closest('.card').getBoundingClientRect();
      const box = text.getBoundingClientRect();
      return box.width && (box.right > card.right || box.left < card.left);
    }}).map((text) => text.textContent),
    smallest: Math.min(...[...page.querySelectorAll('svg text')]
      .map((text) => text.getBoundingClientRect().height).filter((height) => height)),
  }};
  document.body.dataset.overflow = seen.overflow;
  document.body.dataset.headings = seen.headings.join('|');
  document.body.dataset.pictures = seen.pictures.length;
  document.body.dataset.cut = seen.cut.join('|');
  document.body.dataset.smallest = seen.smallest;
}});
</script>"""


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("no Chromium on PATH; install it: apt-get install -y chromium")


@pytest.fixture
def seen_at(chromium: str, tmp_path: Path) -> Callable[[Path, int], dict[str, str]]:
    """Return a function that opens a page at a width, and tells what the browser measured."""

    def see(page: Path, width: int) -> dict[str, str]:
        frame = tmp_path / f"frame-{width}.html"
        content = html.escape(page.read_text(encoding="utf-8"))
        frame.write_text(FRAME.format(width=width, page=content), encoding="utf-8")
        profile = ["--user-data-dir=" + str(tmp_path / f"profile-{width}")]
        size = f"--window-size={max(width, 500)},6000"
        picture = tmp_path / f"report-{width}.png"
        dumped = subprocess.run(
            [chromium, *FLAGS, *profile, size, "--dump-dom", frame.as_uri()],
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        subprocess.run(
            [chromium, *FLAGS, *profile, size, f"--screenshot={picture}", frame.as_uri()],
            check=True,
            capture_output=True,
            timeout=120,
        )
        body = re.search(r"<body[^>]*>", dumped.stdout)
        assert body is not None, dumped.stderr
        seen = {key: html.unescape(v) for key, v in re.findall(r'data-(\w+)="(.*?)"', body[0])}
        complaints = [line for line in dumped.stderr.splitlines() if "CONSOLE" in line]
        return seen | {"console": "\n".join(complaints), "bytes": str(picture.stat().st_size)}

    return see


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_stands_in_a_browser(
    serving_file: Path,
    tmp_path: Path,
    seen_at: Callable[[Path, int], dict[str, str]],
    width: int,
    language: str,
) -> None:
    page = render_report(serving_file, tmp_path / "night.html", language, currency="USD")
    seen = seen_at(page, width)
    assert seen["console"] == ""
    assert seen["overflow"] == "0"
    assert seen["cut"] == ""
    assert seen["pictures"] == "11"
    assert float(seen["smallest"]) > 9
    assert int(seen["bytes"]) > 50_000
    headings = seen["headings"].split("|")
    assert len(headings) == 14
    if language == "en":
        assert headings[0] == "Customer segments on 30 December 2017"
        assert headings[1:5] == [
            "In short",
            "On this page",
            "What changed",
            "Who they are, and what they spend",
        ]
