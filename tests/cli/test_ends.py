"""How the command line ends: closed, full and narrow outputs, odd surroundings, Ctrl-C; a message and a code, never a trace."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

PYTHON = [sys.executable, "-W", "error", "-m", "detente"]


def shell(line: str, **surroundings: str) -> tuple[int, str, str]:
    """A line for the shell in which ``detente`` is ours; code, output and messages."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", **surroundings}
    command = line.replace("detente", " ".join(PYTHON))
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, env=environment, timeout=120, check=False
    )
    out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
    assert "Traceback" not in err, err
    assert "Exception ignored" not in err, err
    return done.returncode, out, err


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ("detente scenarios >&-", 1, "standard output: it is closed"),
        ("detente scenarios > /dev/full", 1, "o space left on device"),
        ("detente --version > /dev/full", 1, "o space left on device"),
        ("detente scenarios -f csv -o /dev/full", 1, "/dev/full: cannot write there: No space left"),
        ("detente ingest - <&-", 1, "standard input is closed"),
        ("detente scenarios 2>&-", 0, ""),
        ("detente scenarios 2>/dev/full", 0, ""),
        ("detente scenarios --bogus 2>/dev/full", 2, ""),
        ("detente scenarios -f csv -o /dev/null", 0, "wrote /dev/null"),
    ],
)
def test_streams_that_do_not_take_what_we_say(line, code, told):
    found, _, err = shell(line)
    assert found == code
    assert told in err


def test_a_reader_that_goes_away_is_none_of_our_business():
    code, out, err = shell("detente measures -f csv | head -1; exit ${PIPESTATUS[0]}")
    assert (code, err) == (0, "")
    assert len(out.splitlines()) == 1


def test_few_characters_are_enough():
    code, out, err = shell("detente scenarios", PYTHONIOENCODING="ascii")
    assert code == 0
    assert out.isascii()
    assert "-----" in out
    assert "standard output is ascii" in err
    _, plain, _ = shell("detente scenarios -f json")
    _, escaped, _ = shell("detente scenarios -f json", PYTHONIOENCODING="ascii")
    assert json.loads(escaped) == json.loads(plain)


@pytest.mark.parametrize(
    "surroundings",
    [
        {"COLUMNS": "²", "LINES": "²", "TERMINAL_WIDTH": "abc"},
        {"COLUMNS": "9" * 5000},
        {"SOURCE_DATE_EPOCH": "abc"},
        {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
)
def test_surroundings_that_make_no_sense(surroundings):
    code, out, _ = shell("detente scenarios && detente run --help", **surroundings)
    assert code == 0
    assert "Usage: detente run" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "standing", "--draws", "8", "--seed", "-1"], "--seed"),
        (["scenarios", "--asof", "9999-12-31"], "--asof: `9999-12-31` is outside the calendar"),
        (["measures", "--at", "0001-01-01"], "--at: `0001-01-01` is outside the calendar"),
        (["measures", "--at", "20251028"], "not a day of the calendar"),
        (["run", "x" * 300], "unknown scenario"),
        (["scenarios", "--dossier", "a\x00b"], "no dossier"),
        (["world", "show", "x" * 5000], "unknown world"),
    ],
)
def test_slips_exit_with_two(detente, words, told):
    code, _, err = detente(*words)
    assert code == 2
    assert told in err


def test_a_pipe_as_a_scenario_does_not_hang(detente, tmp_path):
    os.mkfifo(tmp_path / "own.yaml")
    code, _, err = detente("run", tmp_path / "own.yaml")
    assert code == 1
    assert "this is a pipe" in err


def _hears_ctrl_c() -> None:
    """A shell has what it starts in the background ignore Ctrl-C, and children inherit that: not so in these tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _started(words: list[str], children: int) -> tuple[subprocess.Popen[bytes], list[psutil.Process]]:
    """A command in a group of its own, once it has so many children."""
    process = subprocess.Popen(
        [*PYTHON, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_hears_ctrl_c,
    )
    end = time.monotonic() + 120
    found: list[psutil.Process] = []
    while len(found) < children and time.monotonic() < end:
        time.sleep(0.1)
        found = psutil.Process(process.pid).children(recursive=True)
    if len(found) < children:
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError(f"{words} started {len(found)} processes")
    return process, found


def _at_work(process: subprocess.Popen[bytes], seconds: float = 4.0) -> None:
    """Wait until a command has used so much processor time: past its imports, however busy the machine is."""
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        used = psutil.Process(process.pid).cpu_times()
        if used.user + used.system >= seconds:
            return
        time.sleep(0.1)
    raise AssertionError(f"{process.args!r} was not at work within two minutes")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_no_process_is_left_behind(number, code):
    process, children = _started(["run", "standing", "--draws", "20000", "--workers", "2"], 3)
    if number == signal.SIGINT:  # a terminal sends it to everybody
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    _, err = process.communicate(timeout=120)
    assert process.returncode == code
    if number != signal.SIGKILL:  # nobody hands the rest of its task to a process that was starting
        assert b"Traceback" not in err
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


def test_ctrl_c_says_that_it_stopped(tmp_path):
    process = subprocess.Popen(
        [*PYTHON, "run", "standing", "--draws", "20000"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=tmp_path,
        preexec_fn=_hears_ctrl_c,
    )  # fmt: skip
    try:
        _at_work(process)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert (process.returncode, out) == (130, b"")
    assert err.startswith(b"stopped")
    assert list(Path(tmp_path).iterdir()) == []
