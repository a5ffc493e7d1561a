"""A view as a file: data, a picture, one page to keep, or the setting as a scenario file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from detente.app.darkness import with_dark
from detente.app.drawing import as_svg, standalone
from detente.app.page import HORIZON_TITLES, page
from detente.app.setting import as_file, file_name
from detente.app.views import View, bars_of
from detente.core import InputError, LabelError, suggestion
from detente.show import as_workbook
from detente.show.figures import NARROW, WIDE, figure_png, figure_svg

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.app.state import PageState

ENDINGS: Final = ("csv", "json", "xlsx", "svg", "narrow.svg", "png", "html", "yaml")
HTML: Final = "text/html; charset=utf-8"
TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "svg": "image/svg+xml",
    "narrow.svg": "image/svg+xml",
    "png": "image/png",
    "html": HTML,
    "yaml": "application/yaml; charset=utf-8",
}
EXPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def ending_of(name: str) -> tuple[str, str]:
    """Name of a view and the ending of a file; none for the page."""
    stem, dot, ending = name.partition(".")
    if not dot:
        return name, ""
    if ending not in ENDINGS:
        raise LabelError(
            f"no file of kind `{ending[:20]}`", where="address", hint=suggestion(ending[:20], ENDINGS)
        )
    return stem, ending


def as_response(
    laboratory: Laboratory, view: View, answer: PageAnswer, short: PageState, ending: str
) -> Response:
    """A view of a state as a file.

    Raises
    ------
    DetenteError
        When there is no table, or nothing is drawn of it.
    """
    headers: dict[str, str] = {}
    name = f"{short.case}-{view.name}.{ending}"
    if ending == "yaml":
        body: str | bytes = as_file(answer.scenario)
        headers = _attached(file_name(answer.scenario))
    elif ending == "html":
        body = page(laboratory, view, answer, short, part="export")
        headers = {**_attached(name), "content-security-policy": EXPORT_POLICY}
    else:
        table = view.make(answer, laboratory)
        if ending in ("csv", "json"):
            body = table.to_csv() if ending == "csv" else table.to_json()
        elif ending == "xlsx":
            body, headers = as_workbook([table]), _attached(name)
        elif view.figure:
            body = _picture(laboratory, view, answer, ending)
        else:
            bars = bars_of(view, table)
            if bars is None:
                raise _undrawn(view, ending)
            record = f"{answer.dossier.title}, {answer.dossier.asof}"
            svg = as_svg(bars, f"{answer.scenario.title}; {record}", _against(view, answer))
            body = with_dark(svg) if ending == "svg" else _png(svg)
    if ending in ("svg", "narrow.svg"):
        headers["content-security-policy"] = EXPORT_POLICY  # its own style, and nothing else
    return Response(body, media_type=TYPES[ending], headers=headers)


def _attached(name: str) -> dict[str, str]:
    """The header that names a file to be kept.

    Examples
    --------
    >>> _attached('my "own" récit-countries.xlsx')
    {'content-disposition': 'attachment; filename="my-own-r-cit-countries.xlsx"'}
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return {"content-disposition": f'attachment; filename="{plain}"'}


def _picture(laboratory: Laboratory, view: View, answer: PageAnswer, ending: str) -> str | bytes:
    """The picture of a view that shows one of the briefing's, wide or for a phone."""
    assert view.figure is not None
    figure = view.figure(answer, laboratory)
    if figure is None:
        raise _undrawn(view, ending)
    width = NARROW if ending == "narrow.svg" else WIDE
    key = ("picture", view.name, answer.state.alone, answer.dossier.asof, width)
    svg = str(laboratory.made.get_or(key, lambda: figure_svg(figure, width)))
    return figure_png(figure) if ending == "png" else with_dark(standalone(svg))


def _against(view: View, answer: PageAnswer) -> str:
    """When, and compared with what, the numbers of a result are."""
    if view.group != "results":
        return ""
    unset = answer.setting == answer.reference
    other = "the base year" if unset else f"“{answer.chosen[answer.reference].scenario.title}”"
    return f"{HORIZON_TITLES[answer.state.horizon].lower()}, against {other}"


def _undrawn(view: View, ending: str) -> InputError:
    return InputError(
        f"nothing is drawn of the view `{view.name}`",
        where=f".{ending}",
        hint="its table is there as .csv and .json",
    )


def _png(svg: str) -> bytes:
    import vl_convert

    return bytes(vl_convert.svg_to_png(svg, scale=2))
