"""Write docs/concepts/full-game.md: what the whole shipped game says, beside the small one of the briefing.

    .venv/bin/python scripts/pages/full_game.py

Some minutes on two cores: the whole game in the long run, the small one at every horizon, and both ways of entering
controls. Solves are kept in the cache of the command line.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY)]

from detente.cases import HORIZONS, model_at  # noqa: E402
from detente.core import Column, Pool, Table, cache_folder, write_atomic  # noqa: E402
from detente.core.table import Cell  # noqa: E402
from detente.dossier import load_dossier  # noqa: E402
from detente.policy import load_scenario  # noqa: E402
from detente.show.tables.strategy import BN, money_column, verdict_words  # noqa: E402
from detente.strategy import (  # noqa: E402
    Game,
    GameSpec,
    PayoffTensor,
    deal_space,
    judge,
    load_game,
    load_preferences,
    payments,
    payoff_tensor,
    pure_equilibria,
    shares_of,
    smallest_swaps,
    strategic_form,
)
from detente.strategy.leverage import extremes, horizons  # noqa: E402
from detente.strategy.verdicts import Verdict, judge_at  # noqa: E402
from detente.world import load_world  # noqa: E402

PAGE = REPOSITORY / "docs" / "concepts" / "full-game.md"
FORMS = (
    ("costs", "stated"),
    ("stated", "stated"),
    ("equivalent", "exporter"),
    ("equivalent", "importer"),
    ("equivalent", "destroyed"),
)
SAID = {
    ("costs", "stated"): "all costs",
    ("stated", "stated"): "quantities where the record states them",
    ("equivalent", "exporter"): "all caps, rent to the sellers",
    ("equivalent", "importer"): "all caps, rent to the buyers",
    ("equivalent", "destroyed"): "all caps, rent destroyed",
}


class Solver:
    """The shipped case, solved as asked."""

    def __init__(self, workers: int | None) -> None:
        self.economy, self.dossier, self.whole = load_world(), load_dossier(), load_game()
        self.scenarios = [load_scenario(name) for name in self.whole.threats if name != "standing"]
        self.workers = workers

    def __call__(
        self, spec: GameSpec, name: str = "long", controls: str = "stated", rent: str = "stated"
    ) -> PayoffTensor:
        began = time.perf_counter()
        made = payoff_tensor(
            model_at(name, self.economy),
            self.dossier,
            spec,
            scenarios=self.scenarios,
            controls=controls,
            rent=rent,  # type: ignore[arg-type]
            cache=cache_folder(),
            on=Pool(self.workers),
        )
        print(f"{name}, {controls}, {rent}: {made.solves:,} solves in {time.perf_counter() - began:.0f} s")
        return made


def levers(whole: Game, small: Game) -> Table:
    """Shares of the harm of everything together in the whole game and in the small one."""
    inside = {one.action: one for one in shares_of(small)}
    rows: list[tuple[Cell, ...]] = []
    for one in shares_of(whole):
        other = inside[one.action]
        if max(abs(one.harm_target), abs(one.harm_self)) < 0.5:
            continue
        rows.append(
            (
                one.player,
                one.title,
                f"{one.gentle} → {one.harsh}",
                one.harm_target / BN,
                one.harm_self / BN,
                f"{other.gentle} → {other.harsh}" if other.harm_target or other.harm_self else "held",
                other.harm_target / BN if other.harm_target or other.harm_self else None,
                other.harm_self / BN if other.harm_target or other.harm_self else None,
            )
        )
    columns = (
        Column("player", "Side"),
        Column("measure", "Measure"),
        Column("rungs", "Whole game: rungs"),
        money_column("whole_target", "Harm to rival"),
        money_column("whole_self", "Harm to itself"),
        Column("small_rungs", "Small game: rungs"),
        money_column("small_target", "Harm to rival"),
        money_column("small_self", "Harm to itself"),
    )
    return Table(
        "levers",
        "Shares of the harm of everything together, in the whole game and in the small one",
        columns,
        tuple(rows),
    )


def spaces(tensors: Mapping[str, PayoffTensor], sets: Sequence[str]) -> Table:
    """How much of each game beats each threat point, under each set of preferences."""
    known = load_preferences()
    rows: list[tuple[Cell, ...]] = []
    for label, tensor in tensors.items():
        for name in sets:
            game = tensor.game(known.named(name))
            for threat in game.spec.threats if game.spec else ():
                space = deal_space(game, threat)
                gains = space.nash.payoffs / BN if space.nash else (None, None)
                owed = {one.player: one.needed / BN for one in payments(game, threat)}
                rows.append(
                    (
                        label,
                        name,
                        threat,
                        100 * space.share,
                        len(space.front),
                        *gains,
                        owed["USA"],
                        owed["CHN"],
                    )
                )
    columns = (
        Column("game", "Game"),
        Column("preferences", "Preferences"),
        Column("threat", "No deal means"),
        Column("share", "Better for both", "%", "number", 1),
        Column("front", "On the frontier", "", "number", 0),
        money_column("nash_usa", "Nash, USA"),
        money_column("nash_chn", "Nash, CHN"),
        money_column("owed_usa", "To be paid, USA"),
        money_column("owed_chn", "To be paid, CHN"),
    )
    note = "To be paid: what makes a side accept the other's favourite."
    return Table("spaces", "What beats no deal", columns, tuple(rows), note)


def verdicts(found: Mapping[str, Sequence[Verdict]], players: Sequence[str], what: str) -> Table:
    """One row an exchange, one column a set of preferences or a horizon."""
    names = list(found)
    rows: list[tuple[Cell, ...]] = []
    for k, one in enumerate(found[names[0]]):
        said = [verdict_words(found[name][k], players) for name in names]
        weights = ", ".join("never" if w is None else f"{max(w, 0.0):.2f}" for w in one.break_even)
        rows.append((one.exchange.title, *said, weights, ", ".join(one.exchange.claims)))
    columns = (
        Column("exchange", "Exchange"),
        *(Column(name, name) for name in names),
        Column("refuses", f"Refuses above (USA, CHN), {names[0]}"),
        Column("claims", "Claims"),
    )
    return Table("verdicts", f"Who wants which expected exchange, {what}", columns, tuple(rows))


def forms(solve: Solver, small: GameSpec, name: str) -> Table:
    """The small game with controls as costs and as caps."""
    rows: list[tuple[Cell, ...]] = []
    base = solve(small, name, "costs").game()
    low, high = extremes(base)
    actions = ("chn-october", "chn-april", "chn-soybeans", "usa-affiliates")
    for controls, rent in FORMS:
        game = solve(small, name, controls, rent).game()
        found = {one.action: one for one in shares_of(game, gentle=low, harsh=high)}
        gap = np.abs(game.payoffs - base.payoffs).reshape(2, -1)
        form = strategic_form(game)
        pure = pure_equilibria(form, epsilon=1e-3)
        changed = ""
        if pure:
            rungs = form.rungs[1][pure[0][1]]
            changed = ", ".join(
                f"{game.actions[a].title.lower()}: {game.actions[a].rungs[r].title}"
                for a, r in zip(game.own("CHN"), rungs, strict=True)
                if game.actions[a].id in actions
            )
        rows.append(
            (
                SAID[controls, rent],
                *(float(one.mean()) / BN for one in gap),
                *(float(one.max()) / BN for one in gap),
                *(
                    f"{found[action].harm_target / BN:.2f} / {found[action].harm_self / BN:.2f}"
                    for action in actions
                ),
                100 * deal_space(game).share,
                len([one for one in smallest_swaps(game) if one.kind == "swap"]),
                changed or "none",
            )
        )
    titles = {action.id: action.title for action in small.actions}
    columns = (
        Column("form", "Controls"),
        money_column("mean_usa", "Mean difference, USA"),
        money_column("mean_chn", "Mean difference, CHN"),
        money_column("max_usa", "Largest, USA"),
        money_column("max_chn", "Largest, CHN"),
        *(Column(action, f"{titles[action]}: harm to rival / itself [USD bn]") for action in actions),
        Column("share", "Better for both", "%", "number", 1),
        Column("real", "Swaps needing a return", "", "number", 0),
        Column("play", "China in the pure equilibrium"),
    )
    return Table("forms", f"Controls as costs and as caps, {base.horizon}", columns, tuple(rows))


def page(workers: int | None) -> str:
    """The whole page."""
    solve, known = Solver(workers), load_preferences()
    small = solve.whole.small()
    whole = solve(solve.whole)
    reduced = {name: solve(small, name) for name in HORIZONS}
    players = solve.whole.players
    sets = [one.id for one in known.sets]
    judged = {name: judge(whole.game(known.named(name)), solve.whole.expected, ()) for name in sets}
    later = judge_at(solve.dossier, solve.whole, horizons(solve.economy), known.named("plain"))
    tensors = {"whole, long run": whole, "small, long run": reduced["long"]}
    at_horizons = {f"small, {name}": tensor for name, tensor in reduced.items() if name != "long"}
    return f"""<!-- Written by scripts/pages/full_game.py; do not edit. -->
