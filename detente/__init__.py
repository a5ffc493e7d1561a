"""Détente: an open laboratory for trade wars and trade talks.

Comes in: a dossier, a world, a question. Goes out: duties, exact equilibria, leverage, deals, a briefing.

>>> import detente
>>> standoff = detente.Standoff.load("busan-2025")
>>> outcomes = standoff.solve("standing", "talks-fail")
>>> usa = standoff.world.labels.country("USA")
>>> hats = [outcome.value.real_income_hat[usa] for outcome in outcomes.values()]
>>> f"{100 * (hats[1] / hats[0] - 1):.3f} %"
'-0.285 %'
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.brief import build_brief as build_brief, compose as compose
    from detente.cases import Standoff as Standoff, model_at as model_at, unfold as unfold
    from detente.core import RESULTS as RESULTS, DetenteError as DetenteError, Table as Table
    from detente.dossier import (
        Dossier as Dossier,
        audit as audit,
        load_dossier as load_dossier,
        shipped_dossiers as shipped_dossiers,
    )
    from detente.equilibrium import (
        Equilibrium as Equilibrium,
        Model as Model,
        Policy as Policy,
        Solution as Solution,
        Structure as Structure,
        labelled_result as labelled_result,
        solve as solve,
    )
    from detente.outlook import draw_outcomes as draw_outcomes
    from detente.policy import Scenario as Scenario, load_scenario as load_scenario
    from detente.policy.duties import duty_stack as duty_stack
    from detente.show.figures import plot as plot
    from detente.strategy import (
        deal_space as deal_space,
        leverage_of as leverage_of,
        load_game as load_game,
        payoff_tensor as payoff_tensor,
    )
    from detente.world import Economy as Economy, load_world as load_world, toy as toy
    from detente.world.read import build_world as build_world
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "brief": "build_brief compose",
            "cases": "Standoff model_at unfold",
            "core": "RESULTS DetenteError Table",
            "dossier": "Dossier audit load_dossier shipped_dossiers",
            "equilibrium": "Equilibrium Model Policy Solution Structure labelled_result solve",
            "outlook": "draw_outcomes",
            "policy": "Scenario load_scenario",
            "policy.duties": "duty_stack",
            "show.figures": "plot",
            "strategy": "deal_space leverage_of load_game payoff_tensor",
            "world": "Economy load_world toy",
            "world.read": "build_world",
        },
    )
