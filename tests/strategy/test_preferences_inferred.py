"""Preferences inferred from choices: the rule that reads the choices, the estimate on simulated truth, and what a day may know."""

from __future__ import annotations

import dataclasses
import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from detente.cases import model_at
from detente.core import InputError, kept
from detente.core.kept import keep, recall
from detente.dossier import Dossier, folder_of, known_by, load_dossier, read_record
from detente.show.words import wanted_sentences
from detente.strategy import (
    Choice,
    Decision,
    GameSpec,
    MotiveFile,
    Wanted,
    decisions,
    explain_choices,
    explained_sets,
    hold_out,
    inverse,
    judge_choices,
    kept_fits,
    load_game,
    load_preferences,
    motives_of,
    payoff_tensor,
    read_choices,
    standing_verdicts,
    wanted_in,
    whole_verdicts,
)
from detente.strategy.explained import controls_by_rung, explained_sides, meeting_ahead, weights_of
from detente.strategy.inverse import WITHIN, _Search
from detente.strategy.motives import weigh_choice
from detente.strategy.wanted import standing_choice
from detente.world import load_world

MEETING = dt.date(2025, 10, 28)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A short walk through the set, but where its ends are looked at."""
    if "simulated_choices" not in request.node.name:
        for name, value in {"CHAINS": 8, "ROUNDS": 8, "PUSHES": 6, "KEPT": 20}.items():
            monkeypatch.setattr(inverse, name, value)


@cache
def whole() -> Dossier:
    record, _ = read_record(folder_of("busan-2025"))
    return known_by(record, record.vintage + dt.timedelta(days=record.fresh_days))


@cache
def choices() -> tuple[Decision, ...]:
    return decisions(whole())


@cache
def motives() -> MotiveFile:
    file = motives_of("busan-2025")
    assert file is not None
    return file


def simulated(theta: np.ndarray, precision: float, count: int, seed: int) -> tuple[Choice, ...]:
    """Decisions of one side taken with the logit odds of known weights."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        worth = rng.normal(size=(int(rng.integers(3, 9)), len(theta))) * 3
        worth[:, motives().motives.index("controls")] = rng.integers(0, 3, len(worth))
        worth[:, motives().motives.index("retreat")] = -rng.integers(0, 2, len(worth))
        worth[:, motives().motives.index("ahead")] *= number % 2
        taken = int((precision * worth @ theta + rng.gumbel(size=len(worth))).argmax())
        worth[[0, taken]] = worth[[taken, 0]]
        day = dt.date(2020, 1, 1) + dt.timedelta(days=10 * number)
        names = tuple(f"o{k}" for k in range(len(worth)))
        made.append(Choice(f"{day}-A", day, day, day, "A", False, names, worth, worth[:, :5].sum(1)))
    return tuple(made)


def test_a_package_is_both_sides_easing_and_nothing_means_what_runs_out_by_itself() -> None:
    by_id = {each.id: each for each in choices()}
    ours = by_id["2025-10-26-USA"]
    assert ours.joint
    assert {"usa-2025-threat-100", "usa-2025-reciprocal-china-24"} <= set(ours.measures)
    nothing = ours.options[1].settings
    assert nothing["usa-2025-reciprocal-china-24"].status.value == "in_force"  # the truce of August runs out
    assert nothing["usa-2025-threat-100"].status.value == "in_force"
    assert nothing["chn-2025-ann58-batteries"].status.value == "in_force"  # neither side moves
    assert not ours.options[0].retreat
    assert ours.options[0].controls < ours.options[1].controls
    alone = by_id["2025-07-02-USA"]
    assert not alone.joint
    assert alone.options[0].retreat
    assert not alone.options[1].retreat


def test_courts_decide_nothing_for_a_side() -> None:
    void = {
        value.known
        for measure in whole().measures.values()
        for value in measure.values
        if value.status.value == "void"
    }
    assert void
    assert not void & {each.day for each in choices()}


@pytest.mark.parametrize("day", [dt.date(2018, 10, 1), dt.date(2025, 4, 10), MEETING, dt.date(2025, 11, 12)])
def test_what_became_known_later_changes_no_decision(day: dt.date) -> None:
    early = decisions(known_by(whole(), day))
    kept = {each.id for each in choices() if each.known + dt.timedelta(days=5) <= day}
    assert {each.id for each in early} == kept
    later = {each.id: each for each in choices()}
    for each in early:
        assert [option.id for option in each.options] == [option.id for option in later[each.id].options]
        assert each == later[each.id]


