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

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from detente.core import InputError, UnitError
from detente.equilibrium.gradients import Gradient, Output, real_income, tariff_revenue
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.structure import Structure
from detente.equilibrium.world_model import Model
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

    def __post_init__(self) -> None:
        ranges = {
            "scale": (np.inf, "0 is constant returns"),
            "labour_supply": (np.inf, "0 is a fixed supply"),
            "relief": (1.0, "a share of the duties collected beyond the base year's"),
        }
        for name, (high, hint) in ranges.items():
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(value).all() and (value >= 0).all() and (value <= high).all()):
                raise UnitError(f"{name} is outside 0 to {high:g}", where="responses", hint=hint)
        for name in ("productivity", "population"):
            value = np.asarray(getattr(self, name), dtype=np.float64)
            if not (np.isfinite(value).all() and (value > 0).all()):
                raise UnitError(
                    f"a ratio of {name} is not above 0", where="responses", hint="1.02 is two per cent more"
                )
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
        return not (self.moves_productivity or self.sharing or self.deficits != "closure")

    @property
    def moves_productivity(self) -> bool:
        """Whether goods cost less, or more people make them, at given factor earnings."""
        shocks = np.any(np.asarray(self.productivity) != 1) or np.any(np.asarray(self.population) != 1)
        return bool(np.any(self.scale) or np.any(self.labour_supply) or shocks)


