"""Write a world: arrays in an ``.npz``, everything said about them in its data sheet, and the report of its build."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.core import Table, package_version, sha256_bytes, write_folder
from detente.world.economy import Economy
from detente.world.load import ARRAYS

if TYPE_CHECKING:
    from detente.world.read.build import WorldReport


def pack(economy: Economy) -> bytes:
    """Arrays of a world as ``.npz`` bytes that depend on nothing but the arrays.

    Parameters
    ----------
    economy : Economy

    Returns
    -------
    bytes
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ARRAYS:
            content = io.BytesIO()
            array = np.ascontiguousarray(getattr(economy, name))
            np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.getvalue(), compresslevel=6)
    return out.getvalue()


def file_stem(name: str) -> str:
    """File name of a world, from its name.

    Examples
    --------
    >>> file_stem("ICIO 2020, 21 × 23")
    'icio-2020-21-23'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "world"


def save_world(economy: Economy, folder: str | Path, report: WorldReport | None = None) -> Path:
    """Write a world so that `load_world` and ``--world`` read it.

    Parameters
    ----------
    economy : Economy
    folder : path
        Made when it is not there. It receives ``NAME.npz``, ``NAME.datapackage.json`` and, with a report,
        ``moved.csv``, ``moved-cells.csv`` and ``report.md``, all at once (`detente.core.folders`); what else it holds
        stays.
    report : WorldReport, optional

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        When the place cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from detente.world import load_world, toy
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load_world(save_world(toy(), folder)).data_hash == toy().data_hash
    True
    """
    folder = Path(folder)
    stem = file_stem(economy.name)
    content = pack(economy)
    sheet: dict[str, object] = {
        **economy.provenance,
        "name": economy.name,
        "title": str(economy.provenance.get("title", economy.name)),
        "year": economy.year,
        "unit": str(economy.provenance.get("unit", f"million USD of {economy.year}; rates are fractions")),
        "resources": [
            {
                "path": f"{stem}.npz",
                "bytes": len(content),
                "hash": f"sha256:{sha256_bytes(content)}",
                "arrays": {
                    "flows": "[importer, exporter, sector] before duty",
                    "tariff": "[importer, exporter, sector] fraction",
                    "va_share": "[country, sector] share of output",
                    "input_shares": "[country, supplier, user] share of the user's output, duty paid",
                    "trade_elasticity": "[sector]",
                },
            }
        ],
        "sha256": sha256_bytes(content),
        "data_hash": economy.data_hash,
        "countries": {code: economy.labels.country_name(code) for code in economy.labels.countries},
        "sectors": {code: economy.labels.sector_name(code) for code in economy.labels.sectors},
        "elasticity_source": economy.elasticity_source,
        "built_by": f"detente {package_version()}",
    }
    files = {f"{stem}.npz": content}
    if report is not None:
        sheet["moved"] = list(report.moved.records())
        files |= {f"{table.name}.csv": table.to_csv().encode() for table in (report.moved, report.cells)}
        files["report.md"] = _page(economy, report).encode()
    text = json.dumps(sheet, ensure_ascii=False, indent=1, default=str)
    files[f"{stem}.datapackage.json"] = f"{text}\n".encode()
    return write_folder(folder, files, keep=True)


def _page(economy: Economy, report: WorldReport) -> str:
    short = Table(
        report.moved.name, report.moved.title, report.moved.columns, report.moved.rows[:40], report.moved.note
    )
    lines = [f"# {economy.provenance.get('title', economy.name)}", ""]
    lines += [f"- {note}" for note in report.notes]
    lines += ["", short.to_markdown()]
    if len(report.cells):
        lines += [report.cells.to_markdown()]
    return "\n".join(lines)
