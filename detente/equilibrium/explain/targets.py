"""Numbers that can be explained, by name: ``usa.real_income``, ``chn.output.C26``, ``flow.USA.CHN.C26``.

Each knows how to be read off an equilibrium, its partial derivatives, and the account that splits its change into channels.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from detente.core import InputError, LabelError, Labels, suggestion
from detente.equilibrium.explain import demand
from detente.equilibrium.explain.accounts import (
    PRICE_EQUATION,
    PRICE_WORDS,
    Account,
    Shift,
    log_mean,
    price_account,
)
from detente.equilibrium.explain.attribute import Held, Target
from detente.equilibrium.explain.channels import CHANNELS, integrate_channels
from detente.equilibrium.gradients import readings
from detente.equilibrium.gradients.derivatives import output_volume, real_income, remains, tariff_revenue
from detente.equilibrium.solution import Equilibrium
from detente.world import Array, Economy, goods_sectors

KINDS = {
    "real_income": "income over the price of the final basket",
    "equivalent_variation": "its change in money of the base year",
    "terms_of_trade": "export prices against import prices, in log points of real income",
    "volume_of_trade": "imports that duties push out or let in, in log points of real income",
    "prices": "price of the final basket",
    "wages": "factor income: the wage where factors move freely",
    "real_wages": "wages over the price of the final basket",
    "output": "volume of a sector's output",
    "employment": "share of workers in a sector",
    "revenue": "duties collected",
    "rents": "rents of quantity controls",
    "duty_pre": "average duty on goods before substitution, of everybody or of one partner",
    "duty_post": "the same after substitution",
}
"""Results of a country, with what they are."""
OF_SECTOR = ("output", "employment")
OF_PARTNER = ("duty_pre", "duty_post")
OF_PATH = {"terms_of_trade": readings.terms_of_trade, "volume_of_trade": readings.volume_of_trade}
_FORM = "such as usa.real_income, usa.prices, usa.revenue, chn.output.C26, usa.duty_post.CHN or flow.USA.CHN[.C26]"
_PATH_EQUATION = (
    "the exact differential of real income, integrated along the straight path of the wedges over {points} equilibria; with "
    "deficits the terms of trade depend on the numeraire (world value added)"
)
_MONEY_PATH = "base income times the logarithmic mean of real income, times each channel of Δln real income: "
Accounting = Callable[[Shift], Account]


@functools.lru_cache(maxsize=8)
def _in_any_case(codes: tuple[str, ...]) -> dict[str, str]:
    return {code.casefold(): code for code in codes}


def _code(labels: Labels, word: str) -> str:
    """A country's code, in any case."""
    codes = _in_any_case(labels.countries)
    if word.casefold() not in codes:
        raise LabelError(
            f"unknown country `{word}`", where="explain", hint=suggestion(word.upper(), labels.countries)
        )
    return codes[word.casefold()]


def _sector(labels: Labels, word: str) -> str:
    codes = _in_any_case(labels.sectors)
    if word.casefold() not in codes:
        raise LabelError(
            f"unknown sector `{word}`", where="explain", hint=suggestion(word.upper(), labels.sectors)
        )
    return codes[word.casefold()]


def welfare_account(shift: Shift, country: str, *, money: bool = False) -> Account:
    """Channels of log real income along the path, or of equivalent variation (million USD).

    Raises
    ------
    SolveError
        When the change cannot be integrated along, as when bans cut trade into parts.
    """
    path, labels = shift.path, shift.before.economy.labels
    n = labels.country(country)
    total, factor = float(path.total[n]), 1.0
    equation = _PATH_EQUATION.format(points=path.points)
    if money:
        factor = float(
            shift.before.economy.income[n]
            * log_mean(np.asarray(shift.before.real_income_hat[n]), np.asarray(total))
        )
        total = float(shift.after.equivalent_variation_usd[n] - shift.before.equivalent_variation_usd[n])
        equation = _MONEY_PATH + equation
    parts = {
        name: factor * (path.terms_with[n] if name == "terms_of_trade" else np.array([part[n]]))
        for name, part in path.parts.items()
    }
    return Account(parts, CHANNELS, labels.countries, "partner", total, equation)


def _path_account(shift: Shift, country: str, kind: str) -> Account:
    """A result of the path, by partner."""
    path, labels = shift.path, shift.before.economy.labels
    n = labels.country(country)
    by = path.terms_with[n] if kind == "terms_of_trade" else path.volume_with[n]
    equation = _PATH_EQUATION.format(points=path.points)
    return Account({kind: by}, CHANNELS, labels.countries, "partner", float(path.parts[kind][n]), equation)


def _real_wage_account(shift: Shift, country: str) -> Account:
    """The wage's account less the price's."""
    wages, prices = demand.wage_account(shift, country), price_account(shift, country)
    parts = dict(wages.parts) | {f"price_{name}": -part for name, part in prices.parts.items()}
    words = {f"price_{name}": f"prices: {said}" for name, said in PRICE_WORDS.items()}
    return Account(
        parts,
        {**wages.words, **words},
        wages.details,
        "partner",
        wages.total - prices.total,
        f"{wages.equation}. Less: {PRICE_EQUATION}",
    )