class Conditions:
    """Responses set on a model: the state they determine, its gap at an equilibrium, and the derivatives of both.

    The state is one vector: log productivity [country, sector], log labour [country], deficits over value added [country], and
    transfers over income [member], as far as they are asked for.
    """

    def __init__(self, model: Model, responses: Responses) -> None:
        economy, structure = model.economy, model.structure
        refuse_pairs(structure, responses)
        model = replace(model, responses=None)
        self.model, self.economy, self.asked = model, economy, responses
        shape = economy.va_share.shape
        self.psi = self._laid_out(responses.scale, shape[1:], shape, "scale")
        self.kappa = self._laid_out(responses.labour_supply, shape[:1], shape[:1], "labour_supply")
        self.relief = self._laid_out(responses.relief, shape[:1], shape[:1], "relief")
        self.members = np.array([economy.labels.country(code) for code in responses.sharing], dtype=np.int64)
        profit = np.broadcast_to(np.asarray(structure.profit_share, dtype=np.float64), shape)
        self.in_cost = (economy.va_share - profit) / (1 - profit)
        log_people = np.log(self._laid_out(responses.population, shape[:1], shape[:1], "population"))
        self.log_people = log_people
        shock = np.log(self._laid_out(responses.productivity, shape, shape, "productivity"))
        self.log_shock = shock + self.in_cost * log_people[:, None]
        self.factors = ((economy.va_share - profit) * economy.output).sum(1)
        self.sizes = {
            "scale": shape[0] * shape[1] if self.psi.any() else 0,
            "labour": shape[0] if self.kappa.any() else 0,
            "deficit": shape[0] if responses.deficits == "country share" else 0,
            "sharing": len(self.members),
        }
        self.count = sum(self.sizes.values())
        self.share = economy.income[self.members] / max(economy.income[self.members].sum(), 1e-300)
        self.deficit_share = model.deficit / self.factors

    @staticmethod
    def _laid_out(value: float | Array, own: tuple[int, ...], shape: tuple[int, ...], name: str) -> Array:
        array = np.asarray(value, dtype=np.float64)
        if array.shape not in ((), own):
            raise InputError(
                f"{name} has shape {array.shape}", hint=f"one number, or an array of shape {own}"
            )
        return np.broadcast_to(array, shape)

    def parts(self, state: Array) -> dict[str, Array]:
        """The state by name; what is not asked for is zero."""
        shape = self.economy.va_share.shape
        shapes = {"scale": shape, "labour": shape[:1], "deficit": shape[:1], "sharing": self.members.shape}
        parts, first = {}, 0
        for name, size in self.sizes.items():
            held = state[first : first + size] if size else np.zeros(int(np.prod(shapes[name])))
            parts[name] = held.reshape(shapes[name])
            first += size
        return parts

    def packed(self, parts: dict[str, Array]) -> Array:
        """One vector from the parts that are asked for."""
        return np.concatenate(
            [parts[name].ravel() for name, size in self.sizes.items() if size] or [np.zeros(0)]
        )

    def applied(self, wedges: Wedges, state: Array) -> tuple[Wedges, Model]:
        """Wedges and model with the state in them."""
        parts = self.parts(state)
        log_productivity = self.log_productivity(state)
        if log_productivity.any():
            wedges = Wedges(
                wedges.tariff, wedges.iceberg_hat * np.exp(-log_productivity)[None], wedges.export_tax
            )
        moved = parts["deficit"] * self.factors
        np.add.at(moved, self.members, parts["sharing"] * self.economy.income[self.members])
        if not moved.any():
            return wedges, self.model
        deficit = self.model.deficit + moved
        return wedges, self.model.under(deficit - deficit.mean())

    def log_productivity(self, state: Array) -> Array:
        """Log of what a unit of cost at the model's own prices yields [country, sector]: scale, labour and shocks."""
        parts = self.parts(state)
        return np.asarray(self.log_shock + parts["scale"] + self.in_cost * parts["labour"][:, None])

    def _used(self, value: Equilibrium) -> Array:
        """r u: duties that relieve the tax on labour, over earnings [country]."""
        more = value.tariff_revenue_new - self.economy.tariff_revenue
        return np.asarray(self.relief * more / (value.wage_hat * self.factors))

    def _spread(self, value: Equilibrium) -> tuple[Array, float]:
        earned = value.wage_hat * self.factors
        return earned, float((self.deficit_share * earned).sum() / earned.sum())

    def gap(self, value: Equilibrium, state: Array) -> Array:
        """How far an equilibrium is from the conditions: the step of the state that it asks for."""
        parts, wage = self.parts(state), np.log(value.wage_hat)
        steps = {}
        if self.sizes["scale"]:
            there = (self.economy.output > 0) & (value.output_new > 0)
            ratio = np.where(there, value.output_new, 1.0) / np.where(there, self.economy.output, 1.0)
            people = (parts["labour"] + self.log_people)[:, None]
            size = np.where(there, np.log(ratio) - wage[:, None] + people, 0.0)
            steps["scale"] = self.psi * size - parts["scale"]
        if self.sizes["labour"]:
            real = wage - self.log_people - np.log(value.marginal_price_hat) - np.log1p(-self._used(value))
            steps["labour"] = self.kappa / (1 + self.kappa) * real - parts["labour"]
        if self.sizes["deficit"]:
            earned, common = self._spread(value)
            wanted = earned * (self.deficit_share - common)
            steps["deficit"] = (wanted - self.model.deficit) / self.factors - parts["deficit"]
        if self.sizes["sharing"]:
            level = np.log(value.real_income_hat[self.members])
            steps["sharing"] = (self.share * level).sum() - level
        return self.packed(steps)

    def weighted(self, value: Equilibrium, multiplier: Array) -> Output:
        """``multiplier · gap`` as an output: its partial derivatives by prices, spending and the rest."""
        parts, economy = self.parts(multiplier), self.economy
        factor, price, sales = (
            np.zeros(len(self.factors)),
            np.zeros_like(economy.va_share),
            np.zeros_like(economy.va_share),
        )
        pieces: list[tuple[float, Output]] = []
        if self.sizes["scale"]:
            there = (economy.output > 0) & (value.output_new > 0)
            weight = np.where(there, self.psi * parts["scale"], 0.0)
            sales += weight / np.where(there, value.output_new, 1.0)
            factor -= weight.sum(1)
        if self.sizes["labour"]:
            weight, used = self.kappa / (1 + self.kappa) * parts["labour"], self._used(value)
            factor += weight * (1 - used / (1 - used))
            price -= weight[:, None] * value.technology.final(np.log(value.price_hat))[0]
            by_duties = weight * self.relief / ((1 - used) * value.wage_hat * self.factors)
            for n in np.flatnonzero(by_duties):
                pieces.append((float(by_duties[n]), tariff_revenue(value, economy.labels.countries[n])))
        if self.sizes["deficit"]:
            earned, common = self._spread(value)
            own = earned * (self.deficit_share - common)
            factor += parts["deficit"] * own / self.factors
            others = (parts["deficit"] * earned / self.factors).sum()
            factor -= others * own / earned.sum()
        for k, n in enumerate(self.members):
            worth = float(self.share[k] * parts["sharing"].sum() - parts["sharing"][k])
            pieces.append((worth, real_income(value, economy.labels.countries[n])))
        pieces.append(
            (1.0, Output("conditions", price=price, sales=sales, factor=self._by_market(value, factor)))
        )
        return weighted_total("conditions", pieces)

    @staticmethod
    def _by_market(value: Equilibrium, by_country: Array) -> Array:
        """Derivatives by log earnings of a country [country] as those by log factor prices."""
        if value.technology.mobile:
            return by_country
        total, asked = value.technology.earnings(np.log(value.factor_price_hat))
        return np.asarray(by_country[:, None] * asked / total[:, None])

    def by_state(self, gradient: Gradient, multiplier: Array, output: Output) -> Array:
        """Derivative by the state: of an output through the equilibrium, and of ``multiplier · gap`` through its own terms.

        Costs an output speaks of are those with productivity in them; the trade costs it speaks of are not.
        """
        parts, direct = self.parts(multiplier), np.asarray(output.log_iceberg)
        profit = -(gradient.log_iceberg - direct).sum(0) - np.asarray(output.cost)
        slopes = {
            "scale": profit - parts["scale"],
            "labour": (self.in_cost * profit).sum(1) + (self.psi * parts["scale"]).sum(1) - parts["labour"],
            "deficit": gradient.deficit * self.factors - parts["deficit"],
            "sharing": gradient.deficit[self.members] * self.economy.income[self.members],
        }
        if self.sizes["deficit"]:  # only shifts that sum to zero can be made
            slopes["deficit"] = (
                slopes["deficit"] - (gradient.deficit.mean() if len(self.factors) else 0.0) * self.factors
            )
        if self.sizes["sharing"]:
            income = self.economy.income[self.members]
            slopes["sharing"] = slopes["sharing"] - income * (slopes["sharing"] @ income) / (income @ income)
        return self.packed(slopes)


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
        "deficits by country share": responses.deficits != "closure",
    }
    held = {
        "factors that do not move freely (`mobility`)": structure.mobility != np.inf,
        "a `sigma_value_added` other than one": structure.sigma_value_added != 1,
        "a `wage_floor`": np.any(structure.wage_floor),
        "`labour_supply` of the structure": structure.moves_supply,
        "duties that are saved or cut other taxes": uses_duties,
    }
    of_deficits = list(held)[3:]
    for name, asked in moves.items():
        for other, there in held.items():
            if asked and there and (name != "deficits by country share" or other in of_deficits):
                raise InputError(
                    f"{name} and {other} do not go together",
                    where=structure.horizon,
                    hint="leave one of them out: scale, labour supply with relief and shocks take the long run with duties "
                    "rebated; `sharing` goes with any structure",
                )


def weighted_total(name: str, pieces: Sequence[tuple[float, Output]]) -> Output:
    """Weighted sum of outputs: its partial derivatives are those of the parts."""
    fields = [field.name for field in dataclasses.fields(Output) if field.name != "name"]
    sums = {
        field: sum(
            (weight * np.asarray(getattr(output, field)) for weight, output in pieces), start=np.float64(0.0)
        )
        for field in fields
    }
    return Output(name, **sums)


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
