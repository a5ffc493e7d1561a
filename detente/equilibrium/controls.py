"""Quantity-managed trade: caps and bans on exports, floors under purchases, with the wedge that makes them bind.

A cap holds a flow's volume at or below a share of its base-year volume: ``flow_hat ≤ q``. What enforces it is a wedge
``μ ≥ 0`` with ``μ ⟂ q − flow_hat``: a slack cap costs nothing, exactly. The wedge is an export-tax equivalent whose rent
the exporter keeps (a licence sold or used at home), a duty equivalent whose rent the importer keeps (an auction of import
licences), or a cost that destroys it (queues). A floor is the mirror: ``flow_hat ≥ q`` enforced by a subsidy that the
importer's budget pays (state buyers). ``q = 0`` is a ban: an infinite trade cost, at which the flow is exactly nil. Where the rent is destroyed, the volume is what arrives: the
waste is a part of what was shipped. `quantities` finds the wedges.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from detente.core import ENFORCEMENT, Enforcement, InputError, LimitKind, Rent, UnitError, is_ban
from detente.equilibrium.solution import Equilibrium, Solution
from detente.world import Array, Economy, Wedges, countries_named, sectors_named, stack_scenarios

if TYPE_CHECKING:
    from detente.equilibrium.gradients.outputs import Gradient

Names = str | Sequence[str]
ENDS_AT = 1.645
"""Standard deviations at which a range ends: 5 and 95 per cent of a normal distribution."""
_OF_THE_CELLS = ("_traded", "flows")
"""What a control keeps of where its flows are."""
VERIFIED = 1e-8
"""Largest distance from a limit that counts as holding it, of the base flow (of the limit where that is more than the base flow)."""


@dataclass(frozen=True, eq=False)
class QuantityControl:
    """A limit on the volume of flows.

    Parameters
    ----------
    name : str
    cells : bool array [importer, exporter, sector]
        Flows it binds, together: their volumes at base-year prices are added up.
    limit : float
        Ratio to the base-year volume; 0 is a ban.
    kind : {"cap", "floor"}
    rent : {"exporter", "importer", "destroyed"}
        Who keeps the rent of a cap. A floor is always paid by the importer.
    ends : (float, float), optional
        Range of the limit, at 5 and 95 per cent: draws move between them (`at`).
    drawn_with : str
        Controls of one name here stand at one place of their ranges in a draw.
    """

    name: str
    cells: npt.NDArray[np.bool_]
    limit: float
    kind: LimitKind = "cap"
    rent: Rent = "exporter"
    ends: tuple[float, float] | None = None
    drawn_with: str = ""

    def at(self, normal: float) -> QuantityControl:
        """Return the control at a place of its range: the limit at 0, an end at ∓1.645, along a line in what is held back.

        Examples
        --------
        >>> from detente.world import toy
        >>> cap = QuantityControl.on(toy(), "cap", importers="USA", exporters="CHN", sectors="PARTS", limit=0.8)
        >>> wide = replace(cap, ends=(0.2, 1.0))
        >>> [round(wide.at(normal).limit, 3) for normal in (-9.0, -0.8225, 0.0, 1.645)]
        [0.2, 0.5, 0.8, 1.0]
        """
        if self.ends is None or normal == 0:
            return self
        way = min(abs(normal) / ENDS_AT, 1.0)
        moved = replace(self, limit=self.limit + way * (self.ends[int(normal > 0)] - self.limit))
        # it binds the same flows: where they are is worked out once for all draws
        moved.__dict__.update(
            {name: value for name, value in vars(self).copy().items() if name in _OF_THE_CELLS}
        )
        return moved

    @property
    def enforcement(self) -> Enforcement:
        """Through what it is enforced, and who keeps the rent; a ban by an infinite cost instead."""
        return ENFORCEMENT[self.kind, self.rent]

    @property
    def is_floor(self) -> bool:
        """Whether it binds from below."""
        return self.kind == "floor"

    @property
    def is_ban(self) -> bool:
        """Whether it lets nothing through."""
        return is_ban(self.limit)

    @functools.cached_property
    def flows(self) -> tuple[npt.NDArray[np.int64], ...]:
        """Positions of its flows: importers, exporters, sectors."""
        return np.nonzero(self.cells)

    def traded(self, economy: Economy) -> tuple[npt.NDArray[np.int64], ...]:
        """Positions of its flows that exist in the base year."""
        return self.traded_flows(economy)[0]

    def traded_flows(self, economy: Economy) -> tuple[tuple[npt.NDArray[np.int64], ...], float]:
        """`traded`, and what they come to in the base year, million USD; kept for the flows last asked about."""
        known = self.__dict__.get("_traded")
        if known is None or known[0]() is not economy.flows:
            there = economy.flows[self.flows] > 0
            index = tuple(index[there] for index in self.flows)
            known = weakref.ref(economy.flows), index, float(economy.flows[index].sum())
            self.__dict__["_traded"] = known
        return known[1], known[2]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name not in _OF_THE_CELLS}

    @classmethod
    def on(
        cls,
        economy: Economy,
        name: str,
        *,
        importers: Names,
        exporters: Names,
        sectors: Names,
        limit: float,
        kind: LimitKind = "cap",
        rent: Rent = "exporter",
    ) -> QuantityControl:
        """Make a control on named flows; unknown names raise `LabelError` with the nearest one."""
        return cls(name, named_cells(economy, importers, exporters, sectors), limit, kind, rent)


def named_cells(
    economy: Economy, importers: Names, exporters: Names, sectors: Names
) -> npt.NDArray[np.bool_]:
    """Cells [importer, exporter, sector] of named flows between countries; unknown names raise `LabelError`."""
    cells = np.zeros(economy.flows.shape, dtype=bool)
    rows, columns = countries_named(economy, importers), countries_named(economy, exporters)
    cells[np.ix_(rows, columns, sectors_named(economy, sectors))] = True
    here = np.arange(len(economy.labels.countries))
    cells[here, here] = False
    return cells


@dataclass(frozen=True)
class Binding:
    """What a control does at the solution.

    Attributes
    ----------
    log_wedge : float
        Logarithm of the factor it drives between cost and price; 0 when slack, infinite for a ban.
    volume_hat : float
        Volume of its flows, ratio to the base year.
    rent_usd : float
        Rent, million USD, to whom the control says (destroyed rent is lost); negative for a floor: what it costs the budget.
    """

    log_wedge: float
    volume_hat: float
    rent_usd: float


@dataclass(frozen=True, eq=False)
class ControlledSolution:
    """Solution under quantity controls: the equilibrium at the wedges found, and what each control does."""

    solution: Solution[Equilibrium]
    bindings: Mapping[str, Binding]

    @property
    def value(self) -> Equilibrium:
        """The equilibrium."""
        return self.solution.value


def check_controls(economy: Economy, controls: Sequence[QuantityControl]) -> None:
    """Refuse controls that overlap, bind nothing, or have no sense.

    Raises
    ------
    InputError, UnitError
        Naming the control.
    """
    seen = np.zeros(economy.flows.shape, dtype=int)
    for control in controls:
        if control.cells.shape != economy.flows.shape:
            raise InputError(
                f"cells have shape {control.cells.shape}",
                where=control.name,
                hint="[importer, exporter, sector]",
            )
        if not (np.isfinite(control.limit) and control.limit >= 0):
            raise UnitError(
                f"limit is {control.limit}",
                where=control.name,
                hint="a ratio to the base-year volume, 0 or more",
            )
        if control.is_floor and control.is_ban:
            raise InputError("a floor of zero asks for nothing", where=control.name, hint="leave it out")
        if not (economy.flows[control.cells] > 0).any():
            raise InputError(
                "none of its flows exists in the base year",
                where=control.name,
                hint="limits are ratios to base-year volumes",
            )
        seen += control.cells
    names = [control.name for control in controls]
    if len(set(names)) < len(names):
        raise InputError("two controls have one name", where="quantity controls", hint="name each of its own")
    if (seen > 1).any():
        n, i, s = np.argwhere(seen > 1)[0]
        labels = economy.labels
        raise InputError(
            f"two controls bind the flow {labels.countries[i]} to {labels.countries[n]} of {labels.sectors[s]}",
            where="quantity controls",
            hint="join them, or bind their flows in one control",
        )


def apply_controls(wedges: Wedges, controls: Sequence[QuantityControl], log_wedge: Array) -> Wedges:
    """Wedges with those of the controls on top; a ban is an infinite cost."""
    return apply_to_each([wedges], [controls], [log_wedge], alone=True)


def apply_to_each(
    wedges: Sequence[Wedges],
    controls: Sequence[Sequence[QuantityControl]],
    log_wedges: Sequence[Array],
    *,
    alone: bool = False,
) -> Wedges:
    """Wedges of several scenarios with those of their controls on top, with a leading axis unless `alone`."""
    arrays = {name: stack_scenarios([vars(policy)[name] for policy in wedges]) for name in vars(wedges[0])}
    applied = _put_on_top(arrays, controls, log_wedges)
    return applied.each()[0] if alone else applied


def apply_on_top(
    wedges: Wedges, controls: Sequence[Sequence[QuantityControl]], log_wedges: Sequence[Array]
) -> Wedges:
    """Wedges with a leading scenario axis, with those of each scenario's controls on top: arrays that none moves as they are."""
    return _put_on_top(dict(vars(wedges)), controls, log_wedges)


