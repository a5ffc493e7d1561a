"""Published tables, closed forms and identities, solved again with the production solver.

Comes in: nothing but, optionally, the folder of raw replication data. Goes out: `Check` lines, and the exact welfare
decomposition `integrate_welfare`. Never does: ship raw data, tune anything to a published figure.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.validation.checks import Check as Check
    from detente.validation.path import PathParts as PathParts, integrate_welfare as integrate_welfare
    from detente.validation.raw import find_shared as find_shared
    from detente.validation.suite import STUDIES as STUDIES, run_checks as run_checks
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "checks": "Check",
            "path": "PathParts integrate_welfare",
            "raw": "find_shared",
            "suite": "STUDIES run_checks",
        },
    )
