"""The files of a small dossier, and a way to damage one of them."""

from __future__ import annotations

from textwrap import dedent

_TEXTS = {
    "dossier.yaml": """
        id: small
        title: A small case
        summary: Two sides, one measure
        vintage: 2026-01-01
        asof: 2025-10-28
    """,
    "sources.yaml": """
        - {id: S1, title: Gazette, publisher: Gazette, date: 2025-01-02, quality: A}
        - {id: S2, title: Gazette again, publisher: Gazette, date: 2025-11-02, quality: A}
    """,
    "actors.yaml": """
        - {id: USA, name: United States, kind: economy, region: USA}
        - {id: CHN, name: China, kind: economy, region: CHN}
    """,
    "documents.yaml": """
        - id: report
          file: report.txt
          title: A report
          publisher: A paper
          date: 2025-10-20
          chain: wire
          stance: none
          sha256: "0000000000000000000000000000000000000000000000000000000000000000"
          lines: 3
    """,
    "claims.yaml": """
        - id: c1
          document: report
          line: 1
          start: 0
          end: 4
          span_sha256: "0000000000000000"
          says: A duty is coming
          kind: claim
          measures: [duty]
          verdict: "true"
    """,
    "measures/duties.yaml": """
        - id: duty
          title: A duty
          actor: USA
          targets: [CHN]
          instrument: tariff
          authority: section-301
          issue: tariffs
          unit: fraction
          announced: 2025-01-02
          last_checked: 2025-12-01
          reported_in: [c1]
          values:
            - {from: 2025-02-01, value: 0.10, status: in_force, source: S1, grade: official}
            - {from: 2025-11-10, until: 2026-11-10, status: suspended, known: 2025-11-02, source: S2, grade: official}
          combine: max
    """,
}

FILES: dict[str, str] = {name: dedent(text).lstrip() for name, text in _TEXTS.items()}


def edited(name: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """One file of the small dossier with a piece replaced; the piece must be there."""
    assert old in FILES[name]
    return {name: FILES[name].replace(old, new, 1)}
