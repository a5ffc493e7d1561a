"""What bans leave of trade, worked out by hand: suppliers, parts, one-way trade, sectors without a buyer, costs on the way."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import Labels
from detente.equilibrium import bans
from detente.equilibrium.bans import (
    Ground,
    Severed,
    any_ban,
    costs_between,
    log_costs,
    log_ratio,
    no_exports,
    one_piece,
    settle,
    severed,
)
from detente.world import Economy, Wedges, toy

INF = np.inf
A, B, C, D = range(4)


def world(deficit=(0.0, 0.0, 0.0, 0.0), flows=None, inputs=None, sectors=2) -> Economy:
    """Four countries alike that all trade two goods; who borrows buys more of the first from everybody else."""
    if flows is None:
        flows = np.full((4, 4, sectors), 10.0)
        flows[range(4), range(4)] = 50.0
    labels = Labels(("A", "B", "C", "D"), ("X", "Y", "Z")[:sectors])
    inputs = np.zeros((4, sectors, sectors)) if inputs is None else inputs
    return Economy(
        name="four",
        year=2000,
        labels=labels,
        flows=flows,
        tariff=np.zeros_like(flows),
        va_share=1 - inputs.sum(1),
        input_shares=inputs,
        trade_elasticity=np.full(sectors, 4.0),
        elasticity_source="made up",
    )


WORLD = world()


def banned(*cells, economy=WORLD) -> Wedges:
    iceberg = np.ones_like(economy.flows)
    for cell in cells:
        iceberg[cell] = INF
    iceberg[range(4), range(4)] = 1.0
    return Wedges.of(economy, iceberg_hat=iceberg)


def apart(*groups, economy=WORLD) -> Wedges:
    """Trade within the groups only."""
    iceberg = np.full_like(economy.flows, INF)
    for group in groups:
        iceberg[np.ix_(group, group)] = 1.0
    return Wedges.of(economy, iceberg_hat=iceberg)


ALL = np.s_[:]


def test_nothing_banned_nothing_read() -> None:
    plain, deficit = Wedges.unchanged(WORLD), np.array([1.0, 2, -3, 0])
    assert not any_ban(plain)
    ground = settle(WORLD, plain, deficit)
    assert ground.wedges is plain
    assert ground.deficit is deficit
    assert (ground.parts, ground.closes, ground.note, ground.failure) == (1, False, "", "")
    assert severed(WORLD, plain, mobile=False) is None
    one = banned((A, B, 0))
    assert any_ban(one)
    ground = settle(WORLD, one, deficit)
    assert (ground.parts, ground.closes, ground.note, ground.failure) == (1, False, "", "")
    assert ground.deficit.tolist() == deficit.tolist()
    assert ground.wedges is one
    assert severed(WORLD, one, mobile=False) is None
    assert one_piece(WORLD, plain, one)


def test_parts_have_deficits_of_their_own() -> None:
    """A and B apart from C and D: what A and B borrow from the others, two each of value added 80, is spread over both."""
    deficit = np.array([5.0, -1.0, -7.0, 3.0])
    ground = settle(WORLD, apart([A, B], [C, D]), deficit)
    assert ground.parts == 2
    assert ground.deficit == pytest.approx([3.0, -3.0, -5.0, 5.0], abs=1e-13)
    assert ground.note == (
        "Trade falls into parts that have nothing to do with each other: A, B | C, D. Each part counts in its own value "
        "added, and its deficits are spread anew over it so that they sum to zero."
    )
    cut = severed(WORLD, apart([A, B], [C, D]), mobile=True)
    assert cut is not None
    assert cut.part.tolist() == [0, 0, 1, 1]
    assert cut.members.tolist() == [[True, True, False, False], [False, False, True, True]]
    assert not one_piece(WORLD, Wedges.unchanged(WORLD), apart([A, B], [C, D]))
    settled = settle(WORLD, apart([A, C], [B, D]), np.array([1.0, 2.0, -1.0, -2.0]))
    assert settled.deficit == pytest.approx([1.0, 2.0, -1.0, -2.0], abs=1e-13)
    assert settled.note.endswith("A, C | B, D. Each part counts in its own value added.")
    for off, words in ((1e-10, "value added."), (1e-8, "so that they sum to zero.")):  # of 640 in all
        assert settle(WORLD, apart([A, B], [C, D]), np.array([off, 0, -off, 0])).note.endswith(words)


def test_deficits_are_spread_by_value_added() -> None:
    flows = np.full((4, 4, 2), 10.0)
    flows[A, A], flows[B, B] = 130.0, 50.0
    flows[C, C] = flows[D, D] = 50.0
    economy = world(flows=flows)
    assert economy.value_added[:2] == pytest.approx([320, 160])
    ground = settle(economy, apart([A, B], [C, D], economy=economy), np.array([6.0, 0, -6, 0]))
    assert ground.deficit == pytest.approx([2.0, -2.0, -3.0, 3.0])


def test_a_country_alone_is_in_autarky() -> None:
    ground = settle(WORLD, apart([A], [B, C, D]), np.array([4.0, -4.0, 0.0, 0.0]))
    assert ground.parts == 2
    assert ground.deficit == pytest.approx([0.0, -4 + 4 / 3, 4 / 3, 4 / 3])
    assert ground.note.startswith("Bans cut A off from all trade: autarky, with no deficit. Each part")
    assert "have nothing to do" not in ground.note
    ground = settle(WORLD, apart([A], [B], [C, D]), np.zeros(4))
    assert ground.note == (
        "Bans cut A, B off from all trade: autarky, with no deficit. Each part counts in its own value added."
    )
    assert ground.parts == 3


def test_a_buyer_without_a_supplier() -> None:
    iceberg = np.ones_like(WORLD.flows)
    iceberg[B, :, 1] = INF
    ground = settle(WORLD, Wedges.of(WORLD, iceberg_hat=iceberg), np.zeros(4))
    assert ground.missing == (("B", "Y"),)
    assert ground.failure == "No legal supplier is left to: B of Y."
    flows = np.full((4, 4, 2), 10.0)
    flows[range(4), range(4)] = 50.0
    flows[B, B, 1] = flows[C, C, 1] = 0.0  # no supplier at home
    bare = world(flows=flows)
    ground = settle(bare, banned((B, ALL, 1), (C, ALL, 1), economy=bare), np.zeros(4))
    assert ground.failure == "No legal supplier is left to: B of Y; C of Y."
    flows[B, :, 1] = 0.0  # who buys none of it needs none
    bare = world(flows=flows)
    ground = settle(bare, banned((B, ALL, 1), economy=bare), np.zeros(4))
    assert ground.failure == ""


def test_one_way_trade_is_nil_unless_somebody_lends() -> None:
    sells_only = banned(*[(A, k) for k in (B, C, D)])  # A buys from nobody
    for lent, pays in ((-5.0, True), (0.0, False), (5.0, False)):
        deficit = np.array([lent, -lent, 0.0, 0.0])
        ground = settle(WORLD, sells_only, deficit)
        assert ground.parts == (1 if pays else 2)
        shut = np.isinf(ground.wedges.iceberg_hat)
        assert shut[A, B:].all()
        assert shut[B:, A].all() == (not pays)
        assert not shut[B:, B:].any()
        assert ("A may sell abroad but not buy, and under the closure lends nothing" in ground.note) == (
            not pays
        )
        if pays:
            assert ground.deficit.tolist() == deficit.tolist()
            assert ground.note == ""
        else:
            assert ground.deficit == pytest.approx([0, -lent + lent / 3, lent / 3, lent / 3])
            assert ground.note.startswith("A may sell abroad")
    buys_only = banned(*[(k, A) for k in (B, C, D)])  # nobody buys from A
    for lent, pays in ((5.0, True), (0.0, False), (-5.0, False)):
        ground = settle(WORLD, buys_only, np.array([lent, -lent, 0.0, 0.0]))
        assert ground.parts == (1 if pays else 2)
        assert ("A may buy abroad but not sell, and under the closure borrows nothing" in ground.note) == (
            not pays
        )


def test_a_little_lending_is_none() -> None:
    sells_only = banned(*[(A, k) for k in (B, C, D)])
    for lent, parts in ((1e-12 * WORLD.value_added[A] * 2, 1), (1e-12 * WORLD.value_added[A] / 2, 2)):
        assert settle(WORLD, sells_only, np.array([-lent, lent, 0.0, 0.0])).parts == parts


def test_two_that_sell_to_the_others_together() -> None:
    """A and B buy from each other only; each lends nothing, so neither sells to C and D, and both are a part."""
    stop = banned(*[(n, k) for n in (A, B) for k in (C, D)])
    ground = settle(WORLD, stop, np.zeros(4))
    assert ground.parts == 2
    assert "A, B may sell abroad but not buy" in ground.note
    ground = settle(WORLD, stop, np.array([-6.0, 2.0, 2.0, 2.0]))
    assert ground.parts == 1
    # a chain: A sells to B alone, B to C and D; A lends nothing, and once it is out B does not either
    chain = banned(*[(A, k) for k in (B, C, D)], (B, C), (B, D), (C, A), (D, A))
    ground = settle(WORLD, chain, np.zeros(4))
    assert ground.parts == 3
    assert ground.note.count("may sell abroad but not buy") + ground.note.count("may buy abroad") == 2


@pytest.mark.parametrize("most", [10, 1])
def test_few_groups_are_all_looked_at_and_of_many_those_upstream(most, monkeypatch) -> None:
    """A pays for all it sells, B for nothing: B is found either way; and both together where only both pay too little."""
    monkeypatch.setattr(bans, "MOST_GROUPS", most)
    stop = banned((A, B), (A, C), (A, D), (B, A), (B, C), (B, D))
    ground = settle(WORLD, stop, np.array([-6.0, 0.0, 3.0, 3.0]))
    assert ground.parts == 2
    assert ground.note.startswith("B may sell abroad but not buy")
    assert settle(WORLD, stop, np.array([-6.0, -2.0, 4.0, 4.0])).parts == 1
    assert settle(WORLD, stop, np.array([3.0, -6.0, 1.0, 2.0])).note.startswith("A may sell abroad")


def test_a_sector_without_a_buyer_is_closed() -> None:
    economy = world()
    iceberg = np.ones_like(economy.flows)
    iceberg[:, A, 1] = INF
    stop = Wedges.of(economy, iceberg_hat=iceberg)
    ground = settle(economy, stop, np.zeros(4))
    assert (ground.closes, ground.idle, ground.failure, ground.parts) == (True, (), "", 1)
    cut = severed(economy, stop, mobile=False)
    assert cut is not None
    assert np.argwhere(cut.closed).tolist() == [[A, 1]]
    assert severed(economy, stop, mobile=True) is None
    iceberg[:, A] = INF
    stop = Wedges.of(economy, iceberg_hat=iceberg)
    ground = settle(economy, stop, np.array([5.0, -5.0, 0.0, 0.0]))  # it buys what it borrows
    assert (ground.idle, ground.missing) == (("A",), ())
    assert ground.failure == "Nothing may be bought from A, not even at home: its factors earn nothing."
    little = world(flows=WORLD.flows / 1e3)  # less than a million dollars
    assert settle(little, stop, np.array([0.005, -0.005, 0.0, 0.0])).idle == ("A",)
    ground = settle(economy, stop, np.zeros(4))  # borrowing nothing it buys nothing: that comes first
    assert (ground.idle, ground.missing) == (("A",), (("A", "X"), ("A", "Y")))
    assert ground.failure.startswith(
        "No legal supplier is left to: A of X; A of Y. A may buy abroad but not sell"
    )


def test_who_makes_nothing_is_not_idle_and_closes_nothing() -> None:
    flows = np.full((4, 4, 2), 10.0)
    flows[range(4), range(4)] = 50.0
    flows[:, A, 1] = 0.0
    economy = world(flows=flows)
    iceberg = np.ones_like(flows)
    iceberg[:, A, 1] = INF
    ground = settle(economy, Wedges.of(economy, iceberg_hat=iceberg), np.zeros(4))
    assert (ground.closes, ground.idle) == (False, ())
    iceberg[:, A, 0] = INF
    assert settle(economy, Wedges.of(economy, iceberg_hat=iceberg), np.zeros(4)).idle == ("A",)


def test_an_input_of_what_nobody_may_buy_is_not_wanted_either() -> None:
    """X is used for Y only; when nobody may buy A's Y, A needs no X, and who sold it to nobody else is closed too."""
    flows = np.zeros((4, 4, 2))
    flows[:, :, 1] = 10.0
    flows[range(4), range(4), 1] = 50.0
    flows[range(4), range(4), 0] = 20.0  # at home
    inputs = np.zeros((4, 2, 2))
    inputs[:, 0, 1] = 0.25  # 20 of the 80 of Y sold
    economy = world(flows=flows, inputs=inputs)
    assert np.abs(economy.final_shares[:, 0]).max() < 1e-14
    iceberg = np.ones_like(flows)
    iceberg[:, A, 1] = INF
    stop = Wedges.of(economy, iceberg_hat=iceberg)
    cut = severed(economy, stop, mobile=False)
    assert cut is not None
    assert np.argwhere(cut.closed).tolist() == [[A, 0], [A, 1]]
    assert settle(economy, stop, np.zeros(4)).idle == ("A",)


