"""The shipped record: complete, traceable to the reports, and its arithmetic holds."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.core import InputError, LabelError
from detente.dossier import (
    Dossier,
    Instrument,
    Status,
    claims_table,
    clock_table,
    conflict_table,
    load_dossier,
    measure_table,
    verify_places,
)

TODAY = dt.date(2025, 10, 28)


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dossier("busan-2025")


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=dt.date(2026, 7, 25))


def test_the_record_is_as_large_as_promised(record: Dossier) -> None:
    assert len(record.measures) >= 45
    other = [m for m in record.measures.values() if m.instrument is not Instrument.tariff]
    assert len(other) >= 25
    assert len(record.claims) == 216
    assert len(record.conflicts) >= 27
    assert len(record.clocks) >= 25
    assert {d.chain for d in record.documents.values()} == {
        "reuters-2025-10-22",
        "ap-2025-10-28",
        "unsigned-2025-10-28",
        "scmp-2025-10-14",
    }
    assert {
        f"S{n}" for n in (*range(1, 13), *range(14, 29), *range(30, 40), *range(41, 55), *range(56, 62))
    } <= set(record.sources)


def test_the_levers_of_late_october(dossier: Dossier) -> None:
    expected = {
        "chn-2025-rare-earth-licensing": Status.in_force,
        "chn-2024-gallium-ban": Status.in_force,
        "chn-2025-ann57-elements": Status.announced,
        "chn-2025-ann62-technology": Status.in_force,
        "chn-2025-port-fee": Status.in_force,
        "chn-2025-soybean-halt": Status.in_force,
        "chn-2025-soybean-pledge": Status.announced,
        "chn-2025-qualcomm-probe": Status.in_force,
        "usa-2025-affiliates-rule": Status.in_force,
        "usa-2025-software-controls": Status.announced,
        "usa-2025-ship-fee": Status.in_force,
        "usa-2024-tiktok-law": Status.suspended,
        "usa-2025-threat-100": Status.withdrawn,
        "usa-2025-may-export-stops": Status.withdrawn,
    }
    states = dossier.states(TODAY)
    assert {key: states[key].status for key in expected} == expected
    assert dossier.state("chn-2025-ann57-elements", dt.date(2025, 11, 8)).status is Status.in_force
    assert [dossier.state("chn-2025-port-fee", dt.date(y, 4, 17)).value for y in (2026, 2027, 2028)] == [
        640,
        880,
        1120,
    ]
    assert "chn-2026-beijing-purchases" not in dossier.measures
    with pytest.raises(LabelError, match="chn-2025-port-fee"):
        dossier.state("chn-2025-port-fees", TODAY)


def test_every_value_has_a_source_that_was_read_or_is_assumed(record: Dossier) -> None:
    for measure in record.measures.values():
        for value in measure.values:
            if value.source in ("memory", "model-assumption"):
                assert value.grade.value in ("assumed", "inferred"), measure.id
        if measure.effect is not None:
            assert len(measure.effect.derivation) > 80, measure.id


def test_places_of_all_claims_are_verified_against_the_reports(record: Dossier, shared: Path) -> None:
    table = verify_places(record, shared / "seeds")
    assert Counter(table.column("result")) == {"ok": len(record.claims)}


def test_a_moved_claim_and_a_changed_report_are_noticed(
    dossier: Dossier, tmp_path: Path, shared: Path
) -> None:
    for document in dossier.documents.values():
        (tmp_path / document.file).write_bytes((shared / "seeds" / document.file).read_bytes())
    changed = dossier.documents["seed-001"].file
    (tmp_path / changed).write_text("other words\n" * 20, encoding="utf-8")
    (tmp_path / dossier.documents["seed-003"].file).unlink()
    by_report = {
        document: {
            r["result"] for r in verify_places(dossier, tmp_path).records() if r["document"] == document
        }
        for document in dossier.documents
    }
    assert by_report["seed-000"] == {"ok"}
    assert by_report["seed-001"] == {"document differs"}
    assert by_report["seed-003"] == {"document not found"}
    with pytest.raises(InputError):
        verify_places(dossier, tmp_path / "nowhere")


def test_a_claim_moved_by_one_character_is_noticed(small: Callable[..., Path], tmp_path: Path) -> None:
    import hashlib

    text = "A duty is coming.\n\n"
    folder = small()
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    documents = folder / "documents.yaml"
    documents.write_text(documents.read_text().replace("0" * 64, hashlib.sha256(text.encode()).hexdigest()))
    claims = folder / "claims.yaml"
    right = claims.read_text().replace("0" * 16, hashlib.sha256(b"A du").hexdigest()[:16])
    for start, end, result in ((0, 4, "ok"), (1, 5, "span differs"), (0, 99, "outside the line")):
        claims.write_text(right.replace("start: 0", f"start: {start}").replace("end: 4", f"end: {end}"))
        assert verify_places(load_dossier(folder), tmp_path).column("result") == [result]


def test_no_sentence_of_a_report_is_in_the_record(record: Dossier, shared: Path) -> None:
    """Eight words in a row of a report, in any text of the record, would be copying."""
    runs: set[tuple[str, ...]] = set()
    for file in sorted((shared / "seeds").glob("*.txt")):
        for line in file.read_text(encoding="utf-8").split("\n"):
            words = re.findall(r"\w+", line.lower())
            runs |= {tuple(words[i : i + 8]) for i in range(len(words) - 7)}
    folder = Path(__file__).resolve().parents[2] / "detente" / "dossier" / "data" / "busan-2025"
    copied = []
    for file in sorted(folder.rglob("*.yaml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
            words = re.findall(r"\w+", line.lower())
            copied += [
                (file.name, number, words[i : i + 8])
                for i in range(len(words) - 7)
                if tuple(words[i : i + 8]) in runs
            ]
    assert copied == []


def test_two_reports_of_one_wire_story_are_one_observation(dossier: Dossier) -> None:
    rows = list(conflict_table(dossier).records())
    october = next(r for r in rows if r["id"] == "october-scope" and r["reading"] == "Rare earths")
    assert october["reports"] == "seed-000, seed-001"
    assert october["independent_observations"] == 1
    venue = {r["reading"]: r["independent_observations"] for r in rows if r["id"] == "venue"}
    assert venue == {"In Seoul": 1, "In Busan": 2, "On the sidelines of APEC": 1}
    assert {r["observations_in_all"] for r in rows if r["id"] == "economic-war"} == {1}


def test_every_altered_quotation_is_in_a_conflict(dossier: Dossier) -> None:
    inside = {key for c in dossier.conflicts.values() for reading in c.readings for key in reading.claims}
    altered = {claim.id for claim in dossier.claims.values() if claim.verdict == "altered_quote"}
    assert altered == {"000-08", "001-14", "001-15", "003-34"}
    assert altered <= inside


def test_tables_have_what_they_promise(dossier: Dossier) -> None:
    measures = {row["id"]: row for row in measure_table(dossier, TODAY).records()}
    assert set(measures) == set(dossier.states(TODAY))
    assert measures["chn-2025-port-fee"]["shown"] == "400 CNY per net ton"
    assert measures["usa-2025-affiliates-rule"]["shown"] == "50 %"
    assert measures["chn-2025-ann61-overseas"]["shown"] == "0.1 %"
    assert measures["usa-2025-threat-100"]["shown"] == "100 %"
    clocks = clock_table(dossier, TODAY)
    fires = clocks.column("fires")
    assert fires == sorted(fires, key=str)
    rows = {row["id"]: row for row in clocks.records()}
    assert rows["clock-truce-2"]["days"] == 13
    assert rows["clock-truce-2"]["state"] == "running"
    assert rows["clock-threat-100"]["state"] == "called off 2025-10-26"
    assert "clock-truce-1" not in rows
    assert len(claims_table(dossier)) == 216
    assert set(claims_table(dossier, document="seed-004").column("document")) == {"seed-004"}
    assert len(claims_table(dossier, verdict="wrong")) == 9
    with pytest.raises(InputError, match="no claim matches"):
        claims_table(dossier, document="seed-005")


def test_legal_expiry_and_political_breakdown_are_two_clocks(dossier: Dossier) -> None:
    legal, political = dossier.clocks["clock-truce-2"], dossier.clocks["clock-truce-breakdown"]
    assert (legal.kind, legal.fires) == ("legal_expiry", dt.date(2025, 11, 10))
    assert (political.kind, political.fires) == ("political", dt.date(2025, 11, 1))


@pytest.mark.parametrize(("measure", "side"), [("chn-2025-port-fee", "chn"), ("usa-2025-ship-fee", "usa")])
def test_the_port_fee_arithmetic_holds(dossier: Dossier, measure: str, side: str) -> None:
    number = {key: parameter.value for key, parameter in dossier.parameters.items()}
    fee = dossier.state(measure, TODAY).value
    assert fee is not None
    dollars = fee / number["yuan-per-dollar"] if side == "chn" else fee
    effect = dossier.measures[measure].effect
    assert effect is not None
    for ship, sectors in {
        "container": "A03 C10T12 C13T15 C16 C17_18 C20 C21 C22 C23 C25 C26 C27 C28 C29 C30 C31T33 "
        "MAG REE CHP TOL BAT BAM",
        "bulk": "A01_02 B07_08 B09 C24 SOY",
        "tanker": "B05_06 C19",
    }.items():
        per_voyage = dollars * number[f"port-fee-net-tons-{ship}"] / 1e6
        cost = per_voyage / number[f"port-fee-value-{ship}"] * number[f"port-fee-share-{side}-{ship}"]
        for sector in sectors.split():
            assert effect.ad_valorem[sector] == pytest.approx(cost, abs=5e-5), (ship, sector)
    assert len(effect.ad_valorem) == 29


def test_the_soybean_equivalent_all_but_stops_the_flow(dossier: Dossier) -> None:
    number = {key: parameter.value for key, parameter in dossier.parameters.items()}
    halt = dossier.measures["chn-2025-soybean-halt"]
    assert halt.products.sectors == {"SOY": 1.0}
    assert halt.effect is not None
    assert set(halt.effect.ad_valorem) == {"SOY"}
    left = (1 + halt.effect.ad_valorem["SOY"]) ** -number["agriculture-trade-elasticity"]
    assert left == pytest.approx(number["soybean-halt-rest"], abs=2e-4)


@pytest.mark.parametrize(
    ("measure", "sectors"),
    [
        ("chn-2025-rare-earth-licensing", {"MAG", "REE"}),
        ("chn-2025-ann57-elements", {"REE"}),
        ("chn-2025-ann58-batteries", {"BAT", "BAM", "C23"}),
        ("usa-2025-affiliates-rule", {"CHP", "TOL", "C26", "C28", "C30"}),
    ],
)
def test_controls_bind_the_chokepoint_sectors(dossier: Dossier, measure: str, sectors: set[str]) -> None:
    found = dossier.measures[measure]
    assert found.effect is not None
    assert set(found.effect.ad_valorem) == set(found.products.sectors) == sectors
    assert found.effect.grade == "assumed"
    for code, share in found.products.sectors.items():  # every price effect of the record is +20 percent
        assert found.effect.ad_valorem[code] == pytest.approx(share * 0.2, abs=1e-9)


def test_chokepoint_numbers_and_named_averages(dossier: Dossier) -> None:
    value = {key: parameter.value for key, parameter in dossier.parameters.items()}
    assert (value["rare-earth-refining-share"], value["magnet-share"]) == (0.91, 0.94)
    averages = [p for p in dossier.parameters.values() if p.kind == "tariff_average"]
    assert value["tariff-piie-us-2025-09-25"] == 0.576
    assert len({p.concept for p in averages}) >= 5
    assert all(p.concept for p in averages)
    assert value["trade-goods-2024"] == pytest.approx(
        value["us-imports-china-2024"] + value["us-exports-china-2024"]
    )
