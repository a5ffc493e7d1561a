"""Tables read off results: each carries its own names, units and concepts."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.show.tables.branches import (
        branch_sentence as branch_sentence,
        branch_table as branch_table,
        likeliest_sentence as likeliest_sentence,
        own_duty_sentences as own_duty_sentences,
        own_duty_table as own_duty_table,
    )
    from detente.show.tables.bridges import bridge_sentences as bridge_sentences
    from detente.show.tables.citations import citation_table as citation_table
    from detente.show.tables.comparison import comparison_table as comparison_table
    from detente.show.tables.constituencies import (
        constituency_sentences as constituency_sentences,
        lobby_sentences as lobby_sentences,
    )
    from detente.show.tables.duties import rates_of_largest as rates_of_largest
    from detente.show.tables.equilibria import (
        dominance_table as dominance_table,
        equilibrium_table as equilibrium_table,
    )
    from detente.show.tables.evidence import (
        ClockRow as ClockRow,
        ConflictCard as ConflictCard,
        MeasureRow as MeasureRow,
        ReadingText as ReadingText,
        SourceText as SourceText,
        aimed as aimed,
        days_left as days_left,
    )
    from detente.show.tables.explanation import explain as explain
    from detente.show.tables.firing import (
        firing_lines as firing_lines,
        firing_table as firing_table,
        firing_words as firing_words,
        noted as noted,
    )
    from detente.show.tables.leads import (
        ENDED as ENDED,
        BothHorizons as BothHorizons,
        lead_of_cases as lead_of_cases,
        lead_of_end as lead_of_end,
        lead_sentence as lead_sentence,
        solve_lead as solve_lead,
    )
    from detente.show.tables.ledger import (
        TABLES as TABLES,
        audit_tables as audit_tables,
        is_record as is_record,
        malformed_table as malformed_table,
    )
    from detente.show.tables.levers import lever_table as lever_table, reach_table as reach_table
    from detente.show.tables.metrics import diversion_table as diversion_table, vintage_words as vintage_words
    from detente.show.tables.odds import (
        RUNG_NAMES as RUNG_NAMES,
        likeliest_words as likeliest_words,
        odds_scores_table as odds_scores_table,
        scored_plainly as scored_plainly,
    )
    from detente.show.tables.play import (
        best_verdict as best_verdict,
        duties_sentence as duties_sentence,
        expected_sentence as expected_sentence,
        game_sentences as game_sentences,
        joint_profile as joint_profile,
    )
    from detente.show.tables.register import (
        data_file_table as data_file_table,
        data_source_table as data_source_table,
    )
    from detente.show.tables.rupture import rupture_sentences as rupture_sentences
    from detente.show.tables.scored import is_scored as is_scored, settled_horizons as settled_horizons
    from detente.show.tables.selfcheck import self_check as self_check
    from detente.show.tables.sensitivity import (
        bargains_by_preferences as bargains_by_preferences,
        levers_by_preferences as levers_by_preferences,
        play_by_preferences as play_by_preferences,
    )
    from detente.show.tables.since import Difference as Difference, differences as differences
    from detente.show.tables.stakes import (
        calendar_details as calendar_details,
        costs as costs,
        stakes_table as stakes_table,
    )
    from detente.show.tables.stocks import Held as Held, with_held as with_held
    from detente.show.tables.strategy import (
        space_table as space_table,
        swap_table as swap_table,
        verdict_table as verdict_table,
    )
    from detente.show.tables.uncertain import (
        driver_rows as driver_rows,
        results_of as results_of,
        results_table as results_table,
    )
    from detente.show.tables.validation import validation_table as validation_table
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "branches": "branch_sentence branch_table likeliest_sentence own_duty_sentences own_duty_table",
            "bridges": "bridge_sentences",
            "citations": "citation_table",
            "constituencies": "lobby_sentences constituency_sentences",
            "duties": "rates_of_largest",
            "evidence": "ClockRow ConflictCard MeasureRow ReadingText SourceText aimed days_left",
            "comparison": "comparison_table",
            "explanation": "explain",
            "firing": "firing_lines firing_table firing_words noted",
            "ledger": "TABLES audit_tables is_record malformed_table",
            "leads": "BothHorizons ENDED lead_of_cases lead_of_end lead_sentence solve_lead",
            "levers": "lever_table reach_table",
            "metrics": "diversion_table vintage_words",
            "odds": "RUNG_NAMES likeliest_words odds_scores_table scored_plainly",
            "play": "best_verdict duties_sentence expected_sentence game_sentences joint_profile",
            "register": "data_file_table data_source_table",
            "rupture": "rupture_sentences",
            "selfcheck": "self_check",
            "sensitivity": "bargains_by_preferences levers_by_preferences play_by_preferences",
            "stakes": "calendar_details costs stakes_table",
            "since": "Difference differences",
            "scored": "is_scored settled_horizons",
            "stocks": "Held with_held",
            "equilibria": "dominance_table equilibrium_table",
            "strategy": "space_table swap_table verdict_table",
            "uncertain": "driver_rows results_of results_table",
            "validation": "validation_table",
        },
    )
