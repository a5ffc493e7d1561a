"""What the leads of verbs have in common: the outcomes they name at both horizons, with intervals and the sum of all years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from detente.cli.draws import check_draws
from detente.cli.options import refuse_idle
from detente.cli.output import progress
from detente.cli.terminal import note, say
from detente.cli.worlds import of_own_world
from detente.core import SolveError

if TYPE_CHECKING:
    from detente.dossier import Dossier
    from detente.equilibrium import Model
    from detente.strategy import Game, GameSpec, Lever, Profile, StrategicForm
    from detente.world import Economy

DRAWS = 16
"""Draws behind the intervals of a lead, where no other number is asked for."""

LeadDrawsOption = Annotated[
    int,
    typer.Option(
        "--draws",
        help="Draws behind the intervals of the first year and the long run in the lead; 0 leaves out that sentence.",
    ),
]


def check_lead_draws(draws: int, table: str, tables: Sequence[str], controls: str) -> bool:
    """Whether the lead has that sentence: with these tables, and controls as the record states them.

    Raises
    ------
    InputError
        For a number of draws that makes no interval, or that no sentence would read.
    """
    check_draws(draws)
    refuse_idle(f"on the table {table}", draws=draws not in (0, DRAWS) and table not in tables)
    refuse_idle(
        f"with --controls {controls}: the lead has them as the record states them",
        draws=draws not in (0, DRAWS) and controls != "stated",
    )
    return bool(draws) and table in tables and controls == "stated"


class WithoutLead:
    """Where a lead has no equilibrium at a horizon or under a draw, say so and go on without it."""

    def __enter__(self) -> None:
        """Nothing is held."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        """Whether the error is told and done with."""
        if not isinstance(error, SolveError):
            return False
        note(f"note: no first year beside the long run: {error.what}")
        return True


def both_models(model: Model, horizon: str, economy: Economy, *, keep: bool) -> dict[str, Model]:
    """Models of the first year and the long run; the one at hand where it is one of them."""
    from detente.cases import model_at

    return {
        name: model
        if name == horizon
        else model_at(name, economy, closure=model.closure, keep_elasticities=keep)
        for name in ("short", "long")
    }


@dataclass(frozen=True)
class MovesLead:
    """What is asked of a lead that names moves of a game.

    Attributes
    ----------
    record, spec
    model : Model
        At hand, of the horizon asked for.
    horizon : str
    economy : Economy
    draws : int
        0 says nothing.
    world : str, optional
    keep : bool
        Whether elasticities were named.
    """

    record: Dossier
    spec: GameSpec
    model: Model
    horizon: str
    economy: Economy
    draws: int
    world: str | None
    keep: bool

    def say(self, moves: Sequence[tuple[str, Profile, Profile]], table: str) -> None:
        """Say what some moves are worth at both horizons and in all years together.

        Parameters
        ----------
        moves : sequence of (title, profile, profile)
            What each is called, and the joint choices before and after it.
        table : str
        """
        if self.draws and moves:
            _say_moves(self, moves, table)


def _say_moves(asked: MovesLead, moves: Sequence[tuple[str, Profile, Profile]], table: str) -> None:
    from detente.cases import prepare_cases
    from detente.show.tables import lead_of_cases, lead_sentence

    spec, at = asked.spec, both_models(asked.model, asked.horizon, asked.economy, keep=asked.keep)
    profiles = dict.fromkeys(profile for _, *ends in moves for profile in ends)
    names = {profile: f"choice-{number}" for number, profile in enumerate(profiles)}
    scenarios = [spec.scenario(profile).model_copy(update={"id": name}) for profile, name in names.items()]
    with WithoutLead(), of_own_world(asked.world), progress(None, "solving the lead at both horizons"):
        cases = prepare_cases(asked.economy, asked.record, scenarios, hold_clocks=True)
        both = lead_of_cases(
            at, asked.record, cases, hold_clocks=True, keep_elasticities=asked.keep, draws=asked.draws
        )
        for title, before, after in moves:
            ends = names[before], names[after]
            say(lead_sentence(both, *ends, spec.players, title, usd=True, table=table).text)


def lever_moves(
    levers: Sequence[Lever], spec: GameSpec, span: tuple[Profile, Profile]
) -> list[tuple[str, Profile, Profile]]:
    """Each side's strongest lever, as the sentences name it: from its gentle to its harsh rung, everything else as it stands."""
    from detente.show.figures import country_name, strongest_levers

    moves = []
    for lever in strongest_levers(levers):
        a = spec.action(lever.action)
        ends = [tuple(end[a] if k == a else 0 for k in range(len(end))) for end in span]
        title = f"“{lever.title}” of {country_name(lever.player, in_sentence=True)}"
        moves.append((title, ends[0], ends[1]))
    return moves


def deal_moves(play: Game, spec: GameSpec) -> list[tuple[str, Profile, Profile]]:
    """The expected exchange that gives most together among those by which everybody gains; none where there is none."""
    from detente.show.tables import best_verdict
    from detente.strategy import judge

    verdict = best_verdict(judge(play, spec.expected, ())) if spec.expected else None
    if verdict is None:
        return []
    best = verdict.exchange
    after = spec.profile({**best.instead_of, **best.moves})
    return [(f"“{best.title}”", spec.profile(best.instead_of), after)]


def equilibrium_moves(
    play: Game, form: StrategicForm, pure: Sequence[Profile]
) -> list[tuple[str, Profile, Profile]]:
    """The first equilibrium, from the standing state; none where there is none, or where it is the standing state."""
    from detente.show.tables import joint_profile

    if not pure:
        return []
    there = joint_profile(play, form, pure[0])
    title = "This outcome" if len(pure) == 1 else "The first of these"
    return [(title, play.standing, there)] if there != play.standing else []
