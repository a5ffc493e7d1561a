"""What theory gives in closed form, and what every equilibrium must satisfy: needs no data but the shipped world.

* Arkolakis, Costinot and Rodríguez-Clare (2012, AER 102(1)): without duties and imbalances the change of real income
  follows from the changes of home shares alone. With many sectors and inputs the exponents run
  through the Leontief inverse: ln P − ln w = (I − g′)⁻¹ (ln λ̂ / θ), and ln Ŵ = −Σ α (ln P − ln w).
* Autarky: the same with a home share of one in the end.
* Lerner (1936): with balanced trade a uniform tax on exports does what a uniform duty on imports does.
* A shock undone, no shock, units of money, the dropped market.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from detente.core import Labels
from detente.equilibrium import Equilibrium, Model, Structure, rebase, solve
from detente.validation.checks import Check, gate
from detente.validation.path import integrate_welfare
from detente.world import Array, Economy, Wedges, load_world, toy

GROUP = "Closed forms and identities"
ACR = "Arkolakis, Costinot and Rodríguez-Clare (2012), AER 102(1)"
OWN = "holds in every equilibrium"
GATE = 1e-9


def one_sector_world(countries: int = 5, trade_elasticity: float = 4.0, seed: int = 2012) -> Economy:
    """One sector, no inputs, no duties, trade balanced pair by pair; sizes drawn from a seed."""
    draw = np.random.default_rng(seed)
    between = draw.uniform(1, 20, (countries, countries))
    flows = between + between.T + np.diag(draw.uniform(50, 500, countries))
    return Economy(
        name="one sector",
        year=2012,
        labels=Labels(tuple(f"C{n}" for n in range(countries)), ("all",)),
        flows=1e4 * flows[:, :, None],
        tariff=np.zeros((countries, countries, 1)),
        va_share=np.ones((countries, 1)),
        input_shares=np.zeros((countries, 1, 1)),
        trade_elasticity=np.array([trade_elasticity]),
        elasticity_source="assumed: 4",
    )


def without_duties(economy: Economy) -> Economy:
    """The economy as it would be without duties and imbalances: where the formulas hold."""
    free = solve(
        Model(economy, closure="zero"), Wedges.of(economy, tariff=np.zeros_like(economy.tariff))
    ).value
    return rebase(free, f"{economy.name}, no duties, balanced")


def iceberg_shock(economy: Economy, seed: int = 7) -> Wedges:
    """Foreign trade costs up or down by as much as a quarter, drawn from a seed."""
    iceberg = np.random.default_rng(seed).uniform(0.8, 1.25, economy.flows.shape)
    here = np.arange(len(iceberg))
    iceberg[here, here] = 1
    return Wedges.of(economy, iceberg_hat=iceberg)


def gains_from_home_shares(economy: Economy, home_share_hat: Array) -> Array:
    """Real income [country] from changes of home shares [country, sector], by the formula.

    Not a number for a country that makes nothing of a product it buys: its price is no function of a home share.
    """
    S = len(economy.labels.sectors)
    home = np.einsum("nns->ns", economy.flows)
    result = []
    for n in range(len(economy.labels.countries)):
        if ((home[n] == 0) & (economy.expenditure[n] > 0)).any():
            result.append(np.nan)
            continue
        weight = np.log(home_share_hat[n]) / economy.trade_elasticity
        relative_price = np.linalg.solve(np.eye(S) - economy.input_shares[n].T, weight)
        result.append(np.exp(-(economy.final_shares[n] * relative_price).sum()))
    return np.array(result)


def home_share_hat(economy: Economy, value: Equilibrium) -> Array:
    """New over old share of home goods [country, sector]; one where nothing is bought at home."""
    old = np.einsum("nns->ns", economy.trade_shares)
    new = np.einsum("nns->ns", value.trade_shares_new)
    return np.asarray(np.divide(new, old, out=np.ones_like(old), where=old > 0))


def pct(hat: Array) -> Array:
    """Percent change."""
    return np.asarray(100 * (hat - 1))


def formula_checks(world: Economy) -> list[Check]:
    """ACR and autarky, in one sector and on the shipped world without duties and imbalances."""
    checks = []
    for economy in (one_sector_world(), without_duties(world)):
        N, _, S = economy.flows.shape
        where = "1 sector" if S == 1 else f"{N} economies, {S} sectors with inputs"
        value = solve(Model(economy), iceberg_shock(economy)).value
        checks.append(
            gate(
                GROUP,
                f"Gains from trade from home shares, {where}",
                pct(value.real_income_hat),
                pct(gains_from_home_shares(economy, home_share_hat(economy, value))),
                100 * GATE,
                source=f"{ACR}: one sector; many sectors with inputs",
            )
        )
    alone = one_sector_world()
    shut = np.full(alone.flows.shape, 1e4)
    here = np.arange(len(shut))
    shut[here, here] = 1
    value = solve(Model(alone), Wedges.of(alone, iceberg_hat=shut)).value
    home = np.einsum("nns->ns", alone.trade_shares)[:, 0]
    checks.append(
        gate(
            GROUP,
            "Autarky, 1 sector: home share to the power 1/θ",
            pct(value.real_income_hat),
            pct(home ** (1 / alone.trade_elasticity[0])),
            100 * GATE,
            source=f"{ACR}: gains against autarky",
        )
    )
    return checks


def lerner_check() -> Check:
    """A 20 % tax on all exports and a 20 % duty on all imports."""
    economy = without_duties(toy())
    duty, tax = np.zeros_like(economy.tariff), np.zeros_like(economy.tariff)
    foreign = np.arange(len(duty)) != 1
    duty[1, foreign], tax[foreign, 1] = 0.2, 0.2
    ones = np.ones_like(duty)
    imports = solve(Model(economy, closure="zero"), Wedges(duty, ones, 0 * ones)).value
    exports = solve(Model(economy, closure="zero"), Wedges(0 * ones, ones, tax)).value
    return gate(
        GROUP,
        "Tax on all exports against duty on all imports",
        pct(exports.real_income_hat),
        pct(imports.real_income_hat),
        100 * GATE,
        source="Lerner (1936)",
    )


def standoff(world: Economy, us: float = 1.45, china: float = 1.25) -> Wedges:
    """Added points of duty between the United States and China, on everything."""
    usa, chn = world.labels.country("USA"), world.labels.country("CHN")
    tariff = np.array(world.tariff)
    tariff[usa, chn] += us
    tariff[chn, usa] += china
    return Wedges.of(world, tariff=tariff)


def identity_checks(world: Economy) -> list[Check]:
    """No shock, a shock undone, units of money, and the market that is not solved."""
    still = solve(Model(world), Wedges.unchanged(world)).value
    solution = solve(Model(world), standoff(world))
    there = solution.value
    moved = rebase(there, "moved")
    back = solve(Model(moved), Wedges.of(moved, tariff=world.tariff)).value
    billions = dataclasses.replace(world, name="in billions", flows=world.flows / 1000)
    scaled = solve(Model(billions), standoff(billions)).value
    own = functools.partial(gate, GROUP, source=OWN)
    return [
        own("No shock, no change", pct(still.real_income_hat), 0.0, 1e-10),
        own(
            "145 and 125 points there and back",
            pct(there.real_income_hat * back.real_income_hat),
            0.0,
            100 * GATE,
        ),
        own(
            "Units of money",
            pct(scaled.real_income_hat),
            pct(there.real_income_hat),
            100 * GATE,
        ),
        own(
            "The market that is not solved clears (Walras)",
            100 * float(solution.stats["walras"]),
            0.0,
            100 * GATE,
        ),
    ]


def path_checks(world: Economy) -> list[Check]:
    """Parts of welfare integrated along the shock add up to the exact change."""
    small = toy()
    sectors = small.labels.sectors
    structures = {
        "core": Structure(),
        "nests, immobile factors, markups": Structure(0.4, 0.3, 0.05, sectors[:2], 0.6, 1.6, 0.08),
    }
    checks = []
    for name, economy, structure in (
        ("shipped world, core", world, structures["core"]),
        *((f"toy, {name}", small, structure) for name, structure in structures.items()),
    ):
        wedges = standoff(economy) if economy is world else Wedges.of(economy, tariff=economy.tariff * 3)
        parts = integrate_welfare(Model(economy, structure), wedges)
        checks.append(
            gate(
                GROUP,
                f"Decomposition adds up ({name})",
                100 * parts.total,
                100 * parts.log_real_income_hat,
                1e-6,
                source="the envelope formula integrated along the shock",
                unit="log points",
                note=f"{parts.points} equilibria along the path",
            )
        )
    return checks


def closed_form_checks() -> list[Check]:
    """Every check of this module."""
    world = load_world("world-2024-26")
    return [*formula_checks(world), lerner_check(), *identity_checks(world), *path_checks(world)]
