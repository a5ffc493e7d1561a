"""`detente.plot`: what is drawn is what was found, in a notebook and in a file."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

import detente
from detente import Model, Policy, labelled_result, plot, solve, toy
from detente.cases import Case, run_cases
from detente.core import InputError, LabelError
from detente.policy import Scenario
from detente.show import registered
from detente.show.figures import country_name
from detente.world import Wedges

WORLD = toy()
WAR = Policy.unchanged(WORLD, "war").duty("USA", "CHN").add_points(0.25)
PLACES = {country_name(code): n for n, code in enumerate(WORLD.labels.countries)}


@pytest.fixture(scope="module")
def solution():
    return solve(Model(WORLD), WAR)


@pytest.fixture(scope="module")
def outcomes():
    def case(name, wedges):
        return Case(Scenario(id=name, title=name.capitalize(), dossier="toy"), wedges)

    cases = [case("peace", Wedges.unchanged(WORLD)), case("war", WAR.wedges)]
    return run_cases(Model(WORLD), cases)


def test_real_income_of_every_country_is_drawn(solution):
    picture = plot(solution)
    hats = solution.value.real_income_hat
    assert [row["country"] for row in picture.table.records()] == list(WORLD.labels.countries)
    np.testing.assert_allclose(picture.table.column("value"), 100 * (hats - 1))
    assert registered(picture.table)
    worst = WORLD.labels.country_name(WORLD.labels.countries[int(abs(hats - 1).argmax())])
    assert worst in picture.figure.title
    svg = picture._repr_svg_()
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    for name in WORLD.labels.country_names.values():
        assert name in svg
    assert repr(picture) == f"<Plot result-real_income_hat: {picture.figure.title}>"
    assert picture.figure.title in re.sub(r"<[^>]+>", "", svg)


@pytest.mark.parametrize("give", ["solution", "value", "labelled", "outcome", "figure"])
def test_whatever_holds_an_equilibrium_is_drawn_alike(solution, outcomes, give):
    given = {
        "solution": solution,
        "value": solution.value,
        "labelled": labelled_result(solution.value),
        "outcome": outcomes["war"],
        "figure": plot(solution).figure,
    }[give]
    np.testing.assert_allclose(plot(given).table.column("value"), plot(solution).table.column("value"))


def test_of_many_values_the_largest_are_drawn_and_all_are_kept(solution):
    picture = plot(solution, "flow_volume_hat", count=3)
    hats = solution.value.flow_volume_hat
    values = {tuple(row[:3]): row[3] for row in picture.table.rows}
    assert len(values) == np.isfinite(hats).sum()
    n, i, s = np.unravel_index(np.nanargmax(abs(np.where(np.isfinite(hats), hats, 1) - 1)), hats.shape)
    labels = WORLD.labels
    code = (labels.countries[n], labels.countries[i], labels.sectors[s])
    assert values[code] == pytest.approx(100 * (hats[n, i, s] - 1))
    name = (
        f"{labels.country_name(code[0])} from {labels.country_name(code[1])}, {labels.sector_name(code[2])}"
    )
    assert name in picture.figure.title
    assert len(re.findall(r"[+−][\d.]+ %", picture.figure.alt)) == 3
    assert f"the largest 3 of {len(values)} values" in picture.figure.subtitle


def test_money_is_in_billions_and_shares_in_percent(solution):
    money = plot(solution, "equivalent_variation_usd")
    np.testing.assert_allclose(money.table.column("value"), solution.value.equivalent_variation_usd / 1e3)
    assert money.table.columns[-1].unit == "USD bn"
    shares = plot(solution, "trade_shares_new")
    assert shares.table.columns[-1].unit == "% of spending"
    assert max(shares.table.column("value")) == pytest.approx(100 * solution.value.trade_shares_new.max())


def test_outcomes_are_set_against_the_first(outcomes):
    picture = plot(outcomes, countries=("USA", "CHN"))
    hats = [outcomes[name].value.real_income_hat for name in ("peace", "war")]
    for row in picture.table.records():
        n = PLACES[row["country"]]
        assert row["real_income_pct"] == pytest.approx(100 * (hats[1][n] / hats[0][n] - 1))
        assert row["value_usd_bn"] == pytest.approx((hats[1] - hats[0])[n] * WORLD.income[n] / 1e3)
    moved = abs((hats[1] - hats[0]) * WORLD.income)
    drawn = {PLACES[row["country"]] for row in plot(outcomes).table.records()}
    assert drawn == set(np.argsort(-moved)[:2])


def test_it_is_saved_as_a_picture_or_as_numbers(solution, tmp_path):
    picture = plot(solution)
    svg = picture.save(tmp_path / "income.svg").read_text("utf-8")
    assert svg == picture._repr_svg_() + "\n"
    assert picture.save(tmp_path / "income.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    rows = list(csv.DictReader(io.StringIO(picture.save(tmp_path / "income.csv").read_text("utf-8"))))
    assert [row["country"] for row in rows] == list(WORLD.labels.countries)
    with pytest.raises(InputError, match=r"`\.jpeg` is no format of a picture"):
        picture.save(tmp_path / "income.jpeg")


def test_what_cannot_be_drawn_is_said(solution, outcomes):
    with pytest.raises(InputError, match="a str cannot be drawn"):
        plot("war")
    with pytest.raises(InputError, match="one outcome has nothing to be compared with"):
        plot({"war": outcomes["war"]})
    with pytest.raises(InputError, match="nothing to draw"):
        plot(solution, count=0)
    with pytest.raises(LabelError, match="no `real_income`"):
        plot(solution, "real_income")
    with pytest.raises(LabelError, match="unknown country `CHM`"):
        plot(outcomes, countries=("CHM",))


def test_the_front_door_draws_without_loading_pictures_before():
    assert "plot" in detente.__all__
