"""The explorer in a real browser: the ten things a person does, at two widths, with and without scripts; axe finds nothing.

Pictures of every thing done are kept in the folder that DETENTE_SHOTS names, or in pytest's own. Skips where there is no Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import axe
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


class Person:
    """Somebody at the page; every thing done is pictured, and what a browser complains of is kept."""

    def __init__(self, browser, url, shots, *, width, scripts, scheme="light"):
        self.url, self.shots, self.width, self.scripts = url, shots, width, scripts
        context = browser.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=scripts, color_scheme=scheme
        )
        context.set_default_timeout(15_000)  # a test that waits for what does not come fails soon
        self.page = page = context.new_page()
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("request", lambda sent: self.faults.append(sent.url) if url not in sent.url else None)
        self.open("/busan-2025/countries")

    def open(self, target):
        self.page.goto(f"{self.url}{target}")
        self.ready()

    def ready(self):
        self.page.wait_for_selector("body[data-ready]" if self.scripts else "body")
        for part in self.page.locator("form details:not([open]) > summary").all()[::-1]:
            part.click()

    def did(self, what):
        self.page.screenshot(
            path=self.shots / f"{self.width}-{'live' if self.scripts else 'plain'}-{what}.png"
        )
        wide = self.page.locator("body").bounding_box()["width"]
        assert wide <= self.width, what

    def numbers(self):
        return [value.split()[0] for value in self.page.locator(".number .value").all_inner_texts()]

    def set(self, name, value):
        """Move one control, and wait until the address says so."""
        before, field = self.page.url, self.page.locator(f"[name='{name}']")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        elif self.scripts and name.startswith("rate."):
            slider = field.locator("xpath=preceding-sibling::input[@type='range']")
            slider.focus()
            for _ in range(3):
                self.page.keyboard.press("End")  # the keyboard moves everything
        else:
            field.fill(value)
            field.dispatch_event("change")
        if not self.scripts:
            self.page.locator("form button[type=submit]").first.click()
        self.page.wait_for_url(lambda address: address != before)
        self.ready()

    def follow(self, link):
        link.click()
        self.page.wait_for_load_state()
        self.ready()

    def read(self, href):
        reply = self.page.context.request.get(f"{self.url}{href}")
        assert reply.ok, href
        return reply

    def leave(self):
        assert not self.faults
        self.page.context.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory):
    told = os.environ.get("DETENTE_SHOTS")
    folder = Path(told) if told else tmp_path_factory.mktemp("shots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize(("width", "scripts"), [(1440, True), (390, False)])
def test_the_ten_things_a_person_does(browser, url, shots, width, scripts):
    person = Person(browser, url, shots, width=width, scripts=scripts)
    page = person.page
    assert len(person.numbers()) == 4
    person.set("base", "standing")
    assert page.url.endswith("?base=standing") or "was=" in page.url
    person.did("1-start-from-an-outcome")
    person.set("switch.usa-2025-reciprocal-china", "off")
    switched = person.numbers()
    assert any(number not in ("0.00", "+0.00") for number in switched)
    person.did("2-switch-a-measure")
    person.set("rate.usa-2025-fentanyl-china", "60")
    assert "set.usa-2025-fentanyl-china" in page.url
    assert person.numbers() != switched
    assert f"{switched[0]} % before" in page.locator(".number .since").first.inner_text()
    person.did("3-move-a-rate")
    page.reload()  # the address is the state
    moved = person.numbers()
    person.ready()
    person.set("share.chn-2025-soybean-halt", "40")
    assert "left.chn-2025-soybean-halt=0.4" in page.url
    person.did("4-leave-a-share")
    person.follow(page.locator("#undo"))
    assert person.numbers() == moved
    person.did("5-undo")
    person.set("horizon", "short")
    assert "horizon=short" in page.url
    person.did("6-choose-how-it-is-computed")
    person.follow(page.locator("#keep"))
    assert "/beside" in page.url
    person.did("7-keep-to-compare")
    person.follow(page.locator("nav.views a", has_text="Duties paid"))
    person.did("8-look-at-another-view")
    files = {
        link.get_attribute("href").partition("?")[0].rpartition(".")[2]: link.get_attribute("href")
        for link in page.locator("p.files a").all()
    }
    table = page.locator("table.data").first
    rows = table.locator("tbody tr").count()
    assert len(person.read(files["csv"]).text().splitlines()) == rows + 1
    assert person.read(files["yaml"]).text().startswith("# Written by the explorer.")
    assert person.read(files["svg"]).text().startswith("<svg")
    person.open("/busan-2025/countries?base=standing&set.usa-2025-fentanyl-china=0.25")
    person.follow(page.locator(".number").first)
    assert "/why" in page.url
    page.wait_for_selector(
        "table.data tbody tr", state="attached"
    )  # a job of some seconds, without a hand moved
    assert "Fentanyl" in page.locator("main").inner_text()
    person.did("9-ask-why")
    person.follow(page.locator("nav.views a", has_text="Measures"))
    source = page.locator("table.data a[href*='/sources']").first
    name = source.get_attribute("href").partition("#")[2]
    person.follow(source)
    assert page.locator(f"[id='{name}']").count() == 1
    person.follow(page.locator(f"[id='{name}'] a[href*='/ledger']").first)
    person.did("10-read-the-record")
    person.leave()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light")])
def test_axe_finds_nothing_and_one_screen_answers(browser, url, shots, width, scheme):
    person = Person(browser, url, shots, width=width, scripts=True, scheme=scheme)
    page = person.page
    assert axe.violations(page) == []
    assert page.locator(".number .value").count() == 4
    page.evaluate("scrollTo(0, 0)")
    assert all(box.bounding_box()["y"] < 800 for box in page.locator(".number .value").all())
    person.open("/busan-2025/ledger")
    assert axe.violations(page, exclude=("form",)) == []
    person.open("/busan-2025/countries?set.nothing=1") if False else page.goto(f"{url}/busan-2025/countires")
    assert axe.violations(page) == []
    assert [fault for fault in person.faults if "404" not in fault] == []
    page.context.close()


def test_a_slider_is_dragged_and_its_last_position_stands(browser, url, shots):
    person = Person(browser, url, shots, width=1280, scripts=True)
    page = person.page
    slider = page.locator("[name='rate.usa-2025-fentanyl-china']").locator(
        "xpath=preceding-sibling::input[@type='range']"
    )
    for value in range(11, 31):  # faster than answers come: positions in between are dropped
        slider.evaluate(
            "(slider, value) => { slider.value = value; slider.dispatchEvent(new Event('input', {bubbles: true})); }",
            str(value),
        )
    slider.evaluate("slider => slider.dispatchEvent(new Event('change', {bubbles: true}))")
    page.wait_for_url(re.compile("set.usa-2025-fentanyl-china=0.3(&|$)"))
    stands = person.numbers()
    page.reload()
    assert person.numbers() == stands
    person.leave()
