"""HTML into blocks of text with the place of every character, in one pass over the page.

A page is data: scripts, styles, frames and entities that are not HTML's own are never run, fetched or expanded. The
standard parser loses the end of entities and was slow on some broken pages, and extractors of main text lose places,
so this one is small and ours: each `find` moves forward and what was not found is not looked for again.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass, field

from detente.core import InputError
from detente.intake.article import Block, BlockKind, PieceBuilder
from detente.intake.decode import MAX_TEXT

MAX_TAGS = 100_000
"""Most tags on a page."""

_RAW = frozenset(["script", "style", "textarea", "xmp", "noscript", "noembed", "noframes", "template"])
_SKIP = frozenset(
    [
        "nav",
        "footer",
        "aside",
        "form",
        "button",
        "select",
        "option",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "canvas",
        "audio",
        "video",
        "dialog",
        "sup",
        "menu",
        "map",
    ]
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_BREAKS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "body",
        "br",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "details",
        "caption",
        "head",
        "html",
        "title",
    ]
)
_HEADINGS = frozenset(["h2", "h3", "h4", "h5", "h6", "summary", "dt"])
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:share|sharing|social|comments?|related|promo|newsletter|advert\w*|ads?|sidebar|breadcrumbs?|cookie"
    r"|menu|toolbar|recommend\w*|teaser|tags?|footer|navbar|nav|popup|modal|signup|subscribe|paywall|outbrain|taboola"
    r"|most-read|trending|disqus|widget|skip|screen-reader\w*|sr-only|visually-hidden)(?:$|[\s_-])",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:_-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]{0,30})")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_DATE_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')


@dataclass
class Page:
    """What a page says: its blocks and its head."""

    blocks: list[Block] = field(default_factory=list)
    meta: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Values of the head by name, with the source offset of each."""


@dataclass(frozen=True)
class _Open:
    tag: str
    skip: bool
    kind: BlockKind
    article: int


