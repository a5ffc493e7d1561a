"""The shipped elasticity sets."""

import pytest

from detente.core import LabelError
from detente.world import (
    elasticity_set,
    elasticity_sets,
    elasticity_table,
    load_world,
    toy,
    with_elasticity_set,
)
from detente.world.carve import carved


@pytest.mark.parametrize("name", ["fgo", "cp", "ll", "gyy", "shap", "bsy", "u4"])
def test_every_set_covers_the_shipped_sectors(name: str) -> None:
    sectors = load_world().labels.sectors
    theta, citation = elasticity_set(name, sectors)
    assert theta.shape == (33,)
    assert theta.min() > 0
    assert theta.max() <= 20
    assert "(" in citation
    assert "services 4 (assumed)" in citation
    assert citation == elasticity_sets()[name]


def test_values_are_those_of_the_papers() -> None:
    assert elasticity_set("fgo", ("C20", "C29", "B05_06"))[0].tolist() == [10.56, 8.92, 3.41]
    assert elasticity_set("cp", ("C19", "C28", "C29"))[0].tolist() == [20.0, 1.45, 8.22]  # 64.85 capped
    assert elasticity_set("ll", ("C19", "C28"))[0].tolist() == [0.636, 7.75]
    assert set(elasticity_set("u4", load_world().labels.sectors)[0]) == {4.0}


def test_the_default_of_the_shipped_world() -> None:
    economy = load_world()
    theta, citation = elasticity_set("fgo", economy.labels.sectors)
    assert economy.trade_elasticity.tolist() == theta.tolist()
    assert economy.elasticity_source == citation
    other, source = elasticity_set("cp", economy.labels.sectors)
    assert economy.with_elasticities(other, source).elasticity_source == source


def test_order_is_the_caller_s() -> None:
    theta, _ = elasticity_set("fgo", ("C29", "A03"))
    assert theta.tolist() == [8.92, 2.91]


def test_unknown_names() -> None:
    with pytest.raises(LabelError, match="unknown elasticity set") as caught:
        elasticity_set("fgoo", ("C26",))
    assert "`fgo`" in str(caught.value)
    with pytest.raises(LabelError, match="has no sector") as caught:
        elasticity_set("fgo", ("C2666",))
    assert "`C26`" in str(caught.value)


def test_codes_of_other_worlds_are_told_by_their_isic_divisions() -> None:
    base = dict(
        zip(("C20", "C21", "C26", "A03"), elasticity_set("cp", ("C20", "C21", "C26", "A03"))[0], strict=True)
    )
    theta, _ = elasticity_set("cp", ("C20_21", "C26", "C302T309", "D35", "c14", "c9", "M_N", "C10T33"))
    assert theta[0] == pytest.approx((base["C20"] + base["C21"]) / 2)
    assert theta[1] == base["C26"]
    assert theta[2] == elasticity_set("cp", ("C30",))[0][0]
    assert theta[3] == theta[6] == 4.0
    assert theta[4] == pytest.approx(elasticity_set("cp", ("C26", "C27"))[0].mean())
    assert theta[5] == pytest.approx((base["C20"] + base["C21"]) / 2)
    manufacturing = [c for c in load_world("world-2024-26").labels.sectors if c.startswith("C")]
    spread = elasticity_set("cp", tuple(manufacturing))[0]
    assert spread.min() < theta[7] < spread.max()


def test_the_codes_of_wiod_and_of_caliendo_and_parro_are_all_told() -> None:
    for codes in (tuple(f"c{k}" for k in range(1, 36)), tuple(f"s{k:02}" for k in range(1, 41))):
        theta, _ = elasticity_set("cp", codes)
        assert len(set(theta)) > 10
        assert theta[-1] == 4.0
    assert (
        elasticity_set("cp", ("s07", "s11", "s20"))[0].tolist()
        == elasticity_set("cp", ("C19", "C24", "C31T33"))[0].tolist()
    )


def test_all_unmapped_sectors_are_listed_and_can_be_told() -> None:
    sectors = ("FARM", "PARTS", "C26", "SERV")
    with pytest.raises(LabelError, match="has no sector for `FARM`, `PARTS`, `SERV`") as caught:
        elasticity_set("fgo", sectors)
    assert "concordance" in str(caught.value)
    told = {"FARM": "A01T03", "PARTS": "C29", "SERV": "BUS"}
    theta, _ = elasticity_set("fgo", sectors, concordance=told)
    assert theta[1] == 8.92
    economy = with_elasticity_set(toy(), "u4", concordance={**told, "GOODS": "C"})
    assert economy.trade_elasticity.tolist() == [4.0] * 4
    assert economy.elasticity_source == elasticity_sets()["u4"]


def test_short_and_long_run() -> None:
    sectors = load_world().labels.sectors
    assert set(elasticity_set("blpn-1y", sectors)[0]) == {0.8}
    assert set(elasticity_set("blpn-10y", sectors)[0]) == {2.0}
    horizon = {row["set"]: row["horizon"] for row in elasticity_table().records()}
    assert horizon["blpn-1y"] == "short"
    assert horizon["blpn-10y"] == horizon["fgo"] == "long"
    assert set(horizon) == set(elasticity_sets())


def test_the_other_reading_of_the_default_set_is_one_smaller() -> None:
    sectors = tuple(c for c in load_world().labels.sectors if c not in ("UTC", "TRT", "BUS", "PUB"))
    sigma, citation = elasticity_set("fgo-sigma", sectors)
    assert sigma == pytest.approx(elasticity_set("fgo", sectors)[0] - 1)
    assert "σ − 1" in citation


def test_a_carved_sector_has_its_parent_s_in_every_set() -> None:
    economy = load_world()
    for name in elasticity_sets():
        theta = with_elasticity_set(economy, name).trade_elasticity
        for code, parent in carved(economy).items():
            assert theta[economy.labels.sector(code)] == theta[economy.labels.sector(parent)], (name, code)
