"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from detente.cli.main import main


@pytest.fixture
def detente(capsys):
    """Run the command line; returns exit code, stdout and stderr."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out = capsys.readouterr()
        return ended.value.code or 0, out.out, out.err

    return run