def test_patterns_tell_cuts_apart() -> None:
    part, closed = np.array([0, 0, 1, 1]), np.zeros((4, 2), dtype=bool)
    same = Severed(part.copy(), closed.copy())
    assert Severed(part, closed).pattern == same.pattern
    other = closed.copy()
    other[0, 0] = True
    assert Severed(part, other).pattern != same.pattern
    assert Severed(np.array([0, 1, 0, 1]), closed).pattern != same.pattern


def test_why_there_is_no_equilibrium_in_words() -> None:
    plain, nil = Wedges.unchanged(WORLD), np.zeros(4)
    assert Ground(plain, nil).failure == ""
    said = Ground(plain, nil, note="Note.", missing=(("A", "X"), ("B", "Y"))).failure
    assert said == "No legal supplier is left to: A of X; B of Y. Note."
    assert Ground(plain, nil, idle=("A", "B")).failure == (
        "Nothing may be bought from A, B, not even at home: its factors earn nothing."
    )


def test_a_supplier_may_be_lost_to_what_follows_from_bans() -> None:
    """B buys its Y from A alone; A may buy nothing and lends nothing, so it sells nothing, and B is without."""
    flows = np.full((4, 4, 2), 10.0)
    flows[range(4), range(4)] = 50.0
    flows[B, :, 1] = 0.0
    flows[B, A, 1] = 20.0
    economy = world(flows=flows)
    stop = banned(*[(A, k) for k in (B, C, D)], economy=economy)
    ground = settle(economy, stop, np.zeros(4))
    assert ground.missing == (("B", "Y"),)
    assert "A may sell abroad but not buy" in ground.failure
    lends = settle(economy, stop, np.array([-3.0, 1, 1, 1]))
    assert lends.missing == ()


