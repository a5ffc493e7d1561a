"""A report as read: its source text, its blocks, its sentences, and the way back from each to the source.

Every character of a block knows which characters of the source it came from, so that a claim found in cleaned text is
written down with the line and the characters of the original file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

BlockKind = Literal["title", "heading", "body", "caption", "byline", "note", "furniture"]

READ_KINDS: tuple[BlockKind, ...] = ("title", "body")
"""Blocks that are searched for statements."""

# Characters that change nothing a reader sees, or only the direction of writing: left out of cleaned text.
INVISIBLE = frozenset(
    [0x00AD, 0x061C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)


@dataclass(frozen=True)
class Piece:
    """Cleaned text with, for each character, the source characters [starts, ends) it stands for."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def cut(self, start: int, end: int) -> Piece:
        """Part of the piece."""
        return Piece(self.text[start:end], self.starts[start:end], self.ends[start:end])


class PieceBuilder:
    """Collects cleaned characters: runs of white space become one space, invisible characters go."""

    def __init__(self) -> None:
        self._chars: list[str] = []
        self._starts: list[int] = []
        self._ends: list[int] = []

    def __len__(self) -> int:
        return len(self._chars)

    def add(self, text: str, start: int, *, width: int | None = None) -> None:
        """Add source text that begins at an offset; with `width`, all of it stands for that many characters."""
        chars, starts, ends = self._chars, self._starts, self._ends
        for position, char in enumerate(text):
            control = ord(char) < 32 or ord(char) == 127
            if ord(char) in INVISIBLE or (control and not char.isspace()):
                continue
            here = start if width is not None else start + position
            stop = start + width if width is not None else here + 1
            if char.isspace():
                if not chars or chars[-1] == " ":
                    continue
                char = " "
            chars.append(char)
            starts.append(here)
            ends.append(stop)

    def piece(self) -> Piece:
        """What was collected, without white space at either end."""
        count = len(self._chars)
        while count and self._chars[count - 1] == " ":
            count -= 1
        return Piece("".join(self._chars[:count]), self._starts[:count], self._ends[:count])


@dataclass(frozen=True)
class Block:
    """A paragraph, a heading, a caption or a piece of page furniture.

    `article` numbers the ``<article>`` or ``<main>`` it stood in (0: none), `linked` is the share of its text that
    are links; both only for HTML.
    """

    kind: BlockKind
    piece: Piece
    why: str = ""
    article: int = 0
    linked: float = 0.0

    @property
    def text(self) -> str:
        """Cleaned text."""
        return self.piece.text


@dataclass(frozen=True)
class ArticleSentence:
    """A sentence of a block: characters [start, end) of the block's cleaned text."""

    number: int
    block: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Item:
    """Something found in a report.

    Parameters
    ----------
    kind : str
        ``date``, ``amount``, ``quotation``, ``term``, ``measure``, ``actor``, ``place`` or ``event``.
    line, start, end : int
        Place in the source: line from 1, characters [start, end) within the line from 0.
    text : str
        The words, for the screen; never written into the record.
    value : str
        What they mean, in one normal form, so that two items can be compared.
    rule : str
        Which rule found it.
    confidence : float
        From 0 to 1; a judgement built into the rule, not a probability that was measured.
    sentence : int
        Number of the sentence it begins in.
    at : tuple of int
        Block, and characters [start, end) within the block.
    detail : mapping
        Further fields by kind.
    """

    kind: str
    line: int
    start: int
    end: int
    text: str
    value: str
    rule: str
    confidence: float
    sentence: int
    at: tuple[int, int, int]
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Article:
    """One report.

    Parameters
    ----------
    name : str
        File name, or ``stdin``.
    source : str
        The decoded file, untouched.
    sha256 : str
        Of the bytes as given.
    encoding : str
        How they were decoded.
    blocks : tuple of Block
        Everything on the page in order, page furniture included: nothing is thrown away.
    published : date or None
        Day printed on the page.
    published_at : tuple of int or None
        Source characters of that day.
    title, byline, dateline, publisher : str
        Empty when not found.
    warnings : tuple of str
        What was odd about the bytes.
    """

    name: str
    source: str
    sha256: str
    encoding: str
    blocks: tuple[Block, ...]
    title: str = ""
    byline: str = ""
    dateline: str = ""
    publisher: str = ""
    published: dt.date | None = None
    published_rule: str = ""
    published_at: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.source))]

    @property
    def lines(self) -> int:
        """Number of lines of the source, counted as an editor does."""
        return len(self._line_starts) - (1 if self.source.endswith("\n") else 0)

    @cached_property
    def sentences(self) -> tuple[ArticleSentence, ...]:
        """Sentences of the title and the body."""
        sentences: list[ArticleSentence] = []
        for number, block in enumerate(self.blocks):
            if block.kind in READ_KINDS:
                for start, end in split_sentences(block.text):
                    sentences.append(
                        ArticleSentence(len(sentences), number, start, end, block.text[start:end])
                    )
        return tuple(sentences)

    @cached_property
    def body(self) -> str:
        """Cleaned text of the body, one paragraph a line."""
        return "\n".join(block.text for block in self.blocks if block.kind == "body")

    def place(self, start: int, end: int) -> tuple[int, int, int]:
        """Line and characters of a span of the source; a span over several lines is cut at the first line's end."""
        line = bisect_right(self._line_starts, start) - 1
        begin = self._line_starts[line]
        stop = self.source.find("\n", start, end)
        return line + 1, start - begin, (end if stop < 0 else stop) - begin

    def item(
        self,
        kind: str,
        sentence: ArticleSentence,
        start: int,
        end: int,
        value: str,
        rule: str,
        confidence: float,
        **detail: Any,
    ) -> Item:
        """Make an item from characters [start, end) of a sentence, which may run on into the next of its block."""
        block = self.blocks[sentence.block]
        first, last = sentence.start + start, sentence.start + end
        piece = block.piece
        line, from_, to = self.place(piece.starts[first], piece.ends[last - 1])
        at = (sentence.block, first, last)
        text = block.text[first:last]
        return Item(kind, line, from_, to, text, value, rule, confidence, sentence.number, at, detail)

    def span_sha256(self, line: int, start: int, end: int) -> str:
        """First 16 hexadecimal digits of the SHA-256 of a span, as in the record's claims."""
        begin = self._line_starts[line - 1]
        return hashlib.sha256(self.source[begin + start : begin + end].encode("utf-8")).hexdigest()[:16]


