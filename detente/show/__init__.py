"""SHOW: tables become sentences and figures; the only room that rounds.

Comes in: `detente.core.Table` and plain arrays with labels. Goes out: `Figure` (a Vega-Lite chart with its table, its
finding as a title and its description in words) and `Sentence` (text with the numbers it was written from).
Never does: compute an economic result, read a dossier, or write a file.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.show.registry import (
        Entry as Entry,
        build as build,
        build_with as build_with,
        entry as entry,
        make as make,
        offered as offered,
        registered as registered,
    )
    from detente.show.workbooks import (
        TABLE_FILES as TABLE_FILES,
        as_notebook as as_notebook,
        as_parquet as as_parquet,
        as_workbook as as_workbook,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "registry": "Entry build build_with entry make offered registered",
            "workbooks": "TABLE_FILES as_notebook as_parquet as_workbook",
        },
    )
