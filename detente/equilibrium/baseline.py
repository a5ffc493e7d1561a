"""What every solve on one economy shares: the implicit derivatives at a point, and the base year's inverses.

The derivatives follow from the implicit function theorem. With prices ``p`` (log) solving the price system at log wages
``w``, and expenditures ``X`` solving the linear expenditure system at ``(w, p)``,

    (I − B) dp = Γ dw,        B[(n,s),(i,r)] = π'[n,i,s] g[i,r,s],       Γ[(n,s),i] = π'[n,i,s] γ[i,s]
    (I − A) dX = (dT at fixed X) dw,    T(X) = Σ_s g Y(X) + α I(X)

and the clearing residual of every country but one is differentiated through both. The last equation is the numeraire:
world value added is constant.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detente.core import BalanceError
from detente.world.economy import Array, Economy


@dataclass(frozen=True)
class WageDerivatives:
    """Derivatives with respect to log wages at one point, prices and expenditures following.

    Attributes
    ----------
    log_price : array [country × sector, country]
        d log price / d log wage.
    expenditure : array [country × sector, country]
        d expenditure / d log wage, in the unit of expenditure.
    residual : array [country, country]
        d clearing residual / d log wage; the last row is that of the numeraire.
    price_inverse, expenditure_inverse : array [country × sector, country × sector]
        ``(I − B)⁻¹`` and ``(I − A)⁻¹``.
    level : array [country, sector]
        Expenditure at the point.
    gap : array [country]
        Clearing residual at the point; the last entry is that of the numeraire.
    """

    log_price: Array
    expenditure: Array
    residual: Array
    price_inverse: Array
    expenditure_inverse: Array
    level: Array
    gap: Array


def wage_derivatives(
    economy: Economy, *, shares: Array, tariff: Array, export_tax: Array, deficit: Array, log_wage: Array
) -> WageDerivatives:
    """Solve for expenditures at given wages and shares, and differentiate everything with respect to log wages.

    Parameters
    ----------
    economy : Economy
    shares : array [importer, exporter, sector]
        Trade shares at the point.
    tariff, export_tax : array [importer, exporter, sector], fraction
    deficit : array [country], million USD
    log_wage : array [country]

    Returns
    -------
    WageDerivatives

    Raises
    ------
    numpy.linalg.LinAlgError
        When a system is singular: no equilibrium near this point.
    """
    N, S = economy.va_share.shape
    size = N * S
    theta, gamma, g, alpha = (
        economy.trade_elasticity,
        economy.va_share,
        economy.input_shares,
        economy.final_shares,
    )
    here = np.arange(N)
    identity = np.eye(size)

    price_matrix = np.einsum("nis,irs->nsir", shares, g, optimize=True).reshape(size, size)
    price_inverse = np.linalg.inv(identity - price_matrix)
    direct = (shares * gamma).transpose(0, 2, 1).reshape(size, N)
    dp = (price_inverse @ direct).reshape(N, S, N)
    dcost = np.einsum("nrs,nrd->nsd", g, dp, optimize=True)
    dcost[here, :, here] += gamma

    # shares of spending that reach the producer, the importer's treasury and the exporter's treasury
    to_producer = shares / ((1 + tariff) * (1 + export_tax))
    to_importer = shares * tariff / (1 + tariff)
    to_exporter = to_producer * export_tax
    wage_bill = np.exp(log_wage) * economy.value_added

    spending_matrix = np.einsum("nrs,mns->nrms", g, to_producer, optimize=True)
    spending_matrix += alpha[:, :, None, None] * to_exporter.transpose(1, 0, 2)[:, None, :, :]
    spending_matrix[here, :, here, :] += alpha[:, :, None] * to_importer.sum(1)[:, None, :]
    expenditure_inverse = np.linalg.inv(identity - spending_matrix.reshape(size, size))
    autonomous = alpha * (wage_bill + deficit)[:, None]
    expenditure = (expenditure_inverse @ autonomous.reshape(size)).reshape(N, S)
    spent = expenditure[:, None, :] * theta

    def moved(part: Array, over: str) -> Array:
        """Derivative of Σ part·X at fixed X: shares move by θ (dp of the importer − dcost of the exporter)."""
        weight = part * spent
        return np.asarray(
            np.einsum(f"nis,nsd->{over}d", weight, dp, optimize=True)
            - np.einsum(f"nis,isd->{over}d", weight, dcost, optimize=True)
        )

    output_fixed = moved(to_producer, "is")
    income_fixed = moved(to_importer, "n") + moved(to_exporter, "i")
    income_fixed[here, here] += wage_bill
    right = (
        np.einsum("nrs,nsd->nrd", g, output_fixed, optimize=True)
        + alpha[:, :, None] * income_fixed[:, None, :]
    )

    dX = (expenditure_inverse @ right.reshape(size, N)).reshape(N, S, N)

    output = np.einsum("nis,ns->is", to_producer, expenditure)
    doutput = output_fixed + np.einsum("nis,nsd->isd", to_producer, dX, optimize=True)
    residual = np.einsum("ns,nsd->nd", gamma, doutput) / wage_bill[:, None]
    gap = (gamma * output).sum(1) / wage_bill - 1
    residual[here, here] -= gap + 1
    residual[-1] = wage_bill / economy.value_added.sum()
    gap[-1] = wage_bill.sum() / economy.value_added.sum() - 1
    return WageDerivatives(
        dp.reshape(size, N),
        dX.reshape(size, N),
        residual,
        price_inverse,
        expenditure_inverse,
        expenditure,
        gap,
    )


@dataclass(frozen=True)
class Baseline:
    """The base year's inverses, computed once per economy and shared by every scenario.

    Attributes
    ----------
    scale : array [country, sector]
        Base expenditure, the unit in which the solver counts spending (one where there is none).
    price_inverse, expenditure_inverse : array [country × sector, country × sector]
        Transposed for right multiplication; spending in units of `scale`. Single precision: they only steer.
    price_by_wage, expenditure_by_wage : array [country, country × sector]
        Transposed derivatives; spending in units of `scale`.
    wage_inverse : array [country, country]
        Transposed inverse of the clearing derivative.
    """

    scale: Array
    price_inverse: npt.NDArray[np.float32]
    expenditure_inverse: npt.NDArray[np.float32]
    price_by_wage: Array
    expenditure_by_wage: Array
    wage_inverse: Array


_prepared: weakref.WeakKeyDictionary[Economy, Baseline] = weakref.WeakKeyDictionary()


def prepare(economy: Economy) -> Baseline:
    """Compute, once per economy, the inverses that steer every solve on it.

    A memo keyed on the (immutable) economy: nothing a caller can see depends on whether it was filled before.

    Raises
    ------
    BalanceError
        When relative wages are not determined, as when some economies trade with none of the others.
    """
    known = _prepared.get(economy)
    if known is not None:
        return known
    try:
        made = _inverses(economy)
    except np.linalg.LinAlgError:
        raise BalanceError(
            "relative wages are not determined: some economies trade with none of the others",
            where=economy.name,
            hint="aggregate the economies without trade into a neighbour, or leave them out",
        ) from None
    _prepared[economy] = made
    return made


def _inverses(economy: Economy) -> Baseline:
    at_base = wage_derivatives(
        economy,
        shares=economy.trade_shares,
        tariff=economy.tariff,
        export_tax=np.zeros_like(economy.tariff),
        deficit=economy.deficit,
        log_wage=np.zeros(len(economy.labels.countries)),
    )
    scale = np.where(economy.expenditure > 0, economy.expenditure, 1.0)
    flat = scale.reshape(-1)
    return Baseline(
        scale=scale,
        price_inverse=np.ascontiguousarray(at_base.price_inverse.T, dtype=np.float32),
        expenditure_inverse=np.ascontiguousarray(
            (at_base.expenditure_inverse * flat / flat[:, None]).T, dtype=np.float32
        ),
        price_by_wage=np.ascontiguousarray(at_base.log_price.T),
        expenditure_by_wage=np.ascontiguousarray((at_base.expenditure / flat[:, None]).T),
        wage_inverse=np.ascontiguousarray(np.linalg.inv(at_base.residual).T),
    )
