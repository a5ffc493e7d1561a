"""A standoff: its record, the world it happens in, and its parties; from here every question starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detente.cases.case import Case, ControlledOutcome, told_apart
from detente.cases.horizons import horizon as at_horizon
from detente.cases.options import Options
from detente.cases.parties import sides_in
from detente.cases.runs import prepare_cases, run_cases
from detente.dossier import Dossier, load_dossier
from detente.equilibrium import Model, Policy
from detente.policy import Scenario, load_scenario, shipped_scenarios
from detente.world import Array, Economy, load_world, with_elasticity_set

if TYPE_CHECKING:
    from detente.cases.unfolding import Unfolding


def model_at(
    horizon: str,
    economy: Economy,
    *,
    closure: str | Array = "share",
    elasticities: str | None = None,
    keep_elasticities: bool = False,
    options: Options | None = None,
) -> Model:
    """Return the model of a horizon: its trade elasticities and how far technology and factors adjust.

    Parameters
    ----------
    horizon : {"impact", "short", "long"}
    economy : Economy
    closure : {"share", "fixed", "zero"} or array [country], million USD
    elasticities : str, optional
        A published set to use instead of the horizon's own.
    keep_elasticities : bool
        Use those the economy has instead of the horizon's own.
    options : Options, optional
        What a user sets beside the horizon; the horizon's when left out.

    Raises
    ------
    LabelError
        For an unknown horizon or set, with the nearest name.

    Examples
    --------
    >>> from detente.world import toy
    >>> model_at("short", toy())
    <Model toy (2024): 5 countries, 4 sectors; short run; closure share>
    """
    chosen = economy if elasticities is None else with_elasticity_set(economy, elasticities)
    keep = keep_elasticities or elasticities is not None
    economy, structure = at_horizon(horizon, chosen, keep_elasticities=keep)
    if options is None:
        return Model(economy, structure, closure)
    answers = options.responses(economy)
    return Model(economy, options.on(structure, economy), closure, responses=answers)


@dataclass(frozen=True, eq=False)
class Standoff:
    """A record, the world it happens in, and the parties whose standoff it is.

    Parameters
    ----------
    dossier : Dossier
        As known on its as-of day.
    world : Economy
    parties : tuple of str
        Codes of the world's economies, two or more; the first two are the headline pair.
    source : str
        Where the dossier and its scenarios come from: a shipped id, or a folder.

    Examples
    --------
    >>> standoff = Standoff.load("busan-2025")
    >>> standoff
    <Standoff busan-2025 as of 2025-10-28 on world-2024: USA, CHN; outcomes standing, talks-fail, …>
    >>> outcome = standoff.solve("talks-fail")["talks-fail"]
    >>> outcome.solution.result.name
    'successful'
    """

    dossier: Dossier
    world: Economy
    parties: tuple[str, ...]
    source: str = field(default="")

    def __repr__(self) -> str:
        names = self.scenarios
        told = ", ".join(names[:2]) + (", …" if len(names) > 2 else "")
        return (
            f"<Standoff {self.dossier.id} as of {self.dossier.asof} on {self.world.name}: {', '.join(self.parties)}; "
            f"outcomes {told or 'none'}>"
        )

    @classmethod
    def load(
        cls,
        dossier: str | Path = "busan-2025",
        *,
        asof: dt.date | None = None,
        world: str | Path = "world-2024",
        parties: tuple[str, ...] | None = None,
    ) -> Standoff:
        """Load a shipped standoff by its id, or one's own by its folder.

        Parameters
        ----------
        dossier : str or path
        asof : date, optional
            What was known; the record's own day when left out.
        world : str or path
        parties : tuple of str, optional
            Those of the record when left out.

        Raises
        ------
        LabelError, InputError, SchemaError
            For an unknown id, a damaged record, and a record without two parties in the world.
        """
        record, economy = load_dossier(dossier, asof=asof), load_world(world)
        return cls(record, economy, parties or sides_in(record, economy), str(dossier))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Ids of the outcomes that come with the record, in the order of its ladder, as far as they are a live question on its day."""
        return shipped_scenarios(self.source or self.dossier.id, self.dossier.asof)

    def scenario(self, name: str | Path) -> Scenario:
        """An outcome by its id (``a+b`` compounds), or by the path of its file."""
        return load_scenario(name, dossier=self.source or self.dossier.id)

    def case(self, name: str | Path | Scenario) -> Case:
        """An outcome made ready to be solved: its wedges, what each measure moves, and its limits."""
        scenario = name if isinstance(name, Scenario) else self.scenario(name)
        return prepare_cases(self.world, self.dossier, [scenario])[0]

    def policy(self, name: str | Path | Scenario) -> Policy:
        """What an outcome does to trade: the whole of it, limits on quantities included."""
        case = self.case(name)
        return Policy(self.world, case.wedges, case.controls, case.scenario.id)

    def model(
        self,
        horizon: str = "long",
        *,
        closure: str | Array = "share",
        elasticities: str | None = None,
        options: Options | None = None,
    ) -> Model:
        """Return the model of this world at a horizon (`model_at`)."""
        return model_at(horizon, self.world, closure=closure, elasticities=elasticities, options=options)

    def solve(
        self,
        *names: str | Path | Scenario,
        horizon: str = "long",
        closure: str = "share",
        elasticities: str | None = None,
        options: Options | None = None,
        throw: bool = True,
    ) -> Mapping[str, ControlledOutcome]:
        """Solve outcomes together: by scenario id, in the order given; all of the ladder when none is named.

        Raises
        ------
        SolveError
            For the first outcome without an equilibrium, when `throw` is set.
        InputError
            When two different outcomes have one id.
        """
        model = self.model(horizon, closure=closure, elasticities=elasticities, options=options)
        cases = [self.case(name) for name in (names or self.scenarios)]
        told_apart([case.scenario for case in cases])
        return run_cases(model, cases, throw=throw)

    def unfold(self, *names: str | Path | Scenario, closure: str = "share") -> Mapping[str, Unfolding]:
        """Solve outcomes along time, each date under its own law: by scenario id; all of the ladder when none is named.

        Raises
        ------
        SolveError
            For the first outcome with a date without an equilibrium.

        See Also
        --------
        detente.unfold : a policy of one's own.
        """
        from detente.cases.unfolding import unfold_scenarios

        asked = [
            name if isinstance(name, Scenario) else self.scenario(name) for name in names or self.scenarios
        ]
        return unfold_scenarios(self.world, self.dossier, asked, closure=closure)
