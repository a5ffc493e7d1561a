"""Small games and a small record for the tests of the strategy room."""

from __future__ import annotations

import datetime as dt

import numpy as np

from detente.core import Labels
from detente.dossier.dossier import Dossier, FrozenDict
from detente.dossier.measure import DatedValue, Effect, Measure, Products
from detente.equilibrium import Model
from detente.strategy.equilibria import StrategicForm
from detente.strategy.games import Action, GameSpec, Rung
from detente.strategy.payoff import Game
from detente.world.economy import Economy

DAY = dt.date(2025, 1, 10)


def form(rows: list[list[tuple[float, float]]]) -> StrategicForm:
    """Two-player game from its bimatrix."""
    table = np.array(rows, dtype=float)
    names = tuple(tuple(f"s{k}" for k in range(size)) for size in table.shape[:2])
    return StrategicForm(("A", "B"), names, np.moveaxis(table, -1, 0))


def actions(player: str, *sizes: int) -> list[Action]:
    return [
        Action(
            id=f"{player.lower()}-{k}",
            player=player,
            title=f"Action {k} of {player}",
            rungs=tuple(Rung(id=str(r), title=str(r), does=f"puts {k} on {r}") for r in range(size)),
        )
        for k, size in enumerate(sizes)
    ]


def game(payoffs: np.ndarray, first: int) -> Game:
    """Game of two players whose first `first` axes are the first player's."""
    mine = actions("A", *payoffs.shape[1 : 1 + first])
    return Game(("A", "B"), (*mine, *actions("B", *payoffs.shape[1 + first :])), payoffs)


def mirror() -> Economy:
    """Two countries that are each other's mirror image, two sectors, duties and inputs alike."""
    flows = np.array([[[60.0, 40.0], [12.0, 9.0]], [[12.0, 9.0], [60.0, 40.0]]])
    tariff = np.zeros_like(flows)
    tariff[0, 1] = tariff[1, 0] = [0.05, 0.02]
    va = np.full((2, 2), 0.6)
    inputs = np.full((2, 2, 2), 0.2)
    return Economy(
        "mirror",
        2024,
        Labels(("AAA", "BBB"), ("X", "Y")),
        flows,
        tariff,
        va,
        inputs,
        np.array([4.0, 6.0]),
        "made up",
    )


def measure(
    name: str, actor: str, target: str, *, rate: float | None = None, cost: float | None = None
) -> Measure:
    """A duty, or a control with a trade cost, announced and not in force."""
    return Measure(
        id=name,
        title=name,
        actor=actor,
        targets=(target,),
        instrument="tariff" if rate is not None else "export_control",
        authority=f"law-{actor.lower()}",
        issue="tariffs",
        unit="fraction" if rate is not None else "none",
        announced=DAY,
        products=Products(lists=("all",)) if rate is not None else Products(),
        values=(DatedValue(**{"from": DAY}, value=rate, status="announced", source="memo", grade="assumed"),),
        effect=None
        if cost is None
        else Effect(
            flows="actor_exports",
            ad_valorem={"X": cost},
            source="memo",
            grade="assumed",
            derivation="made up",
        ),
        last_checked=DAY,
    )


def record(*measures: Measure) -> Dossier:
    empty: FrozenDict = FrozenDict({})
    return Dossier(
        id="small",
        title="Small",
        summary="",
        vintage=DAY,
        asof=DAY,
        sources=empty,
        documents=empty,
        actors=empty,
        measures=FrozenDict({one.id: one for one in measures}),
        clocks=empty,
        rounds=empty,
        claims=empty,
        conflicts=empty,
        parameters=empty,
        content_hash="0",
    )


def switch(name: str, player: str, *measures: str) -> Action:
    on = {one: {} for one in measures}
    return Action(
        id=name,
        player=player,
        title=name,
        rungs=(
            Rung(id="off", title="off", does=f"leaves {name}"),
            Rung(id="on", title="on", does=f"uses {name}", set=on),
        ),
    )


def duel_model() -> tuple[Model, Dossier, GameSpec]:
    """The duel on the core model of its world."""
    economy, dossier, spec = duel()
    return Model(economy), dossier, spec


def duel() -> tuple[Economy, Dossier, GameSpec]:
    """The mirror world: a duty and a control on each side, alike, and one action that binds nothing."""
    found = []
    for actor, target in (("AAA", "BBB"), ("BBB", "AAA")):
        found.append(measure(f"{actor.lower()}-duty", actor, target, rate=0.10))
        found.append(measure(f"{actor.lower()}-more", actor, target, rate=0.20))
        found.append(measure(f"{actor.lower()}-control", actor, target, cost=0.05))
    spec = GameSpec(
        id="duel",
        title="Duel",
        dossier="small",
        players=("AAA", "BBB"),
        actions=(
            switch("a-duty", "AAA", "aaa-duty"),
            switch("a-more", "AAA", "aaa-more"),
            switch("a-control", "AAA", "aaa-control"),
            switch("b-duty", "BBB", "bbb-duty"),
            switch("b-more", "BBB", "bbb-more"),
            switch("b-control", "BBB", "bbb-control"),
            switch("b-words", "BBB"),
        ),
    )
    return mirror(), record(*found), spec
