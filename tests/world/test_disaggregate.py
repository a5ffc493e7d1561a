"""Carving sectors out: the parents stay as they are, the form is kept, and what cannot be is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from detente.core import BalanceError, EvidenceError, LabelError, SchemaError
from detente.dossier.measure import Grade
from detente.world import Economy, aggregate, check, load_world, toy
from detente.world.carve import (
    Disaggregation,
    assumption_table,
    carved,
    disaggregate,
    load_disaggregation,
    merge_carved,
    shipped_chokepoints,
)
from detente.world.carve.trade import fill

FORM = {"source": "s", "grade": "assumed", "sensitive": True}


def spec(**entries: object) -> Disaggregation:
    """One sector LITH out of the toy's PARTS, with entries replaced."""
    body = {"code": "LITH", "name": "Lithium", "parent": "PARTS", "size": {"usd_mn": 20_000.0, **FORM}}
    return Disaggregation.model_validate(
        {"id": "own", "title": "Own", "sources": {"s": "somewhere"}, "sectors": [{**body, **entries}]}
    )


def assert_gives_back(fine: Economy, whole: Economy) -> None:
    """Merging the carved sectors gives flows, duties, inputs and value added again."""
    back = merge_carved(fine, name=whole.name)
    for name in (
        "flows",
        "input_shares",
        "va_share",
        "expenditure",
        "output",
        "value_added",
        "tariff_revenue",
    ):
        left, right = getattr(back, name), getattr(whole, name)
        np.testing.assert_allclose(left, right, rtol=1e-9, atol=1e-9 * np.abs(right).max(), err_msg=name)
    duties = back.flows * back.tariff, whole.flows * whole.tariff
    np.testing.assert_allclose(*duties, rtol=1e-9, atol=1e-9 * duties[1].max())
    assert np.abs(back.flows - whole.flows).max() < 1e-8  # the cent, in million USD


@pytest.mark.parametrize("name", shipped_chokepoints())
def test_every_shipped_specification_leaves_the_parents_alone(name: str) -> None:
    whole = load_world("world-2024-26")
    fine = disaggregate(whole, name)
    check(fine)
    assert_gives_back(fine, whole)
    for carve in load_disaggregation(name).sectors:
        made = fine.output[:, fine.labels.sector(carve.code)]
        for block in carve.producers:
            for code, share in block.shares.items():
                assert made[whole.labels.country(code)] == pytest.approx(share * carve.size.usd_mn, rel=1e-6)
        for flows in carve.flows:
            n = whole.labels.country(flows.importer)
            for code, value in flows.usd_mn.items():
                cell = fine.flows[n, whole.labels.country(code), fine.labels.sector(carve.code)]
                assert cell == pytest.approx(value, abs=1e-6)
        for duty in carve.duties:
            for code, rate in duty.rates.items():
                cell = (whole.labels.country(duty.importer), whole.labels.country(code))
                assert fine.tariff[(*cell, fine.labels.sector(carve.code))] == rate


def test_the_shipped_world_is_the_specifications_carried_out() -> None:
    fine = load_world("world-2024-26")
    for name in ("soybeans", "batteries", "chips", "rare-earths"):
        fine = disaggregate(fine, name)
    shipped = load_world()
    assert fine.labels.sectors == shipped.labels.sectors
    assert carved(fine) == carved(shipped)
    for name in ("flows", "tariff", "input_shares", "va_share"):
        mine, theirs = getattr(fine, name), getattr(shipped, name)
        np.testing.assert_allclose(mine, theirs, rtol=1e-7, atol=1e-7, err_msg=name)


def test_us_trade_in_the_specifications_is_the_customs_data(shared: Path, repository: Path) -> None:
    pytest.importorskip("pyarrow", reason="the customs data need pyarrow (development dependency)")
    import sys

    sys.path.insert(0, str(repository / "scripts"))
    try:
        from chokepoint_trade import us_trade
    finally:
        sys.path.remove(str(repository / "scripts"))
    carves = {c.code: c for name in shipped_chokepoints() for c in load_disaggregation(name).sectors}
    found = us_trade(shared / "data", {code: carve.products for code, carve in carves.items()})
    for code, by_region in found.items():
        (flows,) = [block for block in carves[code].flows if block.importer == "USA"]
        (duties,) = [block for block in carves[code].duties if block.importer == "USA"]
        assert flows.usd_mn == {region: value for region, (value, _) in by_region.items()}
        assert duties.rates == {region: rate for region, (_, rate) in by_region.items()}
        assert flows.grade is duties.grade is Grade.official


