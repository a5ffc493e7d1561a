"""Who sets which duty on what, cell by cell, and what a government's slope is, by small steps."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import InputError, LabelError
from detente.equilibrium import Model
from detente.strategy.duties.optimal import duty_game
from detente.strategy.duties.search import climb, curvature, first_order, per_curvature, relax
from detente.world import Wedges, toy
from detente.world.economy import Economy

WORLD = toy()
CODES, SECTORS = WORLD.labels.countries, WORLD.labels.sectors
GOODS = [code for code in SECTORS if code != "SERV"]


@pytest.mark.parametrize("by", ["sector", "partner"])
@pytest.mark.parametrize("mfn", [False, True])
@pytest.mark.parametrize("on", ["all", "players"])
@pytest.mark.parametrize("sectors", [None, ("PARTS", "SERV")])
def test_what_each_duty_covers(by: str, mfn: bool, on: str, sectors: tuple[str, ...] | None) -> None:
    players = ("CHN", "USA")
    game = duty_game(Model(WORLD), players, by=by, mfn=mfn, on=on, sectors=sectors)
    charged: dict[tuple[object, ...], list[tuple[int, int, int]]] = {}
    for n, importer in enumerate(CODES):
        for i, exporter in enumerate(CODES):
            for s, sector in enumerate(SECTORS):
                inside = (
                    importer in players
                    and exporter != importer
                    and (on == "all" or exporter in players)
                    and sector in (sectors or GOODS)
                    and WORLD.flows[n, i, s] > 0
                )
                assert (game.group[n, i, s] >= 0) == inside
                if inside:
                    key = (n, None if mfn else i, None if by == "partner" else s)
                    charged.setdefault(key, []).append((n, i, s))
    assert game.count == len(charged)
    for (n, *_), cells in charged.items():
        (number,) = {int(game.group[cell]) for cell in cells}
        assert game.owner[number] == n
    duties = 0.01 * np.arange(1, game.count + 1)
    laid, standing = game.expand(duties), game.standing()
    for cell in np.ndindex(game.group.shape):
        number = game.group[cell]
        assert laid[cell] == (duties[number] if number >= 0 else WORLD.tariff[cell])
    for cells in charged.values():
        number = game.group[cells[0]]
        weight = sum(WORLD.flows[cell] for cell in cells)
        mean = sum(WORLD.flows[cell] * WORLD.tariff[cell] for cell in cells) / weight
        assert standing[number] == pytest.approx(mean, abs=1e-15)
        assert game.gather(WORLD.flows)[number] == pytest.approx(weight, rel=1e-14)
    assert game.players == players
    assert game.countries.tolist() == [CODES.index(code) for code in players]


def test_alone_only_one_player_sets_duties() -> None:
    game = duty_game(Model(WORLD), ("USA", "CHN", "MEX"))
    alone = game.alone("CHN")
    chn = CODES.index("CHN")
    assert (alone.players, set(alone.owner.tolist())) == (("CHN",), {chn})
    assert game.of("CHN").sum() == alone.count
    mine = np.flatnonzero(game.of("CHN"))
    for cell in np.ndindex(game.group.shape):
        number = game.group[cell]
        expected = mine.tolist().index(number) if number in mine else -1
        assert alone.group[cell] == expected
        assert (alone.group[cell] >= 0) == (cell[0] == chn and number >= 0)
    with pytest.raises(LabelError, match="EU27"):
        game.of("EU27")


def test_slopes_and_sizes_by_small_steps() -> None:
    start = Wedges.of(WORLD, tariff=WORLD.tariff + np.where(WORLD.tariff > 0, 0.05, 0.0))
    game = duty_game(Model(WORLD), ("USA", "CHN"), by="partner", on="players", wedges=start)
    at, step = np.array([0.1, 0.2]), 1e-6
    value = game.solve(at)
    welfare, slope = game.slopes(value, ("CHN", "USA", "MEX"))
    shares = np.array([0.3, 0.7])
    both, weighted = game.weighted(value, shares)
    for k in range(2):
        moved = np.where(np.arange(2) == k, step, 0.0)
        up, down = (game.solve((1 + at) * np.exp(sign * moved) - 1) for sign in (1, -1))
        for p, code in enumerate(("CHN", "USA", "MEX")):
            n = CODES.index(code)
            found = np.log(up.real_income_hat[n] / down.real_income_hat[n]) / (2 * step)
            assert slope[p, k] == pytest.approx(found, rel=1e-4, abs=1e-9)
        assert weighted[k] == pytest.approx(0.3 * slope[1, k] + 0.7 * slope[0, k], rel=1e-10)
    for p, code in enumerate(("USA", "CHN")):
        n = CODES.index(code)
        assert both[p] == game.welfare(value)[p] == welfare[1 - p]
        cells = [cell for cell in np.ndindex(game.group.shape) if game.group[cell] == p]
        size = sum(WORLD.trade_elasticity[cell[2]] * value.flows_new[cell] for cell in cells)
        assert game.scale(value)[p] == pytest.approx(size / value.income_new[n], rel=1e-13)
    assert game.unmoved().wedges.tariff.tolist() == start.tariff.tolist()


def test_a_government_weighs_its_sectors_by_what_they_earn() -> None:
    """Ossa's welfare: weights on the real income earned in each sector, of mean one by nobody but the caller."""
    weights = np.ones(WORLD.output.shape)
    weights[0] = [2.0, 1.0, 0.5, 1.0]
    game = duty_game(Model(WORLD), ("USA", "CHN"), by="partner", on="players", weights=weights)
    low, high = game.solve(np.array([0.05, 0.05])), game.solve(np.array([0.3, 0.05]))
    welfare = [game.welfare(value)[1] for value in (low, high)]
    chn = CODES.index("CHN")
    assert welfare[1] - welfare[0] == pytest.approx(
        np.log(high.real_income_hat[chn] / low.real_income_hat[chn]), abs=1e-12
    )
    (first,), slope = game.slopes(low, ("USA",))
    step = 1e-6
    up, down = (game.solve(1.05 * np.exp([sign * step, 0.0]) - 1) for sign in (1, -1))
    found = (game.welfare(up)[0] - game.welfare(down)[0]) / (2 * step)
    assert slope[0, 0] == pytest.approx(found, rel=1e-4)
    assert first == game.welfare(low)[0]
    plain = duty_game(Model(WORLD), ("USA", "CHN"), by="partner", on="players")
    assert abs(slope[0, 0] - plain.slopes(low, ("USA",))[1][0, 0]) > 1e-3 * abs(slope[0, 0])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "cell"}, "not a choice of `by`"),
        ({"on": "some"}, "not a choice of `on`"),
        ({"players": ("USA", "USA")}, "each once"),
        ({"players": ()}, "players must be named"),
        ({"bounds": (0.5, 0.5)}, "bounds of duties"),
        ({"bounds": (-1.0, 0.5)}, "bounds of duties"),
        ({"weights": np.ones((2, 2))}, "political weights have shape"),
        ({"weights": np.zeros(WORLD.output.shape)}, "political weights have shape"),
        ({"weights": np.full(WORLD.output.shape, np.nan)}, "political weights have shape"),
        ({"players": ("USA",), "on": "players"}, "no duty is set"),
    ],
)
def test_games_that_cannot_be_stated(options: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        duty_game(Model(WORLD), **{"players": ("USA", "CHN"), **options})


def test_a_flow_that_does_not_exist_bears_no_duty() -> None:
    flows = WORLD.flows.copy()
    flows[0, 1, 1] = 0.0
    bare: Economy = dataclasses.replace(WORLD, flows=flows)
    game = duty_game(Model(bare), ("USA", "CHN"), on="players")
    assert game.group[0, 1, 1] == -1
    assert game.count == 2 * len(GOODS) - 1


@pytest.mark.parametrize("by", ["sector", "partner"])
def test_a_duty_on_flows_that_are_gone_is_left_where_it_is(by: str) -> None:
    """A banned flow has no slope and no curvature: neither a step nor a warning comes of it."""
    iceberg = np.ones_like(WORLD.flows)
    iceberg[0, 1] = np.inf
    game = duty_game(
        Model(WORLD),
        ("USA",),
        by=by,
        sectors=["PARTS", "GOODS"],
        wedges=Wedges.of(WORLD, iceberg_hat=iceberg),
    )
    gone = np.unique(game.group[0, 1][game.group[0, 1] >= 0])
    value, start = game.solve(game.standing()), game.standing()
    assert (game.scale(value)[gone] == 0).all()
    gap, promise = first_order(game, start, "USA")
    assert gap > 0.01
    assert promise > 0
    reached = relax(game, start, ["USA"])
    assert reached.gap < 1e-6
    assert reached.duties[gone] == pytest.approx(start[gone], abs=1e-12)
    nothing = np.zeros_like(start)
    assert per_curvature(nothing, game.scale(value)).tolist() == nothing.tolist()
    assert climb(game, start, "USA").duties[gone] == pytest.approx(start[gone], abs=1e-9)
    assert curvature(game, reached.duties, "USA") <= 1e-6
