"""APP: the laboratory as a page with controls, on the reader's own machine.

Comes in: an address, which is a `State`: a case, an outcome or the standing state, and what is set otherwise. Goes out: a
page complete without scripts, the same numbers as CSV, JSON, SVG, PNG, a scenario file or one HTML file.
Never does: compute a result of its own, keep a database, write a file, reach the network, or answer a stranger.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.app.laboratory import Answer as Answer, Laboratory as Laboratory
    from detente.app.routes import explorer as explorer
    from detente.app.serving import serving as serving
    from detente.app.state import State as State, read_state as read_state
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "laboratory": "Answer Laboratory",
            "routes": "explorer",
            "serving": "serving",
            "state": "State read_state",
        },
    )