def test_every_number_has_a_source_and_assumptions_are_flagged() -> None:
    for name in shipped_chokepoints():
        table = assumption_table(load_disaggregation(name))
        for row in table.records():
            assert row["source"]
            assert row["grade"]
            assert (row["grade"] == "assumed") <= (row["flag"] == "vary")


shares = st.dictionaries(
    st.sampled_from(["USA", "CHN", "EU27", "MEX", "ROW"]), st.floats(0.0, 0.3), max_size=3
)
users = st.dictionaries(
    st.sampled_from(["FARM", "PARTS", "GOODS", "SERV", "final"]), st.floats(0.0, 0.2), max_size=4
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    size=st.floats(1.0, 2e5),
    of=st.sampled_from(["output", "exports"]),
    producers=shares,
    consumers=shares,
    users=users,
    bought=st.floats(0.0, 1.0),
    input_share=st.floats(0.0, 0.5),
    most=st.floats(0.2, 1.0),
)
def test_any_specification_keeps_the_parent_or_is_refused(
    size: float, of: str, producers: dict[str, float], consumers: dict[str, float], users: dict[str, float],
    bought: float, input_share: float, most: float,
) -> None:  # fmt: skip
    whole = toy()
    wanted = spec(
        size={"usd_mn": size, "of": of, **FORM},
        producers=[{"shares": producers, **FORM}],
        consumers=[{"shares": consumers, **FORM}],
        users=[{"shares": users, **FORM}],
        flows=[{"importer": "USA", "share_of_parent": {"CHN": bought}, **FORM}],
        inputs=[{"shares": {"SERV": input_share}, "where_short": "scale", **FORM}],
        largest_share_of_parent=most,
    )
    refused: BalanceError | None = None
    try:
        fine = disaggregate(whole, wanted)
    except BalanceError as error:
        refused = error
    if refused is not None:
        assert "LITH" in str(refused.where)
        assert "feasible" in str(refused.hint)
        return
    check(fine)
    assert fine.flows.min() >= 0
    assert_gives_back(fine, whole)
    assert fine.flows[0, 1, fine.labels.sector("LITH")] == pytest.approx(
        bought * whole.flows[0, 1, 1], abs=1e-6
    )


def test_carving_something_carved() -> None:
    whole = toy()
    twice = disaggregate(
        disaggregate(whole, spec()), spec(code="CELL", parent="LITH", size={"usd_mn": 5e3, **FORM})
    )
    check(twice)
    assert carved(twice) == {"LITH": "PARTS", "CELL": "LITH"}
    assert_gives_back(twice, whole)


def test_defaults_are_the_parent_s() -> None:
    whole = toy()
    fine = disaggregate(whole, spec(after="SERV"))
    assert fine.labels.sectors == (*whole.labels.sectors, "LITH")
    p = whole.labels.sector("PARTS")
    assert fine.trade_elasticity[-1] == whole.trade_elasticity[p]
    assert fine.va_share[:, -1] == pytest.approx(whole.va_share[:, p])
    assert (fine.tariff[:, :, -1] == whole.tariff[:, :, p]).all()
    assert fine.output[:, -1].sum() == pytest.approx(20_000)
    assert fine.elasticity_source == whole.elasticity_source


