"""The payoff tensor: the same numbers as one profile at a time, whatever stops it, whoever solves it."""

from __future__ import annotations

import dataclasses
import itertools
import shutil

import numpy as np
import pytest
from strategy_games import duel, duel_model, measure, mirror, record, switch

from detente.cases.runs import prepare_cases, solve_cases
from detente.core import DateError, InputError, LabelError, Pool, Remote, SolveError, cache_folder
from detente.dossier import load_dossier
from detente.dossier.dossier import FrozenDict
from detente.equilibrium import Model, Newton, Structure, solve
from detente.policy import load_scenario
from detente.policy.enacted import wedges_at
from detente.strategy import solves
from detente.strategy.games import GameSpec, load_game, shipped_games
from detente.strategy.payoff import payoff_tensor
from detente.strategy.preferences import PLAIN, Preferences, load_preferences, preference_table
from detente.strategy.profiles import profile_wedges
from detente.strategy.store import PACKAGE, ROOMS, content_key, engine_key
from detente.world import load_world


@pytest.fixture(scope="module")
def shipped():
    return load_world(), load_dossier(), load_game()


@pytest.fixture(scope="module")
def small():
    return payoff_tensor(*duel_model())


def chosen(spec: GameSpec, count: int) -> list[tuple[int, ...]]:
    rng = np.random.default_rng(7)
    return [tuple(int(rng.integers(k)) for k in spec.shape) for _ in range(count)]


def test_wedges_of_the_shipped_game_equal_those_of_the_record_one_by_one(shipped):
    economy, dossier, spec = shipped
    parts = profile_wedges(economy, dossier, spec)
    profiles = [spec.profile({}), tuple(size - 1 for size in spec.shape), *chosen(spec, 6)]
    batch = parts.wedges(profiles)
    for k, profile in enumerate(profiles):
        alone = wedges_at(economy, dossier, spec.scenario(profile), quantities=False)
        np.testing.assert_allclose(batch.tariff[k], alone.tariff, rtol=0, atol=1e-14)
        np.testing.assert_allclose(batch.iceberg_hat[k], alone.iceberg_hat, rtol=1e-14)


def test_payoffs_of_the_shipped_game_equal_solves_one_by_one(shipped):
    economy, dossier, whole = shipped
    spec = whole.restrict(
        {
            action.id: [action.rungs[0].id]
            for action in whole.actions
            if "precursors" not in action.id and action.id not in ("usa-fentanyl", "chn-soybeans")
        }
    )
    tensor = payoff_tensor(Model(economy), dossier, spec)
    assert tensor.solves == 6
    game = tensor.game()
    for profile in itertools.product(*(range(size) for size in spec.shape)):
        # what `detente run` would say of the profile, caps and all
        ((alone, _),) = solve_cases(Model(economy), prepare_cases(economy, dossier, [spec.scenario(profile)]))
        found = game.real_income_usd[(slice(None), *profile)]
        np.testing.assert_allclose(found / economy.income, alone.value.real_income_hat - 1, rtol=0, atol=1e-9)
        np.testing.assert_allclose(game.at(profile), found[:2], rtol=0, atol=1e-6)


def test_every_profile_of_the_small_game_equals_its_own_solve(small):
    economy, dossier, spec = duel()
    game = small.game()
    for profile in itertools.product(*(range(size) for size in spec.shape)):
        alone = solve(
            Model(economy), wedges_at(economy, dossier, spec.scenario(profile), quantities=False)
        ).value
        np.testing.assert_allclose(
            game.real_income_usd[(slice(None), *profile)] / economy.income,
            alone.real_income_hat - 1,
            atol=1e-10,
        )


def test_parts_add_up_to_real_income(small):
    parts = small.parts
    whole = parts.sector_income.sum(-1) + parts.revenue + parts.transfers
    np.testing.assert_allclose(whole, parts.real_income_usd, atol=1e-9)


def test_parts_add_up_with_profits_and_specific_factors():
    economy, dossier, spec = duel()
    structure = Structure(sigma_final=0.7, mobility=2.0, profit_share=0.1, horizon="test")
    tensor = payoff_tensor(
        Model(economy, structure), dossier, spec.restrict({"a-more": ["off"], "b-more": ["off"]})
    )
    parts = tensor.parts
    np.testing.assert_allclose(
        parts.sector_income.sum(-1) + parts.revenue + parts.transfers, parts.real_income_usd, atol=1e-8
    )
    assert tensor.game().horizon == "test"


