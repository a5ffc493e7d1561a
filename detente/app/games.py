"""What each side holds over the other, and what the two could agree on: the games of a record, with the setting in them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from detente.app.ahead import later_drawn
from detente.app.drawing import DrawnView
from detente.core import InputError
from detente.policy import load_scenario
from detente.show import build, make
from detente.show.figures import point_names
from detente.show.words import wanted_sentences

if TYPE_CHECKING:
    from detente.app.jobs import Report
    from detente.app.laboratory import Laboratory, PageAnswer
    from detente.equilibrium import Model
    from detente.policy import Scenario
    from detente.strategy import GameSpec, Wanted


def leverage_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """What each measure of the record's game costs the other side and its own, around the standing state.

    Raises
    ------
    Unfinished
        Until it is computed.
    InputError
        For a record without a game on its day.
    """
    spec, model, source = _game(answer, laboratory)

    def solve(report: Report) -> DrawnView:
        from detente.show.figures import moving
        from detente.strategy import leverage, leverage_of, near_tensor, standing_verdicts

        wanted = _wanted(answer, spec, model)
        near = near_tensor(
            model, answer.dossier, spec, preferences=wanted.file.sets, scenarios=_threats(spec, source)
        )
        game = near.game(wanted.leading)
        levers = leverage_of(game)
        low, high = leverage.extremes(game)
        concept = f"{game.horizon}; {game.preferences.title.lower()}"
        said = " ".join([f"{concept[0].upper()}{concept[1:]}.", *(s.text for s in wanted_sentences(wanted))])
        table = build(
            "leverage",
            levers=levers,
            note=said,
            beside=leverage_of(near.game(wanted.beside), gentle=low, harsh=high) if wanted.beside else (),
            stands=standing_verdicts(near, answer.dossier, wanted) or None,
        )
        return DrawnView(
            table, make("leverage-ladder", levers=levers, concept=concept) if moving(levers) else None
        )

    key = (
        "leverage",
        answer.state.case,
        answer.dossier.asof,
        answer.state.horizon,
        answer.state.elasticities,
    )
    return later_drawn(laboratory, key, "Leverage: the game around the standing state", solve)


def deals_drawn(answer: PageAnswer, laboratory: Laboratory) -> DrawnView:
    """What every joint choice of the record's game gives the two sides, with the setting marked among them.

    The setting is solved beside the game, exactly, and need not be one of its choices.

    Raises
    ------
    Unfinished
        Until it is computed.
    InputError
        For a record without a game on its day, or a reference that is the setting itself.
    """
    spec, model, source = _game(answer, laboratory)
    setting = answer.scenario
    points = _threats(spec, source)
    told = {name: load_scenario(name, dossier=source).title for name in spec.threats}
    if setting.id not in told:
        points = [*points, setting]
    names = point_names(told, setting.id, setting.title)

    def solve(report: Report) -> DrawnView:
        from detente.strategy import deal_space, payoff_tensor

        wanted = _wanted(answer, spec, model)
        tensor = payoff_tensor(model, answer.dossier, spec.small(), scenarios=points, report=report)
        game = tensor.game(wanted.leading)
        space = deal_space(game, spec.threats[0])
        concept = f"{game.horizon}; {game.preferences.title.lower()}; {len(space.gains):,} joint choices"
        figure = make("deal-space-points", game=game, space=space, threats=names, concept=concept)
        return DrawnView(figure.table, figure)

    key = ("deals", answer.state.question, answer.dossier.asof, answer.state.horizon)
    return later_drawn(laboratory, key, "Deals: every joint choice of the game", solve)


def _wanted(answer: PageAnswer, spec: GameSpec, model: Model) -> Wanted:
    """What the two sides want as known on the record's day: what explains their choices, else plain income."""
    from detente.strategy import load_preferences, wanted_in

    known = load_preferences(game=spec.id).known_by(answer.dossier.asof)
    return wanted_in(answer.dossier, spec, known, sectors=model.economy.labels.sectors)


def _game(answer: PageAnswer, laboratory: Laboratory) -> tuple[GameSpec, Model, str]:
    """The game of the record on its day, and the model that it is solved on.

    Raises
    ------
    InputError
        Where there is none that can be told, or the setting asks for another closure.
    """
    from detente.strategy import load_game, shipped_games

    state = answer.state
    source = laboratory.source(state.case)
    if state.closure != "share":
        raise InputError(
            "games are solved with deficits a fixed share of the world economy",
            where="closure",
            hint="set the deficits to that",
        )
    spec = None
    if shipped_games(source, answer.dossier.asof):
        spec = load_game(dossier=source, asof=answer.dossier.asof)
    if spec is None or not all(name in answer.dossier.measures for name in spec.measures):
        raise InputError(
            "this record has no game of the two sides on this day",
            where=f"{state.case} as of {answer.dossier.asof}",
            hint="another day, or add a game to the folder",
        )
    own = laboratory.model(state, state.horizon)
    return spec, own.on(replace(own.economy)), source  # nobody else's while the page goes on solving


def _threats(spec: GameSpec, source: str) -> list[Scenario]:
    """Scenarios that say what happens without a deal."""
    return [load_scenario(name, dossier=source) for name in spec.threats if name != "standing"]
