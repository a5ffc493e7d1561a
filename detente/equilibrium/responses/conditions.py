"""Responses set on a model: the state they determine, its gap at an equilibrium, and the derivatives of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from detente.core import InputError
from detente.equilibrium.gradients import Gradient, Output, real_income
from detente.equilibrium.responses.markets import Markets, laid_by_market
from detente.equilibrium.responses.rules import Responses, refuse_pairs
from detente.equilibrium.solution import Equilibrium
from detente.equilibrium.world_model import Model
from detente.world import Array, Wedges, frozen


class Conditions:
    """Responses set on a model: the state they determine, its gap at an equilibrium, and the derivatives of both.

    The state is one vector: log productivity [country, sector], log labour [country], deficits over value added [country],
    transfers over income [member], log share of labour that makes goods [country], and log size of markets over wages [country,
    sector], as far as they are asked for.
    """

    def __init__(self, model: Model, responses: Responses) -> None:
        structure = model.structure
        refuse_pairs(structure, responses)
        table = model.economy
        margin, pass_through = (
            laid_by_market(getattr(responses, name), table, name) for name in ("margin", "pass_through")
        )
        self.markets = Markets(table, margin, pass_through)
        self.economy = economy = self.markets.inner
        self.model, self.asked = replace(model, economy=economy, responses=None), responses
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
        self.whole = self.factors + self.markets.margins
        """What factors of the base year earn [country], million USD: `factors` making goods, the rest where goods are sold."""
        self.sizes = {
            "scale": shape[0] * shape[1] if self.psi.any() else 0,
            "labour": shape[0] if self.kappa.any() else 0,
            "deficit": shape[0] if responses.deficits == "country share" else 0,
            "sharing": len(self.members),
            "makers": shape[0] if self.markets.keep else 0,
            "market": shape[0] * shape[1] if self.markets.bend else 0,
        }
        self.count = sum(self.sizes.values())
        self.share = economy.income[self.members] / max(economy.income[self.members].sum(), 1e-300)
        self.deficit_share = self.model.deficit / self.whole

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
        shapes = {name: shape if name in ("scale", "market") else shape[:1] for name in self.sizes}
        shapes["sharing"] = self.members.shape
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
        added = self._log_cost(wedges.tariff, state)
        if added.any() or self.markets.keep:
            tariff = self.markets.inner_tariff(wedges.tariff)
            wedges = Wedges(tariff, wedges.iceberg_hat * np.exp(added), wedges.export_tax)
        moved = parts["deficit"] * self.factors
        np.add.at(moved, self.members, parts["sharing"] * self.economy.income[self.members])
        if not moved.any():
            return wedges, self.model
        deficit = self.model.deficit + moved
        return wedges, self.model.under(deficit - deficit.mean())

    def told(self, wedges: Wedges, asked: Wedges, state: Array) -> Wedges:
        """Wedges of an equilibrium of the solver's in the policy's own terms: `applied`, undone."""
        added = self._log_cost(asked.tariff, state)
        if not (added.any() or self.markets.keep):
            return wedges
        pairs = (
            (wedges.iceberg_hat * np.exp(-added), asked.iceberg_hat),
            (self.markets.own_tariff(wedges.tariff), asked.tariff),
        )
        # what the policy says, to the last bit; a cost is infinite where a ban follows from its own
        cost, tariff = (
            np.where(np.isfinite(there) & np.isclose(there, said, rtol=1e-9, atol=1e-12), said, there)
            for there, said in pairs
        )
        return Wedges(tariff, cost, wedges.export_tax)

    def _log_cost(self, tariff: Array, state: Array) -> Array:
        """Log of what the state adds to trade costs [importer, exporter, sector], under a policy's own duties."""
        size = self.parts(state)["market"]
        return np.asarray(self.markets.log_cost(tariff, size) - self.log_productivity(state)[None])

    def log_productivity(self, state: Array) -> Array:
        """Log of what a unit of cost at the model's own prices yields [country, sector]: scale, labour and shocks."""
        parts = self.parts(state)
        making = parts["labour"] + parts["makers"]
        return np.asarray(self.log_shock + parts["scale"] + self.in_cost * making[:, None])

    def log_earned(self, value: Equilibrium) -> Array:
        """Log of what a country's factors earn, making goods and selling them [country], to the base year's."""
        if not self.markets.keep:
            return np.asarray(np.log(value.wage_hat))
        margins = self.markets.collected(value)[1]
        return np.asarray(np.log((value.wage_hat * self.factors + margins) / self.whole))

    def _used(self, value: Equilibrium) -> Array:
        """r u: duties that relieve the tax on labour, over earnings [country]."""
        more = self.markets.collected(value)[0] - self.markets.table.tariff_revenue
        return np.asarray(self.relief * more / (np.exp(self.log_earned(value)) * self.whole))

    def _spread(self, value: Equilibrium) -> tuple[Array, float]:
        earned = np.exp(self.log_earned(value)) * self.whole
        return earned, float((self.deficit_share * earned).sum() / earned.sum())

    def gap(self, value: Equilibrium, state: Array) -> Array:
        """How far an equilibrium is from the conditions: the step of the state that it asks for."""
        parts, earned_hat = self.parts(state), self.log_earned(value)
        wage = earned_hat - parts["labour"] - self.log_people
        steps = {}
        if self.sizes["scale"]:
            there = (self.economy.output > 0) & (value.output_new > 0)
            ratio = np.where(there, value.output_new, 1.0) / np.where(there, self.economy.output, 1.0)
            size = np.where(there, np.log(ratio) - wage[:, None], 0.0)
            steps["scale"] = self.psi * size - parts["scale"]
        if self.sizes["labour"]:
            real = earned_hat - self.log_people
            real = real - np.log(value.marginal_price_hat) - np.log1p(-self._used(value))
            steps["labour"] = self.kappa / (1 + self.kappa) * real - parts["labour"]
        if self.sizes["deficit"]:
            earned, common = self._spread(value)
            wanted = earned * (self.deficit_share - common)
            steps["deficit"] = (wanted - self.model.deficit) / self.factors - parts["deficit"]
        if self.sizes["sharing"]:
            level = np.log(value.real_income_hat[self.members])
            steps["sharing"] = (self.share * level).sum() - level
        if self.sizes["makers"]:
            steps["makers"] = np.log(value.wage_hat) - earned_hat - parts["makers"]
        if self.sizes["market"]:
            spends, before = value.expenditure_new, self.economy.expenditure
            there = (spends > 0) & (before > 0)
            size = np.log(np.where(there, spends, 1.0) / np.where(there, before, 1.0))
            steps["market"] = np.where(there, size - wage[:, None], 0.0) - parts["market"]
        return self.packed(steps)

    def weighted(self, value: Equilibrium, multiplier: Array) -> Output:
        """``multiplier · gap`` as an output: its partial derivatives by prices, spending and the rest."""
        parts, economy = self.parts(multiplier), self.economy
        factor, by_earned, of_duties = (np.zeros(len(self.factors)) for _ in range(3))
        price, sales, spending = (np.zeros_like(economy.va_share) for _ in range(3))
        pieces: list[tuple[float, Output]] = []
        earned = np.exp(self.log_earned(value)) * self.whole
        if self.sizes["scale"]:
            there = (economy.output > 0) & (value.output_new > 0)
            weight = np.where(there, self.psi * parts["scale"], 0.0)
            sales += weight / np.where(there, value.output_new, 1.0)
            by_earned -= weight.sum(1)
        if self.sizes["labour"]:
            weight, used = self.kappa / (1 + self.kappa) * parts["labour"], self._used(value)
            by_earned += weight * (1 - used / (1 - used))
            price -= weight[:, None] * value.technology.final(np.log(value.price_hat))[0]
            of_duties += weight * self.relief / ((1 - used) * earned)
        if self.sizes["deficit"]:
            own = earned * (self.deficit_share - self._spread(value)[1])
            by_earned += parts["deficit"] * own / self.factors
            others = (parts["deficit"] * earned / self.factors).sum()
            by_earned -= others * own / earned.sum()
        if self.sizes["makers"]:
            factor += parts["makers"]
            by_earned -= parts["makers"]
        if self.sizes["market"]:
            there = (value.expenditure_new > 0) & (economy.expenditure > 0)
            weight = np.where(there, parts["market"], 0.0)
            spending += weight / np.where(there, value.expenditure_new, 1.0)
            by_earned -= weight.sum(1)
        factor += by_earned * value.wage_hat * self.factors / earned
        collected = self.markets.weights(value, of_duties, by_earned / earned)
        for k, n in enumerate(self.members):
            worth = float(self.share[k] * parts["sharing"].sum() - parts["sharing"][k])
            pieces.append((worth, real_income(value, economy.labels.countries[n])))
        own_terms = Output(
            "conditions",
            price=price,
            spending=spending,
            sales=sales,
            factor=self._by_market(value, factor),
            **collected,
        )
        pieces.append((1.0, own_terms))
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
        making = (self.in_cost * profit).sum(1)
        by_size = (1 - self.markets.pass_through) * (gradient.log_iceberg - direct).sum(1)
        slopes = {
            "scale": profit - parts["scale"],
            "labour": making + (self.psi * parts["scale"]).sum(1) + parts["market"].sum(1) - parts["labour"],
            "makers": making - parts["makers"],
            "market": by_size - parts["market"],
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

    def by_people(self, multiplier: Array) -> Array:
        """Derivative of ``multiplier · gap`` by the log of people [country], but for the factor they offer."""
        parts = self.parts(multiplier)
        of_labour = self.kappa / (1 + self.kappa) * parts["labour"]
        return np.asarray((self.psi * parts["scale"]).sum(1) + parts["market"].sum(1) - of_labour)

    def by_policy(self, gradient: Gradient, whole: Output, output: Output, tariff: Array) -> Gradient:
        """Derivatives by a policy's own duties, from those by what the solver sees; `whole` is what was differentiated."""
        if not (self.markets.keep or self.markets.bend):
            return gradient
        direct = np.asarray(whole.tariff)
        keeps = (1 - self.markets.margin)[:, None, :]
        by_cost = (self.markets.pass_through - 1)[:, None, :] * (
            gradient.log_iceberg - np.asarray(output.log_iceberg)
        )
        by_duty = (gradient.tariff - direct) / keeps + direct + by_cost / (1 + tariff)
        return replace(gradient, tariff=frozen(by_duty))


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
