"""Accessibility of a page open in a browser, judged by axe-core.

axe-core comes with the developers' lock (package `axe-playwright-python`, as Playwright does) and is read from there. Its
text is evaluated over the browser's protocol, so that a page whose policy forbids every script is judged as it is served.
"""

from __future__ import annotations

import functools
import importlib.resources
from typing import Any

import pytest

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
"""Levels A and AA of WCAG 2.0 to 2.2, and the practices axe recommends: landmarks, the order of headings."""


@functools.cache
def source() -> str:
    """The text of axe-core; the test is skipped where it is not installed."""
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed: run `make setup`")
    return (importlib.resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def violations(page: Any, *, exclude: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds wrong on a page of Playwright, as it stands now: one line an element.

    Parameters
    ----------
    page : playwright.sync_api.Page
        An open page; what has been clicked or unfolded is judged as it is.
    exclude : tuple of str
        Selectors of parts that are not judged.
    without : tuple of str
        Rules that are not asked, by axe's id.

    Returns
    -------
    list of str
        Rule, impact, element and what to mend; empty where nothing is wrong.
    """
    page.evaluate(source())
    answer = page.evaluate(
        """([exclude, tags, without]) => axe.run(
            {include: [["html"]], exclude: exclude.map(part => [part])},
            {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], rules: Object.fromEntries(without.map(rule => [rule, {enabled: false}]))}
        )""",
        [list(exclude), list(TAGS), list(without)],
    )
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
        for rule in answer["violations"]
        for node in rule["nodes"]
    ]
