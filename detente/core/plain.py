"""Text of somebody else's on its way to a terminal, a spreadsheet or a Markdown page: shown, never obeyed.

Titles and names come from files and may hold characters that steer whoever reads them: escape sequences a terminal obeys,
marks that reverse the direction of writing, a leading ``=`` that a spreadsheet computes. They are written so that they
can be seen and do nothing, and in files so that the text can be had back (`from_csv_cell`).
"""

from __future__ import annotations

import math
import re

STEERING = (
    *range(9), 11, 12, *range(13, 32), 127, *range(128, 160),  # control characters but tab and new line
    *range(0x202A, 0x202F), *range(0x2066, 0x206A),  # direction overrides, embeddings and isolates
    0x2028, 0x2029, 0xFEFF, *range(0xFFF9, 0xFFFC),  # separators of lines, byte-order mark, interlinear marks
)  # fmt: skip
"""Characters that steer a reader instead of saying something."""
UNPRINTABLE = {code: f"\\u{code:04x}" for code in STEERING} | {
    code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)
}
"""For `str.translate`: every steering character, and halves of surrogate pairs, as a visible ``\\uXXXX``."""
_ESCAPED = re.compile(r"\\u(?=[0-9a-f]{4})")
_BACK = re.compile(r"\\u([0-9a-f]{4})")
_FORMULA = re.compile(r"'*[=+\-@\t\n\uff1d\uff0b\uff0d\uff20]|'*[ \u00a0]+[=+\-@]")
"""How a cell begins that a spreadsheet computes, full-width signs and marks of ours before it included."""
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def is_number(text: str) -> bool:
    """Whether a cell of text is a plain number, which a sign may open."""
    if not re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
        return False
    return math.isfinite(float(text))


def csv_cell(text: str) -> str:
    """A text as a cell of a CSV that no spreadsheet computes and no terminal obeys.

    An apostrophe is put before a sign that opens a formula; steering characters become ``\\uXXXX``, and a text that holds
    such letters already has its backslash written as ``\\u005c``. `from_csv_cell` gives the text back.

    Examples
    --------
    >>> csv_cell("=1+1"), csv_cell("-0.5"), csv_cell("Steel"), csv_cell("a\\u202eb")
    ("'=1+1", '-0.5', 'Steel', 'a\\\\u202eb')
    """
    safe = _ESCAPED.sub(lambda m: "\\u005cu", text).translate(UNPRINTABLE)
    return f"'{safe}" if _FORMULA.match(safe) and not is_number(safe) else safe


def from_csv_cell(cell: str) -> str:
    """The text that `csv_cell` wrote.

    Examples
    --------
    >>> all(from_csv_cell(csv_cell(t)) == t for t in ("=1", "'=1", "a\\u202e", "\\\\u202e", "-", "\\x1b[1m", "plain"))
    True
    """
    if cell.startswith("'") and _FORMULA.match(cell[1:]):
        cell = cell[1:]
    return _BACK.sub(lambda m: chr(int(m[1], 16)), cell)


def markdown_text(text: str) -> str:
    """A text inside Markdown: no tags, no links, no steering characters.

    Examples
    --------
    >>> markdown_text("<script>x</script> [a](javascript:x) p < 0.05")
    '\\\\<script>x\\\\</script> [a]\\\\(javascript:x) p < 0.05'
    """
    return _TAG.sub(r"\\<", text.translate(UNPRINTABLE)).replace("](", r"]\(").replace("\n", " ")


def markdown_cell(text: str, *, number: bool = False) -> str:
    """A cell of a Markdown table: as `markdown_text`, with bars escaped and no formula when it is pasted into a spreadsheet.

    Examples
    --------
    >>> markdown_cell("@SUM(A1)"), markdown_cell("-0.5", number=True), markdown_cell("a|b")
    ("'@SUM(A1)", '-0.5', 'a\\\\|b')
    """
    safe = text if number else markdown_text(text)
    if not number and _FORMULA.match(safe) and not is_number(safe):
        safe = f"'{safe}"
    return safe.replace("|", "\\|").replace("\n", " ")


def json_text(body: str) -> str:
    """JSON as text whose strings hold no raw steering character; a reader of JSON gets the same data.

    Examples
    --------
    >>> json_text('{"title": "a\\u202eb"}')
    '{"title": "a\\\\u202eb"}'
    """
    return body.translate(UNPRINTABLE)


TYPED = str.maketrans({
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "×": "x", "·": ".", "•": "*",
    "─": "-", "━": "-", "│": "|", "┃": "|", "→": "->", "←": "<-", "≤": "<=", "≥": ">=", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
})  # fmt: skip
"""Signs of typesetting as a typewriter has them, for streams without them."""
