"""An economy from shares: flows that are in equilibrium with the technology and demand a study states."""

from __future__ import annotations

import numpy as np

from detente.core import Labels
from detente.world import Array, Economy


def spending(net_shares: Array, input_shares: Array, final_shares: Array) -> Array:
    """Solve X = g Y + α I for one unit of income in each country.

    Parameters
    ----------
    net_shares : array [importer, exporter, sector]
        Sales before duty for one unit of spending, duty paid.
    input_shares : array [country, supplier_sector, user_sector]
    final_shares : array [country, sector]

    Returns
    -------
    array [country, sector, country]
        Spending of each country and sector for a unit of income in the country on the last axis.
    """
    N, S = final_shares.shape
    system = np.einsum("nrs,mns->nrms", input_shares, net_shares)
    demand = np.zeros((N, S, N))
    demand[np.arange(N), :, np.arange(N)] = final_shares
    left = np.eye(N * S) - system.reshape(N * S, N * S)
    return np.asarray(np.linalg.solve(left, demand.reshape(N * S, N)).reshape(N, S, N))


def economy_from_shares(
    *,
    name: str,
    year: int,
    labels: Labels,
    trade_shares: Array,
    tariff: Array,
    va_share: Array,
    input_shares: Array,
    final_shares: Array,
    value_added: Array,
    trade_elasticity: Array,
    elasticity_source: str,
) -> Economy:
    """Economy with the given shares and value added, and the spending and deficits that these imply.

    Incomes are chosen so that value added is the data's: X = g Y + α I, Σ_s γ Y = VA. Studies that clip negative final
    demand leave data that are no equilibrium of their own model; a counterfactual that sets the deficits itself cannot
    tell the two apart, since base deficits enter nowhere else.

    Parameters
    ----------
    trade_shares, tariff : array [importer, exporter, sector]
        Shares duty paid, duties as fractions.
    va_share, final_shares : array [country, sector]
    input_shares : array [country, supplier_sector, user_sector]
    value_added : array [country], million USD

    Returns
    -------
    Economy
    """
    net = trade_shares / (1 + tariff)
    unit = spending(net, input_shares, final_shares)
    earned = np.einsum("is,nis,nsk->ik", va_share, net, unit)
    income = np.linalg.solve(earned, value_added)
    return Economy(
        name=name,
        year=year,
        labels=labels,
        flows=net * (unit @ income)[:, None, :],
        tariff=tariff,
        va_share=va_share,
        input_shares=input_shares,
        trade_elasticity=trade_elasticity,
        elasticity_source=elasticity_source,
    )
