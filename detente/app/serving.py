"""Serve the explorer from one process: where it listens, who may ask, and what is loaded before the first reader comes."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from detente.app.laboratory import Laboratory
from detente.app.state import PageState
from detente.core import DetenteError, InputError, is_folder

if TYPE_CHECKING:
    import uvicorn

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
MOST_CONNECTIONS: Final = 128


def cases_of(dossiers: tuple[str, ...]) -> dict[str, str]:
    """Names under which dossiers are served, and where they come from: shipped ids, and folders by their names.

    Raises
    ------
    InputError
        For two folders of one name.
    """
    cases: dict[str, str] = {}
    for source in dossiers:
        name = Path(source).resolve().name if is_folder(source) else source
        if name in cases and cases[name] != source:
            raise InputError(
                f"two cases are called `{name}`", where="detente serve", hint="rename one of the folders"
            )
        cases[name] = source
    return cases


class Serving:
    """A server that was made ready: where it is reached, and how it is run.

    Attributes
    ----------
    url : str
        What to open; with the token where there is one.
    laboratory : Laboratory
    is_open : bool
        Whether others than this machine can reach it.
    """

    def __init__(self, laboratory: Laboratory, host: str, port: int, settings: Path | None = None) -> None:
        import uvicorn

        from detente.app.patience import PatientProtocol
        from detente.app.routes import explorer

        self.laboratory = laboratory
        self.is_open = host not in LOOPBACK
        token = secrets.token_urlsafe(24) if self.is_open else ""
        self._socket = _listen(host, port)
        port = self._socket.getsockname()[1]
        hosts = (
            frozenset() if self.is_open else frozenset(f"{name}:{port}" for name in (*LOOPBACK[:2], "[::1]"))
        )
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
        self.server: uvicorn.Server = uvicorn.Server(
            uvicorn.Config(
                explorer(laboratory, hosts, token, settings),
                http=PatientProtocol,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                ws="none",
                limit_concurrency=MOST_CONNECTIONS,
                h11_max_incomplete_event_size=65_536,
                timeout_keep_alive=5,
                timeout_graceful_shutdown=2,
            )
        )

    def run(self) -> None:
        """Answer readers until the process is told to stop."""
        threading.Thread(target=self.warm, daemon=True).start()
        self.serve()

    def serve(self) -> None:
        """Answer readers, without loading anything before the first of them comes."""
        self.server.run(sockets=[self._socket])

    def stop(self) -> None:
        """Tell the server to stop once its readers have their answers."""
        self.server.should_exit = True

    def warm(self) -> None:
        """Load and solve what the first reader sees, so that it is there when the browser is."""
        for case in list(self.laboratory.cases)[:1]:
            try:
                self.laboratory.answers([PageState(case)])
            except DetenteError:
                return  # whoever opens the case is told


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises
    ------
    InputError
        When the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError(
            f"cannot listen on {host}, port {port}: {error}",
            where="--host, --port",
            hint="another --port; 0 takes a free one",
        ) from None
    return listening


def ready_to_serve(
    dossiers: tuple[str, ...],
    *,
    world: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    settings: Path | None = None,
    ready: Callable[[Serving], None] | None = None,
) -> Serving:
    """Make a server ready.

    Parameters
    ----------
    dossiers : tuple of str
        Shipped ids and folders, the first to be opened first.
    world : str, optional
        A world of one's own by its path.
    host : str
        Another than the machine's own is reached with a token.
    port : int
        0 takes a free one.
    settings : Path, optional
        Folder in which settings are saved; made when the first is.
    ready : function of Serving, optional
        Called once it listens.

    Returns
    -------
    Serving

    Raises
    ------
    LabelError, InputError
        For a dossier or a world that is not there, and an address that cannot be had.
    """
    laboratory = Laboratory(cases_of(dossiers), world)
    for case in laboratory.cases:
        laboratory.record(PageState(case))
    if settings is not None and settings.exists() and not settings.is_dir():
        raise InputError("it is no folder", where=str(settings), hint="name a folder for --settings")
    server = Serving(laboratory, host, port, settings)
    if ready is not None:
        ready(server)
    return server
