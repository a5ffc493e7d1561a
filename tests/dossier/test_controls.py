"""Controls, fees and pledges evaluated on a day."""

from __future__ import annotations

import datetime as dt

import pytest

from detente.core import InputError, LabelError
from detente.dossier import Dossier, Status, load_dossier
from detente.dossier.controls import control, control_table, controls_at, fee_table, is_control
from detente.dossier.pledges import pledge_table, pledges_at

TODAY = dt.date(2025, 10, 28)


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return load_dossier("busan-2025")


@pytest.fixture(scope="module")
def record() -> Dossier:
    return load_dossier("busan-2025", asof=dt.date(2026, 7, 25))


def test_every_object_of_the_issue_is_there_and_says_what_it_binds(record: Dossier) -> None:
    found = controls_at(record, dt.date(2026, 7, 25))
    wanted = [
        "chn-2025-rare-earth-licensing",
        "chn-2025-ann57-elements",
        "chn-2025-ann61-overseas",
        "usa-2025-affiliates-rule",
        "usa-2025-software-controls",
        "usa-2022-chip-controls",
        "chn-2024-gallium-ban",
        "chn-2025-ann58-batteries",
        "chn-2025-ann55-superhard",
        "chn-2025-port-fee",
        "usa-2025-ship-fee",
        "chn-2025-soybean-halt",
        "usa-entity-list-china",
        "chn-2025-entities-march",
        "chn-2025-entities-april",
        "chn-2025-qualcomm-probe",
        "usa-2024-tiktok-law",
    ]
    assert set(wanted) <= set(found)
    for key, one in found.items():
        if record.measures[key].instrument.value != "tariff":
            assert one.scope is not None, key
            assert one.scope.what, key
            assert one.scope.ends, key


def test_the_april_and_october_packages_differ(dossier: Dossier) -> None:
    april, october = (
        control(dossier, key, TODAY) for key in ("chn-2025-rare-earth-licensing", "chn-2025-ann57-elements")
    )
    assert april.binds
    assert not october.binds
    assert october.state.until == dt.date(2025, 11, 8)
    assert october.next_status is Status.in_force


@pytest.mark.parametrize(
    ("key", "kind", "limit"),
    [
        ("chn-2025-ann61-overseas", "content", 0.001),
        ("usa-2025-affiliates-rule", "ownership", 0.5),
        ("chn-2025-port-fee", "ownership", 0.25),
    ],
)
def test_thresholds_bind_from_the_limit_on(record: Dossier, key: str, kind: str, limit: float) -> None:
    day = dt.date(2027, 1, 10)  # every suspension has run out
    one = control(record, key, day)
    assert one.binds
    assert one.reaches(limit, kind)
    assert not one.reaches(limit - 1e-9, kind)
    other = "content" if kind == "ownership" else "ownership"
    with pytest.raises(InputError, match="no threshold"):
        one.reaches(0.5, other)


def test_a_suspended_control_binds_nobody(record: Dossier) -> None:
    one = control(record, "usa-2025-affiliates-rule", dt.date(2025, 12, 1))
    assert one.state.status is Status.suspended
    assert not one.reaches(0.9, "ownership")
    assert (one.state.until, one.next_status) == (dt.date(2026, 11, 10), Status.in_force)


def test_a_duty_is_no_control(dossier: Dossier) -> None:
    assert not is_control(dossier.measures["usa-2025-fentanyl-china"])
    with pytest.raises(LabelError, match="no control"):
        control(dossier, "usa-2025-fentanyl-china", TODAY)
    with pytest.raises(LabelError, match="usa-2025-affiliates-rule"):
        control(dossier, "usa-2025-affiliate-rule", TODAY)


def test_the_control_table(dossier: Dossier) -> None:
    rows = {row["id"]: row for row in control_table(dossier, TODAY).records()}
    assert rows["usa-2025-affiliates-rule"]["threshold"].startswith("50 % ownership")  # type: ignore[union-attr]
    assert rows["chn-2025-ann61-overseas"]["threshold"].startswith("0.1 % value")  # type: ignore[union-attr]
    assert "Qualcomm" in str(rows["chn-2025-qualcomm-probe"]["firms"])
    assert rows["chn-2025-port-fee"]["until"] == "2026-04-17"
    with pytest.raises(InputError, match="no control"):
        control_table(load_dossier("phase-one-2018"), dt.date(2017, 1, 1))


