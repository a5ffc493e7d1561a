"""Political weights read off duties: slopes by small steps, the fit on conditions made up by hand, the search for the level."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from detente.core import SolveError
from detente.equilibrium import Model, Structure
from detente.strategy.duties import weights
from detente.strategy.duties.game import duty_game
from detente.strategy.duties.weights import calibrate_weights, sector_slopes
from detente.world import toy

WORLD = toy()


@pytest.mark.parametrize(
    "structure",
    [
        Structure(),
        Structure(profit_share=0.1),
        Structure(profit_share=0.05, sigma_value_added=0.5, sigma_materials=0.4, mobility=1.5),
    ],
    ids=["core", "profits", "all"],
)
def test_sectors_earn_by_duties_as_small_steps_say(structure) -> None:
    """Wages, profits, and the rest of income by their shares in wages."""
    game = duty_game(Model(WORLD, structure), ["USA", "CHN"], by="sector", on="players")
    at = np.linspace(0.2, 0.6, game.count)
    n = WORLD.labels.country("USA")

    def read(value):
        wages = value.sector_earnings_new[n]
        profits = value.technology.profit_share[n] * value.output_new[n]
        rest = value.income_new[n] - wages.sum() - profits.sum()
        return wages + profits + rest * wages / wages.sum(), np.log(value.consumer_price_hat[n])

    value = game.solve(at)
    income, slope, index = sector_slopes(game, value, "USA")
    assert income == pytest.approx(read(value)[0], rel=1e-12)
    assert income.sum() == pytest.approx(value.income_new[n], rel=1e-12)
    assert (slope.shape, index.shape) == ((4, game.count), (game.count,))
    step = 1e-5
    for k in range(game.count):
        moved = np.where(np.arange(game.count) == k, step, 0.0)
        up, down = (read(game.solve((1 + at) * np.exp(way * moved) - 1)) for way in (1, -1))
        scale = np.abs(income).max()
        assert slope[:, k] == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-5, abs=1e-8 * scale)
        assert index[k] == pytest.approx((up[1] - down[1]) / (2 * step), rel=1e-5, abs=1e-9)


def made_up(conditions, income, monkeypatch, total=100.0, size=(2.0, 0.5, 4.0, 1.0, 3.0)):
    """A game whose first-order conditions in the weights are these [duty, sector]; one duty more belongs to another."""
    conditions, income = np.asarray(conditions, dtype=float), np.asarray(income, dtype=float)
    count = len(conditions)
    size = np.array(size)[:count]
    index = np.linspace(0.1, 0.3, count)
    slope = conditions.T * (total * size) + income[:, None] * index
    others = np.full((len(income), 1), 77.0)
    monkeypatch.setattr(
        weights, "sector_slopes", lambda *_: (income, np.hstack([slope, others]), np.append(index, 5.0))
    )
    value = SimpleNamespace(income_new=np.array([7.0, total]), economy=SimpleNamespace(labels=LABELS))
    return SimpleNamespace(
        of=lambda player: np.arange(count + 1) < count,
        solve=lambda duties: value,
        scale=lambda value: np.append(size, 9.0),
    )


LABELS = SimpleNamespace(country=lambda code: 1)


def test_weights_that_meet_every_condition_are_found(monkeypatch) -> None:
    wanted = np.array([0.4, 1.0, 1.6])
    basis = np.array([[1.6, 0.0, -0.4], [1.0, -0.4, 0.0], [0.0, 1.6, -1.0], [5.0, -2.0, 0.0]])
    assert basis @ wanted == pytest.approx(np.zeros(4), abs=1e-15)
    game = made_up(basis, [10.0, 20.0, 30.0], monkeypatch)
    found, misfit = weights._fit(game, "X", np.zeros(5), np.ones(3, dtype=bool))
    assert found == pytest.approx(wanted, abs=1e-9)
    assert misfit == pytest.approx(0, abs=1e-9)


def test_sectors_that_duties_tell_nothing_about_have_a_weight_of_one(monkeypatch) -> None:
    """With λ = 1 in the last sector, 2 λ₀ − λ₁ = 1.5 and λ₀ + λ₁ = 2 around a mean of one."""
    conditions = np.array([[2.0, -1.0, -0.5], [1.0, 1.0, -2.0], [-2.0, 1.0, 0.5]])
    game = made_up(conditions, [10.0, 20.0, 30.0], monkeypatch)
    found, misfit = weights._fit(game, "X", np.zeros(4), np.array([True, True, False]))
    assert found[2] == 1
    assert found[:2].mean() == pytest.approx(1, abs=1e-6)
    assert found[0] == pytest.approx(2.5 / 3, abs=1e-6)
    left = conditions @ found * 100 / (found @ [10.0, 20.0, 30.0])
    assert misfit == pytest.approx(np.sqrt((left**2).mean()), rel=1e-9)


def test_weights_are_nought_or_more_and_the_misfit_is_a_root_mean_square(monkeypatch) -> None:
    conditions = np.array([[1.0, 0.2], [3.0, 0.5]])
    game = made_up(conditions, [10.0, 40.0], monkeypatch)
    found, misfit = weights._fit(game, "X", np.zeros(3), np.ones(2, dtype=bool))
    assert found == pytest.approx([0.0, 2.0], abs=1e-6)
    left = np.array([0.4, 1.0]) * 100 / 80
    assert misfit == pytest.approx(np.sqrt((left**2).mean()), rel=1e-6)


def searched(monkeypatch, misfit):
    """Take the place of the fit: its misfit by the constant that was added."""
    calls = SimpleNamespace(shifts=[], told=None, optimum=None)

    def fit(game, player, duties, told):
        mine = game.of(player)
        (shift,) = set(np.round(duties[mine] - OBSERVED[mine], 12).tolist())
        assert (duties[~mine] == OBSERVED[~mine]).all()
        calls.shifts.append(shift)
        calls.told = told
        return np.array([1.2, 0.8, 1.0, 1.0]), misfit(shift)

    def optimal(game, player, **options):
        calls.optimum = (game, player, options)
        return "optimum"

    monkeypatch.setattr(weights, "_fit", fit)
    monkeypatch.setattr(weights, "optimal_duties", optimal)
    return calls


GAME = duty_game(
    Model(WORLD), ["USA", "CHN"], by="sector", on="players", sectors=("PARTS", "GOODS"), bounds=(-0.9, 50.0)
)
OBSERVED = np.array([0.3, 0.5, 0.1, 0.2])


@pytest.mark.parametrize("best", [-0.19, 0.37, 1.99])
def test_the_level_of_the_duties_is_found_with_the_weights(monkeypatch, best) -> None:
    calls = searched(monkeypatch, lambda shift: (shift - best) ** 2)
    found = calibrate_weights(GAME, "USA", OBSERVED)
    assert calls.shifts[:15] == pytest.approx(np.linspace(-0.2, 2.0, 15).tolist(), abs=1e-11)
    assert found.shift == pytest.approx(best, abs=1e-4)
    assert len(calls.shifts) < 60
    beside = [shift for shift in calls.shifts[15:] if abs(shift - best) > 0.17]
    assert beside == []  # between the neighbours of the best trial
    assert found.target == pytest.approx(OBSERVED + np.array([1, 1, 0, 0]) * found.shift, abs=1e-12)
    assert found.misfit == pytest.approx(0, abs=1e-8)
    assert found.weights.tolist() == [1.2, 0.8, 1.0, 1.0]
    assert calls.told.tolist() == [False, True, True, False]
    usa = WORLD.labels.country("USA")
    assert found.game.weights[usa].tolist() == [1.2, 0.8, 1.0, 1.0]
    assert (np.delete(found.game.weights, usa, 0) == 1).all()
    assert found.game.wants is None
    game, player, options = calls.optimum
    assert (found.optimum, player) == ("optimum", "USA")
    assert game is found.game
    assert options["given"].tolist() == found.target.tolist()
    assert (options["starts"], options["deviations"]) == (["standing"], True)


def test_a_level_of_ones_own_and_no_search_for_the_optimum(monkeypatch) -> None:
    calls = searched(monkeypatch, lambda shift: 0.5)
    found = calibrate_weights(GAME, "USA", OBSERVED, shift=0.25, verify=False)
    assert calls.shifts == [0.25]
    assert (found.optimum, calls.optimum, found.shift, found.misfit) == (None, None, 0.25, 0.5)
    calls = searched(monkeypatch, lambda shift: shift)
    calibrate_weights(GAME, "USA", OBSERVED, largest_shift=0.8, verify=False)
    assert calls.shifts[14] == pytest.approx(0.8)


def test_levels_without_weights_are_passed_over(monkeypatch) -> None:
    searched(monkeypatch, lambda shift: np.nan if shift < 0.5 else (shift - 1.0) ** 2)
    assert calibrate_weights(GAME, "USA", OBSERVED).shift == pytest.approx(1.0, abs=1e-4)
    searched(monkeypatch, lambda shift: np.nan)
    with pytest.raises(SolveError, match="no level of the observed duties"):
        calibrate_weights(GAME, "USA", OBSERVED)


def test_shifted_duties_keep_within_the_bounds() -> None:
    game = duty_game(Model(WORLD), ["USA"], mfn=True, bounds=(0.0, 0.5))
    observed = np.array([0.1, 0.2, 0.3])
    found = calibrate_weights(game, "USA", observed, shift=0.25, verify=False)
    assert found.target.tolist() == pytest.approx([0.35, 0.45, 0.5])
    found = calibrate_weights(game, "USA", observed, shift=-0.15, verify=False)
    assert found.target.tolist() == pytest.approx([0.0, 0.05, 0.15])
