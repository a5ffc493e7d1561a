"""Tables of duties on paper: what they rest on, what is wanted, what was found, word by word and cell by cell."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

from detente.core import InputError
from detente.equilibrium import CLOSURES, Model
from detente.strategy.duties.game import duty_game
from detente.strategy.duties.nash import NashDuties
from detente.strategy.duties.optimal import (
    by_preferences,
    duty_level_table,
    duty_welfare_table,
    nash_tables,
    optimum_tables,
    talks_tables,
)
from detente.strategy.duties.optimum import Optimum
from detente.strategy.duties.talks import TalksDuties
from detente.strategy.preferences import Preferences
from detente.world import toy

WORLD = toy()
USA, CHN, EU, MEX, ROW = range(5)


def game_of(**options):
    return duty_game(
        Model(WORLD), ("USA", "CHN"), **{"by": "partner", "on": "players", "bounds": (0.01, 2.5), **options}
    )


GAME = game_of()
BEFORE = GAME.unmoved()
AFTER = GAME.solve(np.array([0.3, 0.5]))
BOTH = {"USA": AFTER, "CHN": AFTER}
SETTING = (
    "2 duties between 1 and 250 % are set; all other duties stay. Horizon: long run. "
    f"Closure: {CLOSURES['share']}. Elasticities: {WORLD.elasticity_source}. Baseline: {WORLD.name} ({WORLD.year})."
)


def welfare(game=GAME, values=BOTH, **keys):
    return duty_welfare_table(game, BEFORE, values, name="n", title="t", **keys)


def test_columns_and_what_they_show() -> None:
    table = welfare()
    assert [(one.key, one.unit, one.kind, one.digits) for one in table.columns] == [
        ("player", "", "text", table.columns[0].digits),
        ("duties_set", "count", "number", 0),
        ("duty_before_pct", "%", "number", 1),
        ("duty_after_pct", "%", "number", 1),
        ("duty_median_pct", "%", "number", 1),
        ("duty_lowest_pct", "%", "number", 1),
        ("duty_highest_pct", "%", "number", 1),
        ("government_pct", "%", "number", 3),
        ("real_income_pct", "%", "number", 3),
        ("others_real_income_pct", "%", "number", 3),
        ("regret_pct", "%", "number", 6),
    ]
    levels = duty_level_table(GAME, BEFORE, BOTH, name="n", title="t")
    assert [(one.key, one.unit, one.digits) for one in levels.columns[2:]] == [
        ("imports_usd_bn", "USD bn", 1),
        ("duty_before_pct", "%", 1),
        ("duty_after_pct", "%", 1),
        ("duty_lowest_pct", "%", 1),
        ("duty_highest_pct", "%", 1),
    ]
    assert levels.columns[1].label == "Partner"
    assert levels.columns[1].names == WORLD.labels.country_names
    sectors = duty_level_table(game_of(by="sector"), BEFORE, BOTH, name="n", title="t")
    assert sectors.columns[1].label == "Sector"
    assert sectors.columns[1].names == WORLD.labels.sector_names


def test_what_a_table_rests_on() -> None:
    table = welfare(note="Note.", finding="a thing")
    assert table.meta == {
        "found": "a thing",
        "wanted": "A government wants real income.",
        "setting": SETTING,
    }
    assert table.note == f"Note. A government wants real income. {SETTING}"
    assert welfare().note == f"A government wants real income. {SETTING}"
    one = np.ones(WORLD.output.shape)
    lopsided = one.copy()
    lopsided[EU, 0] = 2.0
    words = "A government wants income weighted by sector (political weights), over the price index."
    assert welfare(game_of(weights=lopsided)).meta["wanted"] == words
    assert welfare(game_of(weights=3 * one)).meta["wanted"] == "A government wants real income."


def test_what_is_wanted_by_a_set_of_preferences() -> None:
    chosen = Preferences(
        id="own",
        title="Own",
        source="made up",
        grade="assumed",
        players={
            "USA": {"political": {"FARM": 2.0}, "revenue": 1.5},
            "CHN": {"relative": 0.25},
        },
    )
    assert welfare(game_of(preferences=chosen)).meta["wanted"] == (
        "Wanted, by the preferences “Own”: USA: income weighted by sector, a dollar of duties worth 1.5; "
        "CHN: real income, less 0.25 of what USA gets."
    )


@pytest.mark.parametrize("start", [BEFORE, GAME.solve(np.array([0.1, 0.05]))], ids=["base year", "war"])
def test_every_number_of_a_row(start) -> None:
    hat = AFTER.real_income_hat / start.real_income_hat
    rows = duty_welfare_table(GAME, start, BOTH, name="n", title="t").rows
    for row, (n, m, rate) in zip(rows, ((USA, CHN, 30.0), (CHN, USA, 50.0)), strict=True):
        inside = GAME.group[n] >= 0
        flows, old = start.flows_new[n][inside], start.wedges.tariff[n][inside]
        others = [k for k in range(5) if k != n]
        income = start.income_new[others]
        change = 100 * ((hat[others] - 1) * income).sum() / income.sum()
        before = 100 * (flows * old).sum() / flows.sum()
        own = 100 * (hat[n] - 1)
        assert m in others
        assert row[1:-1] == pytest.approx((1, before, rate, rate, rate, rate, own, own, change))


def test_regret_is_shown_where_it_is_known() -> None:
    rows = list(welfare(regret={"CHN": 0.001}).records())
    assert [row["regret_pct"] for row in rows] == [None, pytest.approx(0.1)]
    assert [row["regret_pct"] for row in welfare().records()] == [None, None]


@pytest.mark.parametrize("by", ["partner", "sector"])
@pytest.mark.parametrize("mfn", [False, True])
def test_levels_row_by_row(by, mfn) -> None:
    game = game_of(by=by, mfn=mfn, on="all")
    after = game.solve(np.linspace(0.1, 0.6, game.count))
    table = duty_level_table(game, BEFORE, {"USA": after, "CHN": after}, name="n", title="t")
    expected = []
    for n, code in ((USA, "USA"), (CHN, "CHN")):
        if by == "sector":
            blocks = [(label, np.s_[:, s]) for s, label in enumerate(WORLD.labels.sectors)]
        elif mfn:
            blocks = [("all", np.s_[:, :])]
        else:
            blocks = [(label, np.s_[i, :]) for i, label in enumerate(WORLD.labels.countries)]
        for label, cut in blocks:
            inside = game.group[n][cut] >= 0
            if inside.any():
                flows = BEFORE.flows_new[n][cut][inside]
                old, new = (value.wedges.tariff[n][cut][inside] for value in (BEFORE, after))
                mean = [100 * (flows * rate).sum() / flows.sum() for rate in (old, new)]
                expected.append((code, label, flows.sum() / 1e3, *mean, 100 * new.min(), 100 * new.max()))
    found = [tuple(row.values()) for row in table.records()]
    assert [row[0] for row in found] == [row[0] for row in expected]
    for row, wanted in zip(table.rows, expected, strict=True):
        assert row[:2] == wanted[:2]
        assert row[2:] == pytest.approx(wanted[2:], rel=1e-12)


def a_war(**keys):
    fields = {
        "game": GAME,
        "duties": np.array([0.3, 0.5]),
        "value": AFTER,
        "before": BEFORE,
        "gap": 2e-8,
        "promise": 0.0,
        "regret": {"USA": 0.0, "CHN": 1e-9},
        "curvature": {"USA": -1.0, "CHN": -0.25},
        "at_bound": {},
        "jumps": (),
        "rounds": 0,
        "evaluations": 1,
        "deviations": 34,
        "start": "half",
    }
    return NashDuties(**{**fields, **keys})


def test_what_is_said_of_a_war() -> None:
    table, levels = nash_tables(a_war())
    assert table.note.startswith(
        "Found: a Nash equilibrium: second-order conditions hold and no deviation searched adds welfare. Searched from: half. "
        "First-order conditions are met to 2e-08 in log(1 + duty). 34 deviations were tried; regret is what the best of them "
        "would add. Second-order condition: largest eigenvalue -0.25 of the curvature to expect (below zero is a maximum). A"
    )
    assert table.meta["found"].startswith("a Nash equilibrium")
    assert [row["regret_pct"] for row in table.records()] == pytest.approx([0.0, 1e-7])
    assert (table.name, levels.name) == ("nash-welfare", "nash-duties")
    bare = nash_tables(a_war(regret={}, curvature={}))[0]
    assert "deviations were tried" not in bare.note
    assert [row["regret_pct"] for row in bare.records()] == [None, None]


def an_optimum(player, **keys):
    game = GAME.alone(player)
    fields = {
        "game": game,
        "player": player,
        "duties": np.array([0.3]),
        "gain": 0.02,
        "gap": 0.0,
        "curvature": -1.0,
        "at_bound": 0,
        "at_bound_above": 0,
        "peaks": {},
        "jumps": 0,
        "evaluations": 1,
        "deviations": 1,
        "unsolved": (),
        "gain_without_transfers": 0.02,
    }
    return Optimum(**{**fields, **keys})


def test_what_is_said_of_optima() -> None:
    start = "Every row is a world of its own: the player sets its duties, all others keep theirs. "
    good = "Every one is a maximum: first and second-order conditions hold, and no deviation searched adds welfare."
    table, levels = optimum_tables(GAME, [an_optimum("CHN"), an_optimum("USA")])
    assert table.note == f"{start}{good} A government wants real income. {SETTING}"
    assert table.meta["found"] == good.rstrip(".").lower()
    assert [row["player"] for row in table.records()] == ["CHN", "USA"]
    assert [row["duty_after_pct"] for row in table.records()] == pytest.approx([30.0, 30.0])
    assert {row["player"] for row in levels.records()} == {"USA", "CHN"}
    flat = optimum_tables(GAME, [an_optimum("USA"), an_optimum("CHN", curvature=0.1)])[0]
    assert flat.meta["found"] == "second-order conditions are flat or fail for some"
    assert "Second-order conditions are flat or fail for some. A government" in flat.note
    many = optimum_tables(
        GAME, [an_optimum("USA"), an_optimum("CHN", peaks={"half": 0.01}, unsolved=("zero",))]
    )[0]
    assert many.note.startswith(
        f"{start}{good} Several stationary points for CHN: the best met is shown. "
        "CHN: no equilibrium to start from: zero. A government"
    )
    both = optimum_tables(
        GAME, [an_optimum("USA", peaks={"half": 0.01}), an_optimum("CHN", peaks={"half": 0.01})]
    )[0]
    assert "Several stationary points for USA, CHN" in both.note


def test_what_is_said_of_talks() -> None:
    talks = TalksDuties(
        game=GAME,
        duties=np.array([0.3, 0.5]),
        value=AFTER,
        before=BEFORE,
        gain=0.0123456,
        spread=2e-9,
        shares=np.array([0.5, 0.5]),
        slack=0.0,
        peaks={"origin": 0.0123456, "zero": 0.01},
        evaluations=1,
        rounds=1,
    )
    table, levels = talks_tables(talks)
    assert table.note.startswith(
        "Efficient duties that give every player's government the same gain, 1.2346 % (equal to 2e-07 points). "
        "Gains by start of the search: 1.2346 % from origin, 1.0000 % from zero. A government"
    )
    assert table.meta["found"] == "efficient duties with equal gains"
    assert (table.name, levels.name) == ("talks-welfare", "talks-duties")
    assert [row["government_pct"] for row in table.records()] == pytest.approx(
        (100 * talks.welfare_change).tolist()
    )


def test_sets_of_preferences_below_each_other() -> None:
    first = welfare(finding="a war")
    second = dataclasses.replace(first, meta={**first.meta, "found": "a war", "wanted": "Wanted otherwise."})
    third = dataclasses.replace(first, meta={**first.meta, "found": "nothing", "wanted": "Wanted at last."})
    table = by_preferences({"one": first, "two": second, "three": third})
    assert table.name == "n-by-preferences"
    assert [row[0] for row in table.rows] == ["one", "one", "two", "two", "three", "three"]
    assert [row[1:] for row in table.rows] == [*first.rows] * 3
    assert table.note == (
        "What was found. one, two: a war; three: nothing. A government wants real income. Wanted otherwise. Wanted at last. "
        f"{SETTING}"
    )
    with pytest.raises(InputError, match="no set of preferences to lay out"):
        by_preferences({})


def test_a_mean_over_no_trade_is_nought() -> None:
    nothing = SimpleNamespace(
        flows_new=np.zeros_like(WORLD.flows),
        wedges=BEFORE.wedges,
        income_new=BEFORE.income_new,
        real_income_hat=BEFORE.real_income_hat,
    )
    table = duty_level_table(GAME, nothing, BOTH, name="n", title="t")
    assert [row["duty_after_pct"] for row in table.records()] == [0.0, 0.0]