def test_stated_elasticity_and_duty_are_taken_and_told() -> None:
    whole = toy()
    fine = disaggregate(
        whole,
        spec(
            elasticity={"value": 0.5, **FORM},
            duties=[{"importer": "USA", "rates": {"CHN": 0.0}, **FORM}],
            stocks=[{"months": {"USA": 2.0}, **FORM}],
        ),
    )
    s, p = fine.labels.sector("LITH"), fine.labels.sector("PARTS")
    assert fine.trade_elasticity[s] == 0.5
    assert "LITH 0.5 (assumed)" in fine.elasticity_source
    assert fine.tariff[0, 1, s] == 0 < whole.tariff[0, 1, 1] < fine.tariff[0, 1, p]
    assert fine.provenance["about_carved"]["LITH"]["stocks"][0]["months"] == {"USA": 2.0}
    np.testing.assert_allclose(fine.tariff_revenue, whole.tariff_revenue, rtol=1e-12)


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ({"size": {"usd_mn": 1e9, **FORM}}, ("output of", "PARTS")),
        (
            {"flows": [{"importer": "USA", "usd_mn": {"CHN": 1e9}, **FORM}]},
            ("importer USA", "exporter CHN", "PARTS"),
        ),
        (
            {"producers": [{"shares": {"CHN": 0.0}, **FORM}], "flows": [{"importer": "USA", "usd_mn": {"CHN": 10.0}, **FORM}]},
            ("country CHN",),
        ),
        ({"exports": [{"usd_mn": {"CHN": 1e6}, **FORM}]}, ("exports", "country CHN")),
        ({"users": [{"shares": {"FARM": 1.0}, **FORM}], "size": {"usd_mn": 2e6, **FORM}}, ("users", "country")),
        ({"inputs": [{"shares": {"FARM": 0.9}, **FORM}], "size": {"usd_mn": 5e6, **FORM}}, ("supplier FARM", "country")),
        ({"duties": [{"importer": "USA", "rates": {"CHN": 20.0}, **FORM}], "flows": [{"importer": "USA", "share_of_parent": {"CHN": 0.5}, **FORM}], "size": {"usd_mn": 2e6, **FORM}}, ("importer USA", "exporter CHN")),
    ],
)  # fmt: skip
def test_what_the_parent_cannot_give_is_refused_with_the_cell_and_the_limit(
    entries: dict[str, object], names: tuple[str, ...]
) -> None:
    with pytest.raises(BalanceError) as caught:
        disaggregate(toy(), spec(**entries))
    for name in names:
        assert name in str(caught.value.where), caught.value
    assert "feasible" in str(caught.value.hint)


def test_the_limit_told_is_the_limit() -> None:
    whole = toy()

    def bought(value: float) -> Disaggregation:
        return spec(
            flows=[{"importer": "USA", "usd_mn": {"CHN": value}, **FORM}],
            size={"usd_mn": 1e5, **FORM},
        )

    limit = float(whole.flows[0, 1, 1])
    with pytest.raises(BalanceError) as caught:
        disaggregate(whole, bought(limit * 1.001))
    assert f"{limit:,.6g}" in str(caught.value.hint)
    fine = disaggregate(whole, bought(limit))
    assert fine.flows[0, 1, fine.labels.sector("PARTS")] == 0
    check(fine)


