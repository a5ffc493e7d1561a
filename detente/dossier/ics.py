"""Clocks as a calendar file (RFC 5545): one all-day event a clock, deterministic to the byte.

Legal expiry, political breakdown, deadlines and meetings are categories of their own; a clock that was called off
stays in the calendar as cancelled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from detente.dossier.dossier import Dossier
from detente.dossier.measure import Clock

CATEGORIES = {
    "legal_expiry": "LEGAL EXPIRY",
    "threat_deadline": "THREAT",
    "entry_into_force": "ENTRY INTO FORCE",
    "meeting": "MEETING",
    "pledge": "PLEDGE",
    "political": "POLITICAL",
}
LIMIT = 75
"""Octets a line may have."""


def escape(text: str) -> str:
    """Escape a text value: backslash, semicolon, comma, line break.

    Examples
    --------
    >>> print(escape("a, b; c"))
    a\\, b\\; c
    """
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return "".join(character for character in text if character >= " " or character == "\t")


def fold_line(line: str) -> str:
    """Fold a content line after 75 octets, never inside a character."""
    parts: list[str] = []
    current, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LIMIT:
            parts.append(current)
            current, size = " ", 1
        current += character
        size += width
    return "\r\n".join([*parts, current])


def calendar(dossier: Dossier, from_date: dt.date, details: Mapping[str, Iterable[str]] | None = None) -> str:
    """Clocks that fire on or after a day, as the text of an ``.ics`` file.

    Parameters
    ----------
    dossier : Dossier
    from_date : date
    details : mapping of clock id to lines, optional
        Further lines for the description, such as what returns and what it costs.

    Returns
    -------
    str
        Lines end in CRLF; nothing in it depends on the hour at which it was made.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Détente//Clocks//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(dossier.title)}",
    ]
    coming = (clock for clock in dossier.clocks.values() if clock.fires >= from_date)
    for clock in sorted(coming, key=lambda clock: (clock.fires, clock.id)):
        lines += _event(dossier, clock, list((details or {}).get(clock.id, ())))
    lines.append("END:VCALENDAR")
    return "".join(fold_line(line) + "\r\n" for line in lines)


def _event(dossier: Dossier, clock: Clock, details: list[str]) -> list[str]:
    called_off = clock.superseded is not None
    status = "CANCELLED" if called_off else "TENTATIVE" if clock.kind == "political" else "CONFIRMED"
    source = dossier.sources.get(clock.source)
    told = [clock.on_firing.strip()]
    if clock.measures:
        told.append("Measures: " + ", ".join(clock.measures))
    told += details
    if called_off:
        told.append(f"Called off or replaced on {clock.superseded}")
    if clock.note:
        told.append(clock.note.strip())
    told.append(f"Source: {source.title if source else clock.source} ({clock.source}), {clock.grade.value}")
    told.append(f"As known on {dossier.asof}")
    return [
        "BEGIN:VEVENT",
        f"UID:{clock.id}@{dossier.id}.detente.invalid",
        f"DTSTAMP:{dossier.asof:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{clock.fires:%Y%m%d}",
        f"DTEND;VALUE=DATE:{clock.fires + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escape(clock.title)}",
        f"DESCRIPTION:{escape(chr(10).join(told))}",
        f"CATEGORIES:{CATEGORIES[clock.kind]}",
        f"STATUS:{status}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]