def test_the_shipped_table_is_what_the_record_and_the_solver_say() -> None:
    economy = load_world(motives().world)
    model, published = model_at(motives().horizon, economy), load_preferences().named(motives().published)
    shipped = {each.id: each for each in read_choices(motives())}
    assert set(shipped) == {each.id for each in choices()}
    for name in ("2018-09-17-USA", "2025-02-04-CHN"):
        decision = next(each for each in choices() if each.id == name)
        again = weigh_choice(model, whole(), decision, ("USA", "CHN"), motives(), published)
        assert again.options == shipped[name].options
        np.testing.assert_allclose(again.worth, shipped[name].worth, rtol=2e-5, atol=2e-5)
        np.testing.assert_allclose(again.income, shipped[name].income, rtol=2e-5, atol=2e-5)


def test_income_is_the_sum_of_its_parts_at_unit_weights() -> None:
    """Services and goods at published weights sum to real income only for weights of one; revenue and transfers always do."""
    file = motives()
    flat = load_preferences().named("plain")
    model = model_at(file.horizon, load_world(file.world))
    decision = next(each for each in choices() if each.id == "2018-06-15-CHN")
    each = weigh_choice(model, whole(), decision, ("USA", "CHN"), file, flat)
    parts = each.worth[:, : len(file.groups) + 2].sum(1)
    np.testing.assert_allclose(parts, each.income, rtol=1e-8, atol=1e-8)


def test_the_slope_of_the_objective_is_its_finite_difference() -> None:
    search = _Search.of(simulated(np.ones(11), 0.4, 12, 3), motives())
    rng = np.random.default_rng(0)
    for _ in range(4):
        point = search.low + (search.high - search.low) * rng.random(len(search.low)) * 0.4
        step = 1e-5
        for k in range(len(point)):
            moved = np.eye(len(point))[k] * step
            slope = (search.value(point + moved) - search.value(point - moved)) / (2 * step)
            assert search.gradient(point)[k] == pytest.approx(float(slope), rel=1e-5, abs=1e-5)


def test_weights_of_simulated_choices_are_found_and_lie_in_the_set() -> None:
    file = motives()
    truth = np.ones(len(file.motives))
    for name, weight in {"revenue": 0.4, "rival": 0.6, "controls": 4.0, "retreat": 8.0, "ahead": 0.3}.items():
        truth[file.motives.index(name)] = weight
    truth[file.motives.index("services")] = 0.5
    sample = simulated(truth, 0.6, 90, 1)
    fitted = explain_choices(sample, file, "A")
    names = ("revenue", "rival", "controls", "retreat", "services")
    places = [file.motives.index(name) for name in names]
    held = [
        fitted.ends(name)[0] <= truth[k] <= fitted.ends(name)[1]
        for name, k in zip(names, places, strict=True)
    ]
    assert sum(held) >= 4  # each range is made to miss one time in twenty
    assert (
        abs(fitted.best - truth)[places] < [0.2, 0.2, 2.0, 2.0, 0.3]
    ).all()  # billions for the counts, else dollars
    assert fitted.log_likelihood > fitted.published + 15
    few = explain_choices(sample[:12], file, "A")
    assert few.ends("rival")[1] - few.ends("rival")[0] > 1.5 * (
        fitted.ends("rival")[1] - fitted.ends("rival")[0]
    )


def test_every_member_of_the_set_fits_about_as_well_inside_its_bounds() -> None:
    sample = simulated(np.ones(11), 0.3, 30, 5)
    search = _Search.of(sample, motives())
    fitted = explain_choices(sample, motives(), "A")
    points = np.column_stack([np.log(fitted.precisions), fitted.members])
    values = search.value(points)
    assert values.max() == values[0]
    assert values.min() >= values[0] - WITHIN - 1e-9
    assert (points >= search.low - 1e-9).all()
    assert (points <= search.high + 1e-9).all()
    again = explain_choices(sample, motives(), "A")
    np.testing.assert_array_equal(fitted.members, again.members)


def test_what_is_kept_of_a_fit_is_the_fit_and_of_other_decisions_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path))
    monkeypatch.setattr(kept, "recall", recall)
    monkeypatch.setattr(kept, "keep", keep)
    sample, file = simulated(np.ones(11), 0.3, 8, 7), motives()
    first, weights = kept_fits.kept_explanation(sample, file, "A"), kept_fits.kept_weights(sample, file)
    counted = []
    for name in ("explain_choices", "best_weights"):
        known = getattr(inverse, name)
        monkeypatch.setattr(kept_fits, name, lambda *given, known=known: counted.append(1) or known(*given))
    again = kept_fits.kept_explanation(sample, file, "A")
    for field in dataclasses.fields(first):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(first, field.name))
    np.testing.assert_array_equal(kept_fits.kept_weights(sample, file)[0], weights[0])
    assert not counted
    other = [dataclasses.replace(sample[0], worth=2 * sample[0].worth), *sample[1:]]
    assert kept_fits.kept_weights(other, file)[0].shape == weights[0].shape
    for path in tmp_path.rglob("*.json"):
        path.write_text("damaged")
    kept_fits.kept_explanation(sample, file, "A")
    assert len(counted) == 2


