"""Every solve refuses an economy that is none, naming the cell; what the deep checks find beyond that stays theirs."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import BalanceError, UnitError
from detente.equilibrium import Model, Policy, rebase, solve
from detente.equilibrium.baseline import CORE, share_preparation
from detente.equilibrium.controls import QuantityControl
from detente.world import Wedges, load_world, sound as sound_module, toy
from detente.world.sound import LARGEST_ELASTICITY, SMALLEST_ELASTICITY, check_sound

TOY = toy()
USA, CHN, PARTS = TOY.labels.country("USA"), TOY.labels.country("CHN"), TOY.labels.sector("PARTS")


def spoilt(name, position, value):
    array = np.array(getattr(TOY, name))
    array[position] = value(array[position])
    return dataclasses.replace(TOY, name="spoilt", **{name: array})


WRONG = {
    "flow below zero": (spoilt("flows", (USA, CHN, PARTS), lambda x: -x), UnitError, r"flows\[USA, CHN, PARTS\]"),
    "duty of -100 %": (spoilt("tariff", (USA, CHN, PARTS), lambda x: -1.0), UnitError, r"tariff\[USA, CHN, PARTS\]"),
    "value added below zero": (spoilt("va_share", (CHN, PARTS), lambda x: -0.2), UnitError, r"va_share\[CHN, PARTS\]"),
    "input below zero": (
        spoilt("input_shares", (CHN, 0, PARTS), lambda x: -0.2),
        UnitError,
        rf"input_shares\[CHN, {TOY.labels.sectors[0]}, PARTS\]",
    ),
    "shares above one": (spoilt("va_share", (CHN, PARTS), lambda x: x + 0.1), BalanceError, r"\[CHN, PARTS\] add up to 1.1"),
    "shares slightly off": (spoilt("va_share", (CHN, PARTS), lambda x: x + 1e-6), BalanceError, r"\[CHN, PARTS\] add up"),
    "sales at home too small": (
        spoilt("flows", (USA, USA, PARTS), lambda x: 0.0),
        BalanceError,
        r"final demand of \[USA, PARTS\]",
    ),
    "elasticity too large": (spoilt("trade_elasticity", PARTS, lambda x: 4000.0), UnitError, r"trade_elasticity\[PARTS\] is 4000"),
    "elasticity too small": (spoilt("trade_elasticity", PARTS, lambda x: 1e-9), UnitError, r"trade_elasticity\[PARTS\] is 1e-09"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_an_economy_that_is_none_is_refused_by_every_solve(case):
    economy, error, cell = WRONG[case]
    base = Wedges.unchanged(economy)
    with pytest.raises(error, match=cell):
        solve(Model(economy), base, throw=False)
    with pytest.raises(error, match=cell):
        solve(Model(economy), [base, base], throw=False)
    cap = QuantityControl.on(economy, "c", importers=["CHN"], exporters=["USA"], sectors=["PARTS"], limit=0.5)
    with pytest.raises(error, match=cell):
        solve(Model(economy), Policy(economy, base, (cap,)))
    with pytest.raises(error, match=cell) as caught:
        share_preparation(economy, CORE, (TOY, CORE))
    assert caught.value.hint
    assert caught.value.where == "spoilt"


def test_a_country_without_value_added_is_refused():
    va, inputs = np.array(TOY.va_share), np.array(TOY.input_shares)
    va[USA], inputs[USA] = 0.0, np.eye(len(TOY.labels.sectors))
    bare = dataclasses.replace(TOY, name="bare", va_share=va, input_shares=inputs)
    with pytest.raises(BalanceError, match=r"of USA|\[USA"):
        check_sound(bare)


def test_what_is_sound_passes():
    """Worlds, worlds rebased from an equilibrium, other elasticities up to the limits, rounding in the last digits."""
    tariff = np.array(TOY.tariff)
    tariff[USA, CHN] += 0.6
    rebased = rebase(solve(Model(TOY, closure="zero"), Wedges.of(TOY, tariff=tariff)).value, "rebased")
    edges = [TOY.with_elasticities(np.full(TOY.trade_elasticity.shape, t), "edge") for t in (SMALLEST_ELASTICITY, LARGEST_ELASTICITY)]  # fmt: skip
    rounded = dataclasses.replace(TOY, va_share=TOY.va_share * (1 + 1e-10))
    for economy in (TOY, load_world(), rebased, *edges, rounded):
        check_sound(economy)
    assert solve(Model(rebased), Wedges.unchanged(rebased)).result.ok


def test_an_economy_is_looked_at_once(monkeypatch):
    economy = dataclasses.replace(TOY, name="once")
    looks = []
    monkeypatch.setattr(sound_module, "_check_signs", lambda one: looks.append(one.name))
    for _ in range(3):
        solve(Model(economy), Wedges.unchanged(economy))
    assert looks == ["once"]


def test_other_elasticities_on_a_table_that_was_looked_at_are_looked_at_alone(monkeypatch):
    """What follows from the table is shared with them too, and the hash, which holds elasticities, is not."""
    check_sound(TOY)
    assert TOY.final_shares is not None
    assert TOY.data_hash
    looks = []
    monkeypatch.setattr(sound_module, "_check_signs", lambda one: looks.append(one.name))
    theta = 2 * TOY.trade_elasticity
    twice = TOY.with_elasticities(theta, "twice")
    check_sound(twice, TOY)
    assert not looks
    assert twice.final_shares is TOY.final_shares
    assert twice.data_hash == dataclasses.replace(TOY, trade_elasticity=theta).data_hash != TOY.data_hash
    with pytest.raises(UnitError, match=r"trade_elasticity\[PARTS\]"):
        check_sound(TOY.with_elasticities(np.where(theta == theta[PARTS], 4000.0, theta), "far"), TOY)
    _, error, _ = WRONG["flow below zero"]
    monkeypatch.undo()
    with pytest.raises(error, match="flows"):
        check_sound(spoilt("flows", (USA, CHN, PARTS), lambda x: -x), TOY)


def test_a_duty_that_is_no_number_in_percent_is_refused():
    with pytest.raises(UnitError, match="`tariff` holds a value that is not finite"):
        spoilt("tariff", (USA, CHN, PARTS), lambda x: 1e308)
    with pytest.raises(UnitError, match="the rate is 1e"):
        Policy.unchanged(TOY).duty("USA", "CHN").add_points(1e308)