def test_duties_of_one_law_are_stacked_not_added_up_measure_by_measure():
    economy = mirror()
    both = [measure("one", "AAA", "BBB", rate=0.10), measure("two", "AAA", "BBB", rate=0.20)]
    both = [one.model_copy(update={"combine": "max"}) for one in both]
    spec = GameSpec(
        id="max",
        title="",
        dossier="small",
        players=("AAA", "BBB"),
        actions=(switch("first", "AAA", "one"), switch("second", "AAA", "two")),
    )
    parts = profile_wedges(economy, record(*both), spec)
    added = parts.wedges([(0, 0), (1, 0), (0, 1), (1, 1)]).tariff[:, 0, 1, 0] - economy.tariff[0, 1, 0]
    np.testing.assert_allclose(added, [0.0, 0.10, 0.20, 0.20], atol=1e-15)


def test_an_action_without_effect_costs_no_solve_and_changes_nothing(small):
    _, _, spec = duel()
    assert small.solves == 2**6
    payoffs = small.game().payoffs
    assert payoffs.shape == (2, *spec.shape)
    np.testing.assert_array_equal(payoffs[..., 0], payoffs[..., 1])


def test_a_mirror_world_has_mirror_payoffs(small):
    payoffs = small.game().payoffs[..., 0]
    swapped = np.transpose(payoffs[::-1], (0, 4, 5, 6, 1, 2, 3))
    np.testing.assert_allclose(payoffs, swapped, atol=1e-8)


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(solves, "TASK", 16)
    economy, dossier, spec = duel()
    whole = payoff_tensor(Model(economy), dossier, spec)
    told = []

    def killed(done: int, _all: int) -> None:
        told.append(done)
        if done >= 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        payoff_tensor(Model(economy), dossier, spec, cache=tmp_path, report=killed)
    (folder,) = tmp_path.iterdir()
    kept = sorted(folder.iterdir())
    assert len(kept) == 2
    kept[0].write_bytes(kept[0].read_bytes()[:200])  # one was being written
    calls = []
    real = solves.solve_chunk
    monkeypatch.setattr(solves, "solve_chunk", lambda task, k: calls.append(k) or real(task, k))
    again = payoff_tensor(Model(economy), dossier, spec, cache=tmp_path)
    assert calls == [0, 2, 3]
    np.testing.assert_array_equal(again.parts.real_income_usd, whole.parts.real_income_usd)
    calls.clear()
    third = payoff_tensor(Model(economy), dossier, spec, cache=tmp_path)
    assert calls == []
    np.testing.assert_array_equal(third.game().payoffs, whole.game().payoffs)


def test_a_failure_is_not_kept(tmp_path):
    economy, dossier, spec = duel()
    hasty = Newton(max_steps=1, robust=False)
    with pytest.raises(SolveError, match="profile"):
        payoff_tensor(Model(economy, solver=hasty), dossier, spec, cache=tmp_path)
    assert not list(tmp_path.rglob("*.solves"))
    keys = {content_key(Model(economy, solver=solver), dossier, spec) for solver in (None, Newton(), hasty)}
    assert len(keys) == 2


