"""`detente nash` on the command line."""

from __future__ import annotations

import csv
import io

import pytest

from detente.cli.main import main


@pytest.fixture
def detente(capsys):
    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(list(words))
        out = capsys.readouterr()
        return ended.value.code or 0, out.out, out.err

    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_war_of_two_with_its_regret(detente):
    code, out, _ = detente("nash", "--format", "csv")
    assert code == 0
    found = {row["player"]: row for row in rows(out)}
    assert set(found) == {"USA", "CHN"}
    assert all(float(row["regret_pct"]) < 1e-3 for row in found.values())
    assert all(0 < float(row["duty_after_pct"]) < 100 for row in found.values())


def test_alone_is_better_than_war_and_talks_are_equal(detente):
    gains = {}
    for kind in ("alone", "war", "talks"):
        words = (
            "nash",
            "--kind",
            kind,
            "--table",
            "welfare",
            "-f",
            "csv",
        )
        _, out, _ = detente(*words)
        gains[kind] = [float(row["government_pct"]) for row in rows(out)]
    assert gains["talks"][0] == pytest.approx(gains["talks"][1], abs=1e-4)
    assert min(gains["talks"]) >= min(gains["war"]) - 1e-6
    assert all(alone > 0 for alone in gains["alone"])


def test_one_duty_for_everybody(detente):
    words = (
        "nash",
        "--players",
        "USA,CHN,EU27",
        "--mfn",
        "--no-verify",
        "--table",
        "duties",
        "-f",
        "csv",
    )
    _, out, _ = detente(*words)
    assert [row["charged"] for row in rows(out)] == ["all"] * 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kind", "wars"), "war"),
        (("--table", "welfares"), "welfare"),
        (("--players", "USB"), "USA"),
        (("--players", "USA"), "no duty"),
        (("--by", "country"), "partner"),
        (("--highest", "-1"), "above zero"),
        (("--preferences", "revenue"), "political weights only"),
        (("--start", "nowhere"), "standing"),
    ],
)
def test_mistakes_are_named(detente, words, says):
    code, _, err = detente("nash", *words)
    assert code == 2
    assert says in err