def _read(level: Callable[[Equilibrium], float]) -> Callable[[Equilibrium, Held], float]:
    return lambda value, _: level(value)


def _seed(partials: Callable[[Equilibrium], object]) -> Callable[[Equilibrium, Held], object]:
    return lambda value, _: partials(value)


def _simple(name: str, unit: str, level: object, partials: object) -> Target:
    return Target(name, unit, _read(level), _seed(partials))  # type: ignore[arg-type]


def _of_flow(name: str, cells: npt.NDArray[np.bool_]) -> Target:
    base = cells

    def level(value: Equilibrium) -> float:
        volume = (np.where(base, value.economy.flows, 0.0) * value.flow_volume_hat).sum()
        return float(np.log(remains(float(volume), name)))

    return _simple(name, "log", level, lambda value: readings.flow(value, name, cells))


def _of_path(name: str, kind: str, country: str, n: int) -> Target:
    def along(values: tuple[Equilibrium, ...], weights: Array, slope: Array) -> float:
        return float(integrate_channels(values, weights, slope).parts[kind][n])

    return Target(name, "log", lambda _v, _h: 0.0, lambda value, _: OF_PATH[kind](value, country), along)


def _of_rents(name: str, country: str, n: int) -> Target:
    def level(value: Equilibrium, held: Held) -> float:
        return 0.0 if held is None else demand.rent(value, *held, n)

    def partials(value: Equilibrium, held: Held) -> object:
        none = np.zeros_like(value.wedges.tariff)
        return readings.rents(value, country, *(held or (none, none)))

    return Target(
        name,
        "USD mn",
        level,
        partials,  # type: ignore[arg-type]
        held=lambda value, tariff, tax: demand.rent(value, tariff, tax, n),
    )


def _of_duty(name: str, cells: npt.NDArray[np.bool_], *, after_substitution: bool) -> Target:
    from detente.equilibrium.gradients.outputs import Output

    def weight(value: Equilibrium) -> Array:
        trade = np.where(cells, value.flows_new if after_substitution else value.economy.flows, 0.0)
        return np.asarray(trade / remains(float(trade.sum()), name))

    return _simple(
        name,
        "fraction",
        lambda value: float((weight(value) * value.wedges.tariff).sum()),
        lambda value: (
            readings.average_duty(value, name, cells)
            if after_substitution
            else Output(name, tariff=weight(value))
        ),
    )


def _of_country(name: str, kind: str, country: str, n: int) -> Target:
    """A result of a country that needs no other word."""
    simple: dict[str, tuple[str, object, object]] = {
        "real_income": (
            "log",
            lambda v: float(np.log(v.real_income_hat[n])),
            lambda v: real_income(v, country),
        ),
        "equivalent_variation": (
            "USD mn",
            lambda v: float(v.equivalent_variation_usd[n]),
            lambda v: readings.equivalent_variation(v, country),
        ),
        "prices": (
            "log",
            lambda v: float(np.log(v.consumer_price_hat[n])),
            lambda v: readings.consumer_price(v, country),
        ),
        "wages": ("log", lambda v: float(np.log(v.wage_hat[n])), lambda v: readings.wage(v, country)),
        "real_wages": (
            "log",
            lambda v: float(np.log(v.real_wage_hat[n])),
            lambda v: readings.real_wage(v, country),
        ),
        "revenue": (
            "USD mn",
            lambda v: float(v.tariff_revenue_new[n]),
            lambda v: tariff_revenue(v, country),
        ),
    }
    unit, level, partials = simple[kind]
    return _simple(name, unit, level, partials)


def _accounting(kind: str, country: str, detail: str | None) -> Accounting:
    """What splits a result of a country into channels."""
    if kind in OF_PATH:
        return lambda shift: _path_account(shift, country, kind)
    if kind in OF_PARTNER:
        return lambda shift: demand.duty_account(
            shift, country, detail, after_substitution=kind == "duty_post"
        )
    simple: dict[str, Accounting] = {
        "real_income": lambda shift: welfare_account(shift, country),
        "equivalent_variation": lambda shift: welfare_account(shift, country, money=True),
        "prices": lambda shift: price_account(shift, country),
        "wages": lambda shift: demand.wage_account(shift, country),
        "real_wages": lambda shift: _real_wage_account(shift, country),
        "revenue": lambda shift: demand.revenue_account(shift, country),
        "rents": lambda shift: demand.rent_account(shift, country),
        "output": lambda shift: demand.output_account(shift, country, detail or ""),
        "employment": lambda shift: demand.employment_account(shift, country, detail or ""),
    }
    return simple[kind]


