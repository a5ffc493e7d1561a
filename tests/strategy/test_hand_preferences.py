"""What players want, weight by weight, and profiles solved chunk by chunk: on small numbers."""

from __future__ import annotations

from concurrent.futures import Future
from types import SimpleNamespace

import numpy as np
import pytest

from detente.core import InputError, LabelError, Remote
from detente.strategy import solves
from detente.strategy.preferences import (
    PLAIN,
    PreferenceFile,
    Preferences,
    load_preferences,
    preference_table,
    weigh,
)
from detente.strategy.solves import Parts, solve_all


def preferences(name="own", **players) -> Preferences:
    return Preferences(id=name, title="Own", source="made up", grade="assumed", players=players)


def doubts(**weights) -> list[tuple[str, bool]]:
    return [(str(doubt.path[-1]), doubt.stated) for doubt in preferences(A=weights).doubts()]


def test_weights_out_of_reach_are_doubted() -> None:
    assert doubts() == []
    assert doubts(political={"S": 20.0, "T": 0.0}, revenue=20.0, relative=2.0) == []
    assert doubts(political={"S": 20.1}) == [("S", False)]
    assert doubts(revenue=20.1) == [("revenue", False)]
    assert doubts(relative=2.1) == [("relative", False)]
    assert doubts(security={"act": {"on": 1e6, "off": -1e6}}) == []
    assert doubts(security={"act": {"on": 1.1e6, "off": -1.1e6}}) == [("on", False), ("off", False)]
    stated = doubts(
        political={"S": 1e6},
        revenue=1e6,
        relative=1e6,
        security={"act": {"on": 1e8, "off": -1e8}},
        extraordinary=True,
    )
    assert stated == [(name, True) for name in ("S", "revenue", "relative", "on", "off")]
    beyond = doubts(
        political={"S": 1.1e6},
        revenue=1.1e6,
        relative=1.1e6,
        security={"act": {"on": 1.1e8, "off": -1.1e8}},
        extraordinary=True,
    )
    assert beyond == [(name, False) for name in ("S", "revenue", "relative", "on", "off")]
    (doubt,) = preferences(A={"revenue": 99.0}).doubts()
    assert doubt.path == ("players", "A", "revenue")
    file = PreferenceFile(id="f", default="own", sets=(preferences(), preferences("b", A={"revenue": 99.0})))
    (doubt,) = file.doubts()
    assert doubt.path == ("sets", 1, "players", "A", "revenue")


@pytest.mark.parametrize("weights", [{"political": {"S": -0.1}}, {"revenue": -0.1}, {"relative": -0.1}])
def test_weights_are_nought_or_more(weights) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        preferences(A=weights)
    preferences(A={"political": {"S": 0.0}, "revenue": 0.0, "relative": 0.0})


def test_weights_of_mean_one() -> None:
    one = preferences(A={"political": {"S": 3.0, "U": 0.0}})
    assert one.lambdas("A", ("S", "T", "U", "V")).tolist() == pytest.approx([2.4, 0.8, 0.0, 0.8])
    assert one.lambdas("B", ("S", "T")).tolist() == [1.0, 1.0]
    with pytest.raises(LabelError, match="unknown sector `U`"):
        one.lambdas("A", ("S", "T"))
    nothing = preferences(A={"political": {"S": 0.0, "T": 0.0}})
    with pytest.raises(InputError, match="every political weight is zero"):
        nothing.lambdas("A", ("S", "T"))
    assert nothing.lambdas("A", ("S", "T", "V")).tolist() == [0.0, 0.0, 3.0]
    assert one.of("B").revenue == 1.0
    assert (one.of("B").relative, one.of("B").extraordinary) == (0.0, False)


def test_who_the_rival_is() -> None:
    plain, two, named = (
        preferences(A={"relative": 0.0, "rival": "C"}),
        preferences(A={"relative": 0.5}),
        preferences(A={"relative": 0.5, "rival": "C"}),
    )
    assert plain.rival("A", ("A", "B")) is None
    assert two.rival("B", ("A", "B")) is None
    assert two.rival("A", ("A", "B")) == "B"
    assert named.rival("A", ("A", "B", "C")) == "C"
    assert named.rival("A", ("A", "C")) == "C"
    for players in (("A", "B", "C"), ("A",)):
        with pytest.raises(InputError, match="who the rival is cannot be told"):
            two.rival("A", players)
    with pytest.raises(LabelError, match="the rival `C` does not play"):
        named.rival("A", ("A", "B"))
    with pytest.raises(LabelError, match="the rival `A` does not play"):
        preferences(A={"relative": 0.5, "rival": "A"}).rival("A", ("A", "B"))


def test_a_payoff_is_the_weighted_sum_of_its_parts() -> None:
    one = preferences(A={"political": {"S": 3.0}, "revenue": 2.0, "relative": 9.0})
    found = weigh(
        one,
        ("A", "B"),
        ("S", "T"),
        {"A": np.array([[10.0, 20.0], [1.0, 2.0]]), "B": np.array([[5.0, 7.0], [1.0, 1.0]])},
        {"A": np.array([4.0, 1.0]), "B": np.array([3.0, 0.0])},
        {"A": np.array([-1.0, 0.5]), "B": np.array([2.0, 0.0])},
    )
    assert found["A"].tolist() == [15 + 10 + 8 - 1, 1.5 + 1 + 2 + 0.5]
    assert found["B"].tolist() == [17, 2]


def test_sets_by_name() -> None:
    file = PreferenceFile(id="f", default="b", sets=(preferences("a"), preferences("b")))
    assert file.named().id == "b"
    assert file.named("a").id == "a"
    with pytest.raises(LabelError, match="no set of preferences `c`"):
        file.named("c")
    with pytest.raises(ValueError, match="at least 1"):
        PreferenceFile(id="f", default="b", sets=())
    table = preference_table(file)
    assert [row["preferences"] for row in table.records()] == ["a", "b"]
    assert table.note.startswith("Default: b.")


