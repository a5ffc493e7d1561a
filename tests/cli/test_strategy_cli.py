"""`detente leverage`, `deals` and `game` on the small game."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from strategy_games import game

from detente.cli.main import main
from detente.cli.strategy import _swaps


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def run(capsys, *words: str, cache=None) -> tuple[str, str]:
    quick = () if "--draws" in words else ("--draws", "0")
    with pytest.raises(SystemExit) as stopped:
        main([*words, *quick, "--reduced", "--workers", "1", "--cache", str(cache)])
    assert not stopped.value.code
    told = capsys.readouterr()
    return told.out, told.err


def records(text: str, name: str) -> list[dict]:
    made = json.loads(text)
    for one in made if isinstance(made, list) else [made]:
        if one["name"] == name:
            return one["rows"]
    raise AssertionError(name)


def fails(capsys, code: int, *words: str) -> str:
    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    assert stopped.value.code == code
    return capsys.readouterr().err


def test_leverage_says_who_can_hurt_whom(capsys, cache, tmp_path):
    picture = tmp_path / "ladder.svg"
    words = ("leverage", "--format", "json", "--draws", "2", "--picture", str(picture))
    out, err = run(capsys, *words, cache=cache)
    rows = records(out, "leverage")
    sides = {row["player"]: row for row in rows if row["action"].startswith("side:")}
    for code, rival in (("USA", "CHN"), ("CHN", "USA")):
        mine = [row for row in rows if row["player"] == code and not row["action"].startswith("side:")]
        assert sides[code]["harm_target"] > 0
        assert len(mine) >= 6
        for row in mine:
            if row["ratio"] is not None:
                assert row["ratio"] * row["pays_from"] == pytest.approx(1, rel=1.1e-3)  # four digits each
        assert rival in sides
    assert "(reduced game): 33 exact solves around the standing state" in err
    sentence = r"“(.*)” of (.*) changes .* in the first year .*; of China by .* and (\S+)\s(\S+) a year .*all years together"
    leads = re.findall(sentence, err)
    assert [owner for _, owner, *_ in leads] == ["the United States", "China"]
    for (title, _, amount, unit), code in zip(leads, ("USA", "CHN"), strict=True):
        row = next(row for row in rows if (row["player"], row["measure"]) == (code, title))
        harm = row["plain_target" if code == "USA" else "plain_self"]
        size = float(amount.replace("−", "-").replace("$", "")) * {"billion": 1, "million": 1e-3}[unit]
        assert size == pytest.approx(
            -harm, abs=0.06
        )  # the lead's long run is that of the table in plain income
    assert "hurts China most" in err
    assert "hurts the United States most" in err
    assert picture.read_text().startswith("<svg xmlns")
    assert picture.with_suffix(".csv").read_text().startswith("player,measure")


def test_solves_are_kept_and_read_again(capsys, cache):
    first, err = run(capsys, "leverage", "--table", "shares", "--format", "csv", cache=cache)
    assert "256 joint profiles, 256 exact solves" in err
    kept = {path: path.stat().st_mtime_ns for path in cache.rglob("*.solves")}
    assert kept
    second, _ = run(capsys, "leverage", "--table", "shares", "--format", "csv", cache=cache)
    assert first == second
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*.solves")} == kept


def test_deals_judge_the_expected_exchanges_under_every_set_of_preferences(capsys, cache, tmp_path):
    picture = tmp_path / "deals.svg"
    out, err = run(
        capsys, "deals", "--table", "all", "--format", "json", "--picture", str(picture), cache=cache
    )
    expected = records(out, "expected-swaps")
    sets = ("explained", "plain")
    assert tuple(row["preferences"] for row in records(out, "preferences"))[:2] == sets
    assert list(dict.fromkeys(row["preferences"] for row in expected)) == list(sets)
    assert {row["exchange"] for row in expected} >= {"Ship fee for port fee"}
    for row in expected:
        both = row["gain_usa"] > 0 and row["gain_chn"] > 0
        assert row["verdict"].startswith("both gain") == both
    space = records(out, "deal-space")
    assert {(row["preferences"], row["threat"]) for row in space} == {
        (name, threat) for name in sets for threat in ("standing", "talks-fail", "decoupling")
    }
    assert all(row["profiles"] == 256 for row in space)
    swaps = records(out, "swaps")
    assert (
        "No swap leaves both sides better off under the set “explained”" in err
    )  # those listed are of plain income
    assert err.count("that are expected everybody gains") == 2
    assert all(row["gain_usa"] > 0 and row["gain_chn"] > 0 for row in swaps)
    for row in swaps:
        assert (row["kind"] == "swap") == (max(row["cost_usa"], row["cost_chn"]) > 1e-6)
    assert re.search(r"\d+ of 256 joint choices leave both sides better off than “Standing state”", err)
    assert "Nash point" in picture.read_text()


def test_a_rivals_view_shrinks_the_space(capsys, cache):
    words = ("deals", "--table", "space", "--preferences", "all", "--format", "json")
    out, _ = run(capsys, *words, cache=cache)
    better = {(row["preferences"], row["threat"]): row["better"] for row in records(out, "deal-space")}
    rows = [better[name, "standing"] for name in ("plain", "relative-quarter", "relative-three-quarters")]
    assert rows == sorted(rows, reverse=True)
    assert rows[0] > rows[-1]


def test_game_reports_play_and_exports_it(capsys, cache, tmp_path):
    export = tmp_path / "game.nfg"
    out, _ = run(capsys, "game", "--format", "json", "--export", str(export), cache=cache)
    rows = records(out, "equilibria")
    pure = [row for row in rows if row["equilibrium"] == "pure 1"]
    assert [row["player"] for row in pure] == ["USA", "CHN"]
    assert any(row["equilibrium"] == "logit 1" for row in rows)
    assert all(row["best_share"] <= 100 for row in records(out, "dominance"))
    text = export.read_text()
    assert text.startswith('NFG 1 R "United States and China, October 2025 (reduced game)" { "USA" "CHN" }')
    payoffs = np.array(text.strip().splitlines()[-1].split(), dtype=float)
    assert len(payoffs) == 2 * 256


def test_every_conclusion_is_repeated_under_every_set_of_preferences(capsys, cache):
    out, _ = run(capsys, "leverage", "--table", "preferences", "--format", "json", cache=cache)
    levers = records(out, "leverage-by-preferences")
    sets = {row["preferences"] for row in levers}
    assert {
        "plain",
        "political",
        "farm",
        "revenue",
        "relative-quarter",
        "security",
        "explained-harsh",
    } <= sets
    (usa, _) = records(out, "explained-lead")
    assert usa["times_chance"] > 1
    assert usa["best_plain"] + usa["best_set"] + usa["nothing"] == usa["count"]
    halt = {row["preferences"]: row for row in levers if row["action"] == "chn-soybeans"}
    assert (
        halt["farm"]["harm_target"] < 2 * halt["plain"]["harm_target"] < 0
    )  # the harsh rung is to buy, as the sides see it
    assert halt["security"]["harm_target"] == halt["plain"]["harm_target"]
    led, told = run(capsys, "leverage", "--format", "json", cache=cache)
    assert "inferred from 40 decisions up to 28 October 2025; plain income stands beside it" in told.replace(
        "\u00a0", " "
    )
    assert "Out of sample" in told
    assert "worse than chance for China" in told
    assert "Of these decisions nothing explains" in told
    assert "Nothing in the set explains where" in told
    for row in records(led, "leverage"):
        for name, key in (("plain", "plain_target"), ("explained", "harm_target")):
            same = [one for one in levers if one["preferences"] == name and one["action"] == row["action"]]
            assert all(one["harm_target"] == row[key] for one in same)
            assert same or (row["harm_target"] == 0 and row["harm_self"] == 0)
        assert row["stands"] in ("plain income", "the set", "nothing", "")
    alone, quiet = run(capsys, "leverage", "--preferences", "plain", "--format", "json", cache=cache)
    assert "inferred" not in quiet
    assert "stands" not in records(alone, "leverage")[0]
    out, _ = run(capsys, "deals", "--table", "sensitivity", "--format", "json", cache=cache)
    bargains = records(out, "bargains-by-preferences")
    assert {(row["preferences"], row["threat"]) for row in bargains} == {
        (name, threat) for name in sets for threat in ("standing", "talks-fail", "decoupling")
    }
    assert all(row["real_swaps"] <= row["swaps"] for row in bargains)
    assert all((row["gain_usa"] is None) == (row["swaps"] == 0) for row in bargains)
    payments, _ = run(capsys, "deals", "--table", "payments", "--format", "json", cache=cache)
    for row in records(payments, "payments"):
        here = {one["preferences"]: one for one in bargains if one["threat"] == row["threat"]}
        assert here["explained"][f"payment_{row['player'].lower()}"] == row["payment"]
        assert here["plain"][f"payment_{row['player'].lower()}"] == row["payment_plain"]
    out, _ = run(capsys, "game", "--table", "preferences", "--format", "json", cache=cache)
    play = records(out, "equilibria-by-preferences")
    assert {(row["preferences"], row["player"]) for row in play} == {
        (name, code) for name in sets for code in ("USA", "CHN")
    }
    # a side that would give money to keep its control keeps it
    strategy = {(row["preferences"], row["player"]): row["strategy"] for row in play}
    assert "usa-affiliates=off" in strategy["plain", "USA"]
    assert "usa-affiliates=on" in strategy["security", "USA"]


def test_regret_is_nil_in_equilibrium_and_not_where_the_two_stand(capsys, cache):
    out, err = run(capsys, "game", "--table", "equilibria", "--format", "json", cache=cache)
    rows = records(out, "equilibria")
    regret = {(row["equilibrium"], row["player"]): row["regret"] for row in rows}
    assert {row["preferences"] for row in records(out, "equilibria-by-preferences")} == {"explained", "plain"}
    assert all(value >= 0 for value in regret.values())
    for code in ("USA", "CHN"):
        assert regret["pure 1", code] == pytest.approx(0, abs=1e-6)
        assert regret["standing", code] > 0.1
    (plain,) = (row for row in rows if (row["equilibrium"], row["player"]) == ("pure 1", "CHN"))
    assert plain["payoff_plain"] > plain["payoff"] > 0
    assert "nothing in the set explains what the United States does" in err


def test_a_stated_quantity_is_a_cap_when_asked_for(capsys, cache, tmp_path):
    game = tmp_path / "halt.yaml"
    game.write_text(
        "id: busan-2025\ntitle: The halt\ndossier: busan-2025\nplayers: [USA, CHN]\nactions:\n"
        "  - id: usa-ship-fee\n    player: USA\n    title: Ship fee\n    rungs:\n"
        '      - {id: "on", title: charged, does: keeps the ship fee}\n'
        '      - {id: "off", title: suspended, does: ends it, set: {usa-2025-ship-fee: {status: suspended}}}\n'
        "  - id: chn-soybeans\n    player: CHN\n    title: Soybean halt\n    rungs:\n"
        '      - {id: "on", title: halted, does: buys none}\n'
        '      - {id: "off", title: buying, does: buys again, set: {chn-2025-soybean-halt: {status: repealed}}}\n'
    )
    found = {}
    for how in ("costs", "stated"):
        words = [
            "leverage",
            "--game",
            str(game),
            "--controls",
            how,
            "--format",
            "json",
            "--preferences",
            "plain",
        ]
        with pytest.raises(SystemExit) as stopped:
            main([*words, "--draws", "0", "--workers", "1", "--cache", str(cache)])
        assert not stopped.value.code
        told = capsys.readouterr()
        assert ("every control a cost" in told.err) == (how == "costs")
        found[how] = {row["action"]: row for row in records(told.out, "leverage")}
    one, other = (found[how]["chn-soybeans"]["harm_self"] for how in ("stated", "costs"))
    assert abs(one - other) > 0.01
    assert min(one, other) > 1
    assert "did you mean `stated`" in fails(capsys, 2, "deals", "--reduced", "--controls", "state")


def test_slips_on_the_command_line_exit_with_two(capsys, cache):
    assert "no table `swap`" in fails(capsys, 2, "deals", "--table", "swap")
    assert "no format of a game" in fails(capsys, 2, "game", "--export", "game.txt")
    assert "did you mean `plain`" in fails(capsys, 2, "leverage", "--reduced", "--preferences", "plane")
    assert "unknown game" in fails(capsys, 2, "game", "--game", "nothing")
    assert "no threat point" in fails(capsys, 2, "deals", "--reduced", "--threat", "war")
    assert "no game" in fails(capsys, 2, "leverage", "--dossier", "phase-one-2018")


def test_solves_need_not_be_kept_and_a_cache_that_cannot_be_written_is_a_note(capsys, tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    words = ("game", "--table", "dominance", "--reduced", "--workers", "1", "--format", "csv")
    out, err = run(capsys, "game", "--table", "dominance", "--format", "csv", cache=blocked)
    assert err.count("note: solves are not kept: cannot write there") == 1
    monkeypatch.setenv("DETENTE_CACHE", str(tmp_path / "cache"))
    with pytest.raises(SystemExit) as ended:
        main([*words, "--no-cache"])
    assert not ended.value.code
    assert capsys.readouterr().out == out
    assert not (tmp_path / "cache").exists()
    with pytest.raises(SystemExit) as ended:
        main([*words, "--no-cache", "--cache", str(tmp_path)])
    assert ended.value.code == 2
    assert "--no-cache" in capsys.readouterr().err


def test_where_no_swap_pays_it_is_said(capsys):
    payoffs = np.array([[[0.0, -1.0], [-1.0, -2.0]], [[0.0, -1.0], [-1.0, -2.0]]])
    table = _swaps(None, game(payoffs, 1), None, (), 1, 20)
    assert table.rows == ()
    assert (
        "No swap in which each side changes at most one measure leaves both better off; --most 2"
        in capsys.readouterr().err
    )
