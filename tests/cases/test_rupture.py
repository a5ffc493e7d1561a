"""A rupture step by step: convex in the trade that is cut, bounded in points of duty, on the toy world and the shipped one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detente.cases import Case, rupture
from detente.core import InputError, UnitError
from detente.equilibrium import Model, Policy, solve
from detente.policy import Scenario
from detente.show.tables.rupture import rupture_figure, rupture_sentences, rupture_table
from detente.world import Wedges, goods_sectors, toy

PAIR = ("USA", "CHN")


@pytest.fixture(scope="module")
def still():
    return Case(Scenario(id="standing", title="Standing", dossier="toy"), Wedges.unchanged(toy()))


@pytest.fixture(scope="module")
def torn(still):
    return rupture(Model(toy()), still, PAIR, cuts=(0.25, 0.5, 0.75, 0.9, 1.0), points=(0.25, 1.0, 4.0))


def test_the_share_that_is_cut_is_the_trade_that_is_lost(torn):
    for step in torn.of("cut"):
        assert step.lost == pytest.approx(step.size, abs=1e-8)
    lost = [step.lost for step in torn.of("duty")]
    assert (np.diff(lost) > 0).all()
    assert lost[-1] < 1


def test_the_world_s_loss_is_convex_in_the_trade_that_is_cut(torn):
    slopes = torn.slopes("cut", "WORLD")
    assert (np.diff(slopes) > 0).all()
    assert slopes[0] > 0


def test_a_full_cut_is_the_ban_of_every_flow(torn, still):
    economy = toy()
    policy = Policy(economy, still.wedges)
    for importer, exporter in (PAIR, PAIR[::-1]):
        policy = policy.limit(
            f"none-{importer}".lower(), importers=importer, exporters=exporter, sectors="goods", share=0.0
        )
    value = solve(Model(economy), policy).value
    last = torn.of("cut")[-1]
    for party in PAIR:
        n = economy.labels.country(party)
        assert last.change[party] == pytest.approx(value.real_income_hat[n] - 1, abs=1e-9)


def test_limits_of_the_scenario_give_way_where_all_is_cut(torn, still):
    economy = toy()
    capped = Policy(economy, still.wedges).limit(
        "held", importers=["USA", "EU27"], exporters="CHN", sectors="PARTS", share=0.6
    )
    stopped = capped.limit("stopped", importers="CHN", exporters="USA", sectors="FARM", share=0.0)
    held = rupture(
        Model(economy),
        Case(still.scenario, still.wedges, stopped.controls),
        PAIR,
        cuts=(0.5, 1.0),
        points=(0.25,),
    )
    assert held.of("cut")[-1].lost == pytest.approx(1.0, abs=1e-12)
    bare = torn.of("cut")[-1]
    for party in PAIR:  # the end is the same: only what is left of the cap, on other buyers, differs
        n = economy.labels.country(party)
        level = (1 + held.of("cut")[-1].change[party]) * held.start.real_income_hat[n]
        assert level == pytest.approx(1 + bare.change[party], abs=2e-3)


def test_a_prohibitive_duty_approaches_the_full_cut(still):
    torn = rupture(Model(toy()), still, PAIR, cuts=(1.0,), points=(50.0,))
    cut, duty = torn.steps
    assert duty.lost > 0.99
    assert duty.change["WORLD"] == pytest.approx(cut.change["WORLD"], rel=0.05)


def test_a_limit_that_stands_already_is_left_alone(still):
    economy = toy()
    policy = Policy(economy, still.wedges).limit(
        "parts", importers="USA", exporters="CHN", sectors="PARTS", share=0.5
    )
    held = Case(still.scenario, still.wedges, controls=policy.controls)
    torn = rupture(Model(economy), held, PAIR, cuts=(0.5,), points=(0.5,))
    n, i = (economy.labels.country(code) for code in PAIR)
    s = economy.labels.sector("PARTS")
    assert torn.start.flow_volume_hat[n, i, s] == pytest.approx(0.5, abs=1e-8)
    assert s in goods_sectors(economy)
    assert 0 < torn.of("cut")[0].lost < 0.5


def test_words_and_table_say_the_same(torn):
    ruptures = {"long": torn}
    table = rupture_table(ruptures)
    assert len(table.rows) == len(torn.steps)
    sentences = rupture_sentences(ruptures, table)
    assert len(sentences) == 2
    assert "rises with the share of trade that is cut" in sentences[0].text
    assert rupture_figure(ruptures).table.rows == table.rows


def test_of_one_step_nothing_is_said_to_rise(torn):
    one = replace(torn, steps=(torn.of("cut")[1], torn.of("duty")[0]))
    for sentence in rupture_sentences({"long": one}, rupture_table({"long": one})):
        assert "at a cut of 50 percent." in sentence.text
        assert "further point" not in sentence.text


def test_what_cannot_be_meant_is_refused(still):
    model = Model(toy())
    with pytest.raises(UnitError, match=r"a cut of 1\.5"):
        rupture(model, still, PAIR, cuts=(1.5,))
    with pytest.raises(UnitError, match="a duty of -1"):
        rupture(model, still, PAIR, points=(-1.0,))
    with pytest.raises(InputError, match="between two parties"):
        rupture(model, still, ("USA", "USA"))