def test_files_of_preferences(tmp_path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(
        "id: mine\ndefault: one\nsets:\n  - {id: one, title: One, source: made up, grade: assumed, players: {A: {revenue: 2}}}\n"
    )
    assert load_preferences(own).named().of("A").revenue == 2.0
    assert load_preferences(str(own)).id == "mine"
    assert load_preferences(game="of-nobody").sets == (PLAIN,)
    assert len(load_preferences(game="busan-2025").sets) > 1


# ---- solving -----------------------------------------------------------------------------------------------------------


def a_task(count: int):
    labels = SimpleNamespace(countries=range(2), sectors=range(3))
    model = SimpleNamespace(labels=labels)
    return SimpleNamespace(model=model, players=(0,), profiles=tuple((k,) for k in range(count)))


SIZES = (2, 1, 3)


def chunk_of(number: int, task, size: int):
    """What a solve of a chunk gives: every number tells its profile."""
    mine = np.array([float(profile[0]) for profile in task.profiles[number * size : (number + 1) * size]])
    return {
        name: np.broadcast_to(mine.reshape(-1, *[1] * (len(shape) - 1)), shape).copy()
        for name, shape in Parts.shapes(len(mine), *SIZES).items()
    }


@pytest.fixture
def small(monkeypatch):
    solved: list[int] = []
    monkeypatch.setattr(
        solves, "FOUND", list(range(100))
    )  # every number here tells its profile, and none a failure

    def solve_chunk(task, number):
        solved.append(number)
        return chunk_of(number, task, 4)

    monkeypatch.setattr(solves, "TASK", 4)
    monkeypatch.setattr(solves, "solve_chunk", solve_chunk)
    return solved


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 10])
def test_every_profile_is_solved_once_in_its_place(small, count) -> None:
    told = []
    found = solve_all(a_task(count), None, report=lambda now, whole: told.append((now, whole)))
    assert {name: array.shape for name, array in found.items()} == Parts.shapes(count, *SIZES)
    assert found["code"].tolist() == list(range(count))
    assert small == list(range(-(-count // 4)))
    assert told == [(0, count), *((min(4 * (k + 1), count), count) for k in small)]
    assert solve_all(a_task(count), None)["code"].tolist() == list(range(count))


def test_chunks_that_are_kept_are_not_solved_again(small, tmp_path) -> None:
    task, told = a_task(10), []
    solve_all(task, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"0000{k}.solves" for k in range(3)]
    (tmp_path / "00001.solves").unlink()
    small.clear()
    found = solve_all(task, tmp_path, report=lambda now, whole: told.append((now, whole)))
    assert small == [1]
    assert told == [(6, 10), (10, 10)]
    assert found["code"].tolist() == list(range(10))
    small.clear()
    told.clear()
    solve_all(task, tmp_path, report=lambda now, whole: told.append((now, whole)))
    assert (small, told) == ([], [(10, 10)])


def test_a_cache_that_cannot_be_written_is_said_once(small, tmp_path, monkeypatch) -> None:
    notes, tries = [], []

    def save(path, chunk):
        tries.append(path.name)
        raise InputError("no room", where="disk")

    monkeypatch.setattr(solves, "save_chunk", save)
    found = solve_all(a_task(10), tmp_path, notice=notes.append)
    assert found["code"].tolist() == list(range(10))
    assert tries == ["00000.solves"]
    assert notes == [f"solves are not kept: no room: {tmp_path}"]


def test_somebody_elses_pool_does_the_work(small) -> None:
    asked: list[int] = []

    class Owned:
        def submit(self, work, task, number):
            asked.append(number)
            future: Future = Future()
            future.set_result(work(task, number))
            return future

    found = solve_all(a_task(9), None, Remote(Owned()))
    assert asked == [0, 1, 2]
    assert found["code"].tolist() == list(range(9))


def test_a_chunk_is_its_profiles_in_batches_of_equal_numbers(monkeypatch) -> None:
    """The profiles of one number, solved a batch at a time; profiles that differ in duties only have the same controls."""
    batches, made = [], []

    class Layers:
        level = "level"

        def wedges(self, some):
            return [("wedges", profile) for profile in some]

        def limits(self, profile):
            return ("even",) if profile[0] % 2 == 0 else ("odd",)

    def capped(model, wedges, controls):
        batches.append((wedges, controls, model))
        return wedges

    def controls_for(economy, limits, level):
        made.append((economy, limits, level))
        return limits

    def read(solved, players):
        numbers = np.array([float(profile[0]) for _, profile in solved])
        return Parts(numbers, numbers, numbers, numbers, numbers)

    monkeypatch.setattr(solves, "solve_capped", capped)
    monkeypatch.setattr(solves, "controls_for", controls_for)
    monkeypatch.setattr(solves, "parts_of", read)
    monkeypatch.setattr(solves, "TASK", 10)
    monkeypatch.setattr(solves, "BATCH", 4)
    model = SimpleNamespace(economy="world")
    task = solves.ProfileTask(model, Layers(), profiles=tuple((k,) for k in range(23)), players=(0,))
    found = solves.solve_chunk(task, 1)
    assert found["code"].tolist() == list(range(10, 20))
    assert [len(wedges) for wedges, *_ in batches] == [4, 4, 2]
    assert batches[0][1] == [("even",), ("odd",)] * 2
    assert batches[0][2] is model
    assert made == [("world", ("even",), "level"), ("world", ("odd",), "level")]
    assert solves.solve_chunk(task, 2)["code"].tolist() == [20, 21, 22]