_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "st",
        "sen",
        "rep",
        "gov",
        "gen",
        "lt",
        "col",
        "sgt",
        "rev",
        "hon",
        "jr",
        "sr",
        "inc",
        "corp",
        "co",
        "ltd",
        "no",
        "nos",
        "vs",
        "etc",
        "approx",
        "dept",
        "est",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thurs",
        "fri",
        "sat",
        "sun",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "d.c",
        "a.m",
        "p.m",
        "fig",
        "eq",
        "art",
        "sec",
        "pp",
        "cf",
        "e.g",
        "i.e",
        "ph.d",
        "bros",
    ]
)
_LONGEST = 600
_BREAK = re.compile(r"[.!?…][\"”’')\]]*(\s+)(?=[\"“‘'(\[]?[A-Z0-9€$£¥À-Þ])")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Cut a paragraph into sentences.

    Parameters
    ----------
    text : str

    Returns
    -------
    list of (start, end)

    Examples
    --------
    >>> text = "The U.S. fee began on Oct. 14. China answered."
    >>> [text[a:b] for a, b in split_sentences(text)]
    ['The U.S. fee began on Oct. 14.', 'China answered.']
    """
    spans, start = [], 0
    for match in _BREAK.finditer(text):
        if text[match.start()] == ".":
            word = text[max(0, match.start() - 12) : match.start()].rsplit(" ", 1)[-1].lstrip("(“\"'‘[")
            following = text[match.end(1) : match.end(1) + 12]
            if _is_abbreviation(word, following):
                continue
        spans.append((start, match.start(1)))
        start = match.end(1)
    if start < len(text):
        spans.append((start, len(text)))
    return [piece for span in spans for piece in _bounded(text, *span)]


def _bounded(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A run without a full stop is cut at a space now and then, so that no pattern meets an endless sentence."""
    pieces = []
    while end - start > _LONGEST:
        space = text.rfind(" ", start, start + _LONGEST)
        cut = space if space > start else start + _LONGEST
        pieces.append((start, cut))
        start = cut + 1 if cut == space else cut
    if start < end:
        pieces.append((start, end))
    return pieces


def _is_abbreviation(word: str, following: str) -> bool:
    """Whether a full stop after a word belongs to the word, given what comes next."""
    small = word.lower()
    if small in (
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "d.c",
        "a.m",
        "p.m",
        "inc",
        "corp",
        "co",
        "ltd",
        "jr",
        "sr",
        "etc",
    ):
        # These end sentences too: only a word that usually opens one makes it an end.
        return not re.match(
            r"(?:The|But|In|It|He|She|They|We|And|A|An|On|At|For|This|That|If|While)\b", following
        )
    return small in _ABBREVIATIONS or bool(re.fullmatch(r"[A-Z]", word))
