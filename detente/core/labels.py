"""Names of countries and sectors, in one fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from detente.core.errors import LabelError
from detente.core.nearest import suggestion


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
        When a code appears twice.

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
            raise LabelError(f"unknown country `{code}`", hint=suggestion(code, self.countries)) from None

    def sector(self, code: str) -> int:
        """Position of a sector code; `LabelError` with the nearest name when there is none."""
        try:
            return self.sectors.index(code)
        except ValueError:
            raise LabelError(f"unknown sector `{code}`", hint=suggestion(code, self.sectors)) from None

    def country_name(self, code: str) -> str:
        """Name to show for a country code."""
        return self.country_names.get(code, code)

    def sector_name(self, code: str) -> str:
        """Name to show for a sector code."""
        return self.sector_names.get(code, code)
