"""Exact accounts of what is sold: flows, output, wages, employment, duties collected, rents and average duties.

Every one of these is a sum of flows, and every flow moves by six log changes: duties, other trade costs, export taxes,
the seller's costs, the price of its alternatives, and spending. `accounts` has the identities.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from detente.core import InputError
from detente.equilibrium.explain.accounts import Account, Shift, log_mean, weighted_part
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, Economy, goods_sectors

WORDS = {
    "rates": "rates: duties that change, on mean trade",
    "duties": "duties on it: dearer or cheaper to the buyer",
    "trade_costs": "trade costs: what non-tariff measures use up",
    "export_taxes": "export taxes and export rents on it",
    "costs": "costs of its producers",
    "alternatives": "diversion: the price of everything the buyer could take instead",
    "expenditure": "expenditure of the market",
    "factor_share": "share of sales that pays factors",
    "elsewhere": "the same in the country's other sectors",
    "supply": "factors that real wages, or other taxes that duties replace, bring forth",
}
_WEIGHTS = "L the logarithmic mean (Montgomery 1937, Vartia 1976)"
_FLOW = "−θΔln d − θΔln c + θΔln P + Δln X"
VOLUME_EQUATION = (
    "Δln V = Σ_k L(V_k)/L(V)·[−(1+θ)Δln(1+t) − (1+θ)Δln(1+x) − θΔln d − (1+θ)Δln c + θΔln P + Δln X], "
    f"P the buyer's price index, X the buyer's spending, {_WEIGHTS}"
)
WAGE_EQUATION = (
    f"Δln w = Σ_k L(E_k)/L(E)·[−(1+θ)Δln(1+t) − (1+θ)Δln(1+x) {_FLOW} + Δln γ], E_k the factor income earned by selling to "
    f"market k, γ the factor's share of sales, {_WEIGHTS}"
)
EMPLOYMENT_EQUATION = (
    f"Δln of the sector's factor income less Δln of the country's; for both: {WAGE_EQUATION}"
)
MONEY_EQUATION = f"Δ(tB) = B̄·Δt + t̄·ΔB, ΔB = L(B)·[−(1+θ)Δln(1+t) − θΔln(1+x) {_FLOW}], B the value at the border, {_WEIGHTS}"
POST_EQUATION = (
    "Δ(ΣtB/ΣB) = Σ q̄·Δt + Σ (t̄−c)·L(q)·[−(1+θ)Δln(1+t) − θΔln(1+x) "
    f"{_FLOW}], q = B/ΣB, c the mean of t̄ weighted by L(q), {_WEIGHTS}"
)
PRE_EQUATION = "Δ(ΣtB₀/ΣB₀) = Σ B₀Δt/ΣB₀ with the base year's trade B₀: nothing but rates"


def _shares(before: Array, after: Array, changes: Mapping[str, Array]) -> dict[str, Array]:
    """Parts of the log change of a sum, cell by cell; `before` and `after` are the cells' levels.

    Raises
    ------
    InputError
        When bans leave nothing of the sum, before or after.
    """
    old, new = before.sum(), after.sum()
    if not (old > 0 and new > 0):
        raise InputError(
            "nothing is left of it, and a change to or from nothing has no logarithm",
            where="explain",
            hint="bans stop it altogether: explain a result that remains, such as real income or prices",
        )
    change = sum(changes.values(), np.zeros_like(before))
    whole = log_mean(old, np.log(new / old))
    return {name: weighted_part(before, after, change, moved) / whole for name, moved in changes.items()}


def _listed(parts: Mapping[str, Array], axes: tuple[int, ...]) -> dict[str, Array]:
    return {name: np.asarray(part.sum(axes)) for name, part in parts.items()}


def _volume(shift: Shift, cells: npt.NDArray[np.bool_]) -> dict[str, Array]:
    """Parts of the log change of the volume, at base-year prices, of some flows together [importer, exporter, sector]."""
    base = np.where(cells, shift.before.economy.flows, 0.0)
    changes = shift.selling(taxed=False)
    changes["costs"] = changes["costs"] - shift.cost
    return _shares(base * shift.before.flow_volume_hat, base * shift.after.flow_volume_hat, changes)


def flow_account(shift: Shift, cells: npt.NDArray[np.bool_]) -> Account:
    """Split the change of the log volume of some flows into what makes them dearer and what the buyer spends, by sector."""
    base = np.where(cells, shift.before.economy.flows, 0.0)
    sums = [float((base * value.flow_volume_hat).sum()) for value in (shift.before, shift.after)]
    labels = shift.before.economy.labels
    parts = _listed(_volume(shift, cells), (0, 1))
    return Account(parts, WORDS, labels.sectors, "sector", float(np.log(sums[1] / sums[0])), VOLUME_EQUATION)


def output_account(shift: Shift, country: str, sector: str) -> Account:
    """Split the change of the log volume of a sector's output, by market: home demand and exports.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> both = [solve(Model(world), Wedges.of(world, tariff=k * world.tariff)).value for k in (1, 3)]
    >>> found = output_account(Shift(*both), "CHN", "PARTS")
    >>> bool(abs(found.gap) < 1e-12), found.by
    (True, 'partner')
    """
    labels = shift.before.economy.labels
    i, s = labels.country(country), labels.sector(sector)
    cells = np.zeros(shift.duty.shape, dtype=bool)
    cells[:, i, s] = True
    parts = _listed(_volume(shift, cells), (1, 2))
    total = np.log(shift.after.output_volume_hat[i, s]) - np.log(shift.before.output_volume_hat[i, s])
    return Account(parts, WORDS, labels.countries, "partner", float(total), VOLUME_EQUATION)


def _earned(shift: Shift, country: str, sector: str | None) -> dict[str, Array]:
    """Parts of the log change of factor income of a country or of one of its sectors, by market."""
    value = shift.before
    labels = value.economy.labels
    i = labels.country(country)
    keep = slice(None) if sector is None else [labels.sector(sector)]
    paid = [v.technology.paid(np.log(v.factor_price_hat), np.log(v.cost_hat)) for v in (value, shift.after)]
    there = paid[0] > 0
    changes = shift.selling(taxed=False)
    moved = np.log(np.where(there, paid[1], 1.0)) - np.log(np.where(there, paid[0], 1.0))
    changes["factor_share"] = np.broadcast_to(moved, shift.duty.shape)
    old, new = (
        np.ascontiguousarray((v.flows_new / (1 + v.wedges.export_tax) * share)[:, i, keep])
        for v, share in zip((value, shift.after), paid, strict=True)
    )
    parts = _shares(old, new, {name: part[:, i, keep] for name, part in changes.items()})
    return _listed(parts, (1,))


def wage_account(shift: Shift, country: str) -> Account:
    """Split the change of the log wage (factor income) of a country, by market it sells to."""
    labels = shift.before.economy.labels
    n = labels.country(country)
    total = float(np.log(shift.after.wage_hat[n]) - np.log(shift.before.wage_hat[n]))
    parts = _earned(shift, country, None)
    if shift.before.structure.moves_supply:
        supply = np.log(shift.after.factor_supply_hat[n]) - np.log(shift.before.factor_supply_hat[n])
        parts["supply"] = np.where(np.arange(len(labels.countries)) == n, -supply, 0.0)
    return Account(parts, WORDS, labels.countries, "partner", total, WAGE_EQUATION)


def employment_account(shift: Shift, country: str, sector: str) -> Account:
    """Split the change of the log share of a country's workers in a sector, by market.

    The sector's own factor income moves by the channels; the country's, which it is a share of, is the part `elsewhere`.
    """
    labels = shift.before.economy.labels
    n, s = labels.country(country), labels.sector(sector)
    parts = _earned(shift, country, sector)
    shares = [
        v.sector_earnings_new[n, s] / v.sector_earnings_new[n].sum() for v in (shift.before, shift.after)
    ]
    whole = _earned(shift, country, None)
    parts["elsewhere"] = -np.asarray(sum(whole.values()))
    total = float(np.log(shares[1] / shares[0]))
    return Account(parts, WORDS, labels.countries, "partner", total, EMPLOYMENT_EQUATION)


def _raised(
    before: Array, after: Array, level: Array, later: Array, changes: Mapping[str, Array]
) -> dict[str, Array]:
    """Parts of the change of rate times value, cell by cell: rates on the mean value, values at the mean rate."""
    change = sum(changes.values(), np.zeros_like(level))
    parts = {"rates": (level + later) / 2 * (after - before)}
    rate = (before + after) / 2
    return parts | {
        name: rate * weighted_part(level, later, change, moved) for name, moved in changes.items()
    }


def revenue_account(shift: Shift, country: str) -> Account:
    """Split the change of the duties a country collects, million USD, into rates and base, by exporter."""
    value, labels = shift.before, shift.before.economy.labels
    n = labels.country(country)
    parts = _raised(
        value.wedges.tariff[n],
        shift.after.wedges.tariff[n],
        value.flows_new[n],
        shift.after.flows_new[n],
        {name: part[n] for name, part in shift.selling(taxed=True).items()},
    )
    total = float(shift.after.tariff_revenue_new[n] - value.tariff_revenue_new[n])
    return Account(_listed(parts, (1,)), WORDS, labels.countries, "partner", total, MONEY_EQUATION)


def rent(value: Equilibrium, tariff: Array, export_tax: Array, n: int) -> float:
    """Rents of a country from wedges that enforce quantity controls, million USD: linear in the wedges."""
    border = value.flows_new
    sold = (border[:, n] * export_tax[:, n] / (1 + value.wedges.export_tax[:, n])).sum()
    return float((border[n] * tariff[n]).sum() + sold)


def rent_account(shift: Shift, country: str) -> Account:
    """Split the change of a country's rents of quantity controls, million USD, into wedge and volume, by partner.

    Raises
    ------
    InputError
        When no control leaves it a rent.
    """
    value, labels = shift.before, shift.before.economy.labels
    n = labels.country(country)
    none = (np.zeros_like(shift.duty), np.zeros_like(shift.duty))
    (duty0, tax0), (duty1, tax1) = shift.held_before or none, shift.held_after or none
    if not any(array.any() for array in (duty0[n], duty1[n], tax0[:, n], tax1[:, n])):
        raise InputError(
            f"no quantity control leaves {country} a rent",
            where="explain",
            hint="`detente run SCENARIO --table quantities` lists controls and their rents",
        )
    imports = _raised(
        duty0[n],
        duty1[n],
        value.flows_new[n],
        shift.after.flows_new[n],
        {name: part[n] for name, part in shift.selling(taxed=True).items()},
    )
    exports = _raised(
        tax0[:, n],
        tax1[:, n],
        (value.flows_new / (1 + value.wedges.export_tax))[:, n],
        (shift.after.flows_new / (1 + shift.after.wedges.export_tax))[:, n],
        {name: part[:, n] for name, part in shift.selling(taxed=False).items()},
    )
    parts = {name: (imports[name] + exports[name]).sum(1) for name in imports}
    total = rent(shift.after, duty1, tax1, n) - rent(value, duty0, tax0, n)
    words = {**WORDS, "rates": "the wedge that enforces the limit, on mean trade"}
    return Account(parts, words, labels.countries, "partner", total, MONEY_EQUATION)


def goods_from(economy: Economy, n: int, partner: int | None) -> npt.NDArray[np.bool_]:
    """Cells of a country's imports of goods from everybody abroad, or from one partner."""
    cells = np.zeros(economy.flows.shape, dtype=bool)
    sellers = [i for i in range(len(cells)) if i != n] if partner is None else [partner]
    cells[n][np.ix_(sellers, goods_sectors(economy))] = True
    return cells


