"""Write a briefing: the page and its annex, its data, its pictures and a manifest, all of it or none."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.brief.content import BriefContent
from detente.brief.numbering import ANNEX, INDEX
from detente.brief.page import NOTE, render_page
from detente.brief.printing import printed
from detente.brief.slides import slide_files
from detente.brief.tables import check_content, figures_in
from detente.core import InputError, finish_folder, sha256_bytes, write_folder
from detente.show.figures import WIDE, figure_svg

MADE_BY = "detente brief"
_FORMAT = 1


@dataclass(frozen=True)
class BriefResult:
    """Where a briefing was written.

    Parameters
    ----------
    index, manifest : Path
        The page and the list of files.
    files : tuple of str
        Every file but the manifest, relative to the folder, in alphabetical order.
    """

    index: Path
    manifest: Path
    files: tuple[str, ...]


@dataclass(frozen=True)
class Formats:
    """What is written beside the page, its annex, its data and its figures.

    Parameters
    ----------
    pdf : bool
        Every page as a PDF too, printed by a browser of this machine.
    short : bool
        A note of two pages.
    slides : bool
        A picture of every figure at 1920 × 1080, and a card to share.
    """

    pdf: bool = False
    short: bool = False
    slides: bool = False


def build_brief(
    content: BriefContent,
    out_dir: str | Path,
    formats: Formats = Formats(),
) -> BriefResult:
    """Check a briefing and write it into a folder.

    The folder is replaced as a whole (`detente.core.folders`): whenever the process ends, the earlier briefing is there
    or the new one. The same content gives the same bytes.

    Parameters
    ----------
    content : BriefContent
        Everything the page says.
    out_dir : path-like
        A new or empty folder, or one that holds an earlier briefing and nothing else.
    formats : Formats
        What is written besides.

    Returns
    -------
    BriefResult

    Raises
    ------
    InputError
        When the place holds something that is not a briefing, or cannot be written, or the content is malformed.
    EvidenceError
        When a number on the page stands in no table.
    LabelError
        When a source, status or side is unknown.

    Examples
    --------
    >>> import tempfile
    >>> from detente import compose, load_dossier, load_world
    >>> content = compose(
    ...     load_dossier("busan-2025"), load_world("world-2024"), scenarios=("standing", "talks-fail"), draws=0, strategy=False, paths=0
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     build_brief(content, f"{folder}/briefing").index.name
    'index.html'
    """
    place = check_place(out_dir)
    files = brief_files(content, formats)
    write_folder(place, files)
    names = tuple(sorted(name for name in files if name != "manifest.json"))
    return BriefResult(place / "index.html", place / "manifest.json", names)


def brief_files(
    content: BriefContent,
    formats: Formats = Formats(),
) -> dict[str, bytes]:
    """Every file of a briefing as bytes by relative name, the manifest last."""
    tables = check_content(content)
    names = (INDEX, ANNEX, NOTE) if formats.short else (INDEX, ANNEX)
    files = {page: render_page(content, tables, page).encode("utf-8") for page in names}
    if formats.pdf:
        files |= printed(dict(files))
    if formats.slides:
        files |= slide_files(content)
    rows: dict[str, int] = {}
    for name, table in tables.items():
        files[f"data/{name}.csv"] = table.to_csv().encode("utf-8")
        rows[f"data/{name}.csv"] = len(table)
    for figure in figures_in(content):
        files[f"figures/{figure.name}.svg"] = (figure_svg(figure, WIDE) + "\n").encode("utf-8")
    listed: dict[str, Any] = {}
    for name in sorted(files):
        listed[name] = {"sha256": sha256_bytes(files[name]), "bytes": len(files[name])}
        if name in rows:
            listed[name]["rows"] = rows[name]
    manifest = {
        "made_by": MADE_BY,
        "format": _FORMAT,
        "title": content.title,
        "dossier": content.dossier_title,
        "asof": content.asof.isoformat(),
        "stamp": content.stamp.as_dict(),
        "files": listed,
    }
    files["manifest.json"] = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    return files


def check_place(out_dir: str | Path) -> Path:
    """Return the folder a briefing would be written into, before anything is solved for it.

    Raises
    ------
    InputError
        When the place holds something that is not a briefing.
    """
    place = Path(out_dir).expanduser().resolve()
    hint = "choose a new or empty folder with -o"
    if not place.exists():
        return place
    if not place.is_dir():
        raise InputError("there is a file of that name", where=str(place), hint=hint)
    with contextlib.suppress(OSError):  # a folder that cannot be written is said where it is written
        finish_folder(place)
    present = {
        path.relative_to(place).as_posix()
        for path in place.rglob("*")
        if not path.is_dir() or path.is_symlink()
    }
    if not present and not any(place.iterdir()):
        return place
    listed = _earlier_briefing(place)
    if listed is None:
        raise InputError("the folder is not empty and holds no Détente briefing", where=str(place), hint=hint)
    foreign = sorted(present - listed - {"manifest.json"})
    if foreign:
        raise InputError(
            f"the folder holds files that are no part of the briefing: {', '.join(foreign[:4])}",
            where=str(place),
            hint=f"move them away, or {hint}",
        )
    return place


def _earlier_briefing(place: Path) -> set[str] | None:
    """Names listed in the manifest of the briefing in a folder; None when there is no such briefing."""
    try:
        manifest = json.loads((place / "manifest.json").read_text("utf-8"))
        return set(manifest["files"]) if manifest["made_by"] == MADE_BY else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
