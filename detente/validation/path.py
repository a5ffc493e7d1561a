"""A welfare decomposition that adds up: the first-order formula integrated along the shock.

At every point of a path from the base year to the shock the envelope theorem gives, exactly,

    I dlnW = Σ (exports · dln border price) − Σ (imports · dln border price)       terms of trade
           + Σ t · imports · dln volume delivered                                  volume of trade
           + Σ x · exports before tax · dln volume shipped                         volume of taxed exports
           + Σ profits · dln volume of output                                      profit shifting
           − Σ value at the border · dln iceberg cost                              trade costs used up
           + dD                                                                    transfers

with flows, incomes and profits *of that point*; it holds for every structure of the engine (nests, imperfect mobility and
markups), because shares of cost, of final demand and of factor supply are derivatives of the same aggregates. The published
formulas are this at the first point, with the finite changes in place of differentials. Integrated, the parts sum to the
exact log change of real income: no residual term.

The path moves the logarithms of all wedges (and the deficits) in proportion. Equilibria at Chebyshev points are solved as
one batch; derivatives along the path and the integral are those of the interpolating polynomial (Clenshaw and Curtis
1960), whose error falls faster than any power of the number of points. Points are doubled until two rounds agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from detente.core import SolveError
from detente.equilibrium import Equilibrium, Model, Newton, solve
from detente.equilibrium.explain import chebyshev
from detente.world import Array, Economy, Wedges, frozen

PARTS = ("terms_of_trade", "volume_of_trade", "taxed_exports", "profit_shifting", "trade_costs", "transfers")
TIGHT = Newton(rtol=1e-13)


@dataclass(frozen=True, eq=False)
class PathParts:
    """Parts of the log change of real income [country].

    Attributes
    ----------
    terms_of_trade : array
        Own export prices against import prices, both at the border.
    volume_of_trade : array
        Duties times the change in the volume of imports: what revenue gains or loses by quantities.
    taxed_exports : array
        The same for export taxes.
    profit_shifting : array
        Profits times the change in the volume of output (Ossa 2014); zero without markups.
    trade_costs : array
        Goods used up by changes of iceberg costs.
    transfers : array
        Changes of deficits.
    log_real_income_hat : array
        The exact change, from the solution at the end of the path.
    points : int
        Equilibria solved.
    """

    terms_of_trade: Array
    volume_of_trade: Array
    taxed_exports: Array
    profit_shifting: Array
    trade_costs: Array
    transfers: Array
    log_real_income_hat: Array
    points: int

    @property
    def total(self) -> Array:
        """Sum of the parts [country]: the exact log change, up to the error of the integral."""
        return frozen(sum(getattr(self, name) for name in PARTS))


def integrate_welfare(
    model: Model,
    wedges: Wedges,
    *,
    tolerance: float = 1e-8,
    most_points: int = 257,
) -> PathParts:
    """Decompose the exact change of real income.

    Parameters
    ----------
    model : Model
        Its own settings of the solver are not taken: the path is solved to `TIGHT`.
    wedges : Wedges
    tolerance : float
        Largest gap allowed, in log points, between the sum of the parts and the exact change, and between the parts of
        the last two rounds.
    most_points : int
        Give up beyond this many points.

    Returns
    -------
    PathParts

    Raises
    ------
    SolveError
        When a point of the path has no solution, or the integral does not settle.

    Examples
    --------
    >>> from detente.world import toy
    >>> economy = toy()
    >>> parts = integrate_welfare(Model(economy), Wedges.of(economy, tariff=2 * economy.tariff))
    >>> bool(abs(parts.total - parts.log_real_income_hat).max() < 1e-8)
    True
    """
    model = replace(model, solver=TIGHT)
    count, last, gap = 8, None, np.inf
    known: dict[float, Equilibrium] = {}
    while count < most_points:
        parts = _integrate(model, wedges, count, known)
        gap = float(np.abs(parts.total - parts.log_real_income_hat).max())
        if last is not None:
            gap = max(gap, *(float(np.abs(getattr(parts, p) - getattr(last, p)).max()) for p in PARTS))
            if gap < tolerance:
                return parts
        last, count = parts, 2 * count
    raise SolveError(
        f"the path integral is off by {gap:.1e} after {count // 2 + 1} points",
        where=model.economy.name,
        hint="take the shock in two steps with `rebase`, or allow more points",
    )


def _at(economy: Economy, wedges: Wedges, share: float) -> Wedges:
    duty = np.log1p(wedges.tariff) - np.log1p(economy.tariff)
    return Wedges(
        np.expm1(np.log1p(economy.tariff) + share * duty),
        wedges.iceberg_hat**share,
        np.expm1(share * np.log1p(wedges.export_tax)),
    )


def _points_solved(
    model: Model, wedges: Wedges, points: Array, known: dict[float, Equilibrium]
) -> list[Equilibrium]:
    """Equilibria at points of the path, those known already not solved again."""
    new = [float(share) for share in points if float(share) not in known]
    base, target = model.economy.deficit, model.deficit
    staged = [_at(model.economy, wedges, share) for share in new]
    if np.array_equal(target, base):
        solutions = solve(model.under(target), staged)
    else:
        solutions = tuple(
            solve(model.under((1 - share) * base + share * target), [stage])[0]
            for share, stage in zip(new, staged, strict=True)
        )
    known.update({share: solution.value for share, solution in zip(new, solutions, strict=True)})
    return [known[float(share)] for share in points]


def _integrate(model: Model, wedges: Wedges, count: int, known: dict[float, Equilibrium]) -> PathParts:
    economy = model.economy
    points, weights, derivative = chebyshev(count)
    path = _points_solved(model, wedges, points, known)

    def moved(values: Array) -> Array:
        return np.asarray(np.tensordot(derivative, values, axes=1))

    profit_share = np.broadcast_to(np.asarray(model.structure.profit_share, float), economy.va_share.shape)
    tax = np.stack([value.wedges.export_tax for value in path])
    duty = np.stack([value.wedges.tariff for value in path])
    flows = np.stack([value.flows_new for value in path])
    output = np.stack([value.output_new for value in path])
    cost = moved(np.log(np.stack([value.cost_hat for value in path])))
    border = cost[:, None] + moved(np.log1p(tax))
    iceberg = np.broadcast_to(np.log(wedges.iceberg_hat), flows.shape)
    producer = flows / (1 + tax)
    income = np.stack([value.income_new for value in path])
    parts = {
        "terms_of_trade": (flows * border).sum((1, 3)) - (flows * border).sum((2, 3)),
        "volume_of_trade": (duty * (moved(flows) - flows * (border + iceberg))).sum((2, 3)),
        "taxed_exports": (tax * (moved(producer) - producer * cost[:, None])).sum((1, 3)),
        "profit_shifting": (profit_share * (moved(output) - output * cost)).sum(2),
        "trade_costs": -(flows * iceberg).sum((2, 3)),
        "transfers": np.broadcast_to(model.deficit - economy.deficit, income.shape),
    }
    end = path[-1]
    integrated = {name: frozen(weights @ (values / income)) for name, values in parts.items()}
    return PathParts(
        **integrated, log_real_income_hat=frozen(np.log(end.real_income_hat)), points=len(points)
    )
