"""Which world a verb works on: a shipped one, or one's own by its path."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.aliases import economies
from detente.cli.output import usage
from detente.core import InputError

if TYPE_CHECKING:
    from detente.world import Economy

DEFAULT_WORLD = "world-2024"
DEFAULT_ELASTICITIES = "fgo"

WorldOption = Annotated[
    str | None,
    typer.Option(
        "--world",
        help="A shipped world, or the folder of one's own (`detente world build`).",
        show_default=DEFAULT_WORLD,
    ),
]


def economy_for(world: str | None, elasticities: str | None) -> Economy:
    """Load a world, with the elasticities asked for.

    Parameters
    ----------
    world : str, optional
        A shipped name or a path; the default world when left out.
    elasticities : str, optional
        A shipped set. Left out: `DEFAULT_ELASTICITIES` for the default world, a world of one's own keeps its own.

    Raises
    ------
    InputError
        No such world; with the exit code of a slip on the command line.
    """
    from detente.world import load_world, with_elasticity_set

    with usage():
        economy = load_world(world or DEFAULT_WORLD)
        if elasticities is None and world is not None:
            return economy
        return with_elasticity_set(
            economy, elasticities or DEFAULT_ELASTICITIES, concordance={"SERV": "D_U"} if world else None
        )


def codes_in(text: str, world: str | None) -> tuple[str, ...]:
    """Codes of a list of economies with commas between, in codes or in words; ``all`` is every country of the world.

    Parameters
    ----------
    text : str
        Such as ``US,EU,WORLD``; empty gives nothing.
    world : str, optional
        As in `economy_for`.
    """
    if not text.strip():
        return ()
    labels = economy_for(world, None).labels
    if text.strip().casefold() == "all":
        return labels.countries
    return economies(text, (*labels.countries, "WORLD", "REST"), labels.country_names)


def code_in(text: str | None, world: str | None) -> str | None:
    """One economy of a world, in its code or in a word; None stays None, and what nobody knows stays for the message to come."""
    if text is None:
        return None
    codes = codes_in(text, world)
    return codes[0] if len(codes) == 1 else text


@contextlib.contextmanager
def of_own_world(world: str | None) -> Iterator[None]:
    """Say, when the record does not fit a world of one's own, that it need not: duties can be set by hand."""
    try:
        yield
    except InputError as error:
        if world is not None and error.measure is not None:
            raise InputError(
                f"the record does not fit the world `{world}`: {error.what}",
                where=error.where,
                hint=f"{error.hint}; or build the world on the regions and sectors of {DEFAULT_WORLD}; or run a "
                "scenario with `record: false` and its own `tariffs:`",
            ) from None
        raise
