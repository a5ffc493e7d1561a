"""One vocabulary of limits and of the words for several sectors, and one meaning of each wherever it is written."""

from __future__ import annotations

import dataclasses
import itertools
from typing import get_args

import numpy as np
import pytest

from detente.cases import controls_of
from detente.core import ENFORCEMENT, SECTOR_WORDS, LabelError, Labels, LimitKind, Rent, limit_word
from detente.dossier import Effect, Grade, load_dossier
from detente.equilibrium import Model, Policy, QuantityControl, solve
from detente.equilibrium.controls import apply_controls
from detente.policy import QuantityLimit
from detente.policy.effects import effect_hat
from detente.policy.hand_duties import HandDuty, hand_tariff
from detente.world import Wedges, countries_named, goods_sectors, sectors_named, toy

WORLD = toy()
KINDS = list(itertools.product(get_args(LimitKind), get_args(Rent)))


def test_the_table_has_every_kind_and_rent():
    assert set(ENFORCEMENT) == set(KINDS)
    assert all(how.rent_to == "importer" for (kind, _), how in ENFORCEMENT.items() if kind == "floor")
    assert all(how.rent_to == rent for (kind, rent), how in ENFORCEMENT.items() if kind == "cap")


@pytest.mark.parametrize(("kind", "rent"), KINDS)
def test_a_wedge_is_put_on_the_lever_of_the_table_alone(kind, rent):
    control = QuantityControl.on(
        WORLD, "one", importers="USA", exporters="CHN", sectors="PARTS", limit=0.5, kind=kind, rent=rent
    )
    plain, how = Wedges.unchanged(WORLD), ENFORCEMENT[kind, rent]
    put = apply_controls(plain, [control], np.array([0.2]))
    for name in ("tariff", "export_tax", "iceberg_hat"):
        before, after = getattr(plain, name), getattr(put, name)
        assert np.array_equal(before[~control.cells], after[~control.cells])
        offset = 0.0 if name == "iceberg_hat" else 1.0
        expected = np.exp(how.sign * 0.2) if name == how.lever else 1.0
        assert (offset + after[control.cells]) / (offset + before[control.cells]) == pytest.approx(expected)


@pytest.mark.parametrize(("kind", "rent"), KINDS)
def test_the_money_goes_where_the_table_says(kind, rent):
    """What duties and export taxes bring in, apart from the control's own rent, is what the same prices bring without it."""
    share = 1.2 if kind == "floor" else 0.6
    policy = Policy.unchanged(WORLD).limit(
        "one", importers="USA", exporters="CHN", sectors="PARTS", share=share, kind=kind, rent=rent
    )
    solution = solve(Model(WORLD), policy)
    binding, value, how = solution.bindings["one"], solution.value, ENFORCEMENT[kind, rent]
    n, i, s = WORLD.labels.country("USA"), WORLD.labels.country("CHN"), WORLD.labels.sector("PARTS")
    spent = value.trade_shares_new[n, i, s] * value.expenditure_new[n, s]
    at_border = spent / (1 + value.wedges.tariff[n, i, s])
    at_producer = at_border / (1 + value.wedges.export_tax[n, i, s])
    collected = {
        "importer": spent - at_border - at_border * WORLD.tariff[n, i, s],
        "exporter": at_border - at_producer,
        "destroyed": at_producer * (1 - 1 / value.wedges.iceberg_hat[n, i, s]),
    }
    assert collected[how.rent_to] == pytest.approx(binding.rent_usd, rel=1e-9)
    assert all(abs(money) < 1e-9 * spent for whom, money in collected.items() if whom != how.rent_to)
    assert (binding.rent_usd > 0) == (how.sign > 0)


def test_a_limit_of_nothing_is_a_ban():
    assert [limit_word("cap", limit) for limit in (0.3, 0.0)] == ["cap", "ban"]
    control = QuantityControl.on(WORLD, "none", importers="USA", exporters="CHN", sectors="PARTS", limit=0.0)
    assert control.is_ban
    assert not control.is_floor


def reached_by_hand(word):
    new = hand_tariff(
        WORLD, WORLD.tariff, [HandDuty(importer="USA", exporter="CHN", sectors=word, add=0.1)], where="x"
    )
    return new != WORLD.tariff


def reached_by_a_limit(word):
    limit = QuantityLimit(name="one", importers=("USA",), exporters=("CHN",), sectors=(word,), limit=0.5)
    return controls_of(WORLD, [limit], "x")[0].cells


def reached_by_a_policy(word):
    return (
        Policy.unchanged(WORLD)
        .limit("one", importers="USA", exporters="CHN", sectors=word, share=0.5)
        .controls[0]
        .cells
    )


def reached_by_an_effect(word):
    effect = Effect(
        flows="actor_imports", ad_valorem={word: 0.1}, source="S1", grade=Grade.assumed, derivation="none"
    )
    measure = next(iter(load_dossier().measures.values())).model_copy(
        update={"actor": "USA", "targets": ("CHN",), "except_targets": ()}
    )
    return effect_hat(WORLD, measure, effect) != 1


@pytest.mark.parametrize("word", SECTOR_WORDS)
@pytest.mark.parametrize(
    "reached", [reached_by_hand, reached_by_a_limit, reached_by_a_policy, reached_by_an_effect]
)
def test_a_word_means_the_same_wherever_it_is_written(word, reached):
    n, i = WORLD.labels.country("USA"), WORLD.labels.country("CHN")
    goods = goods_sectors(WORLD)
    services = [s for s in range(len(WORLD.labels.sectors)) if s not in goods]
    meant = {"all": goods + services, "goods": goods, "services": services}[word]
    assert np.flatnonzero(reached(word)[n, i]).tolist() == sorted(meant)
    assert reached(word).sum() == len(meant)


def test_duties_by_hand_are_on_goods_unless_said_otherwise():
    line = HandDuty(importer="USA", exporter="CHN", add=0.1)
    new = hand_tariff(WORLD, WORLD.tariff, [line], where="x")
    assert np.array_equal(new != WORLD.tariff, reached_by_hand("goods"))


def test_words_and_codes_together_and_each_once():
    assert sectors_named(WORLD, ("services", "PARTS", "goods")) == [3, 1, 0, 2]
    assert countries_named(WORLD, ["CHN", "USA"]) == [
        WORLD.labels.country("CHN"),
        WORLD.labels.country("USA"),
    ]
    with pytest.raises(LabelError, match="unknown sector `PART`"):
        sectors_named(WORLD, ["PART"])


def test_a_word_that_is_a_sector_too_is_refused_where_it_would_mean_more():
    labels = WORLD.labels
    named = Labels(labels.countries, ("goods", "PARTS", "GOODS", "services"), labels.country_names)
    world = dataclasses.replace(WORLD, labels=named)
    with pytest.raises(LabelError, match="the word for 3 of its sectors") as caught:
        sectors_named(world, "goods")
    assert caught.value.hint == "name each sector: goods, PARTS, GOODS"
    assert sectors_named(world, "services") == [3]  # the sector and the word are one
