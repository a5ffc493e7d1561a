"""Nothing known after the as-of day comes out of any verb, whichever day is asked for."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from detente.cli.main import main

LATER = {
    # day from which it was public: what must not be printed before
    "2025-03-04": r"entities-march|china-2025-march",
    "2025-04-02": r"reciprocal|EO 14257",
    "2025-04-04": r"rare-earth-licensing|china-reciprocal-response",
    "2025-05-12": r"Geneva\b|24 points",
    "2025-09-29": r"affiliates",
    "2025-10-09": r"ann5[5-8]|ann6[12]|announcement 6[12] of 2025",
    "2025-10-10": r"threat-100|software-controls|Autotalks|(?<!parameters )port-fee\b",
    "2025-10-26": r"usa-2025-threat-100,[^\n]*withdrawn",
    "2025-10-30": r"(?<![\d.])12,?000,?000|12 million tonnes|(?<![\d.])25,?000,?000|25 million tonnes|10 points off",
    "2025-11-04": r"EO 14357|EO 14358|Announcement 70",
    "2025-11-14": r"EO 14360|Farm products taken out",
    "2026-02-20": r"Supreme Court|section-122|Section 122|struck down",
    "2026-03-11": r"forced.labour|excess capacity",
    "2026-05-14": r"Board of (Trade|Investment)|200 aircraft",
}
DAYS = ("2025-02-20", "2025-04-08", "2025-08-15", "2025-10-12", "2025-10-28", "2025-11-12", "2026-03-01")
VERBS = (
    "measures --format csv",
    "measures --at {later} --format json",
    "duties",
    "duties --at {later} --table both --format csv",
    "duties --importer CHN --exporter USA --at {later}",
    "duties --table published --format csv",
    "duties --table collected --format csv",
    "duties --table stacking --format csv",
    "duties --by hs6 --product 850511 --all-partners --at {later} --format csv",
    "duties --importer CHN --exporter USA --product 1201 --at {later} --format csv",
    "clocks --no-cost --format csv",
    "clocks --format md",
    "claims --format csv",
    "claims --conflicts --format csv",
    "claims --conflicts --format md",
    "controls --at {later} --format csv",
    "audit busan-2025 --table all --format json",
    "cite --format csv",
)
"""`later` is a day long after: the policy of that day as known on the as-of day."""


def printed(capsys: pytest.CaptureFixture[str], words: str) -> str:
    with pytest.raises(SystemExit) as stop:
        main(words.split())
    out = capsys.readouterr()
    assert stop.value.code in (0, None), (words, out.err)
    return out.out + out.err


@pytest.mark.parametrize("asof", DAYS)
def test_no_verb_tells_what_came_later(asof: str, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for verb in VERBS:
        if verb.startswith("claims") and asof < "2025-10-14":
            continue  # no report had been written
        text = printed(capsys, verb.format(later="2026-06-01") + f" --asof {asof}")
        assert len(text) > 60, verb
        for known, pattern in LATER.items():
            if known > asof:
                told += [(verb, known, hit.group(0)) for hit in re.finditer(pattern, text)]
    assert told == []


def test_every_pattern_is_printed_once_it_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(printed(capsys, verb.format(later="2026-06-01") + " --asof 2026-07-25") for verb in VERBS)
    text += printed(capsys, "pledges --asof 2026-07-25")
    assert [pattern for pattern in LATER.values() if not re.search(pattern, text)] == []


def test_a_later_day_tells_more(capsys: pytest.CaptureFixture[str]) -> None:
    early = printed(capsys, "measures --at 2026-06-01 --asof 2025-10-28 --format csv")
    late = printed(capsys, "measures --at 2026-06-01 --asof 2026-06-01 --format csv")
    assert "void" not in early
    assert "void" in late


def test_the_calendar_holds_no_later_clock(tmp_path: object, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path(str(tmp_path)) / "clocks.ics"
    printed(capsys, f"clocks --ics {file} --no-cost")
    text = file.read_text(encoding="utf-8")
    for known, pattern in LATER.items():
        if known > "2025-10-28":
            assert not re.search(pattern, text), pattern
    assert "clock-truce-2@" in text
    assert "clock-truce-3@" not in text


def test_the_second_record_does_not_tell_its_outcome(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (
        "measures --at 2021-06-01 --format csv",
        "clocks --no-cost --full",
        "duties --format csv",
        "pledges --full",
    ):
        text = printed(capsys, f"{verb} --dossier phase-one-2018")
        assert not re.search(
            r"fentanyl|reciprocal|ieepa|76,?700|123,?300|76\.7 billion|Phase One takes effect", text
        ), verb
    later = printed(capsys, "pledges --dossier phase-one-2018 --asof 2020-02-20")
    assert "76,700" in later


@pytest.mark.parametrize("asof", ["2025-02-20", "2025-09-01"])
def test_a_briefing_of_an_earlier_day_says_nothing_of_later_ones(
    asof: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outcomes that rest on later measures are left out and named on stderr; the page and its data hold nothing of them."""
    said = printed(capsys, f"brief --asof {asof} --draws 0 -o {tmp_path / 'b'}")
    assert "not yet known" in said
    assert "`talks-fail` (--asof 2025-10-10 or later)" in said
    assert "Busan" not in said
    files = [
        path for path in (tmp_path / "b").rglob("*") if path.suffix in (".html", ".csv", ".json", ".svg")
    ]
    assert len(files) > 10
    for path in files:
        text = path.read_text(encoding="utf-8")
        for known, pattern in LATER.items():
            if known > asof:
                assert not re.search(pattern, text), (path.name, pattern)
    assert "Left out, for they rest on measures" in (tmp_path / "b" / "index.html").read_text(
        encoding="utf-8"
    )


def test_scenarios_of_an_earlier_day(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "scenarios --asof 2025-09-01 --format csv")
    rows = {row["scenario"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows["talks-fail"]["known"] == "from 2025-10-10 on"
    assert rows["talks-fail"]["story"] == ""
    assert rows["january-2025"]["known"] == "yes"
    assert "rare" not in text
    with pytest.raises(SystemExit) as stop:
        main(["run", "talks-fail", "--asof", "2025-09-01"])
    assert stop.value.code == 2
    error = capsys.readouterr().err
    assert "--asof 2025-10-10 or later" in error
    assert "threat" not in error


def test_a_game_of_an_earlier_day_says_when_it_can_be_played(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["game", "--reduced", "--asof", "2025-09-01"])
    assert "--asof 2025-10-10 or later" in capsys.readouterr().err
