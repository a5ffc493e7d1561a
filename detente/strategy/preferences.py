"""What the players want, as data: political weights, revenue, relative gains, security; each set with source and grade.

The objective of player n is, in million USD of the base year,

    G[n] = Σ_s λ[n, s] · real income earned in s + revenue weight · duties collected + other transfers
           + security − ρ[n] · G_rival

with λ of mean one over sectors. With every weight at its default it is real income: G less its base-year value is the
equivalent variation. The rival's payoff inside is the rival's own, without its ρ, so that the two do not chase each other.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np

from detente.core import Column, InputError, LabelError, Table, is_file, suggestion
from detente.dossier import Doubt, Field, Frozen, Grade, Slug, doubts_on
from detente.world import Array, frozen

WEIGHTS, POSSIBLE_WEIGHTS = (0.0, 20.0), (0.0, 1e6)
"""Weights on incomes and revenue; estimates of political weights lie within one and a half of their mean."""
SECURITY, POSSIBLE_SECURITY = (-1e6, 1e6), (-1e8, 1e8)
"""Million USD a year; world output is about 1e8."""


class PlayerWeights(Frozen):
    """Weights of one player; the defaults are real income."""

    political: dict[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    revenue: Annotated[float, Field(ge=0)] = 1.0
    transfers: Annotated[float, Field(ge=0)] = 1.0
    """Weight of the deficit, export taxes and what comes from outside the market."""
    relative: Annotated[float, Field(ge=0)] = 0.0
    relative_to: Literal["payoff", "income"] = "payoff"
    """What of the rival's is taken off: its own payoff, or its real income."""
    rival: str = ""
    """Whose payoff is taken off; the other player when there are two."""
    security: dict[str, dict[str, float]] = Field(default_factory=dict)
    extraordinary: bool = False
    """True states that weights far from those of real income are meant."""

    def doubts(self) -> Iterator[Doubt]:
        """Weights beyond what anybody estimated: nearly always percent, or dollars for millions of them."""
        said = self.extraordinary
        for sector, weight in self.political.items():
            yield from doubts_on(("political", sector), weight, "times", WEIGHTS, POSSIBLE_WEIGHTS, said)
        yield from doubts_on(("revenue",), self.revenue, "times", WEIGHTS, POSSIBLE_WEIGHTS, said)
        yield from doubts_on(("relative",), self.relative, "times", (0.0, 2.0), POSSIBLE_WEIGHTS, said)
        for action, rungs in self.security.items():
            for rung, worth in rungs.items():
                place = ("security", action, rung)
                yield from doubts_on(place, worth, "USD mn", SECURITY, POSSIBLE_SECURITY, said)


@functools.cache
def plain_weights() -> PlayerWeights:
    """Weights of real income, made once."""
    return PlayerWeights.model_construct()


class Preferences(Frozen):
    """One set of preferences of all players."""

    id: Slug
    title: str
    note: str = ""
    source: str
    grade: Grade
    players: dict[str, PlayerWeights] = Field(default_factory=dict)
    known: dt.date | None = None
    """Day of the latest fact the set rests on: it is not there under an earlier as-of day."""

    def doubts(self) -> Iterator[Doubt]:
        """What its players' weights doubt."""
        for code, weights in self.players.items():
            yield from (doubt.below("players", code) for doubt in weights.doubts())

    def of(self, player: str) -> PlayerWeights:
        """Weights of a player; real income when the set does not name it."""
        return self.players[player] if player in self.players else plain_weights()

    def lambdas(self, player: str, sectors: Sequence[str]) -> Array:
        """Political weights [sector], mean one.

        Raises
        ------
        LabelError
            For a sector the economy does not have, with the nearest one.
        InputError
            When every weight is zero.

        Examples
        --------
        >>> one = Preferences(id="x", title="", source="", grade="assumed", players={"A": {"political": {"S": 3}}})
        >>> one.lambdas("A", ("S", "T")).tolist()
        [1.5, 0.5]
        """
        weights = np.ones(len(sectors))
        for code, weight in self.of(player).political.items():
            if code not in sectors:
                raise LabelError(
                    f"unknown sector `{code}`",
                    where=f"preferences {self.id}: {player}",
                    hint=suggestion(code, sectors),
                )
            weights[list(sectors).index(code)] = weight
        if not weights.any():
            raise InputError("every political weight is zero", where=f"preferences {self.id}: {player}")
        return frozen(weights / weights.mean())

    def rival(self, player: str, players: Sequence[str]) -> str | None:
        """Whose payoff counts against one's own; None when there is no one or the weight is zero."""
        mine = self.of(player)
        if not mine.relative:
            return None
        others = [code for code in players if code != player]
        if not mine.rival and len(others) != 1:
            raise InputError(
                f"{player} weighs a rival's gains, but who the rival is cannot be told",
                where=f"preferences {self.id}",
                hint="name it: `rival: CODE`",
            )
        chosen = mine.rival or others[0]
        if chosen not in others:
            raise LabelError(
                f"the rival `{chosen}` does not play",
                where=f"preferences {self.id}: {player}",
                hint=suggestion(chosen, others),
            )
        return chosen