def target(name: str, economy: Economy) -> Target:
    """Return what a name stands for.

    Parameters
    ----------
    name : str
        ``COUNTRY.KIND`` with a kind of `KINDS`; ``COUNTRY.output.SECTOR``, ``COUNTRY.employment.SECTOR``;
        ``COUNTRY.duty_pre[.PARTNER]``, ``COUNTRY.duty_post[.PARTNER]``; or ``flow.IMPORTER.EXPORTER[.SECTOR]`` (all goods
        without a sector). Upper or lower case.
    economy : Economy

    Raises
    ------
    InputError
        For a name of another form, or a flow that does not exist in the base year.
    LabelError
        For an unknown country, sector or kind, with the nearest one.

    Examples
    --------
    >>> from detente.world import toy
    >>> target("usa.real_income", toy()).name, target("flow.mex.usa", toy()).unit
    ('USA.real_income', 'log')
    """
    return _parsed(name, economy)[0]


def account(name: str, shift: Shift) -> Account:
    """Split the change of a result between two equilibria into channels that add up to it.

    Parameters
    ----------
    name : str
        As `target` reads it.
    shift : Shift

    Returns
    -------
    Account
        Exact up to rounding and the solver's residual for everything but real income, equivalent variation and the results
        of the path, which are integrated.

    Raises
    ------
    InputError, LabelError
        As `target`.
    SolveError
        Where a path is needed that cannot be integrated along, as when bans cut trade into parts.

    Examples
    --------
    >>> from detente.equilibrium import Model, solve
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> both = Shift(*(solve(Model(world), Wedges.of(world, tariff=k * world.tariff)).value for k in (1, 3)))
    >>> abs(account("usa.wages", both).gap) < 1e-12
    True
    """
    return _parsed(name, shift.before.economy)[1](shift)


def _parsed(name: str, economy: Economy) -> tuple[Target, Accounting]:
    labels = economy.labels
    words = name.split(".")
    if words[0].casefold() == "flow" and len(words) in (3, 4):
        return _parsed_flow(words, economy)
    if len(words) < 2 or words[0].casefold() == "flow":
        raise InputError(f"`{name}` names no result", where="explain", hint=_FORM)
    country, kind = _code(labels, words[0]), words[1].casefold()
    if kind not in KINDS:
        raise LabelError(f"no result `{words[1]}`", where="explain", hint=suggestion(kind, KINDS))
    allowed = (3,) if kind in OF_SECTOR else (2, 3) if kind in OF_PARTNER else (2,)
    if len(words) not in allowed:
        raise InputError(f"`{name}` has the wrong number of parts", where="explain", hint=_FORM)
    n, shown = labels.country(country), f"{country}.{kind}"
    if kind in OF_SECTOR:
        sector = _sector(labels, words[2])
        s, shown = labels.sector(sector), f"{shown}.{sector}"
        if economy.output[n, s] <= 0:
            raise InputError(f"{country} makes no {sector} in the base year", where="explain", hint=_FORM)
        if kind == "output":
            goal = _simple(
                shown,
                "log",
                lambda v: float(np.log(remains(float(v.output_volume_hat[n, s]), shown))),
                lambda v: output_volume(v, country, sector),
            )
        else:
            goal = _simple(
                shown,
                "log",
                lambda v: float(
                    np.log(
                        remains(float(v.sector_earnings_new[n, s]), shown) / v.sector_earnings_new[n].sum()
                    )
                ),
                lambda v: readings.employment(v, country, sector),
            )
        return goal, _accounting(kind, country, sector)
    if kind in OF_PARTNER:
        partner = _code(labels, words[2]) if len(words) == 3 else None
        shown = f"{shown}.{partner}" if partner else shown
        cells = demand.goods_from(economy, n, labels.country(partner) if partner else None)
        if partner == country or not economy.flows[cells].any():
            raise InputError(f"there are no imports behind `{shown}`", where="explain", hint=_FORM)
        goal = _of_duty(shown, cells, after_substitution=kind == "duty_post")
        return goal, _accounting(kind, country, partner)
    if kind in OF_PATH:
        goal = _of_path(shown, kind, country, n)
    elif kind == "rents":
        goal = _of_rents(shown, country, n)
    else:
        goal = _of_country(shown, kind, country, n)
    return goal, _accounting(kind, country, None)


def _parsed_flow(words: list[str], economy: Economy) -> tuple[Target, Accounting]:
    labels = economy.labels
    importer, exporter = _code(labels, words[1]), _code(labels, words[2])
    n, i = labels.country(importer), labels.country(exporter)
    cells = np.zeros(economy.flows.shape, dtype=bool)
    shown = f"flow.{importer}.{exporter}"
    if len(words) == 4:
        sector = _sector(labels, words[3])
        cells[n, i, labels.sector(sector)] = True
        shown = f"{shown}.{sector}"
    else:
        cells[n, i, goods_sectors(economy)] = True
    if n == i or not economy.flows[cells].any():
        raise InputError(f"there is no flow `{shown}` in the base year", where="explain", hint=_FORM)
    return _of_flow(shown, cells), lambda shift: demand.flow_account(shift, cells)