def test_processes_give_the_same_numbers(monkeypatch, tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    economy, dossier, spec = duel()
    monkeypatch.setattr(solves, "TASK", 16)
    whole = payoff_tensor(Model(economy), dossier, spec)
    with ThreadPoolExecutor(2) as pool:
        other = payoff_tensor(Model(economy), dossier, spec, on=Remote(pool))
    np.testing.assert_array_equal(other.parts.real_income_usd, whole.parts.real_income_usd)
    np.testing.assert_array_equal(other.parts.sector_income, whole.parts.sector_income)


def test_two_processes_of_the_standard_library_give_the_same_numbers():
    economy, dossier, spec = duel()
    bigger = spec.model_copy(
        update={"actions": (*spec.actions[:6], *(switch(f"more-{k}", "AAA", f"m{k}") for k in range(4)))}
    )
    extra = [measure(f"m{k}", "AAA", "BBB", cost=0.01 * (k + 1)) for k in range(4)]
    dossier = dataclasses.replace(
        dossier, measures=FrozenDict({**dossier.measures, **{one.id: one for one in extra}})
    )
    one = payoff_tensor(Model(economy), dossier, bigger)
    two = payoff_tensor(Model(economy), dossier, bigger, on=Pool(2))
    assert one.solves == 2**10
    np.testing.assert_array_equal(one.parts.real_income_usd, two.parts.real_income_usd)


def test_the_key_changes_with_everything_the_payoffs_follow_from():
    economy, dossier, spec = duel()

    def key(world=economy, evidence=dossier, game=spec, closure="share", structure=None):
        return content_key(Model(world, structure or Structure(), closure=closure), evidence, game)

    first = key()
    assert first == key()
    assert key(structure=Structure(horizon="another name")) == first
    measures = dict(dossier.measures)
    value = measures["aaa-duty"].values[0].model_copy(update={"value": 0.11})
    measures["aaa-duty"] = measures["aaa-duty"].model_copy(update={"values": (value,)})
    others = [
        key(world=economy.with_elasticities(economy.trade_elasticity * 1.01, "other")),
        key(evidence=dataclasses.replace(dossier, measures=FrozenDict(measures))),
        key(game=spec.restrict({"b-words": ["off"]})),
        key(closure="fixed"),
        key(structure=Structure(sigma_final=0.5)),
        key(structure=Structure(profit_share=np.full(2, 0.1))),
    ]
    assert len({first, *others}) == len(others) + 1


def test_the_key_changes_with_every_file_of_the_rooms_that_payoffs_follow_from(tmp_path):
    """Each file in turn, so that none is left out by a list; what only shows payoffs does not count."""
    package = tmp_path / "detente"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    read = engine_key.__wrapped__
    whole = read(package)
    assert whole == engine_key() == read(PACKAGE)
    counted = [path for room in ROOMS for path in sorted((package / room).rglob("*")) if path.is_file()]
    names = {path.relative_to(package).as_posix() for path in counted}
    assert {
        "policy/effects.py",
        "dossier/timeline.py",
        "world/data/elasticities.csv",
        "core/labels.py",
    } <= names
    rooms = {path.parts[0] for path in (path.relative_to(package) for path in package.rglob("*.py"))}
    for path in counted[::7]:  # one in seven, from every room
        kept = path.read_bytes()
        path.write_bytes(kept + b"#")
        assert read(package) != whole, path
        path.write_bytes(kept)
    one = package / "policy" / "effects.py"
    one.rename(one.with_name("renamed.py"))
    assert read(package) != whole
    one.with_name("renamed.py").rename(one)
    for room in rooms - set(ROOMS):
        target = package / room
        for path in [target] if target.is_file() else target.rglob("*.py"):
            path.write_text("changed", encoding="utf-8")
    assert read(package) == whole


def test_the_key_changes_with_the_record_beside_its_measures():
    economy, dossier, spec = duel()
    keys = {
        content_key(Model(economy, Structure(), closure="share"), evidence, spec)
        for evidence in (dossier, dataclasses.replace(dossier, content_hash="another"))
    }
    assert len(keys) == 2


def test_where_solves_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("DETENTE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "detente"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder().parts[-2:] == (".cache", "detente")
    monkeypatch.setenv("DETENTE_CACHE", "off")
    assert cache_folder() is None


# ---- declarations ----------------------------------------------------------------------------------------------------


def test_the_shipped_game_has_six_switches_a_side_and_reads_every_name(shipped):
    _, dossier, spec = shipped
    assert shipped_games()[0] == "busan-2025"
    for player in spec.players:
        assert (
            len([action for action in spec.actions if action.player == player and len(action.rungs) > 1]) >= 6
        )
    assert np.prod(spec.shape) >= 4096
    assert np.prod(spec.small().shape) == 256
    for exchange in spec.expected:
        assert set(exchange.claims) <= set(dossier.claims)
    for name in spec.threats:
        load_scenario(name)


def test_talks_fail_is_a_profile_of_the_game(shipped):
    economy, dossier, whole = shipped
    spec = whole.restrict(
        {
            action.id: [action.rungs[0].id]
            for action in whole.actions
            if action.id not in ("usa-threat", "usa-software", "chn-october")
        }
    )
    tensor = payoff_tensor(Model(economy), dossier, spec, scenarios=[load_scenario("talks-fail")])
    profile = spec.profile({"usa-threat": "on", "usa-software": "on", "chn-october": "on"})
    assert tensor.anchor_profiles["talks-fail"] == profile
    for one in load_preferences().sets:
        game = tensor.game(one)
        np.testing.assert_allclose(game.threat("talks-fail"), game.at(profile), atol=1e-4)


def test_names_that_match_nothing_are_refused(shipped):
    _, dossier, spec = shipped
    with pytest.raises(LabelError, match="no action"):
        spec.profile({"usa-fentanil": "10"})
    with pytest.raises(LabelError, match="no rung"):
        spec.profile({"usa-fentanyl": "15"})
    with pytest.raises(LabelError, match="unknown game"):
        load_game("busan-2024")
    with pytest.raises(LabelError, match="no game"):
        load_game(dossier="phase-one-2018")
    early = load_dossier(asof=dossier.asof.replace(month=3))
    with pytest.raises(DateError, match="nobody had announced by"):
        profile_wedges(load_world(), early, spec)
    with pytest.raises(LabelError, match="no set of preferences"):
        load_preferences().named("plane")


def test_files_of_ones_own_are_checked(tmp_path):
    text = "id: g\ntitle: G\ndossier: busan-2025\nplayers: [USA]\nactions:\n"
    one = (
        "  - {{id: {0}, player: {1}, title: T, rungs: [{{id: a, title: A, does: d, set: {{{2}: {{}}}}}}]}}\n"
    )
    path = tmp_path / "own.yaml"
    path.write_text(text + one.format("x", "CHN", "usa-2025-ship-fee"))
    with pytest.raises(LabelError, match="does not play"):
        load_game(path)
    path.write_text(
        text + one.format("x", "USA", "usa-2025-ship-fee") + one.format("y", "USA", "usa-2025-ship-fee")
    )
    with pytest.raises(InputError, match="both set"):
        load_game(path)
    path.write_text(text + one.format("x", "USA", "usa-2025-ship-fee").replace("title: T", "titel: T"))
    with pytest.raises(InputError, match="titel"):
        load_game(path)


# ---- preferences -----------------------------------------------------------------------------------------------------


def with_weights(**weights) -> Preferences:
    return Preferences(id="own", title="Own", source="test", grade="assumed", players={"AAA": weights})


def test_default_weights_are_real_income_and_equal_weights_too(small):
    plain = small.game(PLAIN).payoffs
    np.testing.assert_allclose(plain, small.game().real_income_usd, atol=1e-9)
    flat = small.game(with_weights(political={"X": 3.0, "Y": 3.0})).payoffs
    np.testing.assert_allclose(flat, plain, atol=1e-9)


def test_each_weight_does_what_it_says(small):
    plain = small.game().payoffs
    farmers = small.game(with_weights(political={"X": 3.0})).payoffs
    index, parts = small.index, small.parts
    expected = parts.sector_income[:, 0] @ np.array([1.5, 0.5]) + parts.revenue[:, 0] + parts.transfers[:, 0]
    np.testing.assert_allclose(farmers[0], expected[index], atol=1e-9)
    np.testing.assert_array_equal(farmers[1], plain[1])
    treasury = small.game(with_weights(revenue=2.0)).payoffs
    np.testing.assert_allclose(treasury[0] - plain[0], parts.revenue[index, 0], atol=1e-9)
    envious = small.game(with_weights(relative=0.5)).payoffs
    np.testing.assert_allclose(envious[0], plain[0] - 0.5 * plain[1], atol=1e-9)
    safe = small.game(with_weights(security={"b-words": {"on": 7.0}})).payoffs
    np.testing.assert_allclose(safe[0] - plain[0], np.broadcast_to([0.0, 7.0], plain[0].shape), atol=1e-9)


def test_zero_weights_on_a_measure_change_nothing(small):
    plain = small.game().payoffs
    nothing = small.game(with_weights(security={"b-words": {"on": 0.0}}, relative=0.0)).payoffs
    np.testing.assert_array_equal(nothing, plain)


def test_shipped_preferences_state_source_and_grade():
    file = load_preferences()
    table = preference_table(file)
    assert len(table) == len(file.sets) >= 5
    assert all(row["source"] and row["grade"] for row in table.records())
    sectors = load_world().labels.sectors
    for one in file.sets:
        for player in ("USA", "CHN"):
            assert abs(one.lambdas(player, sectors).mean() - 1) < 1e-12
    assert load_preferences(game="no-such-game").named().id == "plain"


def test_preferences_that_cannot_be_read_are_refused(small):
    with pytest.raises(LabelError, match="unknown sector"):
        small.game(with_weights(political={"Z": 1.0}))
    with pytest.raises(InputError, match="every political weight"):
        small.game(with_weights(political={"X": 0.0, "Y": 0.0}))
    with pytest.raises(LabelError, match="does not play"):
        small.game(with_weights(relative=0.5, rival="CCC"))


def test_verdicts_at_a_horizon_equal_those_of_the_whole_tensor():
    from detente.strategy.games import Exchange
    from detente.strategy.verdicts import judge, judge_at

    economy, dossier, spec = duel()
    exchanges = (
        Exchange(id="more", title="More", moves={"a-duty": "on", "b-control": "on"}),
        Exchange(
            id="less",
            title="Less",
            moves={"a-duty": "off", "b-duty": "off"},
            instead_of={"a-duty": "on", "b-duty": "on"},
        ),
    )
    spec = spec.model_copy(update={"expected": exchanges})
    structure = Structure(sigma_final=0.6, mobility=3.0, horizon="soon")
    whole = judge(payoff_tensor(Model(economy, structure), dossier, spec).game(), exchanges)
    (found,) = judge_at(dossier, spec, {"soon": Model(economy, structure)}, PLAIN).values()
    for one, two in zip(whole, found, strict=True):
        assert one.rational == two.rational
        np.testing.assert_allclose(one.gains, two.gains, atol=1e-8)
        np.testing.assert_allclose(one.without, two.without, atol=1e-8)
    assert [one.rational for one in found] == [False, True]
