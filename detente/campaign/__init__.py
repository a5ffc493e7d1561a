"""CAMPAIGN: the calendar of a standoff as known on a day, and the standoff played forward.

Comes in: a `Dossier`, an as-of day, a seed.
Goes out: a chronology, clocks with their odds, the ladder a course of events ends on, `Futures`.
Never does: solve an equilibrium, use anything known later than the as-of day, or draw without a seed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.campaign.calendar import (
        Chronology as Chronology,
        Meeting as Meeting,
        chronology as chronology,
    )
    from detente.campaign.clocks import LiveClock as LiveClock
    from detente.campaign.forward import simulate as simulate
    from detente.campaign.futures import Fate as Fate, Futures as Futures
    from detente.campaign.initiative import Move as Move, moves as moves
    from detente.campaign.ladder import rungs as rungs
    from detente.campaign.ledger import BOTH as BOTH, NO_CLOCK as NO_CLOCK, Act as Act, Ledger as Ledger
    from detente.campaign.odds import Odds as Odds, estimate as estimate, standing as standing
    from detente.campaign.record import Record as Record, record_of as record_of
    from detente.campaign.rules import Rules as Rules, shipped_rules as shipped_rules
    from detente.campaign.threats import threat_rates as threat_rates
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "calendar": "Chronology Meeting chronology",
            "clocks": "LiveClock",
            "futures": "Fate Futures",
            "ladder": "rungs",
            "ledger": "Act BOTH Ledger NO_CLOCK",
            "initiative": "Move moves",
            "odds": "Odds estimate standing",
            "record": "Record record_of",
            "rules": "Rules shipped_rules",
            "forward": "simulate",
            "threats": "threat_rates",
        },
    )
