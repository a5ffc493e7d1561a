"""How a briefing is read by its tests: its prose, the limits it keeps, and what a browser is asked."""

from __future__ import annotations

import html.parser
import re

WORDS, NOTE_WORDS = 2_600, 1_000
PAGES, NOTE_PAGES = 6, 2
TYPE_AREA = (40.0, 50.0)
"""Points from the top and from the bottom of a sheet between which text is set."""
FILLED, LAST, GAP = 0.5, 0.2, 0.25
"""Share of the type area that is filled on a sheet, and on the last one; the tallest gap inside."""
SCREENS = 10
LONGEST = 45
"""Words of a sentence; the one with the ways an outcome can come about is a list and counted at its semicolons."""
BANNED = re.compile(
    r"σ|κ|θ|\bsigma_|\bEV\b|equivalent variation|from memory|general knowledge|"
    r"\b(?:utilize|leverage (?:up|off)|going forward|robust|key takeaway|deep dive|impactful|clearly|obviously|of course)\b",
    re.I,
)
EMPTY = re.compile(r"[+\u2212-]0(?:\.0+)?\s?(?:bn|%)|\b0(?:\.0+)? bn \(")
DEFINED = {
    "elasticit": "how easily buyers turn from one supplier to another",
    "real income": "what a country’s income buys",
    "long run": "five years and more",
    "Nash": "product of what both gain",
}


class Prose(html.parser.HTMLParser):
    """What a person reads at a stretch: paragraphs, items and headings, without tables, pictures and what is folded."""

    OUT = ("svg", "table", "details", "nav", "sup", "style", "title", "code")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.out = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.out += tag in self.OUT
        if tag in ("p", "li", "h1", "h2", "h3", "dt", "dd", "figcaption"):
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self.out -= tag in self.OUT

    def handle_data(self, data: str) -> None:
        if not self.out and self.texts:
            self.texts[-1] += data


def prose(page: str) -> list[str]:
    return [" ".join(text.split()) for text in Prose(page).texts if text.strip()]


WIDTHS = (1440, 1024, 768, 390)
PROBE = """
<script>
addEventListener("load", () => {
  const width = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && !e.closest("svg") && !e.closest(".skip")
    && !e.closest("thead") && e.getBoundingClientRect().right > width + 1);
  const cut = [...document.querySelectorAll("svg")].filter(s => s.getBoundingClientRect().width).flatMap(s => {
    const box = s.getBoundingClientRect();
    return [...s.querySelectorAll("text")].filter(t => {
      const b = t.getBoundingClientRect();
      return b.left < box.left - 1 || b.right > box.right + 1 || b.bottom > box.bottom + 2;
    }).map(t => t.textContent);
  });
  const first = document.querySelector(".first svg");
  parent.postMessage(JSON.stringify([innerWidth, width, document.documentElement.scrollWidth, document.documentElement.scrollHeight,
    wide.slice(0, 3).map(e => e.tagName + "." + e.className), cut.slice(0, 3),
    first ? [...document.querySelectorAll(".first svg")].map(s => s.getBoundingClientRect()).filter(b => b.width)[0].bottom : 0]), "*");
});
</script>
"""
