"""Which sectors are goods, whose trade passes a customs house, and which are services."""

from __future__ import annotations

import functools

from detente.world.economy import Economy

SERVICES = frozenset({"UTC", "TRT", "BUS", "PUB", "SERV", "services"})
"""Sector codes that pay no duty."""
_FIRST_SERVICE = 35  # division of ISIC Rev. 4: electricity and everything after


def goods_sectors(economy: Economy) -> list[int]:
    """Positions of the sectors whose trade passes a customs house.

    A service is told by its code: those of the shipped worlds, ISIC divisions from 35 on, WIOD's c17 to c35; a sector
    with any other code is taken for goods.
    """
    return [i for i, code in enumerate(economy.labels.sectors) if not is_service(code)]


@functools.lru_cache(maxsize=4096)  # asked for every policy that says "goods"
def is_service(code: str) -> bool:
    """Whether a sector's code says that it is a service.

    Examples
    --------
    >>> [code for code in ("C26", "BUS", "H49", "c14", "c20", "GOODS") if is_service(code)]
    ['BUS', 'H49', 'c20']
    """
    from detente.world.elasticities import divisions

    if code in SERVICES:
        return True
    spanned = divisions(code)
    if spanned:
        return min(spanned) >= _FIRST_SERVICE
    return code[:1] == "c" and code[1:].isdigit() and 17 <= int(code[1:]) <= 35