def _put_on_top(
    arrays: dict[str, Array], controls: Sequence[Sequence[QuantityControl]], log_wedges: Sequence[Array]
) -> Wedges:
    """Duties, trade costs and taxes [scenario, importer, exporter, sector] with the wedges of controls: in place where they can be."""
    for k, (own, sizes) in enumerate(zip(controls, log_wedges, strict=True)):
        for control, size in zip(own, sizes, strict=True):
            how = control.enforcement
            lever = "iceberg_hat" if control.is_ban else how.lever
            if not (control.is_ban or size):
                continue
            if not arrays[lever].flags.writeable:
                arrays[lever] = arrays[lever].copy()  # scenario by scenario, however it was shared
            at: tuple[Any, ...] = (k, *control.flows)
            rates = arrays[lever]
            if control.is_ban:
                rates[at] = np.inf
            elif lever == "iceberg_hat":
                rates[at] *= np.exp(how.sign * size)
            else:
                rates[at] = (1 + rates[at]) * np.exp(how.sign * size) - 1
    for array in arrays.values():
        array.flags.writeable = False  # spares `Wedges` a copy
    return Wedges(**arrays)


def volume_of(equilibrium: Equilibrium, control: QuantityControl, log_wedge: float) -> float:
    """Volume of a control's flows at base-year prices, net of what it wastes, ratio to the base year."""
    (n, i, s), base = control.traded_flows(equilibrium.economy)
    wedges = equilibrium.wedges
    factor = (1 + wedges.tariff[n, i, s]) * (1 + wedges.export_tax[n, i, s])
    sold = equilibrium.trade_shares_new[n, i, s] * equilibrium.purchases_new[n, s] / factor
    shipped = (sold / equilibrium.cost_hat[i, s]).sum() / base
    arrives = np.exp(-log_wedge) if control.enforcement.wasted else 1.0
    return float(shipped * arrives)


