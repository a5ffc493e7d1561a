"""The toy world."""

import numpy as np

from detente.world import check, toy


def test_it_balances_and_has_every_feature() -> None:
    economy = toy()
    assert set(check(economy).column("verdict")) == {"holds"}
    assert economy.flows.shape == (5, 5, 4)
    assert economy.flows.min() > 0
    assert economy.final_demand.min() > 0
    assert economy.tariff_revenue.min() > 0
    assert economy.input_shares.min() > 0
    assert np.abs(economy.deficit).min() > 1e4
    assert not np.allclose(economy.trade_shares, economy.trade_shares.transpose(1, 0, 2))


def test_it_is_the_same_every_time() -> None:
    assert toy().data_hash == toy().data_hash
    assert toy() is not toy()


def test_signs_follow_the_world() -> None:
    economy = toy()
    us, cn, mx = (economy.labels.country(code) for code in ("USA", "CHN", "MEX"))
    assert economy.deficit[us] > 0 > economy.deficit[cn]
    assert economy.flows[us, cn].sum() > economy.flows[cn, us].sum()
    goods = economy.labels.sector("GOODS")
    abroad = np.delete(economy.flows[:, mx, goods], mx)
    assert economy.flows[us, mx, goods] > 0.8 * abroad.sum()
