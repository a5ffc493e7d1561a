"""Write tests/golden/gambit.json: what Gambit and OpenSpiel find in small games, written as text by us and read by them.

    python scripts/record_gambit.py

Needs pygambit and open_spiel, which the package itself does not: run it in an environment of its own that also has the
package's requirements. The tests hold our solvers to the record, so neither program is needed to run them. The games are
those of the textbooks, a three-player one, and the small game of the briefing as strategies of two players; its payoffs
are recorded with it, so that a later change of the model makes no difference to what is compared.
"""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pygambit
import pyspiel
from pygambit.qre import logit_solve_lambda

from detente.core import write_atomic
from detente.equilibrium import Model
from detente.strategy.equilibria import StrategicForm, strategic_form
from detente.strategy.export import efg_text, nfg_text

REPOSITORY = Path(__file__).resolve().parents[1]
GOLDEN = REPOSITORY / "tests" / "golden" / "gambit.json"
PRECISIONS = (0.25, 1.0, 4.0)
LARGEST = 64
"""Profiles up to which every mixed equilibrium is enumerated."""

# payoffs [profile of the first player][of the second] = (first, second)
TWO = {
    "dilemma": [[(3, 3), (0, 5)], [(5, 0), (1, 1)]],
    "sexes": [[(2, 1), (0, 0)], [(0, 0), (1, 2)]],
    "chicken": [[(0, 0), (-1, 1)], [(1, -1), (-10, -10)]],
    "sexes-uneven": [[(3, 1), (0, 0)], [(0, 0), (1, 2)]],
    "chicken-uneven": [[(0, 0), (-1, 2)], [(1, -1), (-10, -12)]],
    "hunt": [[(4, 4), (0, 3)], [(3, 0), (3, 3)]],
    "pennies": [[(9, 0), (0, 1)], [(0, 1), (1, 0)]],
    "three-by-three": [[(3, 1), (0, 2), (1, 0)], [(1, 2), (2, 0), (0, 3)], [(0, 1), (1, 3), (2, 1)]],
    "shapley": [[(0, 0), (5, 4), (4, 5)], [(4, 5), (0, 0), (5, 4)], [(5, 4), (4, 5), (0, 0)]],
    "struck-out-in-turn": [[(3, 0), (0, 2), (1, 1)], [(2, 1), (-1, 0), (0, 3)]],
}
# [player][first][second][third]
THREE = [
    [[[3, 0], [1, 2]], [[2, 1], [0, 4]]],
    [[[2, 1], [4, 0]], [[1, 3], [2, 1]]],
    [[[1, 2], [0, 3]], [[3, 1], [2, 4]]],
]


def games() -> dict[str, tuple[StrategicForm, float]]:
    """Every game, and the number by which stated precisions are divided to be in its units of payoff."""
    found = {}
    for name, rows in TWO.items():
        payoffs = np.moveaxis(np.array(rows, dtype=float), -1, 0)
        names = tuple(
            tuple(f"{code}{k}" for k in range(size))
            for code, size in zip("ab", payoffs.shape[1:], strict=True)
        )
        found[name] = (StrategicForm(("A", "B"), names, payoffs), 1.0)
    names = tuple((f"{code}0", f"{code}1") for code in "abc")
    found["two-by-two-by-two"] = (
        StrategicForm(("A", "B", "C"), names, np.array(THREE, dtype=float)),
        1.0,
    )
    found["briefing"] = (briefing(), 1000.0)
    return found


def briefing() -> StrategicForm:
    """The small game of the briefing, real income, as strategies of the two players; million USD a year."""
    from detente.dossier import load_dossier
    from detente.strategy import load_game, payoff_tensor
    from detente.world import load_world

    tensor = payoff_tensor(Model(load_world()), load_dossier(), load_game().small())
    return strategic_form(tensor.game())


