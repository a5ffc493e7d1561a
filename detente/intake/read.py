"""Read a report as it comes: text, Markdown or HTML, with whatever the page carried along.

Nothing is thrown away: page furniture stays in the article as blocks of its own kind, and every block keeps the place of
each of its characters in the file.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from detente.core import InputError, calendar_day, sha256_bytes
from detente.intake.article import Article, Block, BlockKind, PieceBuilder
from detente.intake.decode import MAX_TEXT, decode, read_report_bytes, read_stream
from detente.intake.page import Page, read_html
from detente.intake.tables import patterns

_LONG = 400
"""Characters from which on a line is taken for text without trying the patterns of furniture."""

_TERMINAL = re.compile(r"[.!?…:;][\"”’')\]]*$|[”’]$")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype|html|head|body|article|div|p|h1|meta|script)\b", re.I
)
_MONTHS = "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
_FULL_DATE = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}-\d{{2}})|\b(?P<m1>{_MONTHS})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y1>\d{{4}})\b"
    rf"|\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m2>{_MONTHS})\.?,?\s+(?P<y2>\d{{4}})\b",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ.’'-]+(?:[ /][A-ZÀ-Þ.’'-]+){0,3})(?P<more>,\s[A-Z][\w.]*(?:\s[A-Z][\w.]*)?)?"
    r"(?:\s*\((?P<agency>[^()]{2,40})\))?(?P<day>,?\s(?:[A-Z][a-z]{2,8})\.?\s\d{1,2}(?:,\s\d{4})?)?\s*(?:[—–:]|-{1,2}\s)\s*"
)
_SITE = re.compile(
    r"(?:[A-Z][\w-]*\.)?[A-Za-z][\w-]*\.(?:com|org|net|az|info|news|co|uk|eu|in|kr|cn|io)", re.I
)


def read_article(source: str | Path, *, content: bytes | None = None) -> Article:
    """Read one report.

    Parameters
    ----------
    source : path-like
        File to read; ``-`` reads standard input.
    content : bytes, optional
        Use these bytes under the name `source` instead of opening anything.

    Returns
    -------
    Article

    Raises
    ------
    InputError
        When it cannot be read, is not text, is larger than a report can be, or holds no sentences.

    Examples
    --------
    >>> article = read_article("x.txt", content="OSLO (NTB) - The fee began on Monday. It is small.".encode())
    >>> article.dateline, [sentence.text for sentence in article.sentences]
    ('OSLO', ['OSLO (NTB) - The fee began on Monday.', 'It is small.'])
    """
    if content is None:
        return read_report(source)[0]
    name = Path(str(source)).name or str(source)
    text, encoding, warnings = decode(content, name)
    suffix = Path(name).suffix.lower()
    meta: dict[str, tuple[str, int]] = {}
    if suffix in (".html", ".htm", ".xhtml") or _HTML.match(text[:1000]):
        page = read_html(text, name)
        blocks, meta = list(_html_blocks(page)), page.meta
    else:
        _check_size(text, name)
        blocks = list(_lines(text, markdown=suffix in (".md", ".markdown")))
    article = Article(
        name, text, sha256_bytes(content), encoding, tuple(_order(blocks)), warnings=tuple(warnings)
    )
    article = _head(article, meta)
    if not any(block.kind == "body" for block in article.blocks):
        raise InputError(
            f"no sentence of a report was found among {len(article.blocks)} pieces of text",
            where=name,
            hint="check that the file holds the report and not only its page",
        )
    return article


def read_report(source: str | Path) -> tuple[Article, bytes]:
    """Read one report, and give its bytes as well.

    Parameters
    ----------
    source : path-like
        File to read; ``-`` reads standard input.
    """
    if str(source) == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed", where="-", hint="give the name of a file instead")
        content = read_stream(sys.stdin.buffer, "stdin")
        return read_article("stdin", content=content), content
    content = read_report_bytes(Path(source))
    return read_article(source, content=content), content


def _check_size(text: str, name: str) -> None:
    if len(text) > MAX_TEXT:
        longest = max(map(len, text.split("\n")))
        raise InputError(
            f"holds {len(text):,} characters of text (longest line {longest:,}); a report has at most {MAX_TEXT:,}",
            where=name,
            hint="give the report alone; nothing was read from this file",
        )


def _lines(source: str, *, markdown: bool) -> Iterator[Block]:
    """One block a line, hard-wrapped lines joined; kinds are decided line by line."""
    builder = PieceBuilder()
    kind: BlockKind = "body"
    last = ""
    for match in re.finditer(r"[^\n]+", source):
        raw, offset = match.group(), match.start()
        marked: BlockKind | None = None
        if markdown:
            raw, offset, marked = _unmark(raw, offset)
        line = raw.strip()
        blank_before = (
            source[: match.start()].endswith("\n\n")
            if match.start() < 2
            else source[match.start() - 2] == "\n"
        )
        joins = (
            len(builder) > 0
            and not blank_before
            and marked is None
            and kind == "body"
            and 45 <= len(last) <= 110
            and not _TERMINAL.search(last)
            and bool(line)
            and (line[0].islower() or len(last) >= 60)
            and _line_kind(line)[0] in ("body", "heading")
            and _line_kind(last)[0] in ("body", "heading")
        )
        if not joins:
            if len(builder):
                yield Block(kind, builder.piece())
            builder = PieceBuilder()
            kind = marked or "body"
        else:
            builder.add(" ", offset)
        _add_marked(builder, raw, offset, markdown)
        last = line
    if len(builder):
        yield Block(kind, builder.piece())


def _unmark(raw: str, offset: int) -> tuple[str, int, BlockKind | None]:
    """Drop the marks that open a Markdown line."""
    head = re.match(r"\s{0,3}(#{1,6}\s+|>\s?|[-*+]\s+|\d{1,2}\.\s+)?", raw)
    opening = head.group(1) or "" if head else ""
    kind: BlockKind | None = None
    if opening.startswith("#"):
        kind = "title" if opening.strip() == "#" else "heading"
    cut = head.end() if head else 0
    return raw[cut:], offset + cut, kind


def _add_marked(builder: PieceBuilder, raw: str, offset: int, markdown: bool) -> None:
    if not markdown:
        builder.add(raw, offset)
        return
    position = 0
    # Links keep their words; stars and underscores at the edge of words are emphasis.
    for match in re.finditer(
        r"\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)|\*{1,3}|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)", raw
    ):
        builder.add(raw[position : match.start()], offset + position)
        if match.group(1) is not None:
            builder.add(match.group(1), offset + match.start(1))
        position = match.end()
    builder.add(raw[position:], offset + position)


def _html_blocks(page: Page) -> Iterator[Block]:
    for block in page.blocks:
        if block.kind == "body" and block.linked > 0.6 and len(block.text) < 300:
            yield replace(block, kind="furniture", why="a list of links")
        else:
            yield block


def _line_kind(line: str) -> tuple[BlockKind, str]:
    """What a line is, judged by itself."""
    if len(line) <= _LONG:
        for kind in ("whole", "note", "caption"):
            for pattern in patterns("furniture", kind):
                if pattern.fullmatch(line):
                    block_kind: BlockKind = "furniture" if kind == "whole" else kind  # type: ignore[assignment]
                    return block_kind, pattern.pattern
        if any(pattern.fullmatch(line) for pattern in patterns("furniture", "byline")):
            return "byline", ""
        if len(re.findall(r"\s[|·•›»]\s", line)) >= 2 and not _TERMINAL.search(line):
            return "furniture", "menu"
        full_date = _FULL_DATE.search(line)
        if full_date and len(line) - len(full_date.group()) < 60:
            announced = patterns("furniture", "published")[0].match(line)
            if announced or not re.search(r"[.!?][\"”’')]*$", line):
                return "byline", "day"
    if _TERMINAL.search(line) or len(line) >= 120:
        return "body", ""
    return "heading", ""


def _order(blocks: list[Block]) -> list[Block]:
    """Decide the kind of each block, looking at its neighbours: repeats, captions, the title, what follows the end."""
    judged: list[Block] = []
    seen: set[str] = set()
    has_title = any(block.kind == "title" for block in blocks)
    for block in blocks:
        text = block.text
        if not text:
            continue
        if block.kind == "body":
            kind, why = _line_kind(text)
            if text in seen and len(text) > 20:
                kind, why = "furniture", "said before"
            block = replace(block, kind=kind, why=why)
        elif block.kind in ("title", "heading") and text in seen:
            block = replace(block, kind="furniture", why="said before")
        elif block.kind == "title" and any(earlier.kind == "title" for earlier in judged):
            block = replace(block, kind="heading")
        if (
            block.kind == "heading"
            and not has_title
            and len(text) > 15
            and not _has_body(judged)
            and " " in text
        ):
            block, has_title = replace(block, kind="title"), True
        if block.kind != "furniture" or block.why == "said before":
            seen.add(text)
        judged.append(block)
    return _after_the_end(_picture_lines(judged))


def _has_body(blocks: list[Block]) -> bool:
    return any(block.kind == "body" for block in blocks)


def _picture_lines(blocks: list[Block]) -> list[Block]:
    """A sentence said again right after a caption is that caption's copy; marked by `_order` already."""
    return [
        replace(block, kind="caption")
        if block.kind == "furniture"
        and block.why == "said before"
        and position
        and blocks[position - 1].kind == "caption"
        else block
        for position, block in enumerate(blocks)
    ]


