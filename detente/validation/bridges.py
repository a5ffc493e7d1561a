"""Bridges to the numbers of others: from theirs to ours, one assumption at a time, every step solved.

A bridge is data (``data/bridges.yaml``): what a study published, the nearest setting of our engine to what the study says of
itself, and the changes that lead from there to ours. What our engine gives under that setting differs from what was published
by something no step names: it is called unexplained. Steps add up by construction; how much each takes depends on their
order, which is the file's.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np

from detente.cases import Options, Standoff, horizon, prepare_cases, solve_cases
from detente.core import LabelError, SolveError, suggestion
from detente.dossier import Field, Frozen, Grade, Slug, read_yaml, validate
from detente.equilibrium import Equilibrium, Model
from detente.policy import Scenario, load_scenario
from detente.validation.bridge_worlds import bridge_world, with_trade_elasticity
from detente.validation.checks import Check, beside
from detente.validation.firm_entry import EntryOutcome, FirmEntry, solve_entry
from detente.world import Array, goods_sectors

if TYPE_CHECKING:
    from detente.dossier import Dossier

GROUP = "Bridges to the numbers of others"
FILE = Path(__file__).parent / "data" / "bridges.yaml"
MeasureName = Literal[
    "real_income", "output", "household_spending", "factor_income", "consumer_prices", "exports_to"
]
BRIDGE_MEASURES: dict[str, str] = {
    "real_income": "real income",
    "output": "output (real GDP)",
    "household_spending": "what households can buy",
    "factor_income": "what wages and profits buy",
    "consumer_prices": "consumer prices",
    "exports_to": "exports of goods to the partner, in dollars",
}
STEP_KINDS: dict[str, str] = {
    "data": "data and base year",
    "sectors": "sectors",
    "inputs": "inputs",
    "elasticity": "elasticities",
    "closure": "closure",
    "labour": "labour",
    "revenue": "use of duties",
    "horizon": "horizon",
    "duties": "duties and controls",
    "measure": "what is measured",
    "shortage": "ways out of a shortage",
}


class EntrySetting(Frozen):
    """The equations of `detente.validation.firm_entry` in place of ours."""

    margin: dict[str, float]
    scale: float
    dispersion: Annotated[float, Field(gt=0)]


class BridgeSetting(Frozen):
    """Everything a step may set."""

    world: Literal["shipped", "goods-2023"] = "shipped"
    sectors: Literal["all", "goods and services"] = "all"
    inputs: bool = True
    base_duties: bool = True
    horizon: Literal["impact", "short", "long"] = "long"
    elasticities: str | float | None = None
    """A named set, a number for all sectors, or the horizon's own."""
    ways_out: bool = True
    closure: str = "share"
    revenue: str | None = None
    marginal_cost_of_funds: float | None = None
    wage_floor: dict[str, float] | None = None
    labour_supply: float | None = None
    entry: EntrySetting | None = None
    scenario: str | dict[str, Any]
    """A scenario of the record, or one written out."""
    against: str | dict[str, Any] | None = None
    """What it is compared with; the base year when left out."""
    measure: MeasureName = "real_income"


class BridgeChange(BridgeSetting):
    """What a step sets; everything else stays as it was."""

    scenario: str | dict[str, Any] = ""


class BridgeReading(Frozen):
    """One published number."""

    country: Slug
    published: float
    partner: Slug | None = None
    estimate: Slug | None = None
    """The record's own entry of the same number."""


class BridgeStep(Frozen):
    """One assumption changed."""

    kind: Literal[
        "data",
        "sectors",
        "inputs",
        "elasticity",
        "closure",
        "labour",
        "revenue",
        "horizon",
        "duties",
        "measure",
        "shortage",
    ]
    says: str
    change: BridgeChange


class Bridge(Frozen):
    """A bridge as its file writes it."""

    id: Slug
    dossier: Slug
    """The record that the study is about."""
    title: str
    rival: str
    source: str
    grade: Grade
    unit: str = "%"
    stated: str
    """What of the study's own assumptions the first setting takes over."""
    open: str
    """What of the study no setting of ours can take over: where the unexplained may come from."""
    readings: Annotated[tuple[BridgeReading, ...], Field(min_length=1)]
    start: BridgeSetting
    steps: tuple[BridgeStep, ...]


