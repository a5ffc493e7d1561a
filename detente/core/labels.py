"""Names of countries and sectors, in one fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detente.core.errors import LabelError
from detente.core.plain import csv_cell
from detente.core.spelling import nearest, suggestion
from detente.core.table import Column

LONGEST = 60
"""Characters of a code."""
EVERYBODY = "all"
"""Word for every country."""
SECTOR_WORDS = ("all", "goods", "services")
"""Words for several sectors: every one; those whose trade passes a customs house; the others."""


def _is_code(code: str) -> bool:
    """Whether a text can stand for a country or sector in tables, files and options."""
    return (
        0 < len(code) <= LONGEST
        and code.isprintable()
        and code == code.strip()
        and "," not in code
        and csv_cell(code) == code
    )


@dataclass(frozen=True)
class Labels:
    """Codes (and names to show) of the countries and sectors along every axis.

    Selection is by label, never by position.

    Parameters
    ----------
    countries : tuple of str
        ISO-3 codes and declared aggregates (``EU27``, ``ROW``), upper case.
    sectors : tuple of str
        Sector codes.
    country_names, sector_names : mapping of str to str
        Names to show; a code without a name is shown as itself.

    Raises
    ------
    LabelError
        When a code appears twice, or cannot be one.

    Examples
    --------
    >>> labels = Labels(("USA", "CHN"), ("goods",), {"USA": "United States"})
    >>> labels.country("CHN"), labels.country_name("USA"), labels.country_name("CHN")
    (1, 'United States', 'CHN')
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    country_names: Mapping[str, str] = field(default_factory=dict)
    sector_names: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for kind, codes in (("country", self.countries), ("sector", self.sectors)):
            for code in codes:
                if not _is_code(code):
                    raise LabelError(
                        f"`{csv_cell(code)[:60]}` is no {kind} code",
                        hint=f"a code has 1 to {LONGEST} printable characters, no comma, no blanks around it, and no "
                        "sign at its beginning that a spreadsheet computes",
                    )
            doubled = sorted({code for code in codes if codes.count(code) > 1})
            if doubled:
                raise LabelError(
                    f"{kind} code(s) appear twice: {', '.join(doubled)}",
                    hint="give every row a code of its own",
                )

    def country(self, code: str) -> int:
        """Position of a country code; `LabelError` with the nearest name when there is none."""
        try:
            return self.countries.index(code)
        except ValueError:
            raise LabelError(
                f"unknown country `{code}`",
                hint=_hint(
                    code,
                    self.countries,
                    self.country_names,
                    "`detente world show --table countries` lists the codes; an economy that is not among them is part of a larger region",
                ),
            ) from None

    def sector(self, code: str) -> int:
        """Position of a sector code; `LabelError` with the nearest name when there is none."""
        try:
            return self.sectors.index(code)
        except ValueError:
            raise LabelError(
                f"unknown sector `{code}`",
                hint=_hint(
                    code,
                    self.sectors,
                    self.sector_names,
                    "`detente world show --table sectors` lists the codes",
                ),
            ) from None

    def country_name(self, code: str) -> str:
        """Name to show for a country code."""
        return self.country_names.get(code, code)

    def country_and_code(self, code: str) -> str:
        """Name and code of a country for titles, ``China (CHN)``."""
        return Column("country", "Country", names=self.country_names).show(code)

    def sector_name(self, code: str) -> str:
        """Name to show for a sector code."""
        return self.sector_names.get(code, code)


def _hint(given: str, codes: tuple[str, ...], names: Mapping[str, str], otherwise: str) -> str:
    """The nearest code; a name that was given instead of a code counts as its code."""
    meant = {name.split(" (")[0]: code for code, name in names.items() if code in codes}
    whole = [name for name in meant if name.casefold() == given.casefold()]
    longest = max(map(len, codes), default=0)
    by_code = nearest(given, codes) if len(given) <= longest + 1 else []
    close = whole or ([] if by_code else nearest(given, meant))
    if close:
        return f"did you mean `{meant[close[0]]}` ({close[0]})?"
    if by_code or len(given) <= longest:
        return suggestion(given, codes)
    return otherwise
