"""Numbers that can be explained, by name: ``usa.real_income``, ``chn.output.C26``, ``flow.USA.CHN.C26``."""

from __future__ import annotations

import numpy as np

from detente.core import InputError, LabelError, suggestion
from detente.core.labels import Labels
from detente.equilibrium.adjoint import Output
from detente.equilibrium.attribute import Target
from detente.equilibrium.derivatives import output_volume, real_income, tariff_revenue
from detente.equilibrium.solution import Equilibrium
from detente.world.economy import Economy
from detente.world.stacking import goods_sectors

KINDS = ("real_income", "prices", "output", "revenue")
_FORM = "such as usa.real_income, usa.prices, usa.revenue, chn.output.C26 or flow.USA.CHN[.C26]"


def _code(labels: Labels, word: str) -> str:
    """A country's code, in any case."""
    found = {code.casefold(): code for code in labels.countries}
    if word.casefold() not in found:
        raise LabelError(
            f"unknown country `{word}`", where="explain", hint=suggestion(word.upper(), labels.countries)
        )
    return found[word.casefold()]


def _sector(labels: Labels, word: str) -> str:
    found = {code.casefold(): code for code in labels.sectors}
    if word.casefold() not in found:
        raise LabelError(
            f"unknown sector `{word}`", where="explain", hint=suggestion(word.upper(), labels.sectors)
        )
    return found[word.casefold()]


def consumer_price(equilibrium: Equilibrium, country: str) -> Output:
    """Log price of a country's final basket."""
    n = equilibrium.economy.labels.country(country)
    alpha, _ = equilibrium.technology.final(np.log(equilibrium.price_hat))
    price = np.zeros_like(alpha)
    price[n] = alpha[n]
    return Output(f"prices[{country}]", price=price)


def _flow(name: str, cells: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Target:
    """Log volume, at base-year prices, of some flows together."""

    def volumes(value: Equilibrium) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.asarray(np.where(cells, value.economy.flows, 0.0) * value.flow_volume_hat)

    def output(value: Equilibrium) -> Output:
        share = volumes(value)
        share = share / share.sum()
        spent = value.trade_shares_new * value.expenditure_new[:, None, :]
        cell = np.divide(share, spent, out=np.zeros_like(share), where=share > 0)
        return Output(
            name,
            cell=cell,
            cost=-share.sum(0),
            tariff=-share / (1 + value.wedges.tariff),
            export_tax=-share / (1 + value.wedges.export_tax),
        )

    return Target(name, "log", lambda value: float(np.log(volumes(value).sum())), output)


def target(name: str, economy: Economy) -> Target:
    """Return what a name stands for.

    Parameters
    ----------
    name : str
        ``COUNTRY.real_income``, ``COUNTRY.prices``, ``COUNTRY.revenue``, ``COUNTRY.output.SECTOR`` or
        ``flow.IMPORTER.EXPORTER[.SECTOR]`` (all goods without a sector); upper or lower case.
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
    labels = economy.labels
    words = name.split(".")
    if words[0].casefold() == "flow" and len(words) in (3, 4):
        importer, exporter = _code(labels, words[1]), _code(labels, words[2])
        n, i = labels.country(importer), labels.country(exporter)
        cells = np.zeros(economy.flows.shape, dtype=bool)
        if len(words) == 4:
            sector = _sector(labels, words[3])
            cells[n, i, labels.sector(sector)] = True
            shown = f"flow.{importer}.{exporter}.{sector}"
        else:
            cells[n, i, goods_sectors(economy)] = True
            shown = f"flow.{importer}.{exporter}"
        if n == i or not economy.flows[cells].any():
            raise InputError(f"there is no flow `{shown}` in the base year", where="explain", hint=_FORM)
        return _flow(shown, cells)
    if len(words) < 2 or words[0].casefold() == "flow":
        raise InputError(f"`{name}` names no result", where="explain", hint=_FORM)
    country, kind = _code(labels, words[0]), words[1].casefold()
    if kind not in KINDS:
        raise LabelError(f"no result `{words[1]}`", where="explain", hint=suggestion(kind, KINDS))
    if len(words) != (3 if kind == "output" else 2):
        raise InputError(f"`{name}` has the wrong number of parts", where="explain", hint=_FORM)
    n, shown = labels.country(country), f"{country}.{kind}"
    if kind == "real_income":
        return Target(
            shown, "log", lambda v: float(np.log(v.real_income_hat[n])), lambda v: real_income(v, country)
        )
    if kind == "prices":
        return Target(
            shown,
            "log",
            lambda v: float(np.log(v.consumer_price_hat[n])),
            lambda v: consumer_price(v, country),
        )
    if kind == "revenue":
        return Target(
            shown, "USD mn", lambda v: float(v.tariff_revenue_new[n]), lambda v: tariff_revenue(v, country)
        )
    sector = _sector(labels, words[2])
    s = labels.sector(sector)
    if economy.output[n, s] <= 0:
        raise InputError(f"{country} makes no {sector} in the base year", where="explain", hint=_FORM)
    return Target(
        f"{shown}.{sector}",
        "log",
        lambda v: float(np.log(v.output_volume_hat[n, s])),
        lambda v: output_volume(v, country, sector),
    )