@dataclass(frozen=True)
class BridgeStage:
    """One solved stage of a bridge.

    Attributes
    ----------
    kind : str
        Of `STEP_KINDS`; ``published``, ``unexplained`` is the first solved stage.
    says : str
    values : tuple of float
        By reading, in the bridge's unit.
    changes : tuple of float
        Against the stage before.
    """

    kind: str
    says: str
    values: tuple[float, ...]
    changes: tuple[float, ...]


@dataclass(frozen=True)
class BridgeWalk:
    """A bridge with every stage solved."""

    bridge: Bridge
    stages: tuple[BridgeStage, ...]

    @property
    def ours(self) -> tuple[float, ...]:
        """Where it ends [reading]."""
        return self.stages[-1].values

    @property
    def unexplained(self) -> tuple[float, ...]:
        """Published less what our engine gives under the study's own assumptions, with the sign of a step [reading]."""
        return self.stages[1].changes


@functools.cache
def shipped_bridges() -> Mapping[str, Bridge]:
    """Every shipped bridge, by name."""
    file = read_yaml(FILE)
    assert isinstance(file.data, list)
    listed = [validate(Bridge, body, file, (position,)) for position, body in enumerate(file.data)]
    return {bridge.id: bridge for bridge in listed}


def named_bridge(name: str) -> Bridge:
    """Return a bridge.

    Raises
    ------
    LabelError
        For an unknown name, with the nearest one.
    """
    known = shipped_bridges()
    if name not in known:
        raise LabelError(f"unknown bridge `{name}`", where="bridge", hint=suggestion(name, known))
    return known[name]


def settings_along(bridge: Bridge) -> tuple[BridgeSetting, ...]:
    """Settings of the start and after every step."""
    body: dict[str, Any] = bridge.start.model_dump(exclude_unset=True)
    settings = [bridge.start]
    for step in bridge.steps:
        body = {**body, **step.change.model_dump(exclude_unset=True)}
        settings.append(BridgeSetting.model_validate(body))
    return tuple(settings)


@functools.cache
def _record() -> Dossier:
    """The shipped record, read once."""
    return Standoff.load().dossier


def _scenario(written: str | dict[str, Any]) -> Scenario:
    if isinstance(written, str):
        return load_scenario(written)
    body = {
        "id": "bridge",
        "title": "Bridge",
        "dossier": _record().id,
        "record": "set" in written,  # what sets measures starts from the record, duties by hand do not
    }
    return Scenario.model_validate({**body, **written})


def model_of(setting: BridgeSetting) -> Model:
    """The model of a setting: world, elasticities, horizon, use of duties and closure."""
    economy = bridge_world(setting.world, setting.sectors, setting.inputs, setting.base_duties)
    chosen = setting.elasticities
    if chosen is not None:
        economy = with_trade_elasticity(economy, chosen)
    economy, structure = horizon(
        setting.horizon, economy, keep_elasticities=chosen is not None, ways_out=setting.ways_out
    )
    options = Options(setting.revenue, setting.wage_floor, setting.labour_supply)
    structure = options.on(structure, economy)
    if setting.marginal_cost_of_funds is not None:
        structure = replace(structure, marginal_cost_of_funds=setting.marginal_cost_of_funds)
    return Model(economy, structure, setting.closure)


@functools.lru_cache(maxsize=64)
def _solved(key: str) -> Equilibrium:
    setting = BridgeSetting.model_validate_json(key)
    model = model_of(setting)
    case = prepare_cases(model.economy, _record(), [_scenario(setting.scenario)])[0]
    solution = solve_cases(model, [case])[0][0]
    if not solution.result.ok:
        raise SolveError(
            f"a step of a bridge has no solution: {solution.message}",
            where=setting.horizon,
            hint="change the order of the steps",
            solution=solution,
        )
    return solution.value


