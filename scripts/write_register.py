"""Write the register of shipped data: ``python scripts/write_register.py [--check]``.

From scripts/data_sources.yaml (sources and their terms, by hand) and the files themselves (size, hash) it makes
``detente/datapackage.json``, which is shipped, ``NOTICE``, and ``docs/data-licences.md``. ``--check`` writes nothing and
fails when one of them is stale. Same files, same bytes.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import sys
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.core import sha256_file, write_atomic  # noqa: E402
from detente.core.register import REGISTER, data_files  # noqa: E402

SHEET = REPOSITORY / "scripts" / "data_sources.yaml"
PACKAGE = REPOSITORY / "detente"
REUSE = (
    "What Détente writes (briefings and annexes, figures, tables, pages and files of the explorer) is licensed like its code,",
    "under the Apache License 2.0: use it, change it, publish it and sell it. Whoever passes it on keeps its line on Détente and",
    "the acknowledgements of the sources its numbers rest on; `detente cite` prints both. Numbers of others that a table shows as",
    "they are stay on their publisher's terms: probabilities of ForecastBench are CC BY-SA 4.0, and so is a table that holds them.",
    "What a reader puts in, such as a dossier, a world or a report, stays the reader's. Nothing of it is advice, and no publisher",
    "or author named in it endorses it.",
)
"""On what terms the texts and pictures may be used that come out."""
BASES = {
    "read": "read on a page or in a licence file of the publisher",
    "quoted": "the publisher's words as somebody else quotes them",
    "recorded": "noted when the data were collected, not read again since",
    "none": "no terms found; only facts are taken",
}
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


def row_of(path: str, sheet: dict[str, Any]) -> dict[str, Any]:
    """Return the first row of the sheet that fits a file, relative to the package."""
    for row in sheet["files"]:
        if fnmatch.fnmatchcase(path, row["match"]):
            return dict(row)
    sys.exit(f"no row fits detente/{path}: add one to scripts/data_sources.yaml, with its sources")


def register(sheet: dict[str, Any]) -> dict[str, Any]:
    """Return the data package: one resource a file, one source a publisher."""
    resources = []
    for name in data_files(PACKAGE):
        row, path = row_of(name, sheet), PACKAGE / name
        licences = dict.fromkeys(sheet["sources"][source]["licence"] for source in row["sources"])
        resources.append(
            {
                "name": name.lower().replace("/", "-"),
                "path": name,
                "title": row["title"],
                "bytes": path.stat().st_size,
                "hash": f"sha256:{sha256_file(path)}",
                "sources": list(row["sources"]),
                "licences": list(licences),
            }
        )
    return {
        "name": "detente-data",
        "title": "Every data file that Détente ships: where it comes from, on what terms, and its hash",
        "bases": BASES,
        "sources": sheet["sources"],
        "resources": resources,
    }


def notice(sheet: dict[str, Any]) -> str:
    """Return NOTICE: whose data the tables are made of, and the words their terms ask for."""
    lines = [
        "Détente",
        "Copyright The Détente developers",
        "",
        "Licensed under the Apache License, Version 2.0 (LICENSE).",
        "",
        "The data files in this distribution are aggregates, lists and figures derived from the sources below, each on its",
        "publisher's terms. Whoever passes them on, or a work made with them, keeps these acknowledgements. No publisher",
        "endorses this software or what it computes. detente/datapackage.json lists every file with its sources and hash.",
        "",
        *REUSE,
    ]
    for source in sheet["sources"].values():
        if source["licence"] == "Apache-2.0":
            continue
        lines += ["", f"* {source['title']}", f"  {source['publisher']}"]
        lines += [f"  Terms: {source['licence']}. {source['terms']} ({BASES[source['basis']]})"]
        lines += [f"  Used: {source['taken']}"]
        lines += [f"  Acknowledgement: {source['acknowledge']}"] if "acknowledge" in source else []
        lines += [f"  Read through: {source['through']}"] if "through" in source else []
        lines += [f"  {source['url']}"] if "url" in source else []
    mit = [source["acknowledge"] for source in sheet["sources"].values() if source["licence"] == "MIT"]
    lines += [
        "",
        "-" * 80,
        "MIT License, for the lists and rates taken from:",
        *(f"  {name}" for name in mit),
    ]
    return "\n".join([*lines, "", MIT, ""])


def page(package: dict[str, Any]) -> str:
    """Return docs/data-licences.md."""
    sources = package["sources"]
    parts = [
        "<!-- Written by scripts/write_register.py; do not edit. -->",
        "# Data licences",
        "",
        "Every data file that Détente ships, its sources, and each source's terms as its publisher states them. The list with",
        "hashes is shipped as `datapackage.json`; `detente data` prints it, and `detente data --check` compares the installed",
        "files with it. `NOTICE` holds the acknowledgements the terms ask for.",
        "",
        "## What comes out",
        "",
        *REUSE,
        "",
        "## Sources",
        "",
        "| Source | Publisher | Terms | How we know | What is taken |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, source in sources.items():
        title = f"{source['title']}, `{source['url']}`" if "url" in source else source["title"]
        through = f" Read through {source['through']}." if "through" in source else ""
        parts.append(
            f"| `{name}`: {title} | {source['publisher']} | **{source['licence']}.** {source['terms']} "
            f"| {BASES[source['basis']]} | {source['taken']}{through} |"
        )
    parts += [
        "",
        "Where no terms were found, no table is shipped, only averages and single figures that state facts (enacted duties,",
        "published estimates). What would replace them: the tariff schedules of the World Trade Organization's members for",
        "`teti`, China's own lists of 2018 and 2019 for `econ7115`.",
        "",
        "## Files",
        "",
        "| File | What | Sources |",
        "| --- | --- | --- |",
    ]
    for resource in package["resources"]:
        named = ", ".join(f"`{source}`" for source in resource["sources"])
        parts.append(f"| `{resource['path']}` | {resource['title']} | {named} |")
    return "\n".join(parts) + "\n"


def build() -> dict[Path, str]:
    """Return the text of every file this script writes."""
    sheet = yaml.safe_load(SHEET.read_text(encoding="utf-8"))
    package = register(sheet)
    return {
        REGISTER: json.dumps(package, ensure_ascii=False, indent=1) + "\n",
        REPOSITORY / "NOTICE": notice(sheet),
        REPOSITORY / "docs" / "data-licences.md": page(package),
    }


def main() -> None:
    """Write the files, or say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when something is stale")
    check = parser.parse_args().check
    stale = [
        (path, text)
        for path, text in build().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        print(f"{'stale' if check else 'wrote'} {path.relative_to(REPOSITORY)}")
        if not check:
            write_atomic(path, text)
    if check and stale:
        sys.exit("run make register")


if __name__ == "__main__":
    main()
