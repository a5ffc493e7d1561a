"""The as-of rule: which entry decides, what happens when it runs out, what was known."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from detente.core import DateError
from detente.dossier import Grade, Instrument, Measure, Status
from detente.dossier.timeline import resolve

LATE = dt.date(2030, 1, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def measure(*values: dict[str, Any], **changes: Any) -> Measure:
    body = {
        "id": "duty",
        "title": "A duty",
        "actor": "USA",
        "targets": ("CHN",),
        "instrument": Instrument.tariff,
        "authority": "section-301",
        "issue": "tariffs",
        "unit": "fraction",
        "announced": "2025-01-02",
        "last_checked": "2026-01-01",
        "values": [{"source": "S1", "grade": Grade.official, **value} for value in values],
    }
    return Measure.model_validate({**body, **changes})


def state(of: Measure, on: str, asof: str | None = None) -> tuple[str, float | None, str | None]:
    found = resolve(of, day(on), day(asof) if asof else LATE)
    return found.status.value, found.value, found.until.isoformat() if found.until else None


def test_nothing_before_the_announcement_and_announced_before_the_first_day() -> None:
    duty = measure({"from": "2025-02-01", "value": 0.1, "status": "in_force"})
    with pytest.raises(DateError, match="only on 2025-01-02"):
        resolve(duty, day("2025-01-01"), LATE)
    assert state(duty, "2025-01-02") == ("announced", 0.1, "2025-02-01")
    assert state(duty, "2025-02-01") == ("in_force", 0.1, None)


def test_a_suspension_snaps_back_with_its_value() -> None:
    duty = measure(
        {"from": "2025-02-01", "value": 0.34, "status": "in_force"},
        {"from": "2025-05-14", "until": "2025-08-12", "status": "suspended"},
    )
    assert state(duty, "2025-05-13") == ("in_force", 0.34, "2025-05-14")
    assert state(duty, "2025-05-14") == ("suspended", 0.34, "2025-08-12")
    assert state(duty, "2025-08-11")[0] == "suspended"
    assert state(duty, "2025-08-12") == ("in_force", 0.34, None)
    assert resolve(duty, day("2025-08-20"), LATE).since == day("2025-08-12")


@pytest.mark.parametrize(
    ("status", "then", "after"),
    [
        ("announced", None, "in_force"),
        ("in_force", None, "lapsed"),
        ("suspended", None, "in_force"),
        ("suspended", "lapsed", "lapsed"),
        ("in_force", "suspended", "suspended"),
        ("void", None, "void"),
    ],
)
def test_what_follows_when_an_entry_runs_out(status: str, then: str | None, after: str) -> None:
    value = {"from": "2025-02-01", "until": "2025-03-01", "value": 0.1, "status": status, "then": then}
    assert state(measure(value), "2025-02-28")[0] == status
    assert state(measure(value), "2025-03-01")[0] == after


def test_a_later_entry_takes_over_whatever_the_until_of_the_earlier() -> None:
    duty = measure(
        {"from": "2025-02-01", "until": "2025-06-01", "value": 0.1, "status": "in_force"},
        {"from": "2025-04-01", "value": 0.2, "status": "in_force"},
    )
    assert state(duty, "2025-03-31") == ("in_force", 0.1, "2025-04-01")
    assert state(duty, "2025-07-01") == ("in_force", 0.2, None)


def test_what_was_not_known_is_not_seen_even_when_it_reaches_back() -> None:
    duty = measure(
        {"from": "2025-02-01", "value": 0.275, "status": "in_force"},
        {"from": "2025-03-01", "value": 0.15, "status": "in_force", "known": "2025-06-01"},
    )
    assert state(duty, "2025-04-01", "2025-05-31") == ("in_force", 0.275, None)
    assert state(duty, "2025-04-01", "2025-06-01") == ("in_force", 0.15, None)
    assert state(duty, "2025-02-15", "2025-06-01") == ("in_force", 0.275, "2025-03-01")


def test_ties_go_to_the_latest_known_then_to_the_later_entry() -> None:
    base = {"from": "2025-02-01", "status": "in_force"}
    duty = measure({**base, "value": 0.3, "known": "2025-01-20"}, {**base, "value": 0.1})
    assert state(duty, "2025-02-02")[1] == 0.3
    assert state(duty, "2025-02-02", "2025-01-10")[1] == 0.1
    assert state(measure({**base, "value": 0.1}, {**base, "value": 0.2}), "2025-02-02")[1] == 0.2


def test_a_note_is_not_a_change() -> None:
    duty = measure(
        {"from": "2025-02-01", "value": 0.1, "status": "in_force"},
        {"from": "2025-03-01", "status": "in_force", "note": "confirmed"},
    )
    assert state(duty, "2025-02-15") == ("in_force", 0.1, None)
    assert resolve(duty, day("2025-03-02"), LATE).note == "confirmed"


def test_products_stay_until_replaced_and_values_by_target_come_first() -> None:
    duty = measure(
        {
            "from": "2025-02-01",
            "value": 0.1,
            "by_target": {"JPN": 0.15},
            "ceiling": ("JPN",),
            "status": "in_force",
        },
        {"from": "2025-03-01", "status": "in_force", "products": {"lists": ("s301-25",)}},
        {"from": "2025-04-01", "status": "suspended", "until": "2025-05-01"},
        targets=("all",),
        except_targets=("MEX",),
        products={"lists": ("all",)},
    )
    first, last = resolve(duty, day("2025-02-02"), LATE), resolve(duty, day("2025-04-02"), LATE)
    assert first.products.lists == ("all",)
    assert last.products.lists == ("s301-25",)
    assert last.status is Status.suspended
    assert not last.in_force
    assert (last.rate_for("JPN"), last.rate_for("CHN"), last.ceiling) == (0.15, 0.1, ("JPN",))
    assert [last.covers(code) for code in ("JPN", "MEX", "USA")] == [True, False, False]
    assert (
        resolve(measure({"from": "2025-02-01", "status": "in_force"}), day("2025-03-01"), LATE).rate_for(
            "CHN"
        )
        == 0
    )


def test_a_state_covers_its_targets_and_no_others() -> None:
    found = resolve(measure({"from": "2025-02-01", "status": "in_force"}), day("2025-02-01"), LATE)
    assert [found.covers(code) for code in ("CHN", "JPN", "USA", "all")] == [True, False, False, False]


def test_a_measure_of_which_nothing_was_known_has_no_state() -> None:
    duty = measure({"from": "2025-02-01", "status": "in_force", "known": "2025-03-01"})
    with pytest.raises(DateError, match="nothing was known about `duty` on 2025-02-28"):
        resolve(duty, day("2025-04-01"), day("2025-02-28"))
    assert state(duty, "2025-04-01", "2025-03-01")[0] == "in_force"


@pytest.mark.parametrize("given", [{"value": 0.1}, {"by_target": {"JPN": 0.1}}, {"value": 0.0}])
def test_a_value_confirmed_after_a_note_is_no_change_and_another_is(given: dict[str, Any]) -> None:
    first = {"from": "2025-02-01", "status": "in_force", **given}
    note = {"from": "2025-03-01", "status": "in_force", "note": "confirmed"}
    same = measure(first, note, {**first, "from": "2025-04-01"})
    assert state(same, "2025-03-15")[2] is None
    other = measure(first, note, {"from": "2025-04-01", "status": "in_force", "value": 0.2})
    assert state(other, "2025-03-15")[2] == "2025-04-01"
    ended = measure(first, note, {"from": "2025-04-01", "status": "repealed"})
    assert state(ended, "2025-03-15")[2] == "2025-04-01"


def test_before_the_first_day_the_scope_is_the_first_entry_s_where_it_has_one() -> None:
    common = {"products": {"lists": ("all",)}}
    own = {"from": "2025-02-01", "status": "in_force", "products": {"lists": ("s301-25",)}}
    assert resolve(measure(own, **common), day("2025-01-31"), LATE).products.lists == ("s301-25",)
    plain = {"from": "2025-02-01", "status": "in_force"}
    assert resolve(measure(plain, **common), day("2025-01-31"), LATE).products.lists == ("all",)
