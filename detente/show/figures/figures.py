"""A figure: a chart, the sentence that says its finding, its description in words, and the table behind it."""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import json
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from detente.core import InputError, Table, kept

WIDE = 820
"""Width in pixels of a figure on a desk or on paper."""
NARROW = 360
"""Width in pixels of a figure on a phone."""

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")
_VEGA_LITE = "6.4"


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart with everything a reader needs who cannot see it.

    Parameters
    ----------
    name : str
        File name of its data without extension: lower case, digits, hyphens.
    title : str
        A sentence that says the finding.
    alt : str
        What the chart shows, in words, for those who do not see it.
    spec : mapping
        Vega-Lite specification for a desk or paper; without a width of its own it is fitted to the total width.
    table : Table
        The rows behind the chart; written as ``data/NAME.csv``.
    note : str
        Concept, unit, source, caveat: set in small type below the chart.
    subtitle : str
        Concept and unit, set below the title.
    narrow : mapping, optional
        Specification for a phone; `spec` when left out.
    key : tuple of str
        What the numbers in the narrow chart stand for; shown below it on a phone.

    Raises
    ------
    InputError
        When the name cannot be a file name, the title or the description is missing, or the table is empty.

    Examples
    --------
    >>> from detente.core import Column
    >>> table = Table("one", "One row", (Column("x", "X", "%", "number"),), ((1.0,),))
    >>> spec = {"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x", "type": "quantitative"}}}
    >>> Figure("one", "X is one percent.", "A single bar of one percent.", spec, table).name
    'one'
    """

    name: str
    title: str
    alt: str
    spec: Mapping[str, Any]
    table: Table
    note: str = ""
    subtitle: str = ""
    narrow: Mapping[str, Any] | None = None
    key: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if not _NAME.match(self.name):
            raise InputError(
                f"`{self.name}` cannot be the name of a figure",
                hint="use lower-case letters, digits and hyphens",
            )
        for part in ("title", "alt"):
            if not getattr(self, part).strip():
                raise InputError(
                    f"figure `{self.name}` has no {part}",
                    hint="every figure says its finding and is described",
                )
        if len(self.table) == 0:
            raise InputError(
                f"figure `{self.name}` has an empty table", hint="a figure without data is left out"
            )

    def chart(self) -> Any:
        """The figure as an `altair` chart, validated against the Vega-Lite schema, to change or embed elsewhere."""
        import altair

        return altair.Chart.from_dict(copy.deepcopy(self.spec_at(WIDE)))

    def spec_at(self, width: int) -> dict[str, Any]:
        """Complete Vega-Lite specification at a total width in pixels, as the chart library reads it; to be read only."""
        from detente.show.figures.theme import vega_config

        chosen = self.narrow if self.narrow is not None and width <= (WIDE + NARROW) // 2 else self.spec
        body = dict(chosen)  # what lies deeper is the figure's own
        own = body.pop("config", {})
        body["$schema"] = "https://vega.github.io/schema/vega-lite/v6.json"
        if "width" not in body:
            body["width"] = width
            body["autosize"] = {"type": "fit-x", "contains": "padding"}
        body.setdefault("padding", 3)
        body["config"] = {**vega_config(), **own}
        return body


def in_short(text: str, most: int = 290) -> str:
    """A description that is read out at a stretch: cut at a word where it is longer; the table behind the picture tells the rest.

    Examples
    --------
    >>> in_short("Bars of two sides.", 12)
    'Bars of two…'
    """
    return text if len(text) <= most else text[: most + 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"


def figure_svg(figure: Figure, width: int = WIDE) -> str:
    """Draw a figure as an inline SVG element.

    The same figure gives the same bytes. The element has a ``viewBox`` and no fixed size, so it fills its place; its
    identifiers carry the figure's name and width, so several can stand in one page; it is one image to a screen
    reader, described by `Figure.alt`.

    Parameters
    ----------
    figure : Figure
        What to draw.
    width : int, pixels
        Width the text is sized for: `WIDE` or `NARROW`.

    Returns
    -------
    str
        One ``<svg>`` element.

    Raises
    ------
    InputError
        When the chart library refuses the specification.
    """
    try:
        drawn = _drawn(_text(figure, width))
    except ValueError as error:
        raise InputError(f"the chart could not be drawn: {error}", where=figure.name) from error
    return _inline(drawn, prefix=f"{figure.name}-{width}", label=figure.alt)


def figure_png(figure: Figure, width: int = WIDE, *, scale: float = 2.0) -> bytes:
    """Draw a figure as a PNG picture, `scale` pixels a pixel of its width; parameters and errors as for `figure_svg`."""
    import vl_convert

    try:
        return bytes(vl_convert.vegalite_to_png(_text(figure, width), vl_version=_VEGA_LITE, scale=scale))
    except ValueError as error:
        raise InputError(f"the chart could not be drawn: {error}", where=figure.name) from error


@contextlib.contextmanager
def draw_ahead() -> Iterator[Callable[[Iterable[object]], None]]:
    """Lend a function that draws the figures among some blocks aside, while other work goes on; `figure_svg` then finds them drawn.

    All are drawn by one process, which starts with the first of them: starting the chart library takes as long as twenty pictures. No
    more can be asked for when the block is left; what was asked for is drawn to the end.

    Yields
    ------
    callable
        Of an iterable of blocks, those that are no figures passed over. Each is drawn at `WIDE` and at `NARROW`.
    """
    asked: queue.SimpleQueue[dict[str, Future[str]]] = queue.SimpleQueue()
    drawer = threading.Thread(target=_draw_aside, args=(asked,), daemon=True)

    def draw(blocks: Iterable[object]) -> None:
        figures = [block for block in blocks if isinstance(block, Figure)]
        begun = {
            text: _drawing(text)
            for text in (_text(figure, width) for figure in figures for width in (WIDE, NARROW))
        }
        begun = {
            text: drawing
            for text, drawing in begun.items()
            if not _is_begun(drawing) and not _is_recalled(text, drawing)
        }
        if begun:
            asked.put(begun)
            if not drawer.ident:
                drawer.start()

    try:
        yield draw
    finally:
        asked.put({})


def _text(figure: Figure, width: int) -> str:
    return json.dumps(figure.spec_at(width), sort_keys=True, ensure_ascii=False)


@functools.lru_cache(maxsize=256)
def _drawing(text: str) -> Future[str]:
    """The drawing of a specification: done, under way, or not begun."""
    return Future()


def _is_begun(drawing: Future[str]) -> bool:
    return drawing.running() or drawing.done()


def _drawn(text: str) -> str:
    drawing = _drawing(text)
    if not _is_begun(drawing) and not _is_recalled(text, drawing):
        _draw({text: drawing})
    return drawing.result()


def _is_recalled(text: str, drawing: Future[str]) -> bool:
    """Begin a drawing, with what an earlier run drew of the same specification; whether there was such a picture."""
    drawing.set_running_or_notify_cancel()
    try:
        picture = kept.recall(_KIND, _key(text))
    except Exception as error:  # whoever asks for it gets it, rather than waits
        drawing.set_exception(error)
        return True
    if not isinstance(picture, str):
        return False
    drawing.set_result(picture)
    return True


def _settle(text: str, drawing: Future[str], picture: str) -> None:
    """Hand out a picture, kept before: whoever waits for it may be the last thing that this process does."""
    kept.keep(_KIND, _key(text), picture)
    drawing.set_result(picture)


_KIND = "pictures"


def _key(text: str) -> str:
    """Under what a picture is kept: what is drawn, and what draws it."""
    import vl_convert

    said = f"{getattr(vl_convert, '__version__', '')}\0{_VEGA_LITE}\0{text}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


_ASIDE = f"""
import json, sys, vl_convert
for line in sys.stdin:
    print(json.dumps(vl_convert.vegalite_to_svg(json.loads(line), vl_version={_VEGA_LITE!r})), flush=True)
