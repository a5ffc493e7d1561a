"""The shipped elasticity sets."""

import pytest

from detente.core import LabelError
from detente.world import elasticity_set, elasticity_sets, load_world


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
