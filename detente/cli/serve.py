"""`detente serve`: the explorer in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detente.cli.output import usage
from detente.cli.terminal import note
from detente.cli.worlds import WorldOption
from detente.core import InputError


def serve(
    dossier: Annotated[
        list[str] | None,
        typer.Argument(help="Shipped dossiers' ids, or folders; the first one opens.", show_default="all"),
    ] = None,
    world: WorldOption = None,
    host: Annotated[
        str,
        typer.Option("--host", help="Address to listen on; another than this machine's own wants a token."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 takes a free one.")
    ] = 8425,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            help="Folder in which settings are saved under a name, as scenario files; nothing is written without it.",
            show_default="none",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Open the explorer: the whole laboratory as a page with controls, on this machine."""
    try:
        import starlette  # noqa: F401
        import uvicorn  # noqa: F401
    except ImportError:
        raise InputError(
            "the explorer's server is not installed",
            where="detente serve",
            hint='pip install "detente[app]"; from a checkout: make explore',
        ) from None
    from detente.app import ready_to_serve
    from detente.dossier import shipped_dossiers

    with usage():
        server = ready_to_serve(
            tuple(dossier or shipped_dossiers()), world=world, host=host, port=port, settings=settings
        )
    if server.is_open:
        note(
            f"note: listening on {host}: everybody who can reach this machine and has the token can use the explorer; "
            "it speaks plain HTTP, so the token can be read on the way"
        )
    print(server.url, flush=True)
    note("Ctrl-C stops it")
    if browser:
        import threading
        import webbrowser

        threading.Timer(0.3, webbrowser.open, (server.url,)).start()
    server.run()
