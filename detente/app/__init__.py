"""APP: the laboratory as a page with controls, on the reader's own machine.

Comes in: an address, which is a `PageState`: a case, an outcome or the standing state, and what is set otherwise. Goes out: a
page complete without scripts, the same numbers as CSV, JSON, SVG, PNG, a scenario file or one HTML file.
Never does: compute a result of its own, keep a database, write a file outside the folder that was chosen, reach the network, or answer a stranger.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from detente.app.laboratory import Laboratory as Laboratory, PageAnswer as PageAnswer
    from detente.app.routes import explorer as explorer
    from detente.app.serving import ready_to_serve as ready_to_serve
    from detente.app.state import PageState as PageState, read_state as read_state
else:
    from detente.core.face import face

    __getattr__, __dir__, __all__ = face(
        __name__,
        {
            "laboratory": "PageAnswer Laboratory",
            "routes": "explorer",
            "serving": "ready_to_serve",
            "state": "PageState read_state",
        },
    )
