"""What a scenario sets by its own options, drawn like what a user sets."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from detente.cases import Case, optioned
from detente.equilibrium import Model
from detente.outlook.prior import Uncertain, drawn_answer, uncertain_parameters

DRAWN = ("wage_floor", "labour_supply", "minimum_consumption", "scale", "margin", "pass_through")
"""Options that are drawn; uses of duties, rules, shares of relief and shocks are given."""


def option_parameters(model: Model, cases: Sequence[Case], *, nests: bool) -> tuple[Uncertain, ...]:
    """Parameters that scenarios bring by their `options`, beyond those of the model."""
    own = {parameter.name for parameter in uncertain_parameters(model, nests=nests)}
    brought: dict[str, Uncertain] = {}
    for case in cases:
        if case.scenario.options is not None:
            for parameter in uncertain_parameters(optioned(model, case.scenario), nests=nests):
                if parameter.name not in own and parameter.name.removeprefix("responses: ") in DRAWN:
                    brought.setdefault(parameter.name, parameter)
    return tuple(brought.values())


def drawn_case(case: Case, parameters: Sequence[Uncertain], normals: Sequence[float]) -> Case:
    """A case whose scenario's options are where one draw [parameter] puts them."""
    options = case.scenario.options
    if options is None:
        return case
    factor = {p.name: math.exp(p.sd * float(z)) for p, z in zip(parameters, normals, strict=True)}
    changed = {}
    for name in DRAWN:
        given, by = getattr(options, name), factor.get(f"responses: {name}", factor.get(name))
        if given is not None and by is not None:
            changed[name] = _leaves(given, name, by)
    scenario = case.scenario.model_copy(update={"options": options.model_copy(update=changed)})
    return replace(case, scenario=scenario)


def _leaves(given: Any, name: str, factor: float) -> Any:
    """Numbers of a number or of a mapping of such, at a factor."""
    if isinstance(given, Mapping):
        return {code: _leaves(value, name, factor) for code, value in given.items()}
    return float(drawn_answer(name, float(given), factor))
