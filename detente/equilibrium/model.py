"""The equations of the equilibrium in changes, one function each, in the axis order ``[importer, exporter, sector]``.

Notation follows Caliendo and Parro (2015, Review of Economic Studies 82(1), section 3.3 and equations 8-13), with two
generalisations: an export tax, and trade costs other than duties. Hats are ratios new over old; ``n`` importer or
country, ``i`` exporter, ``s`` sector, ``r`` supplying sector. Every function accepts leading scenario axes.

The solver works on these same relations in logarithms; the residuals it reports are computed here, by the plain form.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detente.world import Array, unrepeated

Pairs = npt.NDArray[np.int64]
FAR = 300.0
"""Logarithm of a power beyond which it is taken together with those that make it smaller."""


def cost_hat(wage_hat: Array, price_hat: Array, va_share: Array, input_shares: Array) -> Array:
    """Unit cost change: ``cost_hat[i,s] = wage_hat[i]^γ[i,s] · Π_r price_hat[i,r]^g[i,r,s]`` (CP15 eq. 10).

    Parameters
    ----------
    wage_hat : array [country], ratio
    price_hat : array [country, sector], ratio
    va_share : array [country, sector], share
    input_shares : array [country, supplier_sector, user_sector], share

    Returns
    -------
    array [country, sector], ratio

    Examples
    --------
    >>> import numpy as np
    >>> cost_hat(np.array([2.0]), np.array([[1.0]]), np.array([[0.5]]), np.array([[[0.5]]])).round(4)
    array([[1.4142]])
    """
    log_inputs = np.vecmat(np.log(price_hat), input_shares)
    return np.asarray(np.exp(va_share * np.log(wage_hat)[..., None] + log_inputs))


def trade_cost_hat(tariff: Array, tariff_new: Array, iceberg_hat: Array, export_tax_new: Array) -> Array:
    """Trade cost change: ``kappa_hat = d_hat · (1+t')/(1+t) · (1+x')`` ``[n,i,s]``; the base year has no export tax."""
    kappa_hat = iceberg_hat * (1 + tariff_new) / (1 + tariff)
    return np.asarray(kappa_hat * (1 + export_tax_new) if np.any(unrepeated(export_tax_new)) else kappa_hat)


def price_hat(trade_shares: Array, kappa_hat: Array, cost_hat: Array, trade_elasticity: Array) -> Array:
    """Sector price change ``P_hat[n,s] = (Σ_i π[n,i,s] (kappa_hat · cost_hat[i,s])^−θ)^(−1/θ)`` (CP15 eq. 11).

    A sector a country spends nothing on keeps its price.
    """
    power = (kappa_hat * cost_hat[..., None, :, :]) ** -trade_elasticity
    total = np.einsum("nis,...nis->...ns", trade_shares, power)
    return np.asarray(np.where(trade_shares.sum(1) > 0, total, 1.0) ** (-1 / trade_elasticity))


def trade_shares_new(
    trade_shares: Array, kappa_hat: Array, cost_hat: Array, price_hat: Array, trade_elasticity: Array
) -> Array:
    """New shares ``π'[n,i,s] = π (kappa_hat · cost_hat[i,s] / P_hat[n,s])^−θ`` (CP15 eq. 12).

    The three powers are taken apart, and that of trade costs of the pairs alone whose costs changed: of most they did not.
    Where a factor alone would leave the range of numbers, the power is taken of the whole.
    """
    shape = np.broadcast_shapes(kappa_hat.shape, cost_hat[..., None, :, :].shape)
    flat = np.broadcast_to(kappa_hat, shape).reshape(-1, shape[-1])
    pairs = np.flatnonzero((flat != 1).any(1))
    still = np.ones_like(trade_shares)
    return shares_where_moved(
        trade_shares, still, (pairs, flat[pairs]), cost_hat, price_hat, trade_elasticity
    )


def shares_where_moved(
    trade_shares: Array,
    kappa_hat: Array,
    moved: tuple[Pairs, Array],
    cost_hat: Array,
    price_hat: Array,
    trade_elasticity: Array,
) -> Array:
    """`trade_shares_new` where most pairs of countries have the same trade costs in all scenarios.

    Parameters
    ----------
    trade_shares : array [importer, exporter, sector]
    kappa_hat : array [importer, exporter, sector] or of a shape that broadcasts to it
        Trade cost change of pairs where nothing else is said.
    moved : (int array [pair], array [pair, sector])
        Numbers of the other pairs, scenario by scenario, importer by importer; and the trade cost change of these.
    cost_hat, price_hat : array [.., country, sector]
    trade_elasticity : array [sector]
    """
    (pairs, kappa_moved), S = moved, trade_shares.shape[-1]
    log_cost, log_price = np.log(cost_hat), np.log(price_hat)
    drawn_by_cost, drawn_by_price = -trade_elasticity * log_cost, trade_elasticity * log_price
    # a point that left the numbers is no smaller than anything, and goes the second way too
    if not max(np.abs(power).max() for power in (drawn_by_cost, drawn_by_price)) < FAR:
        relative = np.ascontiguousarray(log_cost[..., None, :, :] - log_price[..., :, None, :])
        theirs = relative.reshape(-1, S)[pairs] + np.log(kappa_moved)
        relative += np.log(kappa_hat)
        relative.reshape(-1, S)[pairs] = theirs
        return np.asarray(trade_shares * np.exp(-trade_elasticity * relative))
    shares = np.empty((*cost_hat.shape[:-2], *trade_shares.shape))
    np.multiply(trade_shares, np.exp(-trade_elasticity * np.log(kappa_hat)), out=shares)
    drawn = trade_shares.reshape(-1, S)[pairs % (len(trade_shares) ** 2)]
    shares.reshape(-1, S)[pairs] = drawn * np.exp(-trade_elasticity * np.log(kappa_moved))
    shares *= np.exp(drawn_by_cost)[..., None, :, :]
    shares *= np.exp(drawn_by_price)[..., :, None, :]
    return shares


def flows_new(trade_shares_new: Array, tariff_new: Array, expenditure_new: Array) -> Array:
    """Flows at the border, before duty, ``π' X'[n,s] / (1+t')`` ``[n,i,s]``."""
    factor = np.asarray(1 + tariff_new)
    # a batch's array is large: one of them, not three
    room = factor if factor.shape == trade_shares_new.shape else None
    flows = np.divide(trade_shares_new, factor, out=room)
    flows *= expenditure_new[..., None, :]
    return np.asarray(flows)


def output_of_flows(flows_new: Array, export_tax_new: Array) -> Array:
    """Output at producer prices ``Y'[i,s] = Σ_n flows / (1+x')``: what is left of what is paid at the border."""
    taxed = np.any(unrepeated(export_tax_new))
    return np.asarray((flows_new / (1 + export_tax_new) if taxed else flows_new).sum(-3))


def duties_on_flows(flows_new: Array, tariff_new: Array) -> Array:
    """Duties collected by the importer ``R'[n] = Σ_i,s t' flows``."""
    return np.asarray(np.einsum("...nis,...nis->...n", flows_new, tariff_new))


def export_taxes_on_flows(flows_new: Array, export_tax_new: Array) -> Array:
    """Export tax collected by the exporter ``Σ_n,s x'/(1+x') flows`` ``[i]``."""
    if not np.any(unrepeated(export_tax_new)):
        return np.zeros((*flows_new.shape[:-3], flows_new.shape[-2]))
    return np.asarray((flows_new * (export_tax_new / (1 + export_tax_new))).sum((-3, -1)))


def output_new(
    trade_shares_new: Array, tariff_new: Array, export_tax_new: Array, expenditure_new: Array
) -> Array:
    """Output at producer prices ``Y'[i,s] = Σ_n π' X'[n,s] / ((1+t')(1+x'))`` in the unit of expenditure."""
    return output_of_flows(flows_new(trade_shares_new, tariff_new, expenditure_new), export_tax_new)


def tariff_revenue_new(trade_shares_new: Array, tariff_new: Array, expenditure_new: Array) -> Array:
    """Duties collected by the importer ``R'[n] = Σ_i,s t'/(1+t') π' X'``."""
    return duties_on_flows(flows_new(trade_shares_new, tariff_new, expenditure_new), tariff_new)


def export_tax_revenue_new(
    trade_shares_new: Array, tariff_new: Array, export_tax_new: Array, expenditure_new: Array
) -> Array:
    """Export tax collected by the exporter ``Σ_n,s x'/((1+x')(1+t')) π' X'[n,s]``, ``[country]``."""
    return export_taxes_on_flows(flows_new(trade_shares_new, tariff_new, expenditure_new), export_tax_new)


def income_new(
    wage_hat: Array, value_added: Array, tariff_revenue: Array, export_tax_revenue: Array, deficit_new: Array
) -> Array:
    """Income ``I'[n] = wage_hat·VA + duties + export taxes + D'``: what is spent on final goods."""
    return np.asarray(wage_hat * value_added + tariff_revenue + export_tax_revenue + deficit_new)


def expenditure_new(input_shares: Array, output_new: Array, final_shares: Array, income_new: Array) -> Array:
    """Spending ``X'[n,r] = Σ_s g[n,r,s] Y'[n,s] + α[n,r] I'[n]`` (CP15 eq. 13)."""
    inputs = np.matvec(input_shares, output_new)
    return np.asarray(inputs + final_shares * income_new[..., None])


def clearing_residual(output_new: Array, va_share: Array, wage_hat: Array, value_added: Array) -> Array:
    """Relative excess demand for each country's factor, ``Σ_s γ Y' / (wage_hat·VA) − 1``, ``[country]``."""
    return np.asarray((va_share * output_new).sum(-1) / (wage_hat * value_added) - 1)


def consumer_price_hat(price_hat: Array, final_shares: Array) -> Array:
    """Price of the final basket ``Π_s P_hat^α``, ``[country]``."""
    return np.asarray(np.exp((final_shares * np.log(price_hat)).sum(-1)))


def real_income_hat(income_new: Array, income: Array, consumer_price_hat: Array) -> Array:
    """Welfare change ``(I'/I) / Π_s P_hat^α``, ``[country]``."""
    return np.asarray(income_new / income / consumer_price_hat)
