"""Caps, bans, floors and reach: complementarity, rents, and agreement with explicit wedges."""

from __future__ import annotations

import numpy as np
import pytest

from detente.cases.horizons import horizon
from detente.cases.reach import content_shares, extraterritorial_controls
from detente.core import InputError, LabelError, SolveError, UnitError
from detente.equilibrium import Model, Newton, Policy, Structure, quantities, solve
from detente.equilibrium.controls import QuantityControl
from detente.equilibrium.quantity_search import BatchSetting, by_newton
from detente.world import Wedges, load_world, toy


@pytest.fixture(scope="module")
def economy():
    return toy()


def control(economy, name="cap", importers=("USA",), exporters=("CHN",), sectors=None, **keys):
    chosen = sectors or economy.labels.sectors[1:2]
    return QuantityControl.on(
        economy, name, importers=importers, exporters=exporters, sectors=chosen, **{"limit": 0.5, **keys}
    )


def test_a_slack_cap_costs_nothing_exactly(economy):
    base = Wedges.unchanged(economy)
    tariff = np.array(economy.tariff)
    tariff[0, 1] += 0.5
    for wedges in (base, Wedges.of(economy, tariff=tariff)):
        found = solve(Model(economy), Policy(economy, wedges, (control(economy, limit=1.5),)))
        assert found.bindings["cap"].log_wedge == 0
        assert found.bindings["cap"].rent_usd == 0
        assert np.array_equal(
            found.value.real_income_hat, solve(Model(economy), wedges).value.real_income_hat
        )


@pytest.mark.parametrize("rent", ["exporter", "importer", "destroyed"])
@pytest.mark.parametrize("limit", [0.9, 0.5, 0.05, 1e-4])
def test_a_binding_cap_is_the_wedge_that_makes_it_bind(economy, rent, limit):
    cap = control(economy, limit=limit, rent=rent)
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (cap,)))
    bound = found.bindings["cap"]
    assert bound.volume_hat == pytest.approx(limit, rel=1e-8)
    assert bound.log_wedge > 0
    arrays = {
        key: np.array(getattr(Wedges.unchanged(economy), key))
        for key in ("tariff", "iceberg_hat", "export_tax")
    }
    key = {"exporter": "export_tax", "importer": "tariff", "destroyed": "iceberg_hat"}[rent]
    if key == "iceberg_hat":
        arrays[key][cap.cells] = np.exp(bound.log_wedge)
    else:
        arrays[key][cap.cells] = (1 + arrays[key][cap.cells]) * np.exp(bound.log_wedge) - 1
    explicit = solve(Model(economy), Wedges(**arrays)).value
    np.testing.assert_allclose(found.value.real_income_hat, explicit.real_income_hat, rtol=1e-12)


def test_the_one_who_keeps_the_rent_is_better_off_for_it(economy):
    chn, usa = economy.labels.country("CHN"), economy.labels.country("USA")
    found = {
        rent: solve(
            Model(economy), Policy(economy, Wedges.unchanged(economy), (control(economy, rent=rent),))
        )
        for rent in ("exporter", "importer", "destroyed")
    }
    income = {rent: item.value.real_income_hat for rent, item in found.items()}
    assert income["exporter"][chn] > income["destroyed"][chn]
    assert income["importer"][usa] > income["destroyed"][usa]
    assert income["exporter"][chn] > income["importer"][chn]


def test_rents_are_in_the_accounts(economy):
    """Income less factor earnings, duties and deficit is the rent the exporter keeps, to the cent."""
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (control(economy),)))
    value, chn = found.value, economy.labels.country("CHN")
    rest = value.wage_hat * economy.value_added + value.tariff_revenue_new + value.deficit_new
    assert (value.income_new - rest)[chn] == pytest.approx(found.bindings["cap"].rent_usd, rel=1e-10)
    balance = value.flows_new.sum((1, 2)) - value.flows_new.sum((0, 2))
    np.testing.assert_allclose(balance, economy.deficit, atol=1e-10 * economy.value_added.sum())


def test_a_ban_stops_the_flow(economy):
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (control(economy, limit=0.0),)))
    assert found.bindings["cap"].volume_hat == 0
    near = solve(
        Model(economy),
        Policy(economy, Wedges.unchanged(economy), (control(economy, limit=1e-6, rent="destroyed"),)),
    )
    np.testing.assert_allclose(found.value.real_income_hat, near.value.real_income_hat, atol=1e-5)


