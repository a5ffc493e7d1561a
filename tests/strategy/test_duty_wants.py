"""What governments that set duties want: every weight in the level, in its slope, and in the duties that come of it."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases.horizons import HORIZONS, horizon
from detente.core import InputError, LabelError
from detente.equilibrium import Backstop, Model, Step, Structure, solve
from detente.strategy.duties.game import duty_game
from detente.strategy.duties.nash import nash_duties
from detente.strategy.duties.optimal import nash_tables
from detente.strategy.duties.optimum import optimal_duties
from detente.strategy.duties.talks import cooperative_duties
from detente.strategy.duties.wants import FLOOR, wants_of
from detente.strategy.duties.weights import calibrate_weights
from detente.strategy.preferences import PLAIN, Preferences, load_preferences, weigh
from detente.strategy.solves import parts_of
from detente.world import Wedges, toy

STRUCTURES = {
    "core": Structure(),
    "markups": Structure(profit_share=0.15),
    "nests": Structure(sigma_value_added=0.4, sigma_materials=0.3, sigma_final=0.7),
    "critical": Structure(
        sigma_value_added=0.6, sigma_materials=0.5, sigma_critical=0.1, critical=("PARTS", "FARM")
    ),
    "immobile": Structure(mobility=1.4),
    "all": Structure(
        sigma_value_added=0.4,
        sigma_materials=0.3,
        sigma_critical=0.2,
        critical=("PARTS",),
        sigma_final=0.8,
        mobility=1.6,
        profit_share=0.1,
    ),
    "floors": Structure(sigma_value_added=0.4, sigma_final=0.8, wage_floor=1.0),
    "floors and a way out": Structure(
        sigma_value_added=0.4,
        critical=("PARTS",),
        sigma_critical=0.3,
        mobility=1.6,
        wage_floor=1.0,
        backstop=Backstop.of(
            toy(), {(code, "PARTS"): [Step("thrift", 0.2, 1.0, 1.4)] for code in toy().labels.countries}
        ),
    ),
}


def preferences(**players):
    return Preferences(id="own", title="Own", source="made up", grade="assumed", players=players)


EVERYTHING = preferences(
    USA={"political": {"FARM": 2.0, "GOODS": 0.6}, "revenue": 1.7, "relative": 0.4},
    CHN={"political": {"PARTS": 1.8}, "revenue": 0.5, "relative": 0.8, "rival": "USA"},
)
SETS = {
    "plain": PLAIN,
    "political": preferences(USA={"political": {"FARM": 2.0}}, CHN={"political": {"PARTS": 0.3}}),
    "revenue": preferences(USA={"revenue": 1.5}, CHN={"revenue": 0.0}),
    "relative": preferences(USA={"relative": 0.25}, CHN={"relative": 0.75}),
    "everything": EVERYTHING,
}


def around(structure):
    """What is not set in a game: for floors to bind, duties of all others on the players."""
    tariff = toy().tariff.copy()
    if "floors" in structure:
        tariff[2:, 0] += 0.6
        tariff[2:, 1] += 0.3
    return Wedges.of(toy(), tariff=tariff)


def moved(game, seed=0, size=0.15):
    return game.standing() + np.random.default_rng(seed).uniform(0, size, game.count)


@pytest.mark.parametrize("structure", ["floors", "floors and a way out"])
def test_floors_bind_and_the_way_out_is_taken_in_what_follows(structure):
    game = duty_game(Model(toy(), STRUCTURES[structure]), ["USA", "CHN"], wedges=around(structure))
    value = game.solve(moved(game))
    assert value.unemployment[:2].min() > 1e-3
    assert value.outside_new.any() == ("way out" in structure)


@pytest.mark.parametrize("wants", SETS)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_slopes_are_the_derivatives_of_every_objective_under_every_structure(structure, wants):
    game = duty_game(
        Model(toy(), STRUCTURES[structure]),
        ["USA", "CHN"],
        preferences=SETS[wants],
        wedges=around(structure),
    )
    duties = moved(game)
    value = game.solve(duties)
    levels, slopes = game.slopes(value, game.players)
    direction = np.random.default_rng(1).normal(size=game.count)
    step = 1e-5
    ends = [game.welfare(game.solve((1 + duties) * np.exp(k * step * direction) - 1)) for k in (1, -1)]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slopes @ direction, rel=1e-5, abs=1e-8)
    assert levels == pytest.approx(game.welfare(value), abs=1e-15)
    shares = np.array([0.3, 1.9])
    assert game.weighted(value, shares)[1] == pytest.approx(shares @ slopes, abs=1e-11)


@pytest.mark.parametrize("structure", STRUCTURES)
def test_slopes_with_ossas_politics_are_derivatives_under_every_structure(structure):
    economy = toy()
    weights = np.random.default_rng(0).uniform(0.3, 2, economy.va_share.shape)
    game = duty_game(
        Model(economy, STRUCTURES[structure]), ["USA", "CHN"], weights=weights, wedges=around(structure)
    )
    duties = moved(game)
    _, slopes = game.slopes(game.solve(duties), game.players)
    direction = np.random.default_rng(1).normal(size=game.count)
    step = 1e-5
    ends = [game.welfare(game.solve((1 + duties) * np.exp(k * step * direction) - 1)) for k in (1, -1)]
    assert (ends[0] - ends[1]) / (2 * step) == pytest.approx(slopes @ direction, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("wants", SETS)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_set_of_preferences_means_the_same_to_duties_as_to_packages(structure, wants):
    economy, chosen = toy(), SETS[wants]
    game = duty_game(
        Model(economy, STRUCTURES[structure]), ["USA", "CHN"], preferences=chosen, wedges=around(structure)
    )
    duties = moved(game, 3)
    solution = solve(game.model, game.set_to(duties))
    places = [economy.labels.country(code) for code in game.players]
    parts = parts_of([solution], places)
    own = weigh(
        chosen,
        game.players,
        economy.labels.sectors,
        {code: parts.sector_income[0, p] for p, code in enumerate(game.players)},
        {code: parts.revenue[0, p] for p, code in enumerate(game.players)},
        {code: parts.transfers[0, p] for p, code in enumerate(game.players)},
    )
    for p, code in enumerate(game.players):
        rival = chosen.rival(code, game.players)
        tensor = own[code] - (chosen.of(code).relative * own[rival] if rival else 0.0)
        here = np.expm1(game.welfare(solution.value)[p]) * economy.income[places[p]]
        assert here == pytest.approx(float(tensor), abs=1e-9 * economy.income[places[p]])


def test_the_sets_of_the_shipped_case_leave_security_to_the_package_game():
    known = load_preferences()
    plain, security = (
        duty_game(Model(toy()), ["USA", "CHN"], by="partner", preferences=known.named(name), on="players")
        for name in ("plain", "security")
    )
    duties = plain.standing() + 0.1
    value = plain.solve(duties)
    assert (security.welfare(value) == plain.welfare(value)).all()
    assert (security.slopes(value, ["USA"])[1] == plain.slopes(value, ["USA"])[1]).all()


def test_unit_weights_are_real_income_and_give_the_duties_of_real_income():
    given = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players")
    wanted = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=PLAIN)
    assert nash_duties(wanted).duties == pytest.approx(nash_duties(given).duties, abs=1e-7)
    value = wanted.solve(moved(wanted))
    at = [toy().labels.country(code) for code in wanted.players]
    assert np.exp(wanted.welfare(value)) == pytest.approx(value.real_income_hat[at], rel=1e-12)


def test_every_weight_moves_the_best_duty_the_way_it_should():
    economy = toy()

    def best(**mine):
        game = duty_game(
            Model(economy), ["USA", "CHN"], by="partner", on="players", preferences=preferences(USA=mine)
        )
        found = optimal_duties(game, "USA", starts=["standing", "double"])
        assert found.is_maximum
        return float(found.duties[0])

    plain = best()
    assert best(revenue=1.3) > plain + 0.01
    assert best(revenue=0.7) < plain - 0.01
    assert best(relative=0.3) > plain + 0.01
    assert best(political={"GOODS": 3.0}) != pytest.approx(plain, abs=1e-3)


def test_an_optimum_under_all_weights_beats_a_grid():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=EVERYTHING)
    found = optimal_duties(game, "USA", starts=["standing", "half", "double"])
    grid = np.linspace(0, 3, 301)
    alone = game.alone("USA")
    welfare = np.array([alone.welfare(value)[0] for value in alone.solve_many([np.array([t]) for t in grid])])
    top = alone.welfare(alone.solve(found.duties))[0]
    assert top >= welfare.max() - 1e-12
    assert abs(grid[welfare.argmax()] - found.duties[0]) <= 0.01


@pytest.mark.parametrize("wants", ["revenue", "relative", "everything"])
@pytest.mark.parametrize("name", HORIZONS)
def test_war_is_verified_at_every_horizon_under_every_kind_of_weight(name, wants):
    economy, structure = horizon(name, toy())
    game = duty_game(
        Model(economy, structure), ["USA", "CHN"], by="sector", on="players", preferences=SETS[wants]
    )
    war = nash_duties(game)
    assert war.gap < 1e-6
    assert war.largest_regret < 1e-6
    # duties at a bound have no curvature of their own; those inside must be at a peak
    assert all(value < 0 for value in war.curvature.values())
    draw = np.random.default_rng(0)
    for place, code in enumerate(game.players):
        mine = game.of(code)
        trials = [
            np.where(mine, np.clip(war.duties + draw.normal(0, 0.2, game.count), 0, 10), war.duties)
            for _ in range(20)
        ]
        here = game.welfare(war.value)[place]
        assert max(game.welfare(value)[place] - here for value in game.solve_many(trials)) < 1e-8


def test_rivalry_makes_war_harsher_and_leaves_less_to_agree_on():
    found = {}
    for rho in (0.0, 0.9):
        chosen = preferences(USA={"relative": rho}, CHN={"relative": rho})
        game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=chosen)
        war = nash_duties(game, verify=False)
        talks = cooperative_duties(game, origin=war.duties, starts=["origin"])
        assert talks.spread < 1e-6
        assert talks.slack < 1e-8
        found[rho] = (war.duties, talks.gain)
    assert (found[0.9][0] > found[0.0][0] + 0.05).all()
    assert 0 < found[0.9][1] < found[0.0][1] / 2


def test_ossas_weights_are_read_back_under_nests():
    economy = toy()
    structure = Structure(sigma_value_added=0.6, sigma_materials=0.5)
    weights = np.ones(economy.va_share.shape)
    weights[0, :3] = [1.2, 0.9, 0.9]
    game = duty_game(Model(economy, structure), ["USA"], mfn=True, weights=weights)
    best = optimal_duties(game, "USA", starts=["standing"])
    assert best.is_maximum
    found = calibrate_weights(game, "USA", best.duties, shift=0.0, verify=False)
    assert found.misfit < 1e-5
    assert found.weights[:3] / found.weights[:3].mean() == pytest.approx(weights[0, :3], abs=1e-3)


def test_the_logarithm_goes_on_straight_where_a_rivals_gain_outweighs_an_income():
    economy = toy()
    chosen = preferences(USA={"relative": 900.0})
    game = duty_game(Model(economy), ["USA", "CHN"], by="partner", on="players", preferences=chosen)
    # China gains when the United States charges nothing and it does; below the floor the slope is still the level's own
    duties = np.array([0.0, 0.3])
    value = game.solve(duties)
    assert game.welfare(value)[0] < np.log(FLOOR)
    _, slope = game.slopes(value, ["USA"])
    step = 1e-6
    up, down = (
        game.welfare(game.solve(np.expm1(np.log1p(duties) + k * np.array([step, 0.0]))))[0] for k in (1, -1)
    )
    assert slope[0, 0] == pytest.approx((up - down) / (2 * step), rel=1e-4)
    assert slope[0, 0] > 0


def test_who_the_rival_is_must_be_clear():
    economy = toy()
    rivalry = preferences(USA={"relative": 0.5}, CHN={"relative": 0.5})
    usa, chn = economy.labels.country("USA"), economy.labels.country("CHN")
    assert wants_of(rivalry, economy, ["USA", "CHN"])[1].rival[usa] == chn
    # alone, or among three, the other one that the set names
    assert wants_of(rivalry, economy, ["USA"])[1].rival[usa] == chn
    assert wants_of(rivalry, economy, ["USA", "CHN", "EU27"])[1].rival[chn] == usa
    with pytest.raises(InputError, match="who the rival is"):
        wants_of(preferences(USA={"relative": 0.5}), economy, ["USA", "CHN", "EU27"])
    with pytest.raises(LabelError, match="CHN"):
        wants_of(preferences(USA={"relative": 0.5, "rival": "CHM"}), economy, ["USA", "CHN"])
    with pytest.raises(InputError, match="twice"):
        duty_game(Model(economy), ["USA"], weights=np.ones(economy.va_share.shape), preferences=PLAIN)


def test_a_rivals_own_weights_count_in_its_payoff():
    economy = toy()
    chosen = preferences(USA={"relative": 0.5}, CHN={"political": {"FARM": 4.0}, "revenue": 2.0})
    other = preferences(USA={"relative": 0.5}, CHN={})
    one, two = (
        duty_game(Model(economy), ["USA"], by="partner", preferences=this, on="all")
        for this in (chosen, other)
    )
    value = one.solve(one.standing() + 0.2)
    assert abs(one.welfare(value)[0] - two.welfare(value)[0]) > 1e-7


def test_tables_say_what_is_wanted():
    game = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=EVERYTHING)
    welfare, _ = nash_tables(nash_duties(game))
    assert "preferences “Own”" in welfare.note
    assert (
        "USA: income weighted by sector, a dollar of duties worth 1.7, less 0.4 of what CHN gets"
        in welfare.note
    )
    plain = duty_game(Model(toy()), ["USA", "CHN"], by="partner", on="players", preferences=PLAIN)
    assert "USA: real income; CHN: real income" in nash_tables(nash_duties(plain))[0].note