def duty_account(shift: Shift, country: str, partner: str | None, *, after_substitution: bool) -> Account:
    """Split the change of a country's average duty on goods, a fraction, by partner or, for one partner, by sector.

    Parameters
    ----------
    shift : Shift
    country : str
    partner : str, optional
        Everybody abroad when left out.
    after_substitution : bool
        On the trade of each equilibrium; else on the base year's.
    """
    economy = shift.before.economy
    labels = economy.labels
    n = labels.country(country)
    cells = goods_from(economy, n, None if partner is None else labels.country(partner))
    old, new = shift.before.wedges.tariff, shift.after.wedges.tariff
    axes, details, by = (
        ((0, 2), labels.countries, "partner") if partner is None else ((0, 1), labels.sectors, "sector")
    )
    if not after_substitution:
        weight = np.where(cells, economy.flows, 0.0)
        weight = weight / weight.sum()
        total = float((weight * new).sum() - (weight * old).sum())
        return Account(
            _listed({"rates": weight * (new - old)}, axes), WORDS, details, by, total, PRE_EQUATION
        )
    changes = shift.selling(taxed=True)
    level = np.where(cells, shift.before.flows_new, 0.0)
    later = np.where(cells, shift.after.flows_new, 0.0)
    change = sum(changes.values(), np.zeros_like(level))
    if not (level.sum() > 0 and later.sum() > 0):
        raise InputError(
            "bans leave no imports to average over",
            where="explain",
            hint="the average before substitution remains",
        )
    whole = float(np.log(later.sum() / level.sum()))
    quota, left = level / level.sum(), later / later.sum()
    mean = log_mean(quota, change - whole)
    rate = (old + new) / 2
    middle = float((rate * mean).sum() / mean.sum())
    parts = {"rates": (quota + left) / 2 * (new - old)}
    parts |= {
        name: (rate - middle) * weighted_part(quota, left, change - whole, moved)
        for name, moved in changes.items()
    }
    total = float((later * new).sum() / later.sum() - (level * old).sum() / level.sum())
    return Account(_listed(parts, axes), WORDS, details, by, total, POST_EQUATION)
