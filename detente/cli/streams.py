"""The ends of the command line: what surrounds it is made usable first, and every way it can end has its words and its code.

====  =============================================================================================
code  meaning
====  =============================================================================================
0     done; also when whoever read the output went away (``| head``)
1     an input is wrong, or something could not be read or written
2     a slip on the command line
3     no equilibrium was found
4     a check or the evidence failed
130   stopped with Ctrl-C
143   ended by a signal to terminate
====  =============================================================================================
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import typer

from detente.cli.terminal import note
from detente.core import DetenteError, InputError

STOPPED, TERMINATED = 130, 143
_WIDTHS = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
ESCAPE = "detente.escape"
UsageSlip: type[Exception] = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")
"""Root of the errors of the parser of options, which some versions of typer carry with them and others import."""


class OutputError(OSError):
    """Standard output cannot take what we write."""


class _Closed(io.TextIOBase):
    """Stands for a standard output that was closed before we began (``>&-``)."""

    encoding = "utf-8"

    def write(self, text: str) -> int:
        raise OutputError(errno.EBADF, "it is closed")

    def isatty(self) -> bool:
        return False


def _escape(error: UnicodeError) -> tuple[str, int]:
    r"""A character the stream does not have, as ``\uXXXX`` (two of them beyond U+FFFF): JSON stays JSON."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[k]:02x}{units[k + 1]:02x}" for k in range(0, len(units), 2)), error.end


codecs.register_error(ESCAPE, _escape)


def settle() -> None:
    """Make the surroundings usable: streams that are closed or know few characters, widths that are no numbers."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:  # `print(file=None)` would write into standard output
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it lives as long as we do
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with contextlib.suppress(ValueError, OSError):
                stream.reconfigure(errors=ESCAPE)
    for name in _WIDTHS:
        given = os.environ.get(name, "")
        if given and not (given.isascii() and given.isdigit() and len(given) <= 5 and int(given)):
            del os.environ[name]  # other libraries read it too, and trust it


@contextlib.contextmanager
def ends() -> Iterator[None]:
    """Run a command so that each of its ends is an orderly one.

    Errors of ours become a message and their exit code; Ctrl-C and a signal to terminate end the processes we started; a
    full or closed output is said; a reader that went away is none of our business.
    """
    before = _on_termination()
    try:
        yield
        _flush()
    except DetenteError as error:
        _finish(error.exit_code, f"error: {error}")
    except typer.Exit as ended:
        _flush_or_say()
        _finish(ended.exit_code)
    except UsageSlip as error:
        from detente.cli.missing import unnamed_scenario

        if (unnamed := unnamed_scenario(error)) is not None:
            _finish(2, f"error: {unnamed}")
        with contextlib.suppress(OSError):
            error.show()  # type: ignore[attr-defined]
        _finish(error.exit_code)  # type: ignore[attr-defined]
    except (KeyboardInterrupt, typer.Abort):
        _finish(STOPPED, "stopped; nothing half-written is left")
    except BrokenPipeError:
        _discard()
        raise SystemExit(0) from None
    except OutputError as error:
        _finish(1, f"error: standard output: {error.strerror}\n  hint: write to a file with -o")
    except OSError as error:
        _finish(1, f"error: {_refused(error)}")
    except MemoryError:
        _finish(
            1,
            "error: there is not enough memory for this\n  hint: fewer workers or draws, or a smaller world",
        )
    except RecursionError:
        _finish(1, "error: an input is nested too deep\n  hint: look for brackets that are never closed")
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _on_termination() -> Any:
    """Turn a signal to terminate into an exception, so that files and processes are cleaned up; None where that cannot be."""

    def ended(signum: int, frame: object) -> NoReturn:
        raise SystemExit(TERMINATED)

    try:
        return signal.signal(signal.SIGTERM, ended)
    except ValueError:  # not in the main thread
        return None


def _refused(error: OSError) -> str:
    """What the operating system refused, with the name it was about."""
    what = error.strerror or str(error)
    if error.filename is None:
        return str(
            InputError(
                f"cannot write the output: {what[:1].lower() + what[1:]}", hint="write to a file with -o"
            )
        )
    return str(
        InputError(
            what[:1].lower() + what[1:], where=str(error.filename), hint="check the path and its permissions"
        )
    )


def _flush_or_say() -> None:
    """Flush at an early end, where no handler stands around us any more."""
    try:
        _flush()
    except BrokenPipeError:
        _discard()
    except OutputError as error:
        _finish(1, f"error: standard output: {error.strerror}")


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, (error.strerror or str(error)).lower()) from error


def _finish(code: int, message: str = "") -> NoReturn:
    """Say a last word and end; what is left in the buffers of a broken output is dropped."""
    if message:
        with contextlib.suppress(OSError):
            note(message)
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _discard()
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    raise SystemExit(code)


def _discard() -> None:
    """Point standard output at nothing, so that the interpreter does not stumble over it while it ends."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
