"""Duties a scenario sets by hand, for worlds the record does not describe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detente.core import DetenteError, InputError, LabelError, SchemaError
from detente.dossier import load_dossier
from detente.policy import load_scenario, wedges_at
from detente.policy.enacted import wedges_and_footprints
from detente.policy.scenario import Scenario
from detente.world import toy
from detente.world.goods import is_service

HEAD = "id: mine\ntitle: Mine\ndossier: busan-2025\n"


def scenario(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + text)
    return load_scenario(path)


def tariff(tmp_path: Path, text: str) -> np.ndarray:
    return np.asarray(
        wedges_at(
            toy(), load_dossier(), scenario(tmp_path, "record: false\n" + text), quantities=False
        ).tariff
    )


def test_set_and_add(tmp_path: Path) -> None:
    economy = toy()
    lines = (
        "tariffs:\n"
        "  - {importer: USA, exporter: CHN, sectors: [GOODS, PARTS], set: 0.25}\n"
        "  - {importer: CHN, exporter: [USA, MEX], sectors: FARM, add: 0.1, reason: answer}\n"
    )
    found = tariff(tmp_path, lines)
    assert found[0, 1].tolist() == [economy.tariff[0, 1, 0], 0.25, 0.25, 0]
    assert found[1, 0, 0] == pytest.approx(economy.tariff[1, 0, 0] + 0.1)
    assert found[1, 3, 0] == pytest.approx(economy.tariff[1, 3, 0] + 0.1)
    assert (found != economy.tariff).sum() == 4


def test_all_goods_of_everybody_else(tmp_path: Path) -> None:
    economy = toy()
    found = tariff(tmp_path, "tariffs: [{importer: USA, exporter: all, add: 0.1}]\n") - economy.tariff
    assert found[0, 1:, :3] == pytest.approx(np.full((4, 3), 0.1))
    assert not found[0, 0].any()
    assert not found[:, :, 3].any()  # services pass no customs house
    assert not found[1:].any()


def test_lines_apply_in_order_and_duties_never_fall_below_zero(tmp_path: Path) -> None:
    lines = (
        "tariffs:\n"
        "  - {importer: USA, exporter: CHN, set: 0.1}\n"
        "  - {importer: USA, exporter: CHN, add: 0.05}\n"
        "  - {importer: USA, exporter: EU27, add: -0.9}\n"
    )
    found = tariff(tmp_path, lines)
    assert found[0, 1, :3] == pytest.approx([0.15] * 3)
    assert found[0, 2, :3].tolist() == [0, 0, 0]


def test_without_the_record_nothing_else_moves(tmp_path: Path) -> None:
    wedges, footprints = wedges_and_footprints(
        toy(), load_dossier(), scenario(tmp_path, "record: false\n"), quantities=False
    )
    assert footprints == ()
    assert np.array_equal(wedges.tariff, toy().tariff)
    assert (wedges.iceberg_hat == 1).all()


def test_on_top_of_the_record(tmp_path: Path) -> None:
    from detente.world import load_world

    economy, dossier = load_world(), load_dossier()
    line = "tariffs: [{importer: IND, exporter: BRA, sectors: [C26], add: 0.2}]\n"
    with_line = wedges_at(economy, dossier, scenario(tmp_path, line), quantities=False).tariff
    without = wedges_at(economy, dossier, scenario(tmp_path, ""), quantities=False).tariff
    gap = with_line - without
    n, i, s = economy.labels.country("IND"), economy.labels.country("BRA"), economy.labels.sector("C26")
    assert gap[n, i, s] == pytest.approx(0.2)
    assert (gap != 0).sum() == 1


def test_compounds_keep_both_lists() -> None:
    first = Scenario(
        id="a", title="A", dossier="d", tariffs=({"importer": "X", "exporter": "Y", "add": 0.1},)
    )
    second = Scenario(
        id="b", title="B", dossier="d", record=False, tariffs=({"importer": "Y", "exporter": "X", "set": 0},)
    )
    both = first.plus(second)
    assert [line.importer for line in both.tariffs] == ["X", "Y"]
    assert both.record is False


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (
            "tariffs: [{importer: USA, exporter: CHINA, add: 0.1}]\n",
            LabelError,
            ("mine: tariffs, line 1", "`CHN`"),
        ),
        ("tariffs: [{importer: USA, exporter: CHN, sectors: [C26], add: 0.1}]\n", LabelError, ("C26",)),
        ("tariffs: [{importer: USA, exporter: USA, add: 0.1}]\n", InputError, ("no pair",)),
        ("tariffs: [{importer: USA, exporter: CHN}]\n", SchemaError, ("mine.yaml", "`set`", "`add`")),
        ("tariffs: [{importer: USA, exporter: CHN, add: 0.1, set: 0.2}]\n", SchemaError, ("one of the two",)),
        ("tariffs: [{importer: USA, exporter: CHN, add: 25}]\n", SchemaError, ("mine.yaml", "add")),
        ("tariffs: [{importer: USA, exporter: CHN, ad: 0.1}]\n", SchemaError, ("`add`",)),
        ("disable: [section-301]\n", InputError, ("record: false",)),
    ],
)
def test_refused(tmp_path: Path, text: str, kind: type[DetenteError], words: tuple[str, ...]) -> None:
    with pytest.raises(kind) as error:
        tariff(tmp_path, text)
    for word in words:
        assert word in str(error.value), word


def test_services_are_told_by_their_code() -> None:
    services = ("UTC", "BUS", "SERV", "D", "H49", "J58T60", "L68", "c17", "c35", "G45_47")
    goods = (
        "A01",
        "A01_02",
        "B09",
        "C10T12",
        "C302T309",
        "C31T33",
        "c1",
        "c16",
        "GOODS",
        "SOY",
        "MAG",
        "s21",
        "c36",
    )
    assert [code for code in services if not is_service(code)] == []
    assert [code for code in goods if is_service(code)] == []
