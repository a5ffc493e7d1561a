"""What is solved and what comes of it: a scenario made ready, and its outcome with its quantity controls.

Caps and floors that measures state, and a scenario's own ``quantities``, become `QuantityControl` whose wedges the solve
finds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from detente.cases.outcomes import Outcome
from detente.core import InputError, LabelError
from detente.equilibrium import (
    Binding,
    Equilibrium,
    QuantityControl,
)
from detente.policy import (
    Footprint,
    QuantityLimit,
    Scenario,
    Timing,
)
from detente.world import Array, Economy, Wedges


@dataclass(frozen=True, eq=False)
class Case:
    """A scenario made ready to be solved: its wedges, what each measure moves, and its quantity controls.

    Attributes
    ----------
    scenario : Scenario
    wedges : Wedges
        Besides the controls.
    footprints : tuple of Footprint
    controls : tuple of QuantityControl
        Those its measures state, and those of its own file.
    reasons : mapping of control name to str
        Why, in words.
    timing : Timing or None
        Clocks that the scenario's date lets fire, and what it holds.
    """

    scenario: Scenario
    wedges: Wedges
    footprints: tuple[Footprint, ...] = ()
    controls: tuple[QuantityControl, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    timing: Timing | None = None


@dataclass(frozen=True, eq=False)
class ControlledOutcome(Outcome):
    """An outcome with its quantity controls and what each of them does.

    Attributes
    ----------
    controls : tuple of QuantityControl
    bindings : mapping of control name to Binding
    reasons : mapping of control name to str
    """

    controls: tuple[QuantityControl, ...] = ()
    bindings: Mapping[str, Binding] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """The case that was solved."""
        return Case(self.scenario, self.wedges, self.footprints, self.controls, self.reasons, self.timing)

    @property
    def asked(self) -> Wedges:
        """Wedges with what enforces its controls, without the bans that only follow from them (`detente.equilibrium.bans`)."""
        solved = self.value.wedges
        banned = np.isinf(self.wedges.iceberg_hat)
        for control in self.controls:
            if control.is_ban:
                banned |= control.cells
        follows = np.isinf(solved.iceberg_hat) & ~banned
        if not follows.any():
            return solved
        return Wedges(
            solved.tariff, np.where(follows, self.wedges.iceberg_hat, solved.iceberg_hat), solved.export_tax
        )

    @property
    def held(self) -> tuple[Array, Array]:
        """What its controls add to duties and to export taxes."""
        return held_wedges(self.wedges, self.value, self.controls)


def held_wedges(
    policy: Wedges, value: Equilibrium, controls: Sequence[QuantityControl]
) -> tuple[Array, Array]:
    """What controls add to duties and to export taxes ``[importer, exporter, sector]``: the wedges that earn rents.

    Parameters
    ----------
    policy : Wedges
        Without the controls.
    value : Equilibrium
        Under them.
    controls : sequence of QuantityControl
    """
    cells = np.zeros(policy.tariff.shape, dtype=bool)
    for control in controls:
        cells |= control.cells
    return (
        np.where(cells, value.wedges.tariff - policy.tariff, 0.0),
        np.where(cells, value.wedges.export_tax - policy.export_tax, 0.0),
    )


def controls_of(economy: Economy, limits: Sequence[QuantityLimit], where: str) -> tuple[QuantityControl, ...]:
    """Quantity controls of a scenario on an economy.

    Raises
    ------
    LabelError
        For a country or sector the economy does not have, naming the control.
    InputError
        For a control that joins no two countries.
    """
    controls = []
    for limit in limits:
        here = f"{where}: quantities: {limit.name}"
        try:
            control = QuantityControl.on(
                economy,
                limit.name,
                importers=limit.importers,
                exporters=limit.exporters,
                sectors=limit.sectors,
                limit=limit.limit,
                kind=limit.kind,
                rent=limit.rent,
            )
            if limit.low is not None and limit.high is not None:
                ends = (limit.low, limit.high)
                control = replace(control, ends=ends, drawn_with=limit.drawn_with or limit.name)
        except LabelError as error:
            raise LabelError(error.what, where=here, hint=error.hint) from None
        if not control.cells.any():
            raise InputError(
                "buyers and sellers are the same country",
                where=here,
                hint="a control binds trade between countries",
            )
        controls.append(control)
    return tuple(controls)


def told_apart(scenarios: Sequence[Scenario]) -> None:
    """Refuse scenarios that differ and have one id: outcomes are kept by it, so that one would take the place of the other.

    Raises
    ------
    InputError
        For the first id that two different scenarios share, such as that of a shipped one in an edited copy of its file.

    Examples
    --------
    >>> told = Scenario(id="war", title="War", dossier="toy")
    >>> told_apart([told, told])
    >>> told_apart([told, told.model_copy(update={"title": "Another war"})])
    Traceback (most recent call last):
        ...
    detente.core.errors.InputError: two different scenarios have the id `war`
      hint: outcomes are told apart by `id`: give one of the files an id of its own
    """
    known: dict[str, Scenario] = {}
    for scenario in scenarios:
        other = known.setdefault(scenario.id, scenario)
        if other is not scenario and other.model_dump() != scenario.model_dump():
            raise InputError(
                f"two different scenarios have the id `{scenario.id}`",
                hint="outcomes are told apart by `id`: give one of the files an id of its own",
            )


BASE_YEAR = "base year"


def base_case(economy: Economy, like: Case) -> Case:
    """A case that changes nothing: the base year, to take differences from.

    Examples
    --------
    >>> from detente.policy import Scenario
    >>> from detente.world import Wedges, toy
    >>> world = toy()
    >>> war = Case(Scenario(id="war", title="War", dossier="toy"), Wedges.of(world, tariff=2 * world.tariff))
    >>> base_case(world, war).scenario.id
    'base year'
    """
    still = like.scenario.model_copy(update={"id": BASE_YEAR, "title": "Base year", "quantities": ()})
    return Case(still, Wedges.unchanged(economy))
