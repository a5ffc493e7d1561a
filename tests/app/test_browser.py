"""The explorer in a real browser, at two widths, with and without scripts. Skips where there is no Chromium."""

from __future__ import annotations

import os
import shutil
import threading
import time
from urllib.request import urlopen

import pytest

CHROMIUM = os.environ.get("DETENTE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def url(laboratory):
    from detente.app.serving import Serving

    server = Serving(laboratory, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    for _ in range(200):
        if server.server.started:
            break
        time.sleep(0.05)
    urlopen(f"{server.url}busan-2025/countries").read()
    yield server.url.rstrip("/")
    server.stop()
    thread.join(10)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


def opened(browser, url, *, width=1280, scripts=True, scheme="light"):
    # a test that waits for what does not come fails soon
    context = browser.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=scripts, color_scheme=scheme
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: page.faults.append(request.url) if url not in request.url else None)
    page.goto(f"{url}/busan-2025/countries")
    return page


def first_number(page):
    return page.locator(".number .value").first.inner_text().split()[0]


def test_a_moved_slider_changes_the_numbers_and_the_address(browser, url):
    page = opened(browser, url)
    page.wait_for_selector("body[data-ready]")
    before = first_number(page)
    if not page.locator("[name='rate.usa-2025-fentanyl-china']").is_visible():
        page.locator("summary", has_text="United States: duties").click()
    slider = page.locator("fieldset", has=page.locator("[name='rate.usa-2025-fentanyl-china']")).locator(
        "input[type=range]"
    )
    slider.focus()
    for _ in range(4):
        page.keyboard.press("End")  # the keyboard moves everything
    page.wait_for_function(
        "before => !document.querySelector('.number .value').innerText.startsWith(before)", arg=before
    )
    page.wait_for_url("**set.usa-2025-fentanyl-china**")
    moved = first_number(page)
    assert page.locator(".number .since").first.inner_text() in ("", f"{before} % before")
    page.reload()
    assert first_number(page) == moved
    page.locator("#undo").click()
    page.wait_for_load_state()
    assert first_number(page) == before
    assert not page.faults
    page.context.close()


def test_the_form_works_without_scripts(browser, url):
    page = opened(browser, url, scripts=False, width=390)
    before = first_number(page)
    assert page.locator("input[type=range]").count() == 0
    closed = page.locator("details.group:not([open]) > summary")
    for _ in range(closed.count()):
        closed.first.click()
    page.locator("[name='switch.usa-2025-threat-100']").select_option("off")
    page.locator("button.go").click()
    page.wait_for_load_state()
    assert "set.usa-2025-threat-100=off" in page.url
    assert first_number(page) != before
    assert not page.faults
    page.context.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_page_and_everything_has_a_name(browser, url, width):
    page = opened(browser, url, width=width, scheme="dark")
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    nameless = page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]), select, button, a')].filter(x =>
        !(x.getAttribute('aria-label') || x.labels?.length || x.innerText?.trim() || x.closest('details:not([open])'))).length"""
    )
    assert nameless == 0
    repeated = page.evaluate(
        "(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(x => x.id))"
    )
    assert repeated == 0
    # one screen answers: both numbers of both sides stand above the fold
    assert page.locator(".number .value").count() == 4
    assert all(box.bounding_box()["y"] < 800 for box in page.locator(".number .value").all())
    # text against the ground, in the dark as well
    contrast = page.evaluate(CONTRAST)
    assert contrast >= 4.5
    page.locator("nav.views a", has_text="Duty path").click()
    page.wait_for_selector(".data tbody tr")
    assert not page.faults
    page.context.close()


CONTRAST = """() => {
  const light = (css) => { const c = css.match(/[0-9.]+/g).map(Number).slice(0, 3).map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; };
  const ground = (x) => { for (; x; x = x.parentElement) { const c = getComputedStyle(x).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c; } return 'rgb(255, 255, 255)'; };
  return Math.min(...[...document.querySelectorAll('main *, .controls *, header *')].filter((x) => x.childElementCount === 0 && x.innerText?.trim()).map((x) => { const [a, b] = [light(getComputedStyle(x).color), light(ground(x))]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); }));
}"""
