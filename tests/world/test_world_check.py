"""Each check of `detente.world.identities`, broken on purpose on the toy world."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from detente.core import BalanceError, Labels
from detente.world import Economy, check, toy


def changed(**arrays: object) -> Economy:
    return dataclasses.replace(toy(), **arrays)


def test_too_much_input_use_is_named_by_country_and_sector() -> None:
    economy = toy()
    inputs = np.array(economy.input_shares)
    mexico, parts = economy.labels.country("MEX"), economy.labels.sector("PARTS")
    inputs[mexico, parts] += 0.1
    with pytest.raises(BalanceError, match="final demand is not negative") as caught:
        check(changed(input_shares=inputs, va_share=1 - inputs.sum(1)))
    assert caught.value.where == "toy, country MEX, sector PARTS"
    assert "raise its imports" in str(caught.value.hint)


def test_shares_given_in_percent() -> None:
    economy = toy()
    with pytest.raises(BalanceError, match="lie between 0 and 1") as caught:
        check(changed(va_share=economy.va_share * 100, input_shares=economy.input_shares * 100))
    assert "0.45, not 45" in str(caught.value)


def test_a_country_without_value_added() -> None:
    economy = toy()
    inputs = np.array(economy.input_shares)
    flows = np.array(economy.flows)
    flows[:, 3], flows[3] = 0.0, 0.0
    with pytest.raises(BalanceError, match="has value added") as caught:
        check(changed(flows=flows, input_shares=inputs))
    assert "MEX" in str(caught.value)


@pytest.mark.parametrize("factor", [1e3, 1e-3])
def test_units_off_by_a_thousand(factor: float) -> None:
    with pytest.raises(BalanceError, match="size of the world's GDP in 2024"):
        check(changed(flows=toy().flows * factor))


def test_a_world_of_half_the_size_is_only_remarked() -> None:
    table = check(changed(flows=toy().flows * 0.5))
    verdicts = dict(zip(table.column("check"), table.column("verdict"), strict=True))
    assert [what for what, verdict in verdicts.items() if verdict == "look"] == [
        "world value added between 85% and 105% of world GDP"
    ]


def test_other_years_and_labels_have_no_anchor() -> None:
    other = changed(year=1900, flows=toy().flows * 1e-3)
    assert len(check(other)) == len(check(toy())) - 3
    # China's surplus and the American deficit are no anchor before they were there every year.
    assert len(check(changed(year=1995, flows=toy().flows * 0.3))) == len(check(toy())) - 1
    renamed = changed(labels=Labels(tuple("ABCDE"), toy().labels.sectors))
    assert len(check(renamed)) == len(check(toy())) - 1


def test_tolerance_is_respected() -> None:
    economy = toy()
    off = changed(va_share=economy.va_share + 1e-6)
    with pytest.raises(BalanceError):
        check(off)
    assert "look" not in check(off, tolerance=1e-4).column("verdict")


def test_every_line_names_a_place() -> None:
    table = check(toy())
    assert all(table.column("where"))
    assert all(gap <= limit for gap, limit in zip(table.column("gap"), table.column("limit"), strict=True))