def _after_the_end(blocks: list[Block]) -> list[Block]:
    """What follows the end of the report (comments, teasers) is furniture when it is the smaller part."""
    total = sum(len(block.text) for block in blocks if block.kind == "body") or 1
    before = 0
    for position, block in enumerate(blocks):
        if block.kind == "body":
            before += len(block.text)
        elif before > 0.66 * total and _is_end(block.text):
            tail = [
                replace(later, kind="furniture", why=f"after “{block.text}”")
                if later.kind in ("body", "heading", "title")
                else later
                for later in blocks[position:]
            ]
            return blocks[:position] + tail
    return blocks


def _is_end(text: str) -> bool:
    return len(text) <= 60 and any(pattern.fullmatch(text) for pattern in patterns("furniture", "ends"))


def _head(article: Article, meta: dict[str, tuple[str, int]]) -> Article:
    """Fill in title, byline, dateline, publisher and the day of publication."""
    blocks = article.blocks
    title = next((block.text for block in blocks if block.kind == "title"), "")
    title = title or meta.get("og:title", meta.get("title", ("", 0)))[0]
    byline = meta.get("author", ("", 0))[0]
    for block in blocks:
        if byline:
            break
        if block.kind == "byline":
            credit = next(
                (p.search(block.text) for p in patterns("furniture", "byline") if p.search(block.text)), None
            )
            byline = credit.group("name") if credit else ""
    publisher = meta.get("og:site_name", ("", 0))[0]
    if not publisher:
        short = [b.text for b in blocks if len(b.text) <= 40 and b.kind != "body"]
        publisher = next((match.group() for text in short if (match := _SITE.fullmatch(text))), "")
    dateline = ""
    first = next((block for block in blocks if block.kind == "body"), None)
    where = _DATELINE.match(first.text) if first else None
    if where and len(where.group("place")) > 2:
        dateline = where.group("place") + (where.group("more") or "")
    day, rule, at = _publication(article, meta, where)
    return replace(
        article,
        title=title,
        byline=byline,
        dateline=dateline,
        publisher=publisher,
        published=day,
        published_rule=rule,
        published_at=at,
    )


