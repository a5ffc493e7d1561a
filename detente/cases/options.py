"""What a user may set beside a horizon: what duties are used for, wages, labour, demand, scale, deficits, shocks.

Values that come with Détente, with grade and source, are in ``data/options.yaml``.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from detente.core import Cell, Column, InputError, LabelError, Table, suggestion
from detente.equilibrium import Model, Responses, Structure
from detente.policy import ModelOptions, Scenario
from detente.world import Array, Economy

REVENUE_USES: dict[str, str] = {
    "rebate": "Duties go to households.",
    "saved": "What duties bring beyond the base year's is saved by the treasury.",
    "tax-cut": "What duties bring beyond the base year's lowers other taxes",
}
"""Uses of duties, in words."""
ByCountry = float | Mapping[str, float]
ByMarket = float | Mapping[str, ByCountry]
_FILE = Path(__file__).parent / "data" / "options.yaml"


@dataclass(frozen=True)
class Options:
    """Settings beside a horizon; what is left out stays the horizon's.

    Parameters
    ----------
    revenue : {"rebate", "saved", "tax-cut"}, optional
        What is done with duties beyond those of the base year.
    wage_floor, labour_supply : float or mapping of country to float, optional
        As in `detente.equilibrium.Structure`; countries that a mapping does not name have none. Beside scale, relief or shocks, labour
        supply is that of `detente.equilibrium.Responses`, whose effect is the same.
    minimum_consumption : float or mapping of sector to float, optional
        As in `detente.equilibrium.Structure`.
    scale : float or mapping of sector to float, optional
    relief : float or mapping of country to float, optional
    deficits : {"closure", "country share"}, optional
    sharing : sequence of str
        As in `detente.equilibrium.Responses`.
    productivity, population : mapping of country to ratio
        Shocks, new over old; productivity by sector too.
    margin, pass_through : float or mapping of sector, country or country and sector to float, optional
        As in `detente.equilibrium.Responses`; a country's own go before those of a sector.

    Examples
    --------
    >>> from detente.world import toy
    >>> Options(revenue="saved", wage_floor={"USA": 0.98}).on(Structure(), toy()).wage_floor.round(2).tolist()
    [0.98, 0.0, 0.0, 0.0, 0.0]
    """

    revenue: str | None = None
    wage_floor: ByCountry | None = None
    labour_supply: ByCountry | None = None
    minimum_consumption: ByCountry | None = None
    scale: ByCountry | None = None
    relief: ByCountry | None = None
    deficits: str | None = None
    sharing: Sequence[str] = ()
    productivity: Mapping[str, ByCountry] = field(default_factory=dict)
    population: Mapping[str, float] = field(default_factory=dict)
    margin: ByMarket | None = None
    pass_through: ByMarket | None = None

    @classmethod
    def stated(cls, settings: ModelOptions) -> Options:
        """Those of a scenario or a file."""
        return cls(**{entry.name: getattr(settings, entry.name) for entry in fields(cls)})

    @property
    def _beside_labour(self) -> bool:
        """Whether labour supply is part of what answers beside prices."""
        rules = (self.scale, self.relief, self.productivity, self.population, self.margin, self.pass_through)
        return any(bool(rule) for rule in rules)

    @property
    def respond(self) -> bool:
        """Whether more than prices answers."""
        markets = self.margin is not None or self.pass_through is not None
        return bool(self._beside_labour or self.sharing or self.deficits not in (None, "closure") or markets)

    def after(self, months: float) -> Options:
        """Return what holds after so many months: wages may fall to the floor within a year, to its square in two.

        Raises
        ------
        InputError
            Where more than prices answers: no date of a path can be solved so.
        """
        if self.respond:
            raise InputError(
                "a path along dates and what answers beside prices (scale, relief, deficits, sharing, shocks) do not go together",
                where="options",
                hint="`detente run` takes them, at one horizon",
            )
        floor, years = self.wage_floor, months / 12
        if isinstance(floor, Mapping):
            return replace(self, wage_floor={code: value**years for code, value in floor.items()})
        return self if floor is None else replace(self, wage_floor=floor**years)

    def on(self, structure: Structure, economy: Economy) -> Structure:
        """Return the structure with these settings.

        Raises
        ------
        LabelError
            For an unknown use or country, with the nearest one.
        UnitError
            For values out of range.
        """
        changed: dict[str, Any] = {}
        said = []
        if self.revenue is not None:
            if self.revenue not in REVENUE_USES:
                raise LabelError(
                    f"unknown use of duties `{self.revenue}`",
                    where="revenue",
                    hint=suggestion(self.revenue, REVENUE_USES),
                )
            changed["revenue_saved"] = float(self.revenue == "saved")
            changed["revenue_cut"] = float(self.revenue == "tax-cut")
            changed["marginal_cost_of_funds"] = (
                shipped_value("marginal_cost_of_funds") if self.revenue == "tax-cut" else 1.0
            )
        for name, words, given in (
            ("wage_floor", "wage floor", self.wage_floor),
            ("labour_supply", "elasticity of labour supply", self.labour_supply),
            ("minimum_consumption", "minimum consumption", self.minimum_consumption),
        ):
            if given is not None and not (name == "labour_supply" and self._beside_labour):
                by_sector = name == "minimum_consumption"
                changed[name] = _by_sector(given, economy) if by_sector else _by_country(given, economy)
                said.append(f"{words} {_shown(given)}")
        if not changed:
            return structure
        source = "; ".join([structure.source, *said]) if said else structure.source
        return replace(structure, **changed, source=source)

    def responses(self, economy: Economy, onto: Responses | None = None) -> Responses | None:
        """Return what answers beside prices, over what did; None where nothing does.

        Raises
        ------
        LabelError
            For an unknown country or sector, with the nearest one.
        InputError, UnitError
            As `detente.equilibrium.Responses`; for relief from taxes on labour that is supplied whatever it earns.
        """
        rules = (self.scale, self.relief, self.deficits, self.margin, self.pass_through)
        if all(rule is None for rule in rules) and not (self.sharing or self.productivity or self.population):
            return onto
        base = onto or Responses()
        if self.relief and self.labour_supply is None and not np.any(base.labour_supply):
            raise InputError(
                "duties that relieve labour of taxes change nothing where its supply is fixed",
                where="relief",
                hint="state `labour_supply` beside it",
            )
        changed: dict[str, Any] = {}
        if self.scale is not None:
            changed["scale"] = _by_sector(self.scale, economy)
        for name in ("labour_supply", "relief"):
            given = getattr(self, name)
            if given is not None and self._beside_labour:
                changed[name] = _by_country(given, economy)
        if self.deficits is not None:
            changed["deficits"] = self.deficits
        if self.sharing:
            for code in self.sharing:
                economy.labels.country(code)
            changed["sharing"] = tuple(self.sharing)
        if self.productivity:
            ratios = np.ones(economy.va_share.shape)
            for code, ratio in self.productivity.items():
                ratios[economy.labels.country(code)] = _by_sector(ratio, economy, 1.0)
            changed["productivity"] = ratios
        if self.population:
            changed["population"] = _by_country(self.population, economy, 1.0)
        for name, otherwise in (("margin", 0.0), ("pass_through", 1.0)):
            market = getattr(self, name)
            if market is not None:
                changed[name] = _by_market(market, economy, otherwise)
        answers = replace(base, **changed)
        return None if answers.is_core else answers


def optioned(model: Model, scenario: Scenario) -> Model:
    """Return the model with what a scenario sets of it; the model itself where that is nothing.

    Raises
    ------
    LabelError, InputError, UnitError
        As `Options.on` and `Options.responses`.
    """
    if scenario.options is None:
        return model
    options = Options.stated(scenario.options)
    structure = options.on(model.structure, model.economy)
    return replace(model, structure=structure, responses=options.responses(model.economy, model.responses))


def shipped_value(name: str) -> float:
    """Value that comes with Détente, such as ``wage_floor``."""
    return float(_read()[name]["value"])


@functools.cache
def _read() -> Mapping[str, Any]:
    from detente.dossier import read_yaml

    data = read_yaml(_FILE).data
    assert isinstance(data, dict)
    return data


def _by_sector(given: ByCountry, economy: Economy, otherwise: float = 0.0) -> float | Array:
    """One number for all, or an array [sector]."""
    if not isinstance(given, Mapping):
        return float(given)
    values = np.full(len(economy.labels.sectors), otherwise)
    for code, value in given.items():
        values[economy.labels.sector(code)] = value
    return values


def _by_market(given: ByMarket, economy: Economy, otherwise: float) -> float | Array:
    """One number for all, or an array [country, sector] from sectors, then countries, by code."""
    if not isinstance(given, Mapping):
        return float(given)
    labels, values = economy.labels, np.full(economy.va_share.shape, otherwise)
    for code, value in given.items():
        if code in labels.sectors and code not in labels.countries and not isinstance(value, Mapping):
            values[:, labels.sector(code)] = value
    for code, value in given.items():
        if code in labels.countries:
            own = labels.country(code)
            if isinstance(value, Mapping):
                for sector, share in value.items():
                    values[own, labels.sector(sector)] = share
            else:
                values[own] = value
        elif code not in labels.sectors or isinstance(value, Mapping):
            raise LabelError(
                f"unknown country or sector `{code}`",
                where="options",
                hint=suggestion(code, (*labels.countries, *labels.sectors)),
            )
    return values


def _by_country(given: ByCountry, economy: Economy, otherwise: float = 0.0) -> float | Array:
    """One number for all, or an array [country]."""
    if not isinstance(given, Mapping):
        return float(given)
    values = np.full(len(economy.labels.countries), otherwise)
    for code, value in given.items():
        values[economy.labels.country(code)] = value
    return values


def _shown(given: ByCountry) -> str:
    if isinstance(given, Mapping):
        return ", ".join(f"{value:g} in {code}" for code, value in given.items())
    return f"{given:g}"


BESIDE_A_HORIZON = (
    "revenue_saved",
    "revenue_cut",
    "marginal_cost_of_funds",
    "wage_floor",
    "labour_supply",
    "minimum_consumption",
)
"""Parameters of a structure that a user may set beside its horizon: every stamp and every hash of parameters holds them."""


def option_table() -> Table:
    """What may be set beside a horizon, with the values that come with Détente, grade and source.

    Examples
    --------
    >>> [row["option"] for row in option_table().records()][:3]
    ['revenue: rebate', 'revenue: saved', 'revenue: tax-cut']
    """
    data = _read()
    rows: list[tuple[Cell, ...]] = [
        (f"revenue: {name}", None, body["grade"], body["source"]) for name, body in data["revenue"].items()
    ]
    rows += [
        (name, float(body["value"]), body["grade"], body["source"])
        for name, body in data.items()
        if name != "revenue"
    ]
    return Table(
        "options",
        "What may be set beside a horizon",
        (
            Column("option", "Option"),
            Column("value", "Value", "ratio", "number", 2),
            Column("grade", "Grade"),
            Column("source", "Source"),
        ),
        tuple(rows),
        note="Wage floors and elastic supply are off unless asked for; what duties are used for is a setting of every horizon.",
    )
