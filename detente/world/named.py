"""Countries and sectors by name: codes of a world, and the words that stand for several of them."""

from __future__ import annotations

from collections.abc import Sequence

from detente.core import EVERYBODY, SECTOR_WORDS, LabelError
from detente.world.economy import Economy
from detente.world.goods import goods_sectors


def countries_named(economy: Economy, names: str | Sequence[str]) -> list[int]:
    """Positions of countries by code, in the order given; ``all`` is everybody.

    Raises
    ------
    LabelError
        For an unknown code, with the nearest one.
    """
    listed = [names] if isinstance(names, str) else list(names)
    if listed == [EVERYBODY]:
        return list(range(len(economy.labels.countries)))
    return [economy.labels.country(code) for code in listed]


def sectors_named(economy: Economy, names: str | Sequence[str]) -> list[int]:
    """Positions of sectors by code or word, in the order given, each once.

    Parameters
    ----------
    economy : Economy
    names : str or sequence of str
        Codes of the economy; ``all`` is every sector, ``goods`` every one whose trade passes a customs house
        (`goods_sectors`), ``services`` every other.

    Raises
    ------
    LabelError
        For an unknown code, with the nearest one; and for a word that is also the code of a sector of this economy and
        would mean more than that sector.

    Examples
    --------
    >>> from detente.world import toy
    >>> world = toy()
    >>> [world.labels.sectors[s] for s in sectors_named(world, "goods")]
    ['FARM', 'PARTS', 'GOODS']
    >>> [world.labels.sectors[s] for s in sectors_named(world, ["services", "PARTS"])]
    ['SERV', 'PARTS']
    """
    labels = economy.labels
    chosen: dict[int, None] = {}
    for name in [names] if isinstance(names, str) else names:
        if name not in SECTOR_WORDS:
            chosen[labels.sector(name)] = None
            continue
        goods = goods_sectors(economy)
        every = range(len(labels.sectors))
        meant = {"all": list(every), "goods": goods}.get(name, [s for s in every if s not in goods])
        if name in labels.sectors and meant != [labels.sectors.index(name)]:
            raise LabelError(
                f"`{name}` is a sector of this world and the word for {len(meant)} of its sectors",
                hint="name each sector: " + ", ".join(labels.sectors[s] for s in meant),
            )
        chosen |= dict.fromkeys(meant)
    return list(chosen)