def read_back(game: pygambit.Game, form: StrategicForm) -> list[float]:
    """Payoffs of a game as Gambit holds it, [player, strategy_0, …] in C order."""
    players = list(game.players)
    tables = []
    for player in players:
        payoffs = np.zeros(form.payoffs.shape[1:])
        for place in np.ndindex(*payoffs.shape):
            chosen = [list(one.strategies)[k] for one, k in zip(players, place, strict=True)]
            payoffs[place] = float(game[tuple(chosen)][player])
        tables.append(payoffs)
    return np.stack(tables).ravel().tolist()


def mixes(profile: object, game: pygambit.Game) -> list[list[float]]:
    """Probabilities by player and strategy."""
    return [[float(profile[one]) for one in player.strategies] for player in game.players]  # type: ignore[index]


def undominated(game: pygambit.Game) -> list[list[int]]:
    """Strategies left when those strictly worse than another pure one are struck out in turn."""
    support = game.strategy_support_profile()
    while True:
        smaller = pygambit.supports.undominated_strategies_solve(support, strict=True)
        if smaller == support:
            break
        support = smaller
    return [[k for k, one in enumerate(player.strategies) if one in support] for player in game.players]


def open_spiel(text: str, form: StrategicForm) -> list[float]:
    """What all players together could gain by deviations of their own, by profile in C order, from the tree."""
    loaded = pyspiel.load_efg_game(text)
    found = []
    for place in itertools.product(*(range(len(mine)) for mine in form.strategies)):
        policy, probe = {}, loaded.new_initial_state()
        for player, k in enumerate(place):
            key, legal = probe.information_state_string(player), probe.legal_actions()
            policy[key] = [(action, float(action == legal[k])) for action in legal]
            probe.apply_action(legal[k])
        found.append(float(pyspiel.nash_conv(loaded, pyspiel.TabularPolicy(policy))))
    return found


def main() -> None:
    record = {
        "about": "What Gambit and OpenSpiel find in games written by detente.strategy.export; made by scripts/record_gambit.py",
        "gambit": version("pygambit"),
        "open_spiel": version("open_spiel"),
        "games": {},
    }
    for name, (form, unit) in games().items():
        nfg, efg = nfg_text(form, title=name), efg_text(form, title=name)
        game = pygambit.read_nfg(io.StringIO(nfg))
        tree = pygambit.read_efg(io.StringIO(efg))
        small = form.payoffs[0].size <= LARGEST
        pure = pygambit.nash.enumpure_solve(game).equilibria
        found = {
            "players": list(form.players),
            "shape": list(form.payoffs.shape[1:]),
            "payoffs": form.payoffs.ravel().tolist(),
            "strategies": [list(mine) for mine in form.strategies],
            "nfg_sha256": hashlib.sha256(nfg.encode()).hexdigest(),
            "efg_sha256": hashlib.sha256(efg.encode()).hexdigest(),
            "nfg_read_back": read_back(game, form) == form.payoffs.ravel().tolist(),
            "efg_read_back": read_back(tree, form) == form.payoffs.ravel().tolist(),
            "labels_read_back": [[s.label for s in p.strategies] for p in game.players]
            == [list(mine) for mine in form.strategies],
            "pure": sorted([int(np.argmax(mix)) for mix in mixes(one, game)] for one in pure),
            "undominated": undominated(game),
            "logit": [
                {"precision": precision / unit, "mixes": mixes(one.profile, game)}
                for precision in PRECISIONS
                for one in logit_solve_lambda(game, precision / unit, first_step=0.001)
            ],
        }
        if small and len(form.players) == 2:
            solved = pygambit.nash.enummixed_solve(game, rational=True).equilibria
            found["mixed"] = sorted(mixes(one, game) for one in solved)
        if small:
            found["open_spiel_nash_conv"] = open_spiel(efg, form)
        record["games"][name] = found
        print(
            name, found["pure"], len(found.get("mixed", ())), [one["mixes"][0][0] for one in found["logit"]]
        )
    write_atomic(GOLDEN, json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
