"""`detente nash` on the command line."""

from __future__ import annotations

import json

import pytest
from printed import rows


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


def test_replies_are_judged_player_by_player(detente):
    code, out, _ = detente(
        *("nash", "--on", "all", "--mfn", "--levies", "both"),
        *("--table", "replies", "-f", "json"),
    )
    assert code == 0
    (table,) = json.loads(out)
    assert [row["kind"] for row in table["rows"]] == ["interior", "interior"]
    assert [row["instruments"] for row in table["rows"]] == [2, 2]
    assert all(row["gain_pct"] < 1e-6 and row["eigenvalue_highest"] < 0 for row in table["rows"])
    assert "2 duties between 0 and 1000 % and 2 export taxes" in table["note"]


def test_duties_under_every_set_of_preferences_beside_each_other(repository):
    """As the page on games of duties prints them, which its own test holds to what the command prints today."""
    page = (repository / "docs" / "concepts" / "optimal-duties.md").read_text("utf-8")
    printed = page.partition("<!-- output: detente nash --table preferences ")[2].partition(
        "<!-- /output -->"
    )[0]
    table = [line.strip("|").split("|") for line in printed.splitlines() if line.startswith("| ")]
    head, *lines = [[cell.strip() for cell in line] for line in table]
    told = [dict(zip(head, line, strict=True)) for line in lines if "---" not in line]
    code = {"United States (USA)": "USA", "China (CHN)": "CHN"}
    duty = {
        (row["Preferences"], code[row["Player"]]): float(row["Duty after, by imports before [%]"])
        for row in told
    }
    assert all(abs(float(row["Regret [%]"])) < 1e-6 for row in told)
    assert {name for name, _ in duty} >= {"plain", "political", "revenue", "relative-three-quarters"}
    assert duty["revenue", "USA"] > duty["plain", "USA"] + 1
    for player in ("USA", "CHN"):
        assert (
            duty["relative-three-quarters", player] > duty["relative-quarter", player] > duty["plain", player]
        )
        assert duty["security", player] == duty["plain", player]


def test_security_is_said_to_move_no_duty(detente):
    code, _, err = detente("nash", "--preferences", "security", "--no-verify", "-f", "csv")
    assert code == 0
    assert "security weights belong to the switches" in err


def test_war_is_harsher_the_less_anybody_can_move(detente):
    duty = {}
    for horizon in ("impact", "long"):
        code, out, _ = detente(
            "nash", "--horizon", horizon, "--preferences", "revenue", "--table", "welfare", "-f", "json"
        )
        assert code == 0
        (table,) = json.loads(out)
        assert f"Horizon: {'impact' if horizon == 'impact' else 'long run'}" in table["note"]
        duty[horizon] = [row["duty_after_pct"] for row in table["rows"]]
        assert all(row["regret_pct"] < 1e-3 for row in table["rows"])
    assert all(soon > late for soon, late in zip(duty["impact"], duty["long"], strict=True))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--kind", "wars"), "war"),
        (("--table", "welfares"), "welfare"),
        (("--players", "USB"), "USA"),
        (("--players", "USA"), "no duty"),
        (("--players", ","), "names nothing"),
        (("--sectors", " , "), "names nothing"),
        (("--by", "country"), "partner"),
        (("--highest", "-1"), "above zero"),
        (("--preferences", "revenu"), "revenue"),
        (("--horizon", "shorter"), "short"),
        (("--players", "USA,EU27,JPN", "--preferences", "own.yaml"), "who the rival is"),
        (("--start", "nowhere"), "standing"),
        (("--sectors", "cars", "--start", "nowhere"), "standing"),
        (("--levies", "taxes"), "export-taxes"),
        (("--table", "replies", "--kind", "talks"), "nobody replies"),
        (("--table", "replies", "--no-verify"), "judges every player"),
    ],
)
def test_mistakes_are_named(detente, tmp_path, monkeypatch, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(
        "id: own\ndefault: a\nsets:\n"
        "  - {id: a, title: A, source: made up, grade: assumed, players: {USA: {relative: 0.5}}}\n"
    )
    code, _, err = detente("nash", *words)
    assert code == 2
    assert says in err