# ---- costs along a path ----------------------------------------------------------------------------------------------


def test_costs_between_two_policies() -> None:
    theta = np.array([2.0, 5.0])
    first, last = np.array([1.2, 3.0]), np.array([2.0, 1.0])
    assert costs_between(first, last, 0.0, theta) is first
    assert costs_between(first, last, 1.0, theta) is last
    for share in (0.25, 0.5, 0.9):
        expected = first ** (1 - share) * last**share
        assert costs_between(first, last, share, theta) == pytest.approx(expected, rel=1e-14)
    first = np.array([[1.2, INF], [INF, 2.0], [1.5, INF]])
    last = np.array([[INF, 2.0], [INF, 3.0], [2.5, 1.0]])
    for share in (0.25, 0.5, 0.9):
        left = costs_between(first, last, share, theta) ** -theta
        gone = 1 - share
        assert left == pytest.approx(
            np.array(
                [
                    [1.2**-2 * gone**4, 2.0**-5 * share**4],
                    [0.0, (2.0**gone * 3.0**share) ** -5],
                    [(1.5**gone * 2.5**share) ** -2, share**4],
                ]
            ),
            rel=1e-12,
        )


def test_derivatives_of_costs_along_the_path() -> None:
    theta = np.array([2.0, 5.0])
    first = np.array([[1.2, INF], [INF, 2.0], [1.5, 1.0]])
    last = np.array([[INF, 2.0], [INF, 3.0], [2.5, 1.0]])
    shares = np.array([0.0, 0.3, 1.0])
    found = log_costs(first, last, shares, theta)
    assert found.shape == (3, 3, 2)
    step = 1e-6
    with np.errstate(invalid="ignore"):
        ends = [np.log(costs_between(first, last, 0.3 + way, theta)) for way in (step, -step)]
        central = (ends[0] - ends[1]) / (2 * step)
    central[1, 0] = 0.0  # banned all along
    assert found[1] == pytest.approx(central, abs=1e-6)
    assert found[0] == pytest.approx(np.array([[2.0, 0.0], [0.0, np.log(1.5)], [np.log(2.5 / 1.5), 0.0]]))
    assert found[2] == pytest.approx(np.array([[0.0, -0.8], [0.0, np.log(1.5)], [np.log(2.5 / 1.5), 0.0]]))
    open_ = log_costs(np.array([1.2, 3.0]), np.array([2.0, 1.0]), shares, theta)
    assert open_ == pytest.approx(np.tile(np.log([2.0 / 1.2, 1 / 3.0]), (3, 1)))
    only_freed = log_costs(np.array([INF, 3.0]), np.array([2.0, 1.0]), np.array([0.5]), theta)
    assert only_freed == pytest.approx(np.array([[-4 / 2 / 0.5, np.log(1 / 3)]]))
    only_stopped = log_costs(np.array([2.0, 3.0]), np.array([INF, 1.0]), np.array([0.5]), theta)
    assert only_stopped == pytest.approx(np.array([[4 / 2 / 0.5, np.log(1 / 3)]]))


def test_log_ratios_with_bans() -> None:
    found = log_ratio(np.array([2.0, INF, 1.0, INF]), np.array([1.0, 1.0, INF, INF]))
    assert found.tolist() == [pytest.approx(np.log(2)), INF, -INF, 0.0]


def test_who_sold_abroad_and_may_not_any_more() -> None:
    assert not no_exports(WORLD, Wedges.unchanged(WORLD)).any()
    assert not no_exports(WORLD, banned((B, A, 0), (C, A, 0))).any()
    found = no_exports(WORLD, banned((ALL, A, 0), (ALL, C, 1)))
    assert np.argwhere(found).tolist() == [[A, 0], [C, 1]]
    flows = np.array(WORLD.flows)
    flows[B:, A, 0] = 0.0
    never = dataclasses.replace(WORLD, flows=flows)
    assert np.argwhere(no_exports(never, banned((ALL, A, 0), (ALL, C, 1)))).tolist() == [[C, 1]]
    assert not no_exports(toy(), Wedges.unchanged(toy())).any()
