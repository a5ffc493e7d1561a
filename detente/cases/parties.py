"""The parties of a record as a world carries them."""

from __future__ import annotations

from detente.core import InputError
from detente.dossier import Dossier, codes_of
from detente.world import Economy


def sides_in(dossier: Dossier, economy: Economy) -> tuple[str, str]:
    """The two sides of a record as an economy carries them, the busier one first.

    Parameters
    ----------
    dossier : Dossier
    economy : Economy

    Returns
    -------
    (str, str)
        Codes of the economy's countries.

    Raises
    ------
    InputError
        When no measure of the record has one economy act on another, or the economy does not have both on their own.

    Examples
    --------
    >>> from detente.dossier import load_dossier
    >>> from detente.world import load_world
    >>> sides_in(load_dossier("busan-2025"), load_world())
    ('USA', 'CHN')
    """
    codes = codes_of(dossier)
    missing = [code for code in codes if code not in economy.labels.countries]
    if len(codes) != 2 or codes[0] == codes[1] or missing:
        raise InputError(
            f"the two sides of the record `{dossier.id}` are not told"
            if not missing
            else f"the world has no `{missing[0]}`, a side of the record `{dossier.id}`",
            where=economy.name if missing else "actors.yaml",
            hint="name them: parties=(…, …), or --countries on the command line",
        )
    return (codes[0], codes[1])
