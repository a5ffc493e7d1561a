"""Published tables, closed forms and identities, solved again with the production solver.

Comes in: nothing but, optionally, the folder of raw replication data. Goes out: `Check` lines, bridges from the numbers of others
to ours, and the exact welfare decomposition `integrate_welfare`. Never does: ship raw data, tune anything to a published figure.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.validation.bridge_ends import beside_estimates as beside_estimates
    from detente.validation.bridges import (
        BRIDGE_MEASURES as BRIDGE_MEASURES,
        STEP_KINDS as STEP_KINDS,
        Bridge as Bridge,
        BridgeWalk as BridgeWalk,
        named_bridge as named_bridge,
        shipped_bridges as shipped_bridges,
        walk_bridge as walk_bridge,
    )
    from detente.validation.checks import Check as Check
    from detente.validation.path import PathParts as PathParts, integrate_welfare as integrate_welfare
    from detente.validation.raw import find_shared as find_shared
    from detente.validation.suite import STUDIES as STUDIES, run_checks as run_checks
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "bridge_ends": "beside_estimates",
            "bridges": "Bridge BridgeWalk BRIDGE_MEASURES STEP_KINDS named_bridge shipped_bridges walk_bridge",
            "checks": "Check",
            "path": "PathParts integrate_welfare",
            "raw": "find_shared",
            "suite": "STUDIES run_checks",
        },
    )