class PreferenceFile(Frozen):
    """All sets of one case; conclusions are given under each."""

    id: Slug
    default: Slug
    sets: Annotated[tuple[Preferences, ...], Field(min_length=1)]

    def doubts(self) -> Iterator[Doubt]:
        """What its sets doubt."""
        for i, preferences in enumerate(self.sets):
            yield from (doubt.below("sets", i) for doubt in preferences.doubts())

    def known_by(self, asof: dt.date) -> PreferenceFile:
        """The sets that could have been written on a day.

        Raises
        ------
        InputError
            When the default was not known then: a file needs one that always was.
        """
        kept = tuple(entry for entry in self.sets if entry.known is None or entry.known <= asof)
        if self.default not in [entry.id for entry in kept]:
            raise InputError(
                f"the default set `{self.default}` was not known on {asof}",
                where=f"preferences {self.id}",
                hint="make one the default that has no `known`",
            )
        return self.model_copy(update={"sets": kept})

    def named(self, name: str | None = None) -> Preferences:
        """One set by id, the default when left out; `LabelError` with the nearest one when there is none."""
        wanted = name or self.default
        by_id = {preferences.id: preferences for preferences in self.sets}
        if wanted not in by_id:
            raise LabelError(f"no set of preferences `{wanted}`", hint=suggestion(wanted, by_id))
        return by_id[wanted]


PLAIN = Preferences.model_construct(
    id="plain", title="Real income only", source="benchmark: unit weights", grade=Grade.assumed
)


def load_preferences(path: str | Path | None = None, *, game: str = "busan-2025") -> PreferenceFile:
    """Read a file of preferences, one's own or the one shipped with a game; real income alone when there is none.

    Raises
    ------
    SchemaError
        For a file that does not have the declared form; file, line and key are named.

    Examples
    --------
    >>> load_preferences().named().id
    'plain'
    """
    from detente.dossier import checked_kept, read_yaml

    chosen = (
        Path(__file__).resolve().parent / "data" / f"preferences-{game}.yaml" if path is None else Path(path)
    )
    if path is None and not is_file(chosen):
        return PreferenceFile(id=game, default="plain", sets=(PLAIN,))
    file = read_yaml(chosen)
    return checked_kept(PreferenceFile, file, (Path(__file__),))


def preference_table(preferences: PreferenceFile) -> Table:
    """Sets of preferences with their source and grade."""
    return Table(
        "preferences",
        "What the players want",
        (
            Column("preferences", "Preferences"),
            Column("preferences_title", "What counts"),
            Column("source", "Source"),
            Column("grade", "Grade"),
            Column("note", "Note"),
        ),
        tuple(
            (entry.id, entry.title, entry.source, entry.grade.value, entry.note) for entry in preferences.sets
        ),
        f"Default: {preferences.default}. Sets differ in one respect each.",
    )


def weigh(
    preferences: Preferences,
    players: Sequence[str],
    sectors: Sequence[str],
    sector_income: Mapping[str, Array],
    revenue: Mapping[str, Array],
    transfers: Mapping[str, Array],
) -> dict[str, Array]:
    """Payoff of every player before security and relative gains [...], million USD, from its parts [..., sector], [...]."""
    return {
        code: sector_income[code] @ preferences.lambdas(code, sectors)
        + preferences.of(code).revenue * revenue[code]
        + preferences.of(code).transfers * transfers[code]
        for code in players
    }