def test_regret_is_that_of_the_best_option() -> None:
    sample = simulated(np.ones(11), 0.3, 8, 7)
    fitted = explain_choices(sample, motives(), "A")
    for judged, choice in zip(judge_choices(sample, fitted), sample, strict=True):
        worth = choice.worth @ fitted.best
        assert judged.best == pytest.approx(max(0.0, float((worth - worth[0]).max())), abs=1e-9)
        odds = np.exp(fitted.precision * (worth - worth.max()))
        assert judged.chance == pytest.approx(float(odds[0] / odds.sum()), rel=1e-9)
        assert judged.least <= judged.best <= judged.most
        assert judged.lowest <= judged.chance <= judged.highest


def test_too_few_choices_say_nothing() -> None:
    with pytest.raises(InputError, match="too few"):
        explain_choices(simulated(np.ones(11), 0.3, 3, 7), motives(), "A")


def test_sets_that_explain_are_those_of_the_day() -> None:
    record, spec = load_dossier("busan-2025", asof=MEETING), load_game("busan-2025")
    known = load_preferences()
    sets = explained_sets(record, spec, motives(), known)
    assert [each.id for each in sets.sets] == ["explained", "explained-mild", "explained-harsh", "plain"]
    best, mild, harsh = (each.of("USA") for each in sets.sets[:3])
    assert mild.relative <= best.relative < harsh.relative
    fitted = explain_choices(read_choices(motives(), MEETING), motives(), "USA")
    assert best.revenue / best.transfers == pytest.approx(
        float(fitted.best[motives().motives.index("revenue")])
    )
    assert best.security["usa-software"]["on"] > 0 > best.security["usa-affiliates"]["off"]
    assert all(each.known + dt.timedelta(days=5) <= MEETING for each in read_choices(motives(), MEETING))
    assert all(each.known == MEETING for each in sets.sets[:3])
    assert sets.known_by(MEETING) == sets
    with pytest.raises(InputError, match="`explained` was not known on 2025-10-27"):
        sets.known_by(MEETING - dt.timedelta(days=1))
    mean = np.mean(list(best.political.values()))
    assert mean == pytest.approx(1, rel=1e-12)  # a dollar counts one on average
    decisions = sum(len(side.decisions) for side in explained_sides(record, motives(), spec.players).values())
    said, _, why = sets.sets[0].source.partition("; ")
    assert said == f"Inferred from {decisions} decisions up to {MEETING}"
    assert why[0].islower()
    assert why.lower() == motives().source.lower()
    nothing = np.zeros(len(motives().motives))
    with pytest.raises(InputError, match="no sector's income has any weight"):
        weights_of(record, spec, motives(), known.named(motives().published), "USA", nothing)


@pytest.mark.parametrize(
    ("day", "ahead"),
    [("2025-04-01", False), ("2025-05-10", True), ("2025-08-25", False), ("2025-10-28", True)],
)
def test_a_meeting_is_ahead_up_to_its_day(day: str, ahead: bool) -> None:
    assert meeting_ahead(load_dossier("busan-2025", asof=dt.date.fromisoformat(day))) is ahead


def test_own_controls_are_counted_by_package_and_beyond_what_stands() -> None:
    """Notice 62 is in force on the day, so that the rest of its package adds none; duties and fees are no controls."""
    record, spec = load_dossier("busan-2025", asof=MEETING), load_game("busan-2025")
    counted = {action.id: controls_by_rung(record, spec, action) for action in spec.actions}
    assert {name: more for name, more in counted.items() if more} == {
        "usa-software": {"on": 1},
        "usa-affiliates": {"off": -1},
        "chn-october": {"off": -1},
        "chn-april": {"off": -1},
    }


def test_a_set_is_not_there_before_what_it_rests_on() -> None:
    known = load_preferences(game="busan-2026")
    assert "farm" in [each.id for each in known.sets]
    assert "farm" not in [each.id for each in known.known_by(MEETING).sets]
    assert "aid given" not in load_preferences().known_by(MEETING).named("farm").source