def test_a_floor_is_paid_by_the_buyers_budget(economy):
    floor = control(economy, name="floor", importers=("CHN",), exporters=("USA",), limit=1.5, kind="floor")
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (floor,)))
    bound = found.bindings["floor"]
    assert bound.volume_hat == pytest.approx(1.5, rel=1e-8)
    assert bound.rent_usd < 0
    met = solve(
        Model(economy),
        Policy(
            economy, Wedges.unchanged(economy), (control(economy, name="floor", limit=0.8, kind="floor"),)
        ),
    )
    assert met.bindings["floor"].log_wedge == 0


def test_controls_together_each_slack_or_tight(economy):
    """A dozen caps and floors with a duty: every one meets its complementarity condition."""
    draw = np.random.default_rng(3)
    countries = economy.labels.countries
    controls = []
    for k in range(12):
        n, i = draw.choice(len(countries), 2, replace=False)
        sector = economy.labels.sectors[int(draw.integers(len(economy.labels.sectors)))]
        one = control(
            economy,
            name=f"c{k}",
            importers=(countries[n],),
            exporters=(countries[i],),
            sectors=(sector,),
            limit=float(draw.uniform(0.5, 1.4)),
            kind="floor" if k % 4 == 0 else "cap",
            rent=("exporter", "importer", "destroyed")[k % 3],
        )
        if economy.flows[one.cells].sum() > 0 and not any(
            (one.cells & other.cells).any() for other in controls
        ):
            controls.append(one)
    tariff = np.array(economy.tariff)
    tariff[0, 1:] += 0.2
    found = solve(Model(economy), Policy(economy, Wedges.of(economy, tariff=tariff), tuple(controls)))
    tight = 0
    for one in controls:
        bound = found.bindings[one.name]
        sign = -1 if one.kind == "floor" else 1
        slack = sign * (np.log(one.limit) - np.log(bound.volume_hat))
        assert bound.log_wedge >= 0
        assert slack >= -1e-8
        assert min(bound.log_wedge, slack) < 1e-8
        tight += bound.log_wedge > 0
    assert 0 < tight < len(controls)


def test_a_group_of_flows_shares_one_limit(economy):
    others = tuple(code for code in economy.labels.countries if code != "CHN")
    cap = control(economy, importers=others, limit=0.7)
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (cap,)))
    base = economy.flows[cap.cells]
    volumes = found.value.flow_volume_hat[cap.cells]
    assert (base * volumes).sum() / base.sum() == pytest.approx(0.7, rel=1e-8)
    assert np.ptp(volumes[base > 0]) > 1e-3


def test_loss_grows_faster_than_the_cut_when_inputs_cannot_be_replaced(economy):
    """The mark of a chokepoint: with inputs in fixed proportions the second half of a cut hurts more than the first."""
    critical = economy.labels.sectors[1]
    rigid = economy.with_elasticities(np.full(len(economy.labels.sectors), 0.3), "assumed, for a test")
    structure = Structure(
        sigma_critical=0.05, sigma_materials=0.05, sigma_value_added=0.05, critical=(critical,)
    )
    usa = economy.labels.country("USA")

    def loss(world, structure, limit):
        cap = control(world, sectors=(critical,), limit=limit)
        found = solve(Model(world, structure), Policy(world, Wedges.unchanged(world), (cap,)))
        return 1 - found.value.real_income_hat[usa]

    assert loss(rigid, structure, 1.0) == pytest.approx(0, abs=1e-10)
    half, most = loss(rigid, structure, 0.6), loss(rigid, structure, 0.2)
    assert most > 2.5 * half > 0  # twice the cut
    assert half > 2 * loss(economy, Structure(), 0.6)  # and far dearer than in the long run


def test_content_of_an_input_adds_up(economy):
    """Contents of all inputs from everywhere, with own value added, make up the product."""
    total = np.zeros_like(economy.va_share)
    for i, code in enumerate(economy.labels.countries):
        for r, sector in enumerate(economy.labels.sectors):
            share = content_shares(economy, code, sector).copy()
            share[i, r] += 1.0
            total += share * economy.va_share[i, r]
    np.testing.assert_allclose(total, 1, rtol=1e-9)