@pytest.mark.parametrize(
    ("entries", "nearest"),
    [
        ({"parent": "PART"}, "PARTS"),
        ({"after": "SERVE"}, "SERV"),
        ({"producers": [{"shares": {"CHM": 0.5}, **FORM}]}, "CHN"),
        ({"users": [{"shares": {"GODS": 0.5}, **FORM}]}, "GOODS"),
        ({"flows": [{"importer": "US", "usd_mn": {"CHN": 1.0}, **FORM}]}, "USA"),
        ({"inputs": [{"shares": {"FARMS": 0.1}, **FORM}]}, "FARM"),
        ({"duties": [{"importer": "USA", "rates": {"MX": 0.1}, **FORM}]}, "MEX"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(entries: dict[str, object], nearest: str) -> None:
    with pytest.raises(LabelError) as caught:
        disaggregate(toy(), spec(**entries))
    assert f"`{nearest}`" in str(caught.value)


def test_a_code_that_exists_is_refused() -> None:
    with pytest.raises(LabelError, match="already"):
        disaggregate(toy(), spec(code="GOODS"))


def test_shares_above_one_are_refused() -> None:
    for key in ("producers", "users"):
        names = ("USA", "CHN") if key == "producers" else ("FARM", "GOODS")
        with pytest.raises(BalanceError, match="add up to"):
            disaggregate(toy(), spec(**{key: [{"shares": dict.fromkeys(names, 0.6), **FORM}]}))


def test_no_number_without_evidence(tmp_path: Path) -> None:
    unknown = spec(size={"usd_mn": 1e3, "source": "t", "grade": "reported"})
    with pytest.raises(EvidenceError, match="not described"):
        disaggregate(toy(), unknown)
    with pytest.raises(EvidenceError, match="not flagged"):
        disaggregate(toy(), spec(size={"usd_mn": 1e3, "source": "s", "grade": "assumed"}))


def test_a_file_of_one_s_own(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = """
id: own
title: Own
sources: {s: somewhere}
sectors:
- code: LITH
  name: Lithium
  parent: PARTS
  size: {usd_mn: 20000, source: s, grade: reported}
"""
    path.write_text(text, encoding="utf-8")
    fine = disaggregate(toy(), path, name="finer")
    assert fine.name == "finer"
    path.write_text(text.replace("usd_mn: 20000", "usd_mm: 20000"), encoding="utf-8")
    with pytest.raises(SchemaError) as caught:
        disaggregate(toy(), path)
    assert "own.yaml:9" in str(caught.value)
    assert "`usd_mn`" in str(caught.value)
    with pytest.raises(LabelError, match="unknown specification"):
        load_disaggregation("soybean")


def test_the_carved_world_solves_to_itself() -> None:
    from detente.equilibrium import Model, solve
    from detente.world import Wedges

    economy = load_world()
    still = Wedges.unchanged(economy)
    assert np.abs(solve(Model(economy), still).value.real_income_hat - 1).max() < 1e-12
    # Through the solver proper: a cost where nothing is traded is a change that changes nothing.
    nowhere = np.where(economy.flows == 0, 1.5, 1.0)
    assert (nowhere > 1).sum() > 10
    hats = solve(Model(economy), Wedges.of(economy, iceberg_hat=nowhere)).value
    assert np.abs(hats.real_income_hat - 1).max() < 1e-12
    assert np.abs(hats.price_hat - 1).max() < 1e-11


def test_a_stop_of_one_carved_flow_stays_on_it() -> None:
    from detente.equilibrium import Model

    """China stops buying American soybeans: the flow goes, Brazil sells more, both sides lose a little."""
    from detente.equilibrium import solve
    from detente.world import Wedges

    economy = load_world()
    cost = np.ones_like(economy.flows)
    usa, chn, bra = (economy.labels.country(code) for code in ("USA", "CHN", "BRA"))
    soy, crops = economy.labels.sector("SOY"), economy.labels.sector("A01_02")
    cost[chn, usa, soy] = 20.0
    result = solve(Model(economy), Wedges.of(economy, iceberg_hat=cost)).value
    assert result.flows_new[chn, usa, soy] < 1e-3 * economy.flows[chn, usa, soy]
    assert result.flows_new[chn, bra, soy] > 1.1 * economy.flows[chn, bra, soy]
    assert result.flows_new[chn, usa, crops] == pytest.approx(economy.flows[chn, usa, crops], rel=0.05)
    assert -1e-3 < result.real_income_hat[chn] - 1 < 0
    assert -1e-3 < result.real_income_hat[usa] - 1 < 0


def test_fill_meets_totals_under_caps() -> None:
    draw = np.random.default_rng(3)
    seed = 10.0 ** draw.uniform(-12, 12, (200, 9)) * (draw.random((200, 9)) < 0.8)
    cap = draw.uniform(0, 5, (200, 9))
    limit = (cap * (seed > 0)).sum(1)
    total = limit * draw.random(200)
    filled = fill(seed, cap, total)
    np.testing.assert_allclose(filled.sum(1), total, rtol=1e-9, atol=1e-12)
    assert (filled <= cap * (1 + 1e-12)).all()
    assert (filled[seed == 0] == 0).all()
    np.testing.assert_allclose(fill(seed, cap, limit * 2).sum(1), limit)


def test_merging_something_else_keeps_the_record() -> None:
    fine = disaggregate(toy(), spec())
    smaller = aggregate(fine, {"MEX": "ROW"})
    check(smaller)
    assert carved(smaller) == {"LITH": "PARTS"}