def test_what_leads_is_what_explains_the_choices_and_the_standing_rungs_are_weighed_alike() -> None:
    """Worth motive by motive, as decisions are weighed, is what the game under the inferred set pays, in another scale."""
    record, spec = load_dossier("busan-2025", asof=MEETING), load_game("busan-2025")
    own = [next(a for a in spec.actions if a.player == code and len(a.rungs) > 1) for code in spec.players]
    small = spec.model_copy(update={"actions": tuple(own), "expected": (), "threats": ("standing",)})
    model = model_at("long", load_world("world-2024"))
    known = load_preferences(game=spec.id).known_by(record.asof)
    wanted = wanted_in(record, small, known, sectors=model.economy.labels.sectors)
    assert (
        [each.id for each in wanted.file.sets[:2]]
        == ["explained", "plain"]
        == [each.id for each in wanted.shown]
    )
    assert wanted.file.default == "explained"
    assert wanted.leading.known == MEETING
    assert max(each.day for each in wanted.judged) <= MEETING
    tensor = payoff_tensor(model, record, small)
    game, plain = tensor.game(wanted.leading), tensor.game(wanted.beside)
    stands, whole = standing_verdicts(tensor, record, wanted), whole_verdicts(tensor, record, wanted)
    for a, action in enumerate(small.actions):
        p, side = small.players.index(action.player), wanted.sides[action.player]
        profiles = [tuple(r if k == a else 0 for k in range(2)) for r in range(len(action.rungs))]
        paid = np.array([game.at(profile)[p] for profile in profiles]) / 1e3
        weights, scale = side.best, weights_scale(wanted, small, action.player)
        choice = standing_choice(tensor, record, wanted, action.player, profiles, list("abc"), "x")
        worth = choice.worth @ weights / scale
        np.testing.assert_allclose(worth - worth[0], paid - paid[0], atol=1e-9 * np.abs(paid).max())
        assert stands[action.id].best == pytest.approx(scale * (paid.max() - paid[0]), abs=1e-9)
        income = np.array([plain.at(profile)[p] for profile in profiles]) / 1e3
        assert stands[action.id].plain == pytest.approx(income.max() - income[0], abs=1e-9)
        assert whole[action.player].best == pytest.approx(stands[action.id].best, abs=1e-9)  # its only action
        assert stands[action.id].least <= stands[action.id].best <= stands[action.id].most


def weights_scale(wanted: Wanted, spec: GameSpec, player: str) -> float:
    """What a dollar earned counts on average, by hand."""
    file = motives()
    sectors = [code for codes in file.groups.values() for code in codes]
    group = {code: k for k, codes in enumerate(file.groups.values()) for code in codes}
    lambdas = wanted.file.named(file.published).lambdas(player, sectors)
    return sum(
        lam * wanted.sides[player].best[group[code]] for lam, code in zip(lambdas, sectors, strict=True)
    ) / len(sectors)


def test_plain_income_leads_by_name_where_nothing_can_be_inferred() -> None:
    elsewhere, game = load_dossier("eu-ev-2024"), load_game(dossier="eu-ev-2024")
    known = load_preferences(game=game.id)
    wanted = wanted_in(elsewhere, game, known)
    assert (wanted.leading.id, wanted.beside, wanted.explained) == ("plain", None, False)
    assert "no choices of the record `eu-ev-2024` have been weighed" in wanted.missing
    (said,) = wanted_sentences(wanted)
    assert said.text.startswith("Payoffs are real income only: no choices")
    with pytest.raises(InputError, match="no choices of the record"):
        wanted_in(elsewhere, game, known, "explained")
    spec, sets = load_game("busan-2025"), load_preferences(game="busan-2025")
    early = load_dossier("busan-2025", asof=dt.date(2018, 7, 1))
    assert "too few to say what it wants" in wanted_in(early, spec, sets).missing
    record = load_dossier("busan-2025", asof=MEETING)
    assert "sectors of another world" in wanted_in(record, spec, sets, sectors=("A", "B")).missing
    asked = wanted_in(record, spec, sets, "farm")
    assert (asked.leading.id, asked.beside, asked.missing) == ("farm", None, "")
    assert wanted_sentences(asked) == ()


def test_later_choices_are_judged_by_weights_that_have_not_seen_them() -> None:
    file, sample = motives(), simulated(np.array(explain_theta()), 1.0, 30, seed=5)
    held = hold_out(sample, file, "A")
    assert held is not None
    assert (held.fitted, held.judged) == (20, 10)
    theta, precision = inverse.best_weights(sample[:20], file)
    logs = []
    for each in sample[20:]:
        odds = precision * (each.worth @ theta)
        logs.append(odds[0] - np.log(np.exp(odds - odds.max()).sum()) - odds.max() + np.log(len(odds)))
    assert held.times_chance == pytest.approx(float(np.exp(np.mean(logs))), rel=1e-9)
    changed = (*sample[:20], *simulated(np.array(explain_theta()), 1.0, 30, seed=6)[20:])
    assert (inverse.best_weights(changed[:20], file)[0] == theta).all()
    assert hold_out(sample[:5], file, "A") is None


def explain_theta() -> list[float]:
    """Weights as published, with some on the rival's loss."""
    return [motives().bounds(name).at + 0.3 * (name == "rival") for name in motives().motives]
