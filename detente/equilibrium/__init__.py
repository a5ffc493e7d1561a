"""SOLVE: an economy and the wedges of a policy become a counterfactual equilibrium.

Comes in: `Economy`, `Wedges`. Goes out: `Solution[Equilibrium]`. Never does: read files but the chunks of a study that it kept, know what
a measure is, round.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.equilibrium.advice import QUICK as QUICK, how_far as how_far, what_to_try as what_to_try
    from detente.equilibrium.anderson import Anderson as Anderson
    from detente.equilibrium.backstop import Backstop as Backstop, Step as Step
    from detente.equilibrium.bans import any_ban as any_ban, log_ratio as log_ratio, no_exports as no_exports
    from detente.equilibrium.baseline import (
        CORE as CORE,
        lend_preparation as lend_preparation,
        share_preparation as share_preparation,
    )
    from detente.equilibrium.controls import (
        Binding as Binding,
        QuantityControl as QuantityControl,
    )
    from detente.equilibrium.emissions import (
        Emissions as Emissions,
        carbon_duties as carbon_duties,
        rents_new as rents_new,
    )
    from detente.equilibrium.entry import solve as solve
    from detente.equilibrium.floors import minimum_of as minimum_of
    from detente.equilibrium.foresight import Foresight as Foresight
    from detente.equilibrium.gravity.solve import (
        GravityEquilibrium as GravityEquilibrium,
        solve_gravity as solve_gravity,
    )
    from detente.equilibrium.gravity.world import (
        GravityStructure as GravityStructure,
        GravityWorld as GravityWorld,
    )
    from detente.equilibrium.judged import CHUNK as CHUNK
    from detente.equilibrium.labelled import Labelled as Labelled, labelled_result as labelled_result
    from detente.equilibrium.lanes import (
        Lane as Lane,
        LaneStart as LaneStart,
        can_share as can_share,
        solve_lanes as solve_lanes,
    )
    from detente.equilibrium.many import (
        DutyPoints as DutyPoints,
        Many as Many,
        real_incomes as real_incomes,
        solve_many as solve_many,
    )
    from detente.equilibrium.plain_residuals import GATE as GATE, residuals as residuals
    from detente.equilibrium.policy import ChosenFlows as ChosenFlows, Policy as Policy
    from detente.equilibrium.purge import (
        Purged as Purged,
        purge_deficits as purge_deficits,
        purge_table as purge_table,
    )
    from detente.equilibrium.responses.answer import (
        Answer as Answer,
        solve_responses as solve_responses,
    )
    from detente.equilibrium.responses.answered import Answered as Answered
    from detente.equilibrium.responses.rules import Responses as Responses, shocked as shocked
    from detente.equilibrium.responses.shocks import ShockSlope as ShockSlope, shock_slopes as shock_slopes
    from detente.equilibrium.solution import Equilibrium as Equilibrium, Solution as Solution
    from detente.equilibrium.solver import rebase as rebase
    from detente.equilibrium.steering import BATCH as BATCH
    from detente.equilibrium.structure import Structure as Structure
    from detente.equilibrium.sweep import (
        CLOSURES as CLOSURES,
        Newton as Newton,
        deficits as deficits,
    )
    from detente.equilibrium.world_model import Model as Model
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "advice": "QUICK how_far what_to_try",
            "backstop": "Backstop Step",
            "bans": "any_ban log_ratio no_exports",
            "baseline": "CORE lend_preparation share_preparation",
            "lanes": "Lane LaneStart can_share solve_lanes",
            "labelled": "Labelled labelled_result",
            "many": "DutyPoints Many real_incomes solve_many",
            "policy": "Policy ChosenFlows",
            "world_model": "Model",
            "controls": "Binding QuantityControl",
            "judged": "CHUNK",
            "plain_residuals": "GATE residuals",
            "purge": "Purged purge_deficits purge_table",
            "responses.answer": "Answer solve_responses",
            "responses.answered": "Answered",
            "responses.rules": "Responses shocked",
            "responses.shocks": "ShockSlope shock_slopes",
            "solution": "Equilibrium Solution",
            "emissions": "Emissions carbon_duties rents_new",
            "entry": "solve",
            "floors": "minimum_of",
            "foresight": "Foresight",
            "gravity.solve": "GravityEquilibrium solve_gravity",
            "gravity.world": "GravityStructure GravityWorld",
            "solver": "rebase",
            "steering": "BATCH",
            "structure": "Structure",
            "anderson": "Anderson",
            "sweep": "CLOSURES Newton deficits",
        },
    )
