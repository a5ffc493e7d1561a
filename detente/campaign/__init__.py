"""CAMPAIGN: the calendar of a standoff as known on a day, and the standoff played forward.

Comes in: a `Dossier`, an as-of day, a seed.
Goes out: a chronology, clocks with their odds, the ladder a course of events ends on, `Futures`.
Never does: solve an equilibrium, use anything known later than the as-of day, or draw without a seed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.campaign.clocks import LiveClock as LiveClock
    from detente.campaign.futures import Fate as Fate, Futures as Futures
    from detente.campaign.ledger import BOTH as BOTH, NO_CLOCK as NO_CLOCK, Act as Act, Ledger as Ledger
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {"clocks": "LiveClock", "futures": "Fate Futures", "ledger": "Act BOTH Ledger NO_CLOCK"},
    )
