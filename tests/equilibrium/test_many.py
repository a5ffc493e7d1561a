"""Studies of many scenarios: the same bytes wherever, in whatever order and after whatever accident; nothing solved twice."""

from __future__ import annotations

import functools
import os
import signal
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from detente.core import RESULTS, InputError, LabelError, Pool
from detente.equilibrium import (
    DutyPoints,
    Model,
    Policy,
    Responses,
    Solution,
    real_incomes,
    solve,
    solve_many,
)
from detente.equilibrium.many import BATCH, SHEET, place
from detente.world import Wedges, toy

COUNT, CHUNK = 37, 8


def drawn(economy, index, random):
    """A duty that is random, and a ban in one scenario of ten."""
    if index % 10 == 7:
        cost = np.ones(economy.flows.shape)
        cost[0, 1, 0] = np.inf
        return Wedges.of(economy, iceberg_hat=cost)
    return Policy.unchanged(economy).duty("USA", "CHN").add_points(random.uniform(0, 0.6))


def two(solution: Solution) -> dict[str, object]:
    return {"welfare": solution.value.real_income_hat, "revenue": solution.value.tariff_revenue_new[0]}


def deadly(mark: Path, economy, index, random):
    """Kills its process once, in the middle."""
    if index == 20 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return drawn(economy, index, random)


@pytest.fixture(scope="module")
def here():
    return solve_many(toy(), drawn, COUNT, reduce=two, chunk=CHUNK)


def test_every_scenario_is_what_it_is_alone_whatever_the_chunk(here):
    welfare, revenue = here.column("welfare"), here.column("revenue")
    assert welfare.shape == (COUNT, 5)
    assert revenue.shape == (COUNT,)
    for index in (0, 7, 36):
        alone = solve(Model(toy()), drawn(toy(), index, np.random.default_rng([1, index]))).value
        np.testing.assert_allclose(welfare[index], alone.real_income_hat, rtol=1e-10)
        np.testing.assert_allclose(revenue[index], alone.tariff_revenue_new[0], rtol=1e-9)
    assert np.ptp(welfare[:, 0]) > 1e-4
    other = solve_many(toy(), drawn, COUNT, reduce=two, chunk=11, seed=2).column("welfare")
    assert not np.allclose(other, welfare)
    np.testing.assert_allclose(other[7], welfare[7], rtol=1e-10)  # nothing random in this one
    assert here.failures() == {}
    with pytest.raises(LabelError, match="no result `welfar`"):
        here.column("welfar")


def test_threads_and_processes_and_one_that_is_killed_give_the_same_bytes(here, tmp_path):
    """The killed one takes chunks with it that are done again, by processes started anew."""
    with ThreadPoolExecutor(2) as executor:
        threads = solve_many(toy(), drawn, COUNT, reduce=two, chunk=CHUNK, executor=executor)
    mark = tmp_path / "killed"
    killed = solve_many(
        toy(), functools.partial(deadly, mark), COUNT, reduce=two, chunk=CHUNK, executor=Pool(2)
    )
    assert mark.exists()
    for many in (threads, killed):
        for name in ("welfare", "revenue", "code"):
            assert many.column(name).tobytes() == here.column(name).tobytes()


def test_a_study_goes_on_where_it_stopped_and_no_other_takes_its_folder(here, tmp_path):
    told: list[tuple[int, int]] = []

    def study(count: int, make=drawn, **settings):
        told.clear()
        return solve_many(
            toy(),
            make,
            count,
            reduce=two,
            chunk=CHUNK,
            folder=tmp_path,
            report=lambda *now: told.append(now),
            **settings,
        )

    class Stop(Exception):  # noqa: N818
        pass

    def stopping(now: int, whole: int) -> None:
        if now == 2 * CHUNK:
            raise Stop

    with pytest.raises(Stop):
        solve_many(toy(), drawn, 30, reduce=two, chunk=CHUNK, folder=tmp_path, report=stopping)
    study(30)
    assert told[0] == (16, 30)
    damaged, removed = place(tmp_path, 1), place(tmp_path, 2)
    damaged.write_bytes(damaged.read_bytes()[:-5])
    removed.unlink()
    with pytest.raises(InputError, match="chunk 1 is missing or damaged"):
        study(COUNT).study and list(_damage(study(COUNT), damaged).chunks())
    whole = study(COUNT)  # longer, and with one chunk damaged
    assert told[0] == (COUNT - CHUNK, COUNT)
    assert whole.held == {}
    assert whole.column("welfare").tobytes() == here.column("welfare").tobytes()
    study(COUNT)
    assert told == [(COUNT, COUNT)]
    for other, said in (({"seed": 2}, "seed"), ({"make": functools.partial(drawn)}, "other data, functions")):
        with pytest.raises(InputError, match=said):
            study(COUNT, **other)
    (tmp_path / SHEET).write_text("{")
    with pytest.raises(InputError, match="another study"):
        study(COUNT)