def test_fees_follow_their_steps_and_the_arithmetic(dossier: Dossier) -> None:
    number = {key: parameter.value for key, parameter in dossier.parameters.items()}
    for year, fee in ((2025, 400), (2026, 640), (2027, 880), (2028, 1120)):
        rows = [
            r for r in fee_table(dossier, dt.date(year, 10, 20)).records() if r["id"] == "chn-2025-port-fee"
        ]
        assert {r["ship"] for r in rows} == {"container", "bulk", "tanker"}
        for row in rows:
            dollars = fee / number["yuan-per-dollar"]
            voyage = dollars * number[f"port-fee-net-tons-{row['ship']}"] / 1e6
            cost = (
                100
                * voyage
                / number[f"port-fee-value-{row['ship']}"]
                * number[f"port-fee-share-chn-{row['ship']}"]
            )
            assert row["usd_per_net_ton"] == pytest.approx(dollars)
            assert row["cost"] == pytest.approx(cost)
    with pytest.raises(InputError, match="no port fee"):
        fee_table(dossier, dt.date(2025, 1, 1))


def test_a_higher_step_costs_trade_more(record: Dossier) -> None:
    from detente.policy.effects import at_value
    from detente.policy.enacted import wedges_at
    from detente.policy.scenario import Scenario
    from detente.world import load_world

    effect = record.measures["chn-2025-port-fee"].effect
    assert effect is not None
    assert at_value(effect, 400) is effect
    assert at_value(effect, 800).ad_valorem["B05_06"] == pytest.approx(2 * effect.ad_valorem["B05_06"])
    economy = load_world()
    place = (economy.labels.country("CHN"), economy.labels.country("USA"), economy.labels.sector("B05_06"))
    base = load_dossier("busan-2025")
    costs = []
    for day in (dt.date(2026, 4, 16), dt.date(2026, 4, 17)):
        hat = wedges_at(
            economy, base, Scenario(id="s", title="", dossier=base.id, date=day), quantities=False
        ).iceberg_hat
        costs.append(float(hat[place]))
    fee = effect.ad_valorem["B05_06"]
    assert costs[1] / costs[0] == pytest.approx(
        (1 + 1.6 * fee) / (1 + fee) * costs_of_american_step(base, economy)
    )


def costs_of_american_step(dossier: Dossier, economy: object) -> float:
    """The American fee steps up on the same day, from 50 to 80 dollars."""
    effect = dossier.measures["usa-2025-ship-fee"].effect
    assert effect is not None
    fee = effect.ad_valorem["B05_06"]
    return (1 + 1.6 * fee) / (1 + fee)


def test_the_first_soybean_pledge_was_met_twelve_days_late(record: Dossier) -> None:
    first = pledges_at(record, dt.date(2026, 7, 25))[0]
    assert (first.pledged, first.start, first.due) == (12e6, dt.date(2025, 11, 1), dt.date(2026, 1, 1))
    assert (first.state, first.slip_days, first.delivered) == ("met late", 12, 12e6)
    waiting = pledges_at(record, dt.date(2025, 12, 10))[0]
    assert (waiting.state, waiting.delivered, waiting.slip_days) == ("open", 2.8e6, None)
    assert waiting.elapsed == pytest.approx(39 / 61)
    late = pledges_at(record, dt.date(2026, 1, 5))[0]
    assert (late.state, late.delivered, late.slip_days) == ("late", 7e6, 5)


def test_what_was_known_decides_what_was_delivered() -> None:
    early = load_dossier("busan-2025", asof=dt.date(2026, 1, 15))
    first = pledges_at(early, dt.date(2026, 1, 15))[0]
    assert (first.delivered, first.state) == (7e6, "late")


def test_a_pledge_of_several_years_is_due_in_each(record: Dossier) -> None:
    years = [(t.start.year, t.pledged) for t in pledges_at(record, dt.date(2026, 7, 25)) if t.pledged == 25e6]
    assert years == [(2026, 25e6), (2027, 25e6), (2028, 25e6)]
    rows = list(pledge_table(record, dt.date(2026, 7, 25)).records())
    assert [row["state"] for row in rows if row["pledged"] == 25e6] == ["open", "not begun", "not begun"]
    assert any(row["state"] == "no amount" for row in rows)
    with pytest.raises(InputError, match="no pledge"):
        pledge_table(record, dt.date(2024, 1, 1))


def test_the_purchases_of_phase_one_never_came() -> None:
    record = load_dossier("phase-one-2018", asof=dt.date(2026, 7, 25))
    tranches = [t for t in pledges_at(record, dt.date(2022, 3, 1)) if t.pledged > 5e4]
    assert sum(t.pledged for t in tranches) == 200_000
    assert [t.delivered for t in tranches] == [0, 0]
    assert [t.state for t in tranches] == ["late", "late"]