def _publication(
    article: Article, meta: dict[str, tuple[str, int]], dateline: re.Match[str] | None
) -> tuple[dt.date | None, str, tuple[int, int] | None]:
    for key in (
        "article:published_time",
        "datepublished",
        "date",
        "dc.date",
        "pubdate",
        "time",
        "og:published_time",
    ):
        if key in meta:
            full_date = _FULL_DATE.search(meta[key][0])
            day = _day_of_date(full_date) if full_date else None
            if full_date and day:
                begin = meta[key][1] + full_date.start()
                exact = article.source[begin : begin + len(full_date.group())] == full_date.group()
                return (
                    day,
                    f"the page's head ({key})",
                    (begin, begin + len(full_date.group())) if exact else None,
                )
    words = patterns("furniture", "published")[0]
    candidates = []
    for number, block in enumerate(article.blocks):
        if block.kind in ("byline", "furniture", "heading") and len(block.text) <= _LONG:
            for full_date in _FULL_DATE.finditer(block.text):
                day = _day_of_date(full_date)
                if day and not block.why.startswith("after"):
                    named = bool(words.search(block.text[: full_date.start()]))
                    piece = block.piece
                    at = (piece.starts[full_date.start()], piece.ends[full_date.end() - 1])
                    candidates.append(((not named, block.kind == "furniture", number), day, at))
    if candidates:
        _, day, at = min(candidates)
        return day, "printed on the page", at
    if dateline and dateline.group("day"):
        full_date = _FULL_DATE.search(dateline.group("day"))
        day = _day_of_date(full_date) if full_date else None
        if full_date and day:
            first = next(block for block in article.blocks if block.kind == "body")
            begin = dateline.start("day") + full_date.start()
            end = dateline.start("day") + full_date.end()
            return day, "the dateline", (first.piece.starts[begin], first.piece.ends[end - 1])
    return None, "", None


def _day_of_date(full_date: re.Match[str]) -> dt.date | None:
    """Day of a full date, or None when there is no such day."""
    if full_date.group("iso"):
        year, month, day = (int(part) for part in full_date.group("iso").split("-"))
        return calendar_day(year, month, day)
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    name = full_date.group("m1") or full_date.group("m2")
    return calendar_day(
        int(full_date.group("y1") or full_date.group("y2")),
        names.index(name[:3].lower()) + 1,
        int(full_date.group("d1") or full_date.group("d2")),
    )