def test_reach_binds_third_countries_by_content(economy):
    reach = extraterritorial_controls(
        economy,
        "reach",
        exporter="CHN",
        sector=economy.labels.sectors[1],
        importers=("USA",),
        limit=0.0,
        threshold=1e-4,
    )
    assert all(not one.cells[:, economy.labels.country("CHN")].any() for one in reach)
    assert all(0 < one.limit < 1 for one in reach)
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), tuple(reach)))
    for one in reach:
        assert found.bindings[one.name].volume_hat <= one.limit * (1 + 1e-8)
    with pytest.raises(InputError, match="largest content"):
        extraterritorial_controls(
            economy,
            "none",
            exporter="CHN",
            sector=economy.labels.sectors[1],
            importers=("USA",),
            limit=0.0,
            threshold=0.99,
        )


def test_on_the_shipped_world():
    world = load_world()
    cap = QuantityControl.on(
        world, "cap", importers=("USA",), exporters=("CHN",), sectors=("C26",), limit=0.3
    )
    floor = QuantityControl.on(
        world, "floor", importers=("CHN",), exporters=("USA",), sectors=("C10T12",), limit=1.3, kind="floor"
    )
    found = solve(
        Model(world),
        Policy(
            world,
            Wedges.unchanged(world),
            (
                cap,
                floor,
            ),
        ),
    )
    assert found.bindings["cap"].volume_hat == pytest.approx(0.3, rel=1e-8)
    assert found.bindings["floor"].volume_hat == pytest.approx(1.3, rel=1e-8)


@pytest.mark.parametrize("limit", [0.0, 0.2, 0.49, 0.9, 2.0])
def test_a_start_changes_nothing_but_the_way(economy, limit):
    base = Wedges.unchanged(economy)
    floor = control(economy, name="floor", importers=("CHN",), exporters=("USA",), limit=1.2, kind="floor")
    near = solve(
        Model(economy),
        Policy(
            economy,
            base,
            (
                control(economy),
                floor,
            ),
        ),
    )
    asked = [control(economy, limit=limit), floor]
    cold, warm = (
        solve(Model(economy), Policy(economy, base, tuple(asked)), start=start) for start in (None, near)
    )
    np.testing.assert_allclose(warm.value.real_income_hat, cold.value.real_income_hat, rtol=1e-9)
    for name, bound in cold.bindings.items():
        assert warm.bindings[name].log_wedge == pytest.approx(bound.log_wedge, abs=1e-8)
        assert warm.bindings[name].volume_hat == pytest.approx(bound.volume_hat, abs=2e-9)
    without = solve(Model(economy), Policy(economy, base, (control(economy, name="another"),)), start=near)
    assert without.bindings.keys() == {"another"}


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({"limit": -0.1}, UnitError),
        ({"limit": float("nan")}, UnitError),
        ({"limit": 0.0, "kind": "floor"}, InputError),
        ({"importers": ("USA",), "exporters": ("USA",)}, InputError),
    ],
)
def test_controls_that_make_no_sense(economy, keys, error):
    with pytest.raises(error):
        solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (control(economy, **keys),)))


def test_unknown_names_and_overlaps(economy):
    with pytest.raises(LabelError, match="CHNN"):
        control(economy, exporters=("CHNN",))
    with pytest.raises(InputError, match="two controls"):
        solve(
            Model(economy),
            Policy(
                economy,
                Wedges.unchanged(economy),
                (
                    control(economy),
                    control(economy, name="again"),
                ),
            ),
        )


def several(economy, pick):
    """Controls of every kind on flows of their own, limits drawn."""
    made = []
    for name, importer, exporter, sector, keys in (
        ("exporters", "USA", "CHN", 1, {"rent": "exporter"}),
        ("importers", "CHN", "USA", 2, {"rent": "importer"}),
        ("queues", "USA", "CHN", 2, {"rent": "destroyed"}),
        ("floor", "CHN", "USA", 1, {"kind": "floor"}),
    ):
        limit = pick.uniform(0.9, 1.4) if "kind" in keys else pick.uniform(0.05, 1.2)
        sectors = economy.labels.sectors[sector : sector + 1]
        made.append(control(economy, name, (importer,), (exporter,), sectors, limit=limit, **keys))
    return made[: pick.integers(1, 5)]