# The whole game

What one measure or one exchange does is the same number everywhere, read from the whole game. All joint choices together are
another matter: for the space of deals the briefing solves a small game, eight measures on two positions, {reduced["long"].index.size:,} joint choices, the
same on every machine and within its time. The command line solves the whole one: fourteen measures on all their rungs, {whole.index.size:,} joint
choices, {whole.solves:,} equilibria. This page lays the two beside each other on world `{solve.economy.name}`, and moves the
threat point, the horizon, and the way in which controls enter. Payoffs are real income (`--preferences plain`) where nothing else is said.

## Shares of the harm of everything together

A measure's share (`detente leverage --table shares`) depends on what else is in the game. It is taken between the gentlest and the
harshest rung that its game has, so those of the small game are shorter, and
what it holds fixed is no lever there.

{levers(whole.game(), reduced["long"].game()).to_markdown()}

## What beats no deal

{spaces(tensors, ["plain", "political", "revenue", "relative-quarter", "relative-three-quarters", "security"]).to_markdown()}

The same at the other horizons:

{spaces(at_horizons, ["plain", "relative-quarter", "relative-three-quarters"]).to_markdown()}

## The exchanges that reports expect

In the whole game, by what the players want (weights in [Leverage and deals](strategy.md)); *refuses above* is the weight on the
rival's gain from which a side would say no.

{verdicts(judged, players, "by preferences").to_markdown()}

By horizon, real income only:

{verdicts(later, players, "by horizon").to_markdown()}

## Controls as costs and as caps

Where the record states a quantity (the soybean halt, the October controls, pledges), the game holds it, like every other command;
elsewhere a control is a trade cost. `--controls costs` takes the costs everywhere, `--controls equivalent` makes every control a
cap, at the volume that its cost leaves in the standing state. Then two things differ: who gets the rent, and that a cap stays
where it is while duties move. Over every joint choice of the small game, against costs everywhere:

{forms(solve, small, "long").to_markdown()}

With a cost nobody earns what buyers pay more; with a cap somebody does, and who it is decides whether a control pays its user.
Negative harm is a gain. At impact no form of the soybean halt is credible: the horizon gives all goods one small elasticity, so
replacing American beans seems nearly impossible, while in fact Brazil sold them. Read the halt in the long run.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=None, help="processes; one a core when left out")
    write_atomic(PAGE, page(parser.parse_args().workers))


if __name__ == "__main__":
    main()
