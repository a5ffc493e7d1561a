"""Tables of the register of shipped data: every file, and the terms of every source."""

from __future__ import annotations

from detente.core import Column, Table, read_register


def data_file_table() -> Table:
    """List every shipped data file with its sources, their licences and its hash.

    Returns
    -------
    Table
        File (within the package), what it is, ids of its sources, licences, bytes, SHA-256.

    Examples
    --------
    >>> "world/data/world-2024.npz" in data_file_table().column("file")
    True
    """
    rows = tuple(
        (
            entry["path"],
            entry["title"],
            ", ".join(entry["sources"]),
            "; ".join(entry["licences"]),
            entry["bytes"],
            entry["hash"].removeprefix("sha256:"),
        )
        for entry in read_register()["resources"]
    )
    return Table(
        "data-files",
        "Data files that come with Détente",
        (
            Column("file", "File"),
            Column("title", "What"),
            Column("sources", "Sources"),
            Column("licences", "Licences of the sources"),
            Column("bytes", "Bytes", "bytes", "number", 0),
            Column("sha256", "SHA-256"),
        ),
        rows,
        note="The terms of a source: `detente data --table sources`.",
    )


def data_source_table() -> Table:
    """List the sources of the shipped data with the terms their publishers state.

    Returns
    -------
    Table
        Id, title, publisher, licence, terms, how the terms are known, what is taken, acknowledgement, address.

    Examples
    --------
    >>> "oecd-icio" in data_source_table().column("source")
    True
    """
    register = read_register()
    rows = tuple(
        (
            name,
            source["title"],
            source["publisher"],
            source["licence"],
            source["terms"],
            register["bases"][source["basis"]],
            source["taken"],
            source.get("acknowledge", ""),
            source.get("url", ""),
        )
        for name, source in register["sources"].items()
    )
    return Table(
        "data-sources",
        "Sources of the data that come with Détente, and their terms",
        (
            Column("source", "Source"),
            Column("title", "Title"),
            Column("publisher", "Publisher"),
            Column("licence", "Licence"),
            Column("terms", "Terms"),
            Column("basis", "How we know"),
            Column("taken", "What is taken"),
            Column("acknowledge", "Acknowledgement"),
            Column("url", "Address"),
        ),
        rows,
    )
