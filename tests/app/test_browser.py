"""The explorer in a real browser: the ten things a person does, at two widths, with and without scripts; axe finds nothing.

Pictures of every thing done are kept in the folder that DETENTE_SHOTS names. Skips where there is no Chromium.
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

NUMBERS = re.compile("/intervals/numbers")
"""What a page with scripts asks for when it rests."""
CHROMIUM = os.environ.get("DETENTE_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine", allow_module_level=True)
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


@pytest.fixture(scope="module")
def url(laboratory, tmp_path_factory):
    from detente.app import ranges
    from detente.app.serving import Serving

    few = pytest.MonkeyPatch()
    few.setattr(ranges, "DRAWS", 2)  # a page that rests asks for them: what is drawn is tested elsewhere
    server = Serving(laboratory, "127.0.0.1", 0, tmp_path_factory.mktemp("chosen") / "settings")
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
    few.undo()


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
        context.set_default_timeout(30_000)  # a test that waits for what does not come fails soon
        self.page = page = context.new_page()
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        page.on("request", lambda sent: self.faults.append(sent.url) if url not in sent.url else None)
        # draws of every setting that rests would be half of what this test costs: they come when they are waited for
        page.route(NUMBERS, lambda route: route.fulfill(json={"standing": "idle"}))
        self.open("/busan-2025/countries")

    def open(self, target):
        self.page.goto(f"{self.url}{target}")
        self.ready()

    def ready(self):
        live = self.scripts and "/saved" not in self.page.url  # a page that needs none
        self.page.wait_for_selector("body[data-ready]" if live else "body")

    def did(self, what):
        if self.shots is not None:
            kind = "live" if self.scripts else "plain"
            self.page.screenshot(path=self.shots / f"{self.width}-{kind}-{what}.png")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, what

    def numbers(self):
        return [value.split()[0] for value in self.page.locator(".number .value").all_inner_texts()]

    def set(self, name, value):
        """Move one control, and wait until the address says so."""
        before, field = self.page.url, self.page.locator(f"[name='{name}']")
        group = self.page.locator("form details:not([open])", has=field).locator("summary")
        if group.count():
            group.click()
        if name.startswith(("switch.", "base", "horizon")):
            field.select_option(value)
        elif self.scripts and name.startswith("rate."):
            slider = field.locator("xpath=preceding-sibling::input[@type='range']")
            slider.evaluate(DRAG)
            slider.focus()
            self.page.keyboard.press("ArrowUp")  # the keyboard moves everything
            value = slider.input_value()
        else:
            field.fill(value)
            field.dispatch_event("change")
        if not self.scripts:
            self.page.locator("form button[type=submit]").first.click()
        self.page.wait_for_url(lambda address: address != before)
        self.ready()
        return value

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
def shots():
    told = os.environ.get("DETENTE_SHOTS")
    if told:
        Path(told).mkdir(parents=True, exist_ok=True)
    return Path(told) if told else None


DRAG = """(slider) => {
    for (let value = 11; value <= 30; value++) {
        slider.value = String(value);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
    }
    slider.dispatchEvent(new Event("change", { bubbles: true }));
}"""
"""Faster than answers come: positions in between are never asked for."""


@pytest.mark.parametrize(("width", "scripts"), [(1440, True), (390, False)])
def test_the_ten_things_a_person_does(browser, url, shots, width, scripts):
    scheme = "light" if scripts else "dark"
    person = Person(browser, url, shots, width=width, scripts=scripts, scheme=scheme)
    page = person.page
    # one screen answers: both numbers of both sides stand above the fold
    assert len(person.numbers()) == 4
    assert all(box.bounding_box()["y"] < 800 for box in page.locator(".number .value").all())
    assert page.locator("input[type=range]").count() == 0 or scripts
    person.set("base", "standing")
    assert "base=standing" in page.url
    person.did("1-start-from-an-outcome")
    person.set("switch.usa-2025-reciprocal-china", "off")
    switched = person.numbers()
    person.did("2-switch-a-measure")
    value = person.set("rate.usa-2025-fentanyl-china", "30.5")
    page.wait_for_url(re.compile("set.usa-2025-fentanyl-china=0.305(&|$)"))
    assert value == "30.5"
    moved = person.numbers()
    assert moved != switched
    assert f"{switched[0]} % before" in page.locator(".number .since").first.inner_text()
    if scripts:  # axe waits for timers, which a page without scripts has not
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
        assert axe.violations(page) == []
    person.did("3-move-a-rate")
    page.reload()  # the address is the state
    assert person.numbers() == moved
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
    files = [link.get_attribute("href") for link in page.locator("p.files a").all()]
    endings = {href.partition("?")[0].rpartition(".")[2]: href for href in files}
    rows = page.locator("table.data").first.locator("tbody tr").count()
    assert len(person.read(endings["csv"]).text().splitlines()) == rows + 1
    assert person.read(endings["yaml"]).text().startswith("# Written by the explorer.")
    assert person.read(endings["svg"]).text().startswith("<svg")
    person.did("8-take-it-along")
    person.follow(page.locator(".number").first)
    assert "/why" in page.url
    page.wait_for_selector(
        "table.data tbody tr", state="attached"
    )  # a job: no hand is moved until it is there
    assert "Fentanyl" in page.locator("main").inner_text()
    person.did("9-ask-why")
    person.follow(page.locator("nav.views .groups a", has_text="Record"))
    assert page.locator("nav.views a[aria-current=page]").inner_text() == "Measures"
    source = page.locator("table.data a[href*='/sources']").first
    name = source.get_attribute("href").partition("#")[2]
    page.unroute(NUMBERS)
    person.follow(source)
    back = page.locator(f"[id='{name}'] a[href*='/ledger']").first
    assert "#" in back.get_attribute("href")
    person.did("10-read-the-record")
    if scripts:  # intervals come by themselves, and the address says what made it
        page.locator("[data-interval]", has_text=" to ").first.wait_for()
        assert "made=" in page.url
    page.route(NUMBERS, lambda route: route.fulfill(json={"standing": "idle"}))
    home = page.url
    person.follow(page.locator("#save"))
    page.locator("[name=name]").fill("Mine <b>&")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/saved.*#mine-b$"))
    link = page.locator("#mine-b a")
    assert link.inner_text() == "Mine <b>&"
    person.did("11-name-and-save")
    link.click()
    person.ready()
    assert "set.usa-2025-fentanyl-china=0.305" in page.url
    person.open("/busan-2025/saved")
    page.locator("#mine-b button").click()
    page.wait_for_url(re.compile("/saved"))
    assert page.locator("#mine-b").count() == 0
    page.goto(home)
    person.ready()
    person.follow(page.locator("nav.views .groups a", has_text="Over time"))
    before = page.url
    if scripts:  # the strip, by the hand
        strip = page.locator("[data-brush]").bounding_box()
        page.mouse.move(strip["x"] + 0.9 * strip["width"], strip["y"] + 20)
        page.mouse.down()
        page.mouse.move(strip["x"] + 0.96 * strip["width"], strip["y"] + 20, steps=3)
        page.mouse.up()
    else:  # two dates, by the keyboard
        page.locator("[name=since]:visible").fill("2025-03-01")
        page.locator("[name=until]:visible").press("Enter")
    page.wait_for_url(lambda address: address != before and "since=2025" in address)
    person.ready()
    assert page.locator("table.data tbody tr").count() > 2
    person.did("12-choose-a-period")
    if scripts:
        person.open("/busan-2025/countries?base=standing")
        person.set("rate.usa-2025-fentanyl-china", "")
        assert page.locator("table.data").count() == 0  # folded away, and so not sent
        page.locator("details.table > summary").click()
        page.wait_for_selector("table.data tbody tr")
        assert "set." in page.url
    person.leave()


def test_axe_finds_nothing_in_the_dark_on_a_telephone(browser, url):
    person = Person(browser, url, None, width=390, scripts=True, scheme="dark")
    person.ready()
    person.did("open")
    assert axe.violations(person.page) == []
    person.page.goto(f"{url}/busan-2025/countires")  # an error is a page too
    assert axe.violations(person.page) == []
    person.page.context.close()