def _damage(many, path: Path):
    path.write_bytes(path.read_bytes()[:-5])
    return many


class Raised:
    """Makes scenarios with a method, from what it holds."""

    def __init__(self, points: float) -> None:
        self.points = points

    def made(self, economy, index, random):
        return Policy.unchanged(economy).duty("USA", "CHN").add_points(self.points)


def test_a_folder_is_refused_to_other_responses_and_other_objects_of_a_method(tmp_path):
    solve_many(toy(), Raised(0.1).made, 1, folder=tmp_path)
    solve_many(toy(), Raised(0.1).made, 1, folder=tmp_path)
    answering = Model(toy(), responses=Responses(scale=0.1))
    for model, points in ((answering, 0.1), (toy(), 0.2)):
        with pytest.raises(InputError, match="another study"):
            solve_many(model, Raised(points).made, 1, folder=tmp_path)


def test_what_has_no_equilibrium_is_told_by_number_and_code():
    model = Model(toy())

    def hard(economy, index, random):
        tariff = economy.tariff.copy()
        tariff[0, 1, 0] += 1e9 if index == 1 else 0.1
        return Wedges.of(economy, tariff=tariff)

    many = solve_many(Model(model.economy, solver=_one_step()), hard, 3, reduce=real_incomes)
    assert many.failures() == dict.fromkeys((0, 1, 2), RESULTS.max_steps_reached.name)
    assert np.isnan(many.column("real_income_hat")).all()


def _one_step():
    from detente.equilibrium import Newton

    return Newton(max_steps=1, robust=False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"count": 0}, "count is 0"),
        ({"chunk": 0}, "chunk is 0"),
        ({"reduce": lambda solution: 1.0}, "returned float"),
        ({"reduce": lambda solution: {"code": 1}}, "returned dict"),
        ({"reduce": lambda solution: {"x": "word"}}, "no number"),
    ],
)
def test_what_makes_no_study_is_refused_before_any_of_it(settings, said):
    with pytest.raises(InputError, match=said):
        solve_many(toy(), drawn, **({"count": 3} | settings))


def test_solutions_are_let_go_before_the_next_are_solved():
    solved, still = [], []

    def make(economy, index, random):
        if index == BATCH:
            still.extend(value for value in (known() for known in solved) if value is not None)
        return drawn(economy, index, random)

    def reduce(solution):
        solved.append(weakref.ref(solution.value))
        return two(solution)

    solve_many(toy(), make, BATCH + 1, reduce=reduce, chunk=BATCH + 1)
    assert len(solved) == BATCH + 2  # and the base year, which says what is kept
    assert not still


def test_scenarios_from_a_table():
    points = np.array([[0.1, 0.0], [0.0, 0.2], [0.1, 0.2]])
    make = DutyPoints([("USA", "CHN", "goods"), ("CHN", "USA", "goods")], points)
    found = solve_many(toy(), make, 3).column("real_income_hat")
    both = Policy.unchanged(toy()).duty("USA", "CHN").add_points(0.1).duty("CHN", "USA").add_points(0.2)
    np.testing.assert_allclose(found[2], solve(Model(toy()), both).value.real_income_hat, rtol=1e-10)
    with pytest.raises(IndexError):
        solve_many(toy(), make, 4)
