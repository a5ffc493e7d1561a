"""Write the bill of materials: ``python scripts/sbom.py [--dev] [--out out/sbom]``.

Every package of the lock file (name, version, hashes of its archives, marker), with the licence and the dependencies its
installed metadata states: ``detente.cdx.json`` (CycloneDX 1.6) and ``licences.md``. Neither carries a day, a number drawn
at random or a path, so the same lock in the same environment gives the same bytes. Standard library and `packaging` only.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from detente.core import write_atomic  # noqa: E402

NOT_INSTALLED = "this version is not installed here"
NOT_STATED = "not stated"
PROJECT = "detente"


@dataclass(frozen=True)
class Locked:
    """One package of a lock file."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def read_lock(text: str) -> list[Locked]:
    """Read a hash-checked requirements file, sorted by name."""
    packages = []
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        if not entry.strip() or entry.startswith("#"):
            continue
        wanted = Requirement(entry.partition("--hash")[0].strip())
        version = str(wanted.specifier).removeprefix("==")
        hashes = tuple(sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)))
        packages.append(Locked(canonicalize_name(wanted.name), version, str(wanted.marker or ""), hashes))
    return sorted(packages, key=lambda package: (package.name, package.version, package.marker))


def licence_of(package: Locked) -> dict[str, str]:
    """Return the licence that a package's metadata states: an SPDX `expression` where it gives one, else a `name`."""
    try:
        stated = metadata.metadata(package.name)
    except metadata.PackageNotFoundError:
        return {"name": NOT_INSTALLED}
    if stated["Version"] != package.version:
        return {"name": NOT_INSTALLED}
    if expression := stated.get("License-Expression"):
        return {"expression": str(expression)}
    classified = [
        entry.rpartition(" :: ")[2]
        for entry in stated.get_all("Classifier", [])
        if entry.startswith("License ::") and entry != "License :: OSI Approved"
    ]
    if classified:
        return {"name": " AND ".join(sorted(classified))}
    text = (stated.get("License") or "").strip() or _title_of(
        stated.get_all("License-File", []), package.name
    )
    return {"name": text.splitlines()[0] if text else NOT_STATED}


def _title_of(files: list[str], name: str) -> str:
    """The first line of a licence that comes with a package as a file alone; empty where it does not say so."""
    for path in metadata.files(name) or []:
        if any(str(path).endswith(f".dist-info/licenses/{file}") for file in files):
            first = path.read_text().strip().partition("\n")[0].strip()
            return first if "licen" in first.lower() else ""
    return ""


def depends_on(name: str, known: set[str]) -> list[str]:
    """Return the packages of the lock that a package needs in this environment, without extras."""
    try:
        stated = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    environment = {**default_environment(), "extra": ""}
    wanted = [Requirement(entry) for entry in stated]
    names = {
        canonicalize_name(requirement.name)
        for requirement in wanted
        if requirement.marker is None or requirement.marker.evaluate(environment)
    }
    return sorted(names & known)


def purl(package: Locked) -> str:
    """Return the package's address in the common form of bills of materials."""
    return f"pkg:pypi/{package.name}@{package.version}"


def component(package: Locked) -> dict[str, Any]:
    """Return one component of the bill."""
    licence = licence_of(package)
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": purl(package),
        "name": package.name,
        "version": package.version,
        "purl": purl(package),
        "licenses": [licence if "expression" in licence else {"license": licence}],
    }
    properties = [{"name": "detente:archive-sha256", "value": digest} for digest in package.hashes]
    if package.marker:
        properties.append({"name": "detente:marker", "value": package.marker})
    return {**made, "properties": properties}


def bill(packages: list[Locked]) -> dict[str, Any]:
    """Return the bill of materials as CycloneDX 1.6."""
    known = {package.name for package in packages}
    refs = {package.name: purl(package) for package in packages}
    root = f"pkg:pypi/{PROJECT}@{metadata.version(PROJECT)}"
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": PROJECT,
                "version": metadata.version(PROJECT),
                "purl": root,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": [component(package) for package in packages],
        "dependencies": [
            {"ref": root, "dependsOn": [refs[name] for name in depends_on(PROJECT, known)]},
            *(
                {"ref": ref, "dependsOn": [refs[needed] for needed in depends_on(name, known)]}
                for name, ref in sorted(refs.items())
            ),
        ],
    }


def licence_page(packages: list[Locked], lock: str) -> str:
    """Return the list of licences as Markdown."""
    lines = [
        f"# Licences of the packages in {lock}",
        "",
        "| Package | Version | Licence |",
        "| --- | --- | --- |",
    ]
    for package in packages:
        (stated,) = licence_of(package).values()
        lines.append(f"| {package.name} | {package.version} | {stated} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the bill and the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="of the developers' lock, not of the users'")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "out" / "sbom")
    arguments = parser.parse_args()
    lock = "requirements-dev.lock" if arguments.dev else "requirements.lock"
    packages = read_lock((REPOSITORY / lock).read_text(encoding="utf-8"))
    suffix = "-dev" if arguments.dev else ""
    target = arguments.out / f"detente{suffix}.cdx.json"
    write_atomic(target, json.dumps(bill(packages), ensure_ascii=False, indent=1) + "\n")
    write_atomic(arguments.out / f"licences{suffix}.md", licence_page(packages, lock))
    print(f"{len(packages)} packages: {target}")


if __name__ == "__main__":
    main()
