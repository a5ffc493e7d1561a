"""What economies, sectors and products are also called: US, EU, Germany within its bloc, cars, magnets. The names are data."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from detente.core import LabelError, Labels

if TYPE_CHECKING:
    from detente.world import Economy


def plain(text: str) -> str:
    """A name without case, dashes and underscores, to compare by."""
    return " ".join(text.replace("-", " ").replace("_", " ").casefold().split())


@functools.cache
def _aliases(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Codes by plain name; a word that stands for several has them all."""
    import detente.dossier
    from detente.dossier import read_yaml

    data = read_yaml(Path(detente.dossier.__file__).parent / "data" / "aliases.yaml").data
    assert isinstance(data, dict)
    meant: dict[str, tuple[str, ...]] = {}
    for code, words in data[kind].items():
        for word in words:
            meant[plain(word)] = (*meant.get(plain(word), ()), str(code))
    return meant


def called(text: str, known: Sequence[str], kind: str, names: Mapping[str, str] | None = None) -> str:
    """The code that a word means among the codes known; the word itself where it means none, for the message to come.

    Parameters
    ----------
    text : str
    known : sequence of str
        Codes of the world, and any other word that is one already.
    kind : {"economies", "sectors", "products"}
    names : mapping of code to str, optional
        The world's own names, understood too.

    Raises
    ------
    LabelError
        For a word that stands for several of the codes known; lists them.

    Examples
    --------
    >>> called("Germany", ["USA", "EU27"], "economies"), called("magnets", ["MAG"], "sectors")
    ('EU27', 'MAG')
    """
    word = text.strip()
    if not word or word in known:
        return word
    said = plain(word)
    for code in known:
        if said in (plain(code), plain((names or {}).get(code, ""))):
            return code
    meant = [code for code in _aliases(kind).get(said, ()) if code in known]
    if len(meant) > 1:
        listed = ", ".join(f"{code} ({names[code]})" if names and code in names else code for code in meant)
        raise LabelError(f"`{word}` stands for several {kind}", where=word, hint=f"name one: {listed}")
    return meant[0] if meant else word


def country_called(word: str, labels: Labels) -> str:
    """The code of the economy that a word means; the word itself where it means none.

    Examples
    --------
    >>> from detente.world import load_world
    >>> country_called("China", load_world().labels)
    'CHN'
    """
    return called(word, labels.countries, "economies", labels.country_names)


def sector_called(word: str, labels: Labels) -> str:
    """The code of the sector that a word means; the word itself where it means none.

    Examples
    --------
    >>> from detente.world import load_world
    >>> sector_called("cars", load_world().labels)
    'C29'
    """
    return called(word, labels.sectors, "sectors", labels.sector_names)


def sectors_in(text: str, labels: Labels) -> tuple[str, ...]:
    """Codes of a list of sectors with commas between, in codes or words; each once.

    Raises
    ------
    LabelError
        For a sector that nobody knows, with the nearest one.

    Examples
    --------
    >>> from detente.world import load_world
    >>> sectors_in("cars, SOY", load_world().labels)
    ('C29', 'SOY')
    """
    words = [word for word in text.split(",") if word.strip()]
    codes = [sector_called(word, labels) for word in words]
    for code in codes:
        labels.sector(code)
    return tuple(dict.fromkeys(codes))


def product(text: str) -> str:
    """The code of the Harmonized System that a word means; digits and words that nobody knows stay.

    Examples
    --------
    >>> product("batteries"), product("850760")
    ('850760', '850760')
    """
    codes = tuple(dict.fromkeys(code for meant in _aliases("products").values() for code in meant))
    return called(text, codes, "products")


def cut_in_codes(text: str, economy: Economy) -> str:
    """A ``--cut`` in the codes of an economy: ``China:magnets:0.5`` is ``CHN:MAG:0.5``.

    Examples
    --------
    >>> from detente.world import load_world
    >>> cut_in_codes("China:magnets:0.5:US+EU", load_world())
    'CHN:MAG:0.5:USA+EU27'
    """
    from detente.world import sector_groups

    labels = economy.labels
    sectors = (*labels.sectors, *sector_groups(economy))

    def part(position: int, words: str) -> str:
        if position == 2:
            return words
        known, kind, names = (
            (sectors, "sectors", labels.sector_names)
            if position == 1
            else (labels.countries, "economies", labels.country_names)
        )
        return "+".join(called(word, known, kind, names) for word in words.split("+"))

    return ":".join(part(k, words) for k, words in enumerate(text.split(":")))


def closure_in_codes(text: str, economy: Economy) -> str:
    """A ``--closure`` in the codes of an economy: ``China=198`` is ``CHN=198``; the name of a closure stays.

    Examples
    --------
    >>> from detente.world import load_world
    >>> closure_in_codes("China=198", load_world()), closure_in_codes("zero", load_world())
    ('CHN=198', 'zero')
    """
    country, mark, amount = text.partition("=")
    if not mark:
        return text
    return f"{country_called(country, economy.labels)}={amount}"


def result_in_codes(text: str, economy: Economy) -> str:
    """A result of `detente explain` in the codes of an economy: ``us.output.cars`` is ``USA.output.C29``.

    Examples
    --------
    >>> from detente.world import load_world
    >>> result_in_codes("us.output.cars", load_world()), result_in_codes("flow.US.China.magnets", load_world())
    ('USA.output.C29', 'flow.USA.CHN.MAG')
    """
    labels = economy.labels
    words = text.split(".")
    flow = words[0].casefold() == "flow"
    for k, word in enumerate(words):
        if (flow and k in (1, 2)) or (not flow and k != 1):
            words[k] = country_called(word, labels)
        if k >= 2 and words[k] == word:
            words[k] = sector_called(word, labels)
    return ".".join(words)


def economies(text: str, known: Sequence[str], names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Codes of a list with commas between; each once.

    Raises
    ------
    LabelError
        For a list that holds commas and no name.

    Examples
    --------
    >>> economies("us, China", ["USA", "CHN", "WORLD"])
    ('USA', 'CHN')
    """
    words = named_in(text)
    return tuple(dict.fromkeys(called(word, known, "economies", names) for word in words))


def named_in(text: str) -> list[str]:
    """Names of a list with commas between; none where nothing was asked for.

    Raises
    ------
    LabelError
        For a list that holds commas and no name.

    Examples
    --------
    >>> named_in("us, China,"), named_in("")
    (['us', 'China'], [])
    """
    words = [part.strip() for part in text.split(",") if part.strip()]
    if text and not words:
        raise LabelError(f"the list `{text}` names nothing", hint="leave it out, or name some")
    return words