class _Reader:
    def __init__(self, source: str, name: str, *, by_class: bool) -> None:
        self.source = source
        self.by_class = by_class
        self.name = name
        self.page = Page()
        self.stack: list[_Open] = []
        self.open_tags: Counter[str] = Counter()
        self.links = 0
        self.linked = 0
        self.articles = 0
        self.total = 0
        self.tags = 0
        self.builder = PieceBuilder()
        self.missing: set[str] = set()

    def find(self, what: str, start: int) -> int:
        """Find, remembering what is nowhere further on so that a broken page is not searched again and again."""
        if what in self.missing:
            return -1
        position = self.source.find(what, start)
        if position < 0:
            self.missing.add(what)
        return position

    @property
    def top(self) -> _Open:
        return self.stack[-1] if self.stack else _Open("", False, "body", 0)

    def flush(self) -> None:
        if len(self.builder):
            piece = self.builder.piece()
            if piece.text:
                share = min(1.0, self.linked / len(piece.text))
                top = self.top
                self.page.blocks.append(Block(top.kind, piece, article=top.article, linked=share))
            self.builder = PieceBuilder()
        self.linked = 0

    def text(self, start: int, end: int) -> None:
        if self.top.skip or start >= end:
            return
        before = len(self.builder)
        position = start
        for match in _ENTITY.finditer(self.source, start, end):
            self.builder.add(self.source[position : match.start()], position)
            self.builder.add(html.unescape(match.group()), match.start(), width=len(match.group()))
            position = match.end()
        self.builder.add(self.source[position:end], position)
        added = len(self.builder) - before
        self.total += added
        if self.links:
            self.linked += added
        if self.total > MAX_TEXT:
            raise InputError(
                f"holds more than {MAX_TEXT:,} characters of text, which no news report does",
                where=self.name,
                hint="save the report alone",
            )

    def tag_end(self, start: int) -> int:
        """Offset of the ``>`` that closes a tag, passing over quoted attributes; -1 when there is none."""
        position, close = start, -1
        while True:
            if close < position:
                close = self.find(">", position)
            if close < 0:
                return -1
            quote = next((i for i in range(position, close) if self.source[i] in "\"'"), -1)
            if quote < 0:
                return close
            other = self.find(self.source[quote], quote + 1)
            if other < 0:
                return close
            position = other + 1

    def attributes(self, start: int, end: int) -> dict[str, str]:
        # Long attributes are data (images, scripts), none of ours.
        text = self.source[start : min(end, start + 4000)]
        return {
            m.group(1).lower(): html.unescape(m.group(2) or m.group(3) or m.group(4) or "")
            for m in _ATTRIBUTE.finditer(text)
        }

    def open(self, tag: str, start: int, end: int) -> None:
        if tag in _BREAKS:
            self.flush()
        if tag == "a":
            self.links += 1
        if tag == "meta":
            self.read_meta(start, end)
        if tag in _VOID or (self.source[end - 1] == "/" and tag in ("p", "div", "span")):
            return
        top = self.top
        values = self.attributes(start, end)
        if tag == "time" and "datetime" in values:
            self.page.meta.setdefault("time", (values["datetime"], start))
        named = f"{values.get('class', '')} {values.get('id', '')} {values.get('role', '')}"
        whole = tag in ("html", "body", "main", "article")
        skip = top.skip or tag in _SKIP or (self.by_class and not whole and bool(_CLASS.search(named)))
        skip = skip or values.get("aria-hidden") == "true" or "hidden" in values
        kind = top.kind
        if tag == "h1":
            kind = "title"
        elif tag in _HEADINGS:
            kind = "heading"
        elif tag in ("figcaption", "caption", "figure"):
            kind = "caption"
        elif tag in ("p", "div", "span") and re.search(r"\b(?:byline|author)\b", named):
            kind = "byline"
        article = top.article
        if tag in ("article", "main") and (not article or top.tag == "main"):
            self.articles += 1
            article = self.articles
        self.stack.append(_Open(tag, skip, kind, article))
        self.open_tags[tag] += 1

    def close(self, tag: str) -> None:
        if tag in _BREAKS:
            self.flush()
        if tag == "a":
            self.links = max(0, self.links - 1)
        if not self.open_tags[tag]:
            return
        while self.stack:
            last = self.stack.pop()
            self.open_tags[last.tag] -= 1
            if last.tag == tag:
                return

    def read_meta(self, start: int, end: int) -> None:
        values = self.attributes(start, end)
        key = (values.get("property") or values.get("name") or values.get("itemprop") or "").lower()
        if key and values.get("content"):
            inside = self.source.find(values["content"], start, end)
            self.page.meta.setdefault(key, (values["content"], max(start, inside)))

    def raw(self, tag: str, start: int) -> int:
        """Pass over an element whose content is not markup; returns where it ends."""
        close = re.compile(f"</{tag}", re.IGNORECASE).search(self.source, start)
        stop = close.start() if close else len(self.source)
        if tag == "script":
            dated = _DATE_PUBLISHED.search(self.source, start, min(stop, start + 100_000))
            if dated:
                self.page.meta.setdefault("datepublished", (dated.group(1), dated.start(1)))
        if close is None:
            return len(self.source)
        end = self.find(">", close.end())
        return len(self.source) if end < 0 else end + 1

    def run(self) -> Page:
        source, position = self.source, 0
        while position < len(source):
            here = self.find("<", position)
            if here < 0:
                self.text(position, len(source))
                break
            self.text(position, here)
            position = self.markup(here)
        self.flush()
        return self.page

    def markup(self, here: int) -> int:
        """Deal with what begins with ``<``; returns where to go on."""
        source = self.source
        for opening, closing in (("<!--", "-->"), ("<![CDATA[", "]]>"), ("<!", ">"), ("<?", ">")):
            if source.startswith(opening, here):
                end = self.find(closing, here + len(opening))
                if opening == "<!" and source[here : here + 9].upper() == "<!DOCTYPE":
                    end = self.doctype(here)
                return len(source) if end < 0 else end + len(closing)
        name = _NAME.match(source, here + 1)
        if name is None:
            self.text(here, here + 1)
            return here + 1
        end = self.tag_end(name.end())
        if end < 0:
            return len(source)
        tag = name.group(1).lower()
        self.tags += 1
        if self.tags > MAX_TAGS:
            raise InputError(
                f"has more than {MAX_TAGS:,} tags, which no page with a report does",
                where=self.name,
                hint="save the text of the report alone",
            )
        if source[here + 1] == "/":
            self.close(tag)
        elif tag == "title" and not self.top.skip:
            return self.title(end + 1)
        elif tag in _RAW:
            return self.raw(tag, end + 1)
        else:
            self.open(tag, name.end(), end)
        return end + 1

    def doctype(self, here: int) -> int:
        """End of a document type; one with entities of its own is passed over with them."""
        close, bracket = self.find(">", here), self.source.find("[", here, here + 400)
        if 0 <= bracket < close:
            inner = self.find("]", bracket)
            return self.find(">", inner) if inner >= 0 else -1
        return close

    def title(self, start: int) -> int:
        close = re.compile("</title", re.IGNORECASE).search(self.source, start)
        stop = close.start() if close else len(self.source)
        words = html.unescape(self.source[start : min(stop, start + 500)].strip())
        self.page.meta.setdefault("title", (words, start))
        end = self.find(">", stop)
        return len(self.source) if end < 0 else end + 1


def read_html(source: str, name: str) -> Page:
    """Read a page.

    Parameters
    ----------
    source : str
        The page, decoded.
    name : str
        For messages.

    Returns
    -------
    Page
        Its blocks in order (menus, comments, teasers and the like are left out by their element or class), and the
        values of its head.

    Raises
    ------
    InputError
        When it holds more text than a report can.

    Examples
    --------
    >>> page = read_html("<script>alert(1)</script><h1>Fees</h1><p>Both &amp; each</p>", "x.html")
    >>> [(block.kind, block.text) for block in page.blocks]
    [('title', 'Fees'), ('body', 'Both & each')]
    """
    page = _Reader(source, name, by_class=True).run()
    if sum(len(block.text) for block in page.blocks if block.kind == "body") < 250:
        # Some sites name the whole page after its sidebar: then class names are no guide.
        page = _Reader(source, name, by_class=False).run()
    inside: Counter[int] = Counter()
    for block in page.blocks:
        inside[block.article] += len(block.text) if block.kind == "body" else 0
    named = {number: count for number, count in inside.items() if number}
    if named:
        best = max(named, key=lambda number: named[number])
        if named[best] > 400 or named[best] > 0.4 * sum(inside.values()):
            page.blocks = [
                block
                if block.article == best or block.kind == "title"
                else Block("furniture", block.piece, "outside the article", block.article, block.linked)
                for block in page.blocks
            ]
    return page