def by_wedge(gradient: Gradient, control: QuantityControl, wedges: Wedges) -> float:
    """Derivative of a log volume by a control's log wedge."""
    cells, how = control.cells, control.enforcement
    if how.lever == "export_tax":
        return how.sign * float((gradient.export_tax * (1 + wedges.export_tax))[cells].sum())
    if how.lever == "tariff":
        return how.sign * float((gradient.tariff * (1 + wedges.tariff))[cells].sum())
    lost = 1.0 if gradient.output == control.name else 0.0
    return how.sign * float(gradient.log_iceberg[cells].sum()) - lost


def _rent(equilibrium: Equilibrium, wedges: Wedges, control: QuantityControl) -> float:
    """Rent of a control, million USD, at the wedges it added to `wedges`."""
    new, at = equilibrium.wedges, control.flows
    spent = equilibrium.trade_shares_new[at] * equilibrium.purchases_new[at[0], at[2]]
    at_border = spent / (1 + new.tariff[at])
    lever = control.enforcement.lever
    if lever == "tariff":
        return float((at_border * (new.tariff[at] - wedges.tariff[at])).sum())
    at_producer = at_border / (1 + new.export_tax[at])
    if lever == "export_tax":
        return float((at_producer * (new.export_tax[at] - wedges.export_tax[at])).sum())
    open_ = np.isfinite(new.iceberg_hat[at])  # nothing is sold where a ban follows from others
    used = 1 - wedges.iceberg_hat[at][open_] / new.iceberg_hat[at][open_]
    return float((at_producer[open_] * used).sum())


