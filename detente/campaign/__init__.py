"""CAMPAIGN: the calendar of a standoff as known on a day, and the standoff played forward.

Comes in: a `Dossier`, an as-of day, a seed.
Goes out: a chronology, clocks with their odds, the ladder a course of events ends on, `Futures`, a `Campaign` played day by day.
Never does: solve an equilibrium, use anything known later than the as-of day, or draw without a seed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.campaign.beliefs import (
        Threat as Threat,
        learn as learn,
        play as play,
        threat_table as threat_table,
    )
    from detente.campaign.calendar import (
        Chronology as Chronology,
        Meeting as Meeting,
        chronology as chronology,
    )
    from detente.campaign.clocks import LiveClock as LiveClock
    from detente.campaign.costs import (
        CostSurface as CostSurface,
        PathCosts as PathCosts,
        cost_of_futures as cost_of_futures,
        cost_surface as cost_surface,
        cost_table as cost_table,
        costs_ahead as costs_ahead,
        surface_of as surface_of,
    )
    from detente.campaign.course import (
        MOVES as MOVES,
        Campaign as Campaign,
        HandMove as HandMove,
        Pricer as Pricer,
    )
    from detente.campaign.forward import simulate as simulate
    from detente.campaign.futures import Fate as Fate, Futures as Futures
    from detente.campaign.initiative import (
        ANSWER as ANSWER,
        Initiative as Initiative,
        Reply as Reply,
        initiatives as initiatives,
        replies as replies,
    )
    from detente.campaign.ladder import rungs as rungs
    from detente.campaign.ledger import BOTH as BOTH, NO_CLOCK as NO_CLOCK, Act as Act, Ledger as Ledger
    from detente.campaign.market import (
        MarketFile as MarketFile,
        abnormal_moves as abnormal_moves,
        implied_odds as implied_odds,
        kappa_of as kappa_of,
        market_table as market_table,
        shipped_market as shipped_market,
    )
    from detente.campaign.odds import Odds as Odds, estimate as estimate, standing as standing
    from detente.campaign.pain import PainScores as PainScores, pain_scores as pain_scores
    from detente.campaign.played import PASSED as PASSED, Happening as Happening, lived as lived
    from detente.campaign.playfile import (
        Sheet as Sheet,
        read_campaign as read_campaign,
        resumed as resumed,
        sheet_of as sheet_of,
        write_campaign as write_campaign,
    )
    from detente.campaign.rates import controls_effect as controls_effect, level_costs as level_costs
    from detente.campaign.record import Record as Record, record_of as record_of
    from detente.campaign.rules import Rules as Rules, shipped_rules as shipped_rules
    from detente.campaign.threats import threat_rates as threat_rates
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "beliefs": "Threat learn play threat_table",
            "costs": "CostSurface PathCosts cost_of_futures cost_surface cost_table costs_ahead surface_of",
            "market": "MarketFile abnormal_moves implied_odds kappa_of market_table shipped_market",
            "pain": "PainScores pain_scores",
            "calendar": "Chronology Meeting chronology",
            "clocks": "LiveClock",
            "futures": "Fate Futures",
            "ladder": "rungs",
            "ledger": "Act BOTH Ledger NO_CLOCK",
            "initiative": "ANSWER Initiative Reply initiatives replies",
            "odds": "Odds estimate standing",
            "course": "Campaign MOVES HandMove Pricer",
            "played": "Happening PASSED lived",
            "playfile": "Sheet read_campaign resumed sheet_of write_campaign",
            "rates": "controls_effect level_costs",
            "record": "Record record_of",
            "rules": "Rules shipped_rules",
            "forward": "simulate",
            "threats": "threat_rates",
        },
    )