"""
_PATIENCE = 60
"""Seconds that a picture may take in another process before it is drawn in this one."""


def _draw_aside(asked: queue.SimpleQueue[dict[str, Future[str]]]) -> None:
    """Draw in another process: the chart library keeps Python waiting. What does not come back is drawn in this one."""
    command = [sys.executable, "-c", _ASIDE]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with contextlib.ExitStack() as stack:
        process = None
        with contextlib.suppress(OSError, ValueError):
            process = stack.enter_context(subprocess.Popen(command, text=True, encoding="utf-8", **pipes))
            stack.callback(process.kill)
        while drawings := asked.get():
            left = dict(drawings)
            for text, drawing in drawings.items():
                with contextlib.suppress(OSError, ValueError):
                    if process is not None:
                        _settle(text, drawing, _asked(process, text))
                        del left[text]
            if left:
                _draw(left)


def _asked(process: subprocess.Popen[str], text: str) -> str:
    """A picture that another process draws.

    Raises
    ------
    OSError, ValueError
        When it does not.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    late = threading.Timer(_PATIENCE, process.kill)
    late.start()
    try:
        print(json.dumps(text), file=process.stdin, flush=True)
        return str(json.loads(process.stdout.readline()))
    finally:
        late.cancel()


def _draw(drawings: Mapping[str, Future[str]]) -> None:
    import vl_convert

    for text, drawing in drawings.items():
        try:
            _settle(text, drawing, str(vl_convert.vegalite_to_svg(text, vl_version=_VEGA_LITE)))
        except Exception as error:  # whoever asks for it gets it
            drawing.set_exception(error)


@functools.lru_cache(maxsize=64)
def _inline(svg: str, *, prefix: str, label: str) -> str:
    head, rest = svg.split(">", 1)
    size = re.search(r'viewBox="([^"]+)"', head)
    if size is None:  # pragma: no cover - the library always writes one
        raise InputError("the chart library wrote an SVG without a viewBox", where=prefix)
    # Identifiers must be unique in the page, and clip paths are numbered by a counter of the process.
    names: dict[str, str] = {}
    for identifier in re.findall(r'\bid="([^"]+)"', rest):
        names.setdefault(identifier, f"{prefix}-{len(names)}")
    rest = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{names[m[1]]}"', rest)
    rest = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{names.get(m[1], m[1])})", rest)
    rest = re.sub(r' (?:pointer-events|class|role|aria-[a-z]+)="[^"]*"', "", rest)
    # A hundredth of a pixel is enough, and the last digits of a float may differ between machines. Texts keep theirs.
    rest = re.sub(r"<[^>]*>", lambda tag: re.sub(r"\d+\.\d+", _hundredth, tag[0]), rest)
    opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{size[1]}" role="img" aria-label="{_attribute(label)}"'
    return f"{opening}>{rest}".strip()


def _hundredth(length: re.Match[str]) -> str:
    return f"{float(length[0]):.2f}".rstrip("0").rstrip(".")


def _attribute(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace('"', "&quot;").replace("\n", " ")