def excess(
    value: Equilibrium,
    controls: Sequence[QuantityControl],
    log_wedge: Array,
    known: dict[str, float] | None = None,
) -> Array:
    """How far each control's flow is on the wrong side of its limit, log points; volumes by name are left in `known`."""
    volumes = np.array(
        [volume_of(value, control, size) for control, size in zip(controls, log_wedge, strict=True)]
    )
    if known is not None:
        known.update(zip((control.name for control in controls), volumes.tolist(), strict=True))
    sign = np.array([control.enforcement.sign for control in controls])
    with np.errstate(divide="ignore"):  # bans may leave nothing of a flow
        return np.asarray(sign * (np.log(volumes) - np.log([control.limit for control in controls])))


def bindings_of(
    value: Equilibrium,
    wedges: Wedges,
    controls: Sequence[QuantityControl],
    log_wedge: Array,
    known: Mapping[str, float] | None = None,
) -> dict[str, Binding]:
    """What controls do at an equilibrium, by name; `wedges` are those without them, `known` volumes worked out already."""
    bindings, known = {}, known or {}
    for control, size in zip(controls, log_wedge, strict=True):
        ban = control.is_ban
        volume = known.get(control.name)
        bindings[control.name] = Binding(
            float("inf") if ban else float(size),
            volume_of(value, control, 0.0 if ban else float(size)) if volume is None else volume,
            0.0 if ban or size == 0 else _rent(value, wedges, control),
        )
    return bindings


def breach(control: QuantityControl, binding: Binding) -> str:
    """How a control does not hold at what was found, in words; empty when it holds.

    A cap holds at or below its limit and costs nothing below it, a floor at or above it, a ban at nothing at all.

    Examples
    --------
    >>> from detente.world import toy
    >>> cap = QuantityControl.on(toy(), "cap", importers=["USA"], exporters=["CHN"], sectors=["PARTS"], limit=0.5)
    >>> breach(cap, Binding(0.3, 0.5, 1.0)), breach(cap, Binding(0.3, 0.7, 1.0))
    ('', '`cap`: 0.7 of the base flow, at most 0.5 allowed')
    """
    said = overstep(control, binding)
    within = abs(binding.volume_hat - control.limit) <= VERIFIED * max(1.0, control.limit)
    if said or control.is_ban or within or 0 <= binding.log_wedge <= VERIFIED:
        return said
    return (
        f"`{control.name}`: {binding.volume_hat:.6g} of the base flow keeps to {control.limit:.6g} by itself, "
        f"yet a wedge of {binding.log_wedge:.2g} log points is on it"
    )


def overstep(control: QuantityControl, binding: Binding) -> str:
    """How a flow is on the wrong side of its limit, in words; empty when it is not."""
    volume, limit = binding.volume_hat, control.limit
    if control.is_ban:
        return "" if volume == 0 else f"`{control.name}`: {volume:.6g} of the base flow, which is banned"
    if control.is_floor:
        short = not volume >= limit - VERIFIED * max(1.0, limit)
        return (
            f"`{control.name}`: {volume:.6g} of the base flow, at least {limit:.6g} asked for"
            if short
            else ""
        )
    over = not volume <= limit + VERIFIED * max(1.0, limit)
    return f"`{control.name}`: {volume:.6g} of the base flow, at most {limit:.6g} allowed" if over else ""
