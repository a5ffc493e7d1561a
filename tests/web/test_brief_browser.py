"""The briefing in a real browser: it fits, loads nothing, is silent, and axe-core finds nothing. An invented one, without a solve."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe
import brief_fixture as fixture
import paper
import pytest

from detente.brief import Formats, build_brief
from detente.brief.printing import browser as chromium

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BAD = """<!DOCTYPE html><html><head><title>Bad</title></head><body><main><h1>One</h1><h4>Four</h4>
<p style="color:#bbb">Pale</p><a href="#x"></a><table><tr><th></th></tr></table></main></body></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    place = chromium()
    if place is None:
        pytest.skip("no Chromium on this machine: install the package `chromium`")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=place, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_brief(
        fixture.content(), tmp_path_factory.mktemp("brief") / "out", Formats(short=True)
    ).index.parent


PROBE = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && !e.closest("svg") && !e.closest(".skip")
    && !e.closest("thead") && e.getBoundingClientRect().right > width + 1);
  const small = [...document.querySelectorAll("svg")].filter(e => e.getBoundingClientRect().width > 0).map(e =>
    Math.min(...[...e.querySelectorAll("text")].map(t => t.getBoundingClientRect().height)));
  return {
    scroll: document.documentElement.scrollWidth, client: width, wide: wide.slice(0, 5).map(e => e.tagName + "." + e.className),
    pictures: small.length, text: Math.min(...small), resources: performance.getEntriesByType("resource").map(e => e.name),
  };
}"""


def opened(browser: Any, folder: Path, name: str, width: int) -> tuple[Any, list[str]]:
    """A page of the briefing as it is served, with its policy, and what it complains of or fetches."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on("request", lambda request: faults.append(request.url))
    page.goto((folder / f"{name}.html").as_uri())
    assert faults.pop(0) == (folder / f"{name}.html").as_uri()
    return page, faults


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_loads_nothing_and_is_read_by_everybody(browser: Any, folder: Path, width: int) -> None:
    page, faults = opened(browser, folder, "index", width)
    seen = page.evaluate(PROBE)
    assert seen["client"] == seen["scroll"] == width
    assert seen["wide"] == []
    assert seen["pictures"] == 7
    assert seen["text"] >= 9.5, "a text in a picture is too small to read"
    assert seen["resources"] == []
    assert faults == []
    page.evaluate("document.querySelector('details').open = true")
    # colours are the same at every width and take half the time
    assert axe.violations(page, without=() if width < 500 else ("color-contrast",)) == []
    page.close()


@pytest.mark.parametrize(("name", "width"), [("annex", 390), ("note", 768)])
def test_axe_finds_nothing_on_the_other_pages(browser: Any, folder: Path, name: str, width: int) -> None:
    page, faults = opened(browser, folder, name, width)
    assert axe.violations(page) == []
    assert faults == []
    page.close()


def test_axe_finds_what_is_wrong(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(BAD)
    rules = {line.split()[0] for line in axe.violations(page)}
    page.close()
    assert rules >= {"html-has-lang", "heading-order", "color-contrast", "link-name"}


def test_blank_halves_of_printed_pages_are_seen(browser: Any) -> None:
    page = browser.new_page()
    page.set_content(
        '<p style="break-after: page">One</p><p>Two</p><p style="margin-top: 600px; background: #fff">Three</p>'
    )
    first, second = paper.sheets(page.pdf(format="A4"))
    page.close()
    assert max(first.marks) < 100
    top, below = min(second.marks), max(second.marks)
    assert top < 100
    assert below > 450
    assert not second.between(top + 20, second.height - below + 20)
