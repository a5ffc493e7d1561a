"""How the command starts: what has to stand before the libraries are loaded, then the verbs."""

from __future__ import annotations

import gc
import os

RARELY = 100_000
"""New objects after which garbage is looked for; Python's own 700 (2,000 in later versions) has it go through everything that
was loaded, over and over, while a command starts: a quarter of its time. To load what a command needs makes some 60,000."""


def quick_start() -> None:
    """Set what has to stand before the libraries are loaded, each unless the environment says otherwise.

    Linear algebra keeps to one thread: our matrices are small and many, and a second thread that waits for work costs more than
    it does. Models of ours need no plugin of somebody else's, so nobody looks for one. Garbage is looked for rarely.
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if 0 < gc.get_threshold()[0] < RARELY:
        gc.set_threshold(RARELY)


def command() -> None:
    """Run the command line as the installed `detente` does."""
    quick_start()
    from detente.cli.main import main

    main()
