"""Where there is ink on the pages of a PDF that Chromium printed: read from its drawing commands, without a renderer.

Only what such a PDF uses is understood: matrices, paths, texts and drawings inside drawings. White shapes and what lies outside
the page's clip are not ink.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

Matrix = tuple[float, float, float, float, float, float]
UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_TOKEN = re.compile(
    rb"\((?:\\.|[^\\)])*\)|<<|>>|<[0-9A-Fa-f\s]*>|/[^\s/<>\[\]()]+|[\[\]]|[^\s/<>\[\]()]+", re.S
)


_GLYPHS = re.compile(rb"<[0-9A-Fa-f]+> Tj|[-\d.]+ 0 Td")
"""Glyphs of a run and the steps along its line: where the run begins is enough."""


def times(inner: Matrix, outer: Matrix) -> Matrix:
    """The matrix that applies `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


@dataclass
class Sheet:
    """One page: its height in points, and how far from the top each mark lies."""

    height: float
    marks: list[float] = field(default_factory=list)

    def between(self, top: float, bottom: float) -> list[float]:
        """Marks in the part of the page that text is set in, sorted."""
        return sorted(y for y in self.marks if top <= y <= self.height - bottom)


def sheets(pdf: bytes) -> list[Sheet]:
    """Every page of a PDF with its marks."""
    objects = {
        int(number): body for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\s*(.*?)\s*endobj", pdf, re.S)
    }
    pages = [body for body in objects.values() if re.search(rb"/Type\s*/Page\b", body)]
    read = []
    for page in pages:
        box = re.search(rb"/MediaBox\s*\[([\d.\s-]+)\]", page)
        assert box is not None
        sheet = Sheet(float(box[1].split()[3]))
        forms = _forms(page, objects)
        contents = re.search(rb"/Contents\s+(\d+) 0 R", page)
        assert contents is not None
        _draw(_stream(objects[int(contents[1])]), UNIT, sheet, forms, objects)
        read.append(sheet)
    return read


def _forms(body: bytes, objects: dict[int, bytes]) -> dict[bytes, int]:
    resources = re.search(rb"/Resources\s+(\d+) 0 R", body)
    text = objects[int(resources[1])] if resources else body
    listed = re.search(rb"/XObject\s*<<(.*?)>>", text, re.S)
    return (
        {name: int(number) for name, number in re.findall(rb"/(\w+)\s+(\d+) 0 R", listed[1])}
        if listed
        else {}
    )


def _stream(body: bytes) -> bytes:
    start = body.index(b"stream") + len(b"stream")
    raw = body[start : body.rindex(b"endstream")].lstrip(b"\r\n")
    return zlib.decompressobj().decompress(raw) if b"/FlateDecode" in body[:start] else raw


def _draw(
    stream: bytes, matrix: Matrix, sheet: Sheet, forms: dict[bytes, int], objects: dict[int, bytes]
) -> None:
    kept: list[tuple[Matrix, bool]] = []
    operands: list[bytes] = []
    path: list[tuple[float, float]] = []
    white, clip = False, False

    def numbers(count: int) -> list[float]:
        return [float(value) for value in operands[-count:]]

    def mark(points: list[tuple[float, float]], by: Matrix) -> None:
        for x, y in points:
            sheet.marks.append(sheet.height - (by[1] * x + by[3] * y + by[5]))

    for token in _TOKEN.findall(_GLYPHS.sub(b"", stream)):
        if token == b"q":
            kept.append((matrix, white))
        elif token == b"Q":
            matrix, white = kept.pop()
        elif token == b"cm":
            a, b, c, d, e, f = numbers(6)
            matrix = times((a, b, c, d, e, f), matrix)
        elif token in (b"rg", b"g"):
            white = all(value > 0.985 for value in numbers(3 if token == b"rg" else 1))
        elif token in (b"m", b"l", b"c", b"v", b"y"):
            x, y = numbers(2)
            path.append((x, y))
        elif token == b"re":
            x, y, wide, tall = numbers(4)
            path += [(x, y), (x + wide, y + tall)]
        elif token in (b"W", b"W*"):
            clip = True
        elif token in (b"f", b"f*", b"S", b"s", b"B", b"B*", b"b", b"n"):
            if token != b"n" and not clip and not (white and token in (b"f", b"f*")):
                mark(path, matrix)
            path, clip = [], False
        elif token == b"Tm":
            mark([(operand[4], operand[5]) for operand in [numbers(6)]], matrix)
        elif token == b"Do" and (number := forms.get(operands[-1][1:])):
            body = objects[number]
            if b"/Subtype /Form" in body or b"/Subtype/Form" in body:
                own = re.search(rb"/Matrix\s*\[([^\]]+)\]", body)
                inner = times(tuple(float(v) for v in own[1].split()), matrix) if own else matrix  # type: ignore[arg-type]
                _draw(_stream(body), inner, sheet, _forms(body, objects) or forms, objects)
            else:
                mark([(0.0, 0.0), (1.0, 1.0)], matrix)
        else:
            operands.append(token)
            continue
        operands = []
