"""CASES: where law and economics meet: scenarios made ready, solved at a horizon, with their controls.

Comes in: `Dossier`, `Economy`, `Scenario`, a horizon. Goes out: `Case`, outcomes by scenario.
Never does: play, forecast, round or print.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.cases.adjustment import adjusting as adjusting
    from detente.cases.backstops import (
        ladder_table as ladder_table,
        way_out as way_out,
        worth_of_uses as worth_of_uses,
    )
    from detente.cases.branching import Branched as Branched, solve_branches as solve_branches
    from detente.cases.case import (
        BASE_YEAR as BASE_YEAR,
        Case as Case,
        ControlledOutcome as ControlledOutcome,
        base_case as base_case,
        controls_of as controls_of,
        held_wedges as held_wedges,
    )
    from detente.cases.constituencies import (
        Concession as Concession,
        Constituency as Constituency,
        Exposed as Exposed,
        concessions as concessions,
        constituencies_of as constituencies_of,
        exposed_by as exposed_by,
        wage_bills as wage_bills,
    )
    from detente.cases.cut_paths import (
        FIGURES as FIGURES,
        held_by_figures as held_by_figures,
        path_and_without as path_and_without,
    )
    from detente.cases.cuts import read_cut as read_cut
    from detente.cases.demand import (
        closure_in as closure_in,
        closure_words as closure_words,
        shifted_balances as shifted_balances,
    )
    from detente.cases.headline_results import (
        HEADLINES as HEADLINES,
        WORLD as WORLD,
        headline_differences as headline_differences,
        headlines as headlines,
    )
    from detente.cases.holdings import figures_of as figures_of
    from detente.cases.horizons import (
        HORIZONS as HORIZONS,
        MONTHS as MONTHS,
        horizon as horizon,
        horizon_sentence as horizon_sentence,
        horizon_table as horizon_table,
    )
    from detente.cases.laws import LawOfDays as LawOfDays, Still as Still
    from detente.cases.option_words import (
        answers_sentence as answers_sentence,
        labour_sentence as labour_sentence,
        revenue_sentence as revenue_sentence,
        revenue_words as revenue_words,
    )
    from detente.cases.options import (
        BESIDE_A_HORIZON as BESIDE_A_HORIZON,
        REVENUE_USES as REVENUE_USES,
        Options as Options,
        option_table as option_table,
        optioned as optioned,
    )
    from detente.cases.outcomes import Outcome as Outcome
    from detente.cases.own_duties import with_duties_of as with_duties_of
    from detente.cases.parties import sides_in as sides_in
    from detente.cases.runs import (
        prepare_cases as prepare_cases,
        run_cases as run_cases,
        run_scenarios as run_scenarios,
        solve_cases as solve_cases,
        steered_like as steered_like,
    )
    from detente.cases.ruptures import (
        CUTS as CUTS,
        POINTS as POINTS,
        Ended as Ended,
        Rupture as Rupture,
        RuptureStep as RuptureStep,
        ended as ended,
        rupture as rupture,
    )
    from detente.cases.standoff import Standoff as Standoff, model_at as model_at
    from detente.cases.stocks import (
        Period as Period,
        by_horizon as by_horizon,
        path_with_stocks as path_with_stocks,
        stock_table as stock_table,
    )
    from detente.cases.time_settings import (
        assumed_settings as assumed_settings,
        time_setting as time_setting,
        time_table as time_table,
    )
    from detente.cases.together import Law as Law
    from detente.cases.unfolding import (
        DATES as DATES,
        Unfolding as Unfolding,
        summary_table as summary_table,
        unfold as unfold,
        unfold_scenario as unfold_scenario,
        unfold_scenarios as unfold_scenarios,
        unfolding_table as unfolding_table,
    )
    from detente.cases.variation import (
        Dated as Dated,
        Variation as Variation,
        path_ranges as path_ranges,
        unfold_varied as unfold_varied,
    )
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "own_duties": "with_duties_of",
            "parties": "sides_in",
            "backstops": "ladder_table way_out worth_of_uses",
            "branching": "Branched solve_branches",
            "case": "BASE_YEAR Case ControlledOutcome base_case controls_of held_wedges",
            "ruptures": "CUTS POINTS Ended Rupture RuptureStep ended rupture",
            "runs": "prepare_cases run_cases run_scenarios solve_cases steered_like",
            "standoff": "Standoff model_at",
            "constituencies": "Concession Constituency Exposed concessions constituencies_of exposed_by wage_bills",
            "cut_paths": "FIGURES held_by_figures path_and_without",
            "cuts": "read_cut",
            "demand": "closure_in closure_words shifted_balances",
            "headline_results": "HEADLINES WORLD headline_differences headlines",
            "holdings": "figures_of",
            "horizons": "HORIZONS MONTHS horizon horizon_sentence horizon_table",
            "option_words": "answers_sentence labour_sentence revenue_sentence revenue_words",
            "options": "BESIDE_A_HORIZON Options REVENUE_USES option_table optioned",
            "outcomes": "Outcome",
            "adjustment": "adjusting",
            "laws": "LawOfDays Still",
            "variation": "Dated Variation path_ranges unfold_varied",
            "together": "Law",
            "time_settings": "assumed_settings time_setting time_table",
            "unfolding": "DATES Unfolding summary_table unfold unfold_scenario unfold_scenarios unfolding_table",
            "stocks": "Period by_horizon path_with_stocks stock_table",
        },
    )
