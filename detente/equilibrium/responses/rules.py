"""What answers beside prices, as conditions on an equilibrium of the model: each is the model itself at its default.

An equilibrium of the model takes trade costs and deficits as given. Everything here is a condition on them: productivity that
follows the size of a sector is a trade cost of its every sale, at home too; more labour at the same earnings is productivity to
the power of its share in cost; the rest are deficits. So nothing of the solver changes, and derivatives are those of the model with
one more transposed system around them (`solve_responses`).

State, with hats new over old and v what a country's factor earns in all:

    log A[i,s] = ψ[s] (log Y'[i,s] − log v[i] + log L[i])            external economies: size is the sector's employment
    log L[n]   = κ/(1+κ) (log v − log P − log(1 − r ΔR/(v VA)))       supply κ by the real wage after tax; r of duties relieve it
    D[n]       = V'[n] (d[n] − Σ_m d[m] V'[m] / Σ_m V'[m])            deficits follow income: d = D/VA of the base year
    T[n]       such that log real income is the same for every member; Σ T = 0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detente.core import InputError, UnitError
from detente.equilibrium.structure import Structure
from detente.world import Array, Economy, Wedges

DEFICITS = ("closure", "country share")


@dataclass(frozen=True, eq=False)
class Responses:
    """What answers beside prices. Every default is the model as it is.

    Parameters
    ----------
    scale : float or array [sector]
        ψ: productivity of a sector rises by ``employment_hat^ψ`` (external economies; entry of firms with ``ψ = 1/(σ − 1)``,
        Krugman 1980; Kucheryavyy, Lyn and Rodríguez-Clare 2023). Above the inverse of the trade elasticity where a sector
        settles is not determined, and a search may not end.
    labour_supply : float or array [country]
        κ: elasticity of labour offered by its real wage after tax.
    relief : float or array [country], share
        Of duties beyond the base year's, what lowers the tax on labour instead of being a gift; matters with `labour_supply`.
    deficits : {"closure", "country share"}
        Those of the closure, or a constant share of each country's factor income, what is left over spread in proportion to it.
    sharing : sequence of str
        Countries that pay each other until all lose the same share of real income (Chowdhry, Hinz, Kamin and Wanner 2024).
    productivity : float or array [country, sector], ratio
        Output from the same inputs, new over old: a shock.
    population : float or array [country], ratio
        People, and with them the factor that is offered: a shock. Results are of the whole country.
    margin : float, array [sector] or [country, sector], share
        ν: of what is sold in a market, before duty, the share that its own workers earn (distribution, marketing, the fixed cost of
        serving it), who are of the same labour as those that make goods (Ignatenko, Lashkaripour, Macedoni and Simonovska 2025).
    pass_through : float, array [sector] or [country, sector]
        φ: a duty lowers a flow by ``(1 + t)^(−θ φ)``: above one where sellers leave a market (Chaney 2008), below one where they
        take a part of the duty on themselves. Market size then moves prices, by ``1 − φ``.

    Raises
    ------
    UnitError, InputError
        For a number outside its range, an unknown rule, and a coalition of one.

    Examples
    --------
    >>> Responses().is_core, Responses(scale=0.1).is_core
    (True, False)
    """

    scale: float | Array = 0.0
    labour_supply: float | Array = 0.0
    relief: float | Array = 0.0
    deficits: str = "closure"
    sharing: Sequence[str] = ()
    productivity: float | Array = 1.0
    population: float | Array = 1.0
    margin: float | Array = 0.0
    pass_through: float | Array = 1.0

    def __post_init__(self) -> None:
        ranges = {
            "scale": (np.inf, "0 is constant returns"),
            "labour_supply": (np.inf, "0 is a fixed supply"),
            "relief": (1.0, "a share of the duties collected beyond the base year's"),
            "margin": (0.99, "a share of the value of sales before duty"),
        }
        for name, (high, hint) in ranges.items():
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(value).all() and (value >= 0).all() and (value <= high).all()):
                raise UnitError(f"{name} is outside 0 to {high:g}", where="responses", hint=hint)
        hints = dict.fromkeys(("productivity", "population"), "1.02 is two per cent more")
        hints["pass_through"] = "1 is a duty that buyers bear as in the core"
        for name, hint in hints.items():
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(value).all() and (value > 0).all()):
                raise UnitError(f"a ratio of {name} is not above 0", where="responses", hint=hint)
        if self.deficits not in DEFICITS:
            raise InputError(
                f"`{self.deficits}` is no rule for deficits", hint="one of: " + ", ".join(DEFICITS)
            )
        if len(self.sharing) == 1 or len(set(self.sharing)) != len(self.sharing):
            raise InputError(
                "a burden is shared by two countries or more, each named once", where="responses: sharing"
            )

    @property
    def is_core(self) -> bool:
        """Whether nothing answers beside prices."""
        return not (
            self.moves_productivity or self.moves_markets or self.sharing or self.deficits != "closure"
        )

    @property
    def moves_markets(self) -> bool:
        """Whether markets keep margins, or a duty does not pass through one for one."""
        return bool(np.any(self.margin) or np.any(np.asarray(self.pass_through) != 1))

    @property
    def takes_constant_shares(self) -> bool:
        """Whether it goes with constant shares of value added alone."""
        return self.moves_productivity or self.moves_markets

    @property
    def moves_productivity(self) -> bool:
        """Whether goods cost less, or more people make them, at given factor earnings."""
        shocks = np.any(np.asarray(self.productivity) != 1) or np.any(np.asarray(self.population) != 1)
        return bool(np.any(self.scale) or np.any(self.labour_supply) or shocks)


def refuse_pairs(structure: Structure, responses: Responses) -> None:
    """Refuse a structure and responses that speak of the same thing, or of things that are not solved together.

    Raises
    ------
    InputError
        Naming the two.
    """
    uses_duties = bool(np.any(structure.revenue_saved) or np.any(structure.revenue_cut))
    moves = {
        "scale": np.any(responses.scale),
        "labour_supply of responses": np.any(responses.labour_supply),
        "shocks to productivity or population": responses.moves_productivity,
        "margins or pass-through": responses.moves_markets,
        "deficits by country share": responses.deficits != "closure",
    }
    held = {
        "factors that do not move freely (`mobility`)": structure.mobility != np.inf,
        "a `sigma_value_added` other than one": structure.sigma_value_added != 1,
        "a `wage_floor`": np.any(structure.wage_floor),
        "`labour_supply` of the structure": structure.moves_supply,
        "duties that are saved or cut other taxes": uses_duties,
        "a `backstop`": structure.backstop is not None,
    }
    of_deficits = list(held)[3:]
    for name, asked in moves.items():
        for other, there in held.items():
            if other == "a `backstop`" and name != "margins or pass-through":
                continue
            if asked and there and (name != "deficits by country share" or other in of_deficits):
                raise InputError(
                    f"{name} and {other} do not go together",
                    where=structure.horizon,
                    hint="leave one of them out: scale, labour supply with relief and shocks take the long run with duties "
                    "rebated; `sharing` goes with any structure",
                )


def shocked(
    economy: Economy,
    wedges: Wedges,
    *,
    productivity: Array | None = None,
    population: Array | None = None,
) -> Wedges:
    """Wedges with shocks to productivity and to population in them.

    Parameters
    ----------
    economy : Economy
    wedges : Wedges
    productivity : array [country, sector], ratio, optional
        New over old: output from the same inputs.
    population : array [country], ratio, optional
        New over old: the factor that is offered. Results are of the whole country; divide by it for results a head.

    Raises
    ------
    InputError, UnitError
        For another shape, and for a ratio that is not positive.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import toy
    >>> world = toy()
    >>> more = np.array([1.0, 1.1, 1.0, 1.0, 1.0])
    >>> after = solve(Model(world, closure="zero"), shocked(world, Wedges.unchanged(world), population=more)).value
    >>> bool(after.real_income_hat[1] > 1.05)
    True
    """
    shape = economy.va_share.shape
    log_productivity = np.zeros(shape)
    for name, shock, own in (("productivity", productivity, shape), ("population", population, shape[:1])):
        if shock is None:
            continue
        array = np.asarray(shock, dtype=np.float64)
        if array.shape != own:
            raise InputError(f"{name} has shape {array.shape}", where=economy.name, hint=f"shape {own}")
        if not (np.isfinite(array).all() and (array > 0).all()):
            raise UnitError(
                f"a ratio of {name} is not above 0", where=economy.name, hint="1.02 is two per cent more"
            )
        log_productivity += (
            np.log(array) if name == "productivity" else economy.va_share * np.log(array)[:, None]
        )
    return Wedges(wedges.tariff, wedges.iceberg_hat * np.exp(-log_productivity)[None], wedges.export_tax)
