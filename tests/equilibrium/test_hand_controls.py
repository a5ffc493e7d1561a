"""Quantity controls cell by cell: the wedge of each kind of rent, the volume it leaves, what it earns, and cuts in words."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases.cuts import read_cut
from detente.cases.reach import content_shares, extraterritorial_controls
from detente.core import InputError, LabelError, UnitError
from detente.equilibrium import Model, Policy, solve
from detente.equilibrium.controls import (
    Binding,
    QuantityControl,
    apply_controls,
    bindings_of,
    breach,
    check_controls,
    excess,
    overstep,
    volume_of,
)
from detente.world import Wedges, toy

WORLD = toy()
USA, CHN, EU, MEX, ROW = range(5)
PARTS = WORLD.labels.sector("PARTS")
KINDS = ("exporter", "importer", "destroyed", "floor")


def control(kind: str, limit: float = 0.6) -> QuantityControl:
    """On what two countries buy of one product from China."""
    options = {"kind": "floor"} if kind == "floor" else {"rent": kind}
    return QuantityControl.on(
        WORLD, "c", importers=("USA", "MEX", "CHN"), exporters=("CHN",), sectors=("PARTS",), limit=limit, **options
    )  # fmt: skip


def start() -> Wedges:
    """Duties, costs and export taxes on the flows before any control."""
    tariff, cost, tax = WORLD.tariff + 0.1, np.ones_like(WORLD.tariff), np.zeros_like(WORLD.tariff)
    tariff[range(5), range(5)] = 0
    cost[USA, CHN, PARTS], tax[:, CHN, PARTS] = 1.2, 0.05
    tax[CHN, CHN] = 0
    return Wedges(tariff, cost, tax)


def test_a_control_binds_flows_between_countries_only() -> None:
    found = control("exporter")
    assert sorted(zip(*(k.tolist() for k in found.flows), strict=True)) == [
        (USA, CHN, PARTS),
        (MEX, CHN, PARTS),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_wedge_of_each_kind_on_top_of_what_is_there(kind: str) -> None:
    before, size = start(), 0.3
    after = apply_controls(before, (control(kind),), np.array([size]))
    grown = {"exporter": "export_tax", "importer": "tariff", "destroyed": "iceberg_hat", "floor": "tariff"}[
        kind
    ]
    for name in ("tariff", "export_tax", "iceberg_hat"):
        old, new = getattr(before, name), getattr(after, name)
        for n, i, s in np.ndindex(old.shape):
            bound = (n, i, s) in ((USA, CHN, PARTS), (MEX, CHN, PARTS)) and name == grown
            factor = np.exp(-size if kind == "floor" else size)
            whole = old[n, i, s] if name == "iceberg_hat" else 1 + old[n, i, s]
            expected = whole * factor if bound else whole
            assert new[n, i, s] + (name != "iceberg_hat") == pytest.approx(expected, abs=1e-14)
    ban = apply_controls(before, (control(kind, 0.0),), np.array([size])) if kind != "floor" else None
    if ban is not None:
        assert np.isinf(ban.iceberg_hat).sum() == 2
        assert (ban.tariff == before.tariff).all()


@pytest.mark.parametrize("kind", KINDS)
def test_volume_and_rent_of_what_is_found(kind: str) -> None:
    before, limit = start(), 1.3 if kind == "floor" else 0.2
    rule = control(kind, limit)
    found = solve(Model(WORLD), Policy(WORLD, before, (rule,)))
    value, made = found.value, found.bindings["c"]
    assert made.log_wedge > 0.01
    wasted = np.exp(-made.log_wedge) if kind == "destroyed" else 1.0
    base = volume = rent = 0.0
    for n in (USA, MEX):
        at = n, CHN, PARTS
        base += WORLD.flows[at]
        volume += WORLD.flows[at] * value.flow_volume_hat[at] * wasted
        border = value.flows_new[at]
        producer = border / (1 + value.wedges.export_tax[at])
        rent += {
            "exporter": producer * (value.wedges.export_tax[at] - before.export_tax[at]),
            "importer": border * (value.wedges.tariff[at] - before.tariff[at]),
            "floor": border * (value.wedges.tariff[at] - before.tariff[at]),
            "destroyed": producer * (1 - np.exp(-made.log_wedge)),
        }[kind]
    assert made.volume_hat == pytest.approx(volume / base, rel=1e-9)
    assert made.volume_hat == pytest.approx(limit, abs=1e-8)
    assert made.rent_usd == pytest.approx(rent, rel=1e-9)
    assert (made.rent_usd < 0) == (kind == "floor")
    assert volume_of(value, rule, made.log_wedge) == made.volume_hat
    assert bindings_of(value, before, (rule,), np.array([made.log_wedge]))["c"] == made


def test_how_far_a_flow_is_on_the_wrong_side() -> None:
    value = solve(Model(WORLD), start()).value
    n, i, s = control("exporter").flows
    hat = (WORLD.flows[n, i, s] * value.flow_volume_hat[n, i, s]).sum() / WORLD.flows[n, i, s].sum()
    for kind, limit, size, expected in (
        ("exporter", 0.5, 0.2, np.log(hat / 0.5)),
        ("destroyed", 0.5, 0.2, np.log(hat / 0.5) - 0.2),
        ("floor", 0.5, 0.2, -np.log(hat / 0.5)),
    ):
        assert excess(value, (control(kind, limit),), np.array([size]))[0] == pytest.approx(
            expected, abs=1e-12
        )


def test_which_side_of_a_limit_is_said() -> None:
    cap, floor, ban = control("exporter", 0.5), control("floor", 0.5), control("exporter", 0.0)
    assert overstep(cap, Binding(0.0, 0.6, 0.0)) == "`c`: 0.6 of the base flow, at most 0.5 allowed"
    assert overstep(floor, Binding(0.0, 0.4, 0.0)) == "`c`: 0.4 of the base flow, at least 0.5 asked for"
    assert overstep(ban, Binding(0.0, 0.1, 0.0)) == "`c`: 0.1 of the base flow, which is banned"
    assert overstep(cap, Binding(0.0, 0.4, 0.0)) == overstep(floor, Binding(0.0, 0.6, 0.0)) == ""
    assert breach(cap, Binding(0.0, 0.4, 0.0)) == ""
    assert "keeps to 0.5 by itself, yet a wedge of 0.1" in breach(cap, Binding(0.1, 0.4, 0.0))
    for volume, holds in ((40 + 3.9e-7, True), (40 + 4.1e-7, False)):  # of the limit where that is above one
        assert (overstep(control("exporter", 40.0), Binding(0.1, volume, 0.0)) == "") == holds


def test_controls_that_meet_or_ask_for_nothing_are_refused() -> None:
    check_controls(WORLD, (control("exporter"),))
    other = QuantityControl("d", control("exporter").cells, 0.5)
    with pytest.raises(InputError, match="two controls bind the flow CHN to USA of PARTS"):
        check_controls(WORLD, (control("exporter"), other))
    with pytest.raises(InputError, match="one name"):
        check_controls(WORLD, (control("exporter"), QuantityControl("c", np.roll(other.cells, 1, 2), 0.5)))
    with pytest.raises(InputError, match="floor of zero"):
        check_controls(WORLD, (control("floor", 0.0),))
    for limit in (-0.1, np.nan, np.inf):
        with pytest.raises(UnitError, match="limit is"):
            check_controls(WORLD, (control("exporter", limit),))
    with pytest.raises(InputError, match="shape"):
        check_controls(WORLD, (QuantityControl("c", np.ones((2, 2, 2), dtype=bool), 0.5),))
    with pytest.raises(InputError, match="none of its flows"):
        check_controls(WORLD, (QuantityControl("c", np.zeros_like(other.cells), 0.5),))


# ---- cuts in words ---------------------------------------------------------------------------------------------------


def test_a_cut_names_sellers_goods_share_and_buyers() -> None:
    cut = read_cut(WORLD, " CHN+MEX : PARTS : 0.3 ")
    assert (cut.name, cut.limit, cut.kind, cut.rent) == ("CHN+MEX:PARTS", 0.3, "cap", "destroyed")
    assert sorted(zip(*(k.tolist() for k in cut.flows), strict=True)) == [
        (n, i, PARTS) for n in (USA, EU, ROW) for i in (CHN, MEX)
    ]
    cut = read_cut(WORLD, "CHN:PARTS+FARM:0:USA+MEX")
    assert (cut.name, cut.limit, int(cut.cells.sum())) == ("CHN:PARTS+FARM:USA+MEX", 0.0, 4)
    assert read_cut(WORLD, "CHN:PARTS:1").limit == 1.0


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("CHN:PARTS", InputError, "2 parts"),
        ("CHN:PARTS:0.3:USA:MEX", InputError, "5 parts"),
        ("CHN::0.3", InputError, "3 parts"),
        ("CHN:PARTS:much", UnitError, "share left is `much`"),
        ("CHN:PARTS:1.01", UnitError, "share left is 1.01"),
        ("CHN:PARTS:-0.01", UnitError, "share left is -0.01"),
        ("CHN:PARTS:nan", UnitError, "share left is nan"),
        ("CHM:PARTS:0.3", LabelError, "no country `CHM`"),
        ("CHN:PARTS:0.3:USB", LabelError, "no country `USB`"),
        ("CHN:PART:0.3", LabelError, "no sector or group `PART`"),
        ("CHN:PARTS:0.3:CHN", InputError, "no such trade"),
    ],
)
def test_a_cut_that_says_nothing_is_refused(text: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        read_cut(WORLD, text)


# ---- reach -----------------------------------------------------------------------------------------------------------


def test_content_is_the_sum_of_every_round_of_inputs() -> None:
    """Direct content, that of what is used, and so on: the series instead of the solve."""
    content = content_shares(WORLD, "CHN", "PARTS")
    shape = WORLD.output.shape
    held = np.zeros(shape)
    for _ in range(
        200
    ):  # a product's content: of each input its own content, and all of it where it is the input itself
        source = held.copy()
        source[CHN, PARTS] += 1.0
        mix = np.einsum("nmq,mq->nq", WORLD.trade_shares, source)
        held = np.einsum("nqs,nq->ns", WORLD.input_shares, mix)
    assert content == pytest.approx(held, abs=1e-13)
    assert 0 < content.min() < content.max() < 1


def test_reach_binds_the_others_by_content_from_the_threshold_on() -> None:
    content = content_shares(WORLD, "CHN", "PARTS")
    threshold = float(content[MEX, PARTS])
    made = extraterritorial_controls(
        WORLD, "n", exporter="CHN", sector="PARTS", importers=("USA", "MEX"), limit=0.2, threshold=threshold
    )
    expected = {}
    for j, code in enumerate(WORLD.labels.countries):
        for s, product in enumerate(WORLD.labels.sectors):
            buyers = [n for n in (USA, MEX) if n != j]
            if code != "CHN" and content[j, s] >= threshold and WORLD.flows[buyers, j, s].sum() > 0:
                expected[f"n/{code}/{product}"] = (float(1 - 0.8 * content[j, s]), len(buyers))
    assert {one.name: (one.limit, int(one.cells.sum())) for one in made} == expected
    assert "n/MEX/PARTS" in expected
    assert {one.rent for one in made} == {"destroyed"}
    with pytest.raises(InputError, match="no product holds PARTS of CHN"):
        extraterritorial_controls(
            WORLD, "n", exporter="CHN", sector="PARTS", importers=("USA",), limit=0.2, threshold=0.99
        )