@pytest.mark.parametrize(
    "structure",
    [
        Structure(),
        Structure(sigma_value_added=0.6, sigma_materials=0.3, sigma_final=0.8),
        Structure(sigma_materials=0.4, mobility=3.0),
    ],
    ids=["core", "nests", "immobile"],
)
def test_the_sweeps_find_what_newton_finds(economy, structure):
    """Wedges found inside the sweeps, many scenarios at once, against Newton on the conditions, one by one."""
    pick = np.random.default_rng(7)
    wedges, controls = [], []
    for _ in range(40):
        tariff = np.array(economy.tariff) + pick.uniform(0, 0.5, economy.flows.shape) * (pick.random() < 0.7)
        tariff[range(len(tariff)), range(len(tariff))] = 0
        wedges.append(Wedges.of(economy, tariff=tariff))
        controls.append(several(economy, pick) if pick.random() < 0.9 else [])
    batch = quantities.solve_batch_with_controls(economy, wedges, controls, structure=structure)
    swept = [found.solution.stats["method"] == "sweep" for found in batch]
    assert np.mean(swept) > 0.9
    setting, tight = BatchSetting(economy, structure, "share", Newton()), 0
    for one, own, found in zip(wedges, controls, batch, strict=True):
        alone = by_newton(setting, one, own, None)
        np.testing.assert_allclose(
            found.value.real_income_hat, alone.value.real_income_hat, rtol=1e-9, atol=0
        )
        for name, binding in found.bindings.items():
            assert binding.log_wedge == pytest.approx(alone.bindings[name].log_wedge, abs=1e-8)
            assert binding.rent_usd == pytest.approx(alone.bindings[name].rent_usd, rel=1e-6, abs=1e-6)
            limit = next(control.limit for control in own if control.name == name)
            tight += abs(binding.volume_hat / limit - 1) < 1e-9 and binding.log_wedge > 0
    assert tight > 20


def test_what_the_sweeps_do_not_settle_newton_does(economy):
    cap = control(economy, limit=0.2)
    wedges = Wedges.unchanged(economy)
    usual = solve(Model(economy), Policy(economy, wedges, (cap,)))
    hurried = solve(Model(economy, solver=Newton(max_steps=9)), Policy(economy, wedges, (cap,)))
    assert usual.stats["method"] == "sweep"
    np.testing.assert_allclose(hurried.value.real_income_hat, usual.value.real_income_hat, rtol=1e-9)
    assert hurried.bindings["cap"].log_wedge == pytest.approx(usual.bindings["cap"].log_wedge, abs=1e-8)


def test_a_batch_needs_controls_for_every_scenario(economy):
    with pytest.raises(InputError, match="controls for 0"):
        quantities.solve_batch_with_controls(economy, [Wedges.unchanged(economy)], [])


def test_a_floor_that_cannot_be_met_is_coded_not_wrong(economy):
    """A floor of ten thousand times the base volume asks a budget for more than it has."""
    floor = control(economy, limit=1e4, kind="floor")
    found = solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (floor,)), throw=False)
    assert not found.result.ok
    with pytest.raises(SolveError, match="quantity controls"):
        solve(Model(economy), Policy(economy, Wedges.unchanged(economy), (floor,)))


def test_limits_too_tight_for_one_look_are_reached_in_stages():
    """Three tenths of China's magnets within months: sweeps along a path of limits find what Newton finds."""
    economy, structure = horizon("impact", load_world(), ways_out=False)
    others = [code for code in economy.labels.countries if code != "CHN"]
    cap = control(economy, importers=others, sectors=("REE", "MAG"), limit=0.3)
    base = Wedges.unchanged(economy)
    staged = solve(Model(economy, structure), Policy(economy, base, (cap,)))
    assert staged.stats["method"] == "stages"
    setting = BatchSetting(economy, structure, "share", Newton())
    newton = by_newton(setting, base, [cap], None)
    np.testing.assert_allclose(staged.value.real_income_hat, newton.value.real_income_hat, rtol=1e-9)
    assert staged.bindings["cap"].volume_hat == pytest.approx(0.3, rel=1e-9)
    assert staged.bindings["cap"].log_wedge == pytest.approx(newton.bindings["cap"].log_wedge, abs=1e-8)