def _entry_outcome(setting: BridgeSetting) -> EntryOutcome:
    """The study's own equations on the world of a setting."""
    assert setting.entry is not None
    economy = bridge_world(setting.world, setting.sectors, setting.inputs, setting.base_duties)
    if setting.elasticities is not None:
        economy = with_trade_elasticity(economy, setting.elasticities)
    case = prepare_cases(economy, _record(), [_scenario(setting.scenario)])[0]
    entry = FirmEntry(**setting.entry.model_dump(), labour_supply=setting.labour_supply or 0.0)
    return solve_entry(economy, case.wedges.tariff, entry)


def _exports_hat(value: Equilibrium, exporter: int, importer: int) -> float:
    economy, goods = value.economy, goods_sectors(value.economy)
    return float(
        value.flows_new[importer, exporter, goods].sum() / economy.flows[importer, exporter, goods].sum()
    )


def _level(value: Equilibrium, measure: str, reading: BridgeReading) -> float:
    """A measure against the base year, ratio."""
    labels = value.economy.labels
    n = labels.country(reading.country)
    if measure == "exports_to":
        return _exports_hat(value, n, labels.country(reading.partner or ""))
    levels: dict[str, Array] = {
        "real_income": value.real_income_hat,
        "output": value.gdp_volume_hat,
        "household_spending": value.household_spending_hat,
        "consumer_prices": value.consumer_price_hat,
        "factor_income": value.wage_hat * value.factor_supply_hat / value.consumer_price_hat,
    }
    return float(levels[measure][n])


def readings_of(setting: BridgeSetting, readings: tuple[BridgeReading, ...]) -> tuple[float, ...]:
    """What a setting gives for each published number, percent.

    Parameters
    ----------
    setting : BridgeSetting
    readings : tuple of BridgeReading
    """
    if setting.entry is not None:
        outcome = _entry_outcome(setting)
        economy = bridge_world(setting.world, setting.sectors, setting.inputs, setting.base_duties)
        # their measure of welfare counts what work costs those who do it
        level = outcome.consumer_price_hat if setting.measure == "consumer_prices" else outcome.welfare_hat
        return tuple(100 * float(level[economy.labels.country(r.country)] - 1) for r in readings)
    value = _solved(setting.model_dump_json(exclude={"measure", "against"}))
    if setting.against is None:
        return tuple(100 * (_level(value, setting.measure, reading) - 1) for reading in readings)
    reference = _solved(
        setting.model_copy(update={"scenario": setting.against}).model_dump_json(
            exclude={"measure", "against"}
        )
    )
    return tuple(
        100 * (_level(value, setting.measure, r) / _level(reference, setting.measure, r) - 1)
        for r in readings
    )


def walk_bridge(bridge: Bridge) -> BridgeWalk:
    """Solve a bridge from the published numbers to ours.

    Parameters
    ----------
    bridge : Bridge
        From `named_bridge`.

    Returns
    -------
    BridgeWalk
        The first stage is what was published, the second our engine under the study's own assumptions, the last is ours.
    """
    published = tuple(reading.published for reading in bridge.readings)
    stages = [BridgeStage("published", f"{bridge.rival}: as published", published, (0.0,) * len(published))]
    before = np.array(published)
    says = ("unexplained", bridge.stated)
    texts = [says, *((step.kind, step.says) for step in bridge.steps)]
    for (kind, text), setting in zip(texts, settings_along(bridge), strict=True):
        now = np.array(readings_of(setting, bridge.readings))
        stages.append(BridgeStage(kind, text, tuple(now.tolist()), tuple((now - before).tolist())))
        before = now
    return BridgeWalk(bridge, tuple(stages))


def bridge_checks() -> list[Check]:
    """One line a published number: theirs beside our engine under the closures they state, with what the walk says."""
    checks = []
    for bridge in shipped_bridges().values():
        walked = walk_bridge(bridge)
        for k, reading in enumerate(bridge.readings):
            largest = max(walked.stages[2:], key=lambda stage: abs(stage.changes[k]), default=None)
            note = f"under their closures: {bridge.stated}"
            if largest is not None:
                note += f"; ours in the end {walked.ours[k]:.3f}, most of the way by: {largest.says}"
            checks.append(
                beside(
                    GROUP,
                    f"{bridge.title}: {reading.country}",
                    walked.stages[1].values[k],
                    reading.published,
                    source=f"{bridge.rival}, {bridge.source}",
                    unit=bridge.unit,
                    note=note,
                )
            )
    return checks
