"""Who may ask: this machine by its name; nobody else, no other site, nothing long, and whatever is sent gets an answer."""

from __future__ import annotations

import random

import pytest
from asgi import Reader

from detente.app import explorer
from detente.app.batches import Batches
from detente.app.jobs import Jobs
from detente.app.keeping import Kept
from detente.app.state import PageState, read_state
from detente.app.views import VIEWS
from detente.app.worker import Overtaken, Worker

PAGE = "/busan-2025/countries.csv"


@pytest.mark.parametrize(
    ("status", "more"),
    [
        (200, {}),
        (200, {"headers": {"origin": "http://127.0.0.1:8425"}}),
        (200, {"headers": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}}),
        (400, {"host": "evil.example"}),
        (400, {"host": "evil.example:8425"}),
        (400, {"host": ""}),
        (403, {"headers": {"origin": "http://evil.example"}}),
        (403, {"headers": {"origin": "null"}}),
        (403, {"headers": {"origin": "http://["}}),
        (403, {"headers": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}}),
        (405, {"method": "POST"}),
        (405, {"method": "DELETE"}),
        (413, {"headers": {"content-length": "10"}}),
        (413, {"headers": {"transfer-encoding": "chunked"}}),
    ],
)
def test_strangers_are_refused(reader, status, more):
    reply = reader.get(PAGE, **more)
    assert reply.status == status
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in reply.headers


def test_long_addresses_are_refused(reader):
    assert reader.get(PAGE + "?base=" + "a" * 17_000).status == 400
    assert reader.get(PAGE + "?base=" + "a" * 60_000).status == 414
    assert reader.get("/" + "a" * 2000).status == 414


def test_another_address_wants_a_token(laboratory):
    with pytest.raises(ValueError, match="token"):
        explorer(laboratory)
    guarded = Reader(explorer(laboratory, token="secret-token"))
    try:
        assert guarded.get(PAGE, host="far.example").status == 401
        assert guarded.get(PAGE + "?token=wrong", host="far.example").status == 401
        entry = guarded.get("/?token=secret-token", host="far.example")
        assert entry.status == 303
        assert "HttpOnly; SameSite=Strict" in entry.headers["set-cookie"]
        cookie = {"cookie": entry.headers["set-cookie"].partition(";")[0]}
        assert guarded.get(PAGE, host="far.example", headers=cookie).status == 200
        assert guarded.get(PAGE, host="far.example", headers={"cookie": "detente=wrong"}).status == 401
        other = {**cookie, "origin": "http://evil.example"}
        assert guarded.get(PAGE, host="far.example", headers=other).status == 403
    finally:
        guarded.close()


def strange(chance: random.Random) -> str:
    """An address of the fuzz: true parts with damage."""
    parts = ["busan-2025", "eu-ev", "..", "static", "%00", "countries", "é", "x" * 50, *list(VIEWS)[::2]]
    keys = ["base", "against", "horizon", "closure", "asof", "economy", "elasticities", "was", "kept", "form"]
    keys += ["set.usa-2025-fentanyl-china", "left.chn-2025-soybean-halt", "switch.x", "rate.", "token", "q"]
    keys += ["rate.usa-2025-fentanyl-china", "share.chn-2025-soybean-halt", "switch.usa-2025-fentanyl-china"]
    values = [
        "standing",
        "",
        "short",
        "fixed",
        "2025-10-28",
        "0001-01-01",
        "USA",
        "cp",
        "off",
        "1e400",
        "-1",
        "%ff",
    ]
    values += [
        "%3Cscript%3E",
        "0.1",
        "nan",
        "a+b",
        "talks-fail%2Bstanding",
        "base%3Dstanding",
        "9" * 60,
        "%F0%9F%92%A3",
    ]
    path = "/" + "/".join(chance.choice(parts) for _ in range(chance.choice([0, 1, 2, 2, 2, 2, 3])))
    path += chance.choice(["", "", "", ".csv", ".json", ".svg", ".yaml", ".html", ".exe", "/", "."])
    pairs = [f"{chance.choice(keys)}={chance.choice(values)}" for _ in range(chance.choice([0, 1, 1, 2, 3]))]
    return path + ("?" + "&".join(pairs) if pairs else "")


def test_whatever_is_asked_gets_an_answer_and_never_a_fault(reader, monkeypatch):
    """Addresses that nobody would ask for."""
    chance = random.Random(7)
    seen = set()
    for _ in range(150):
        target = strange(chance)
        if "/why" in target or "asof" in target:
            continue
        reply = reader.get(target)
        assert reply.status < 500, target
        assert "Traceback" not in reply.text if "png" not in target else True
        seen.add(reply.status)
    assert {200, 400, 404} <= seen


class Slow:
    """A laboratory that counts what it was asked."""

    def __init__(self):
        self.asked = []
        self.jobs = Jobs(Kept(2))

    def answers(self, states, *, first=False):
        self.asked.append([state.base for state in states])
        return [state.base for state in states]


def test_readers_share_a_sweep_and_what_was_overtaken_is_dropped():
    import asyncio

    laboratory = Slow()

    async def ask():
        batches = Batches(laboratory)
        first = asyncio.create_task(batches.answer(PageState("x", base="first"), "a"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        names = [("a", "old"), ("b", "b"), ("a", "new"), ("c", "b")]
        tasks = [asyncio.create_task(batches.answer(PageState("x", base=name), who)) for who, name in names]
        results = await asyncio.gather(first, *tasks, return_exceptions=True)
        batches.close()
        return results, batches.dropped

    results, dropped = asyncio.run(ask())
    assert isinstance(results[0], Overtaken)  # though it was being solved
    assert isinstance(results[1], Overtaken)
    assert results[2:] == ["b", "new", "b"]
    assert dropped == 2
    assert laboratory.asked == [["first"], ["b", "new"]]


def test_a_solve_makes_way_for_what_presses_and_ends_when_nobody_wants_it():
    from detente.core import checkpoint

    worker, done, wanted = Worker(), [], [True]

    def long():
        pressing = worker.at_once(lambda: done.append("pressing") or checkpoint())
        while not pressing.done():
            checkpoint()
        done.append("long")
        wanted.clear()
        checkpoint()

    with pytest.raises(Overtaken):
        worker.in_between(long, lambda: bool(wanted)).result(10)
    with pytest.raises(ZeroDivisionError):
        worker.at_once(lambda: 1 // 0).result(10)
    worker.close()
    assert done == ["pressing", "long"]


def test_several_readers_are_solved_in_one_sweep(laboratory):
    queries = [f"base=standing&set.usa-2025-fentanyl-china=0.0{n}" for n in range(1, 5)]
    states = [read_state("busan-2025", query) for query in queries]
    laboratory.answers([read_state("busan-2025", "base=standing")])
    sweeps, solves = laboratory.sweeps, laboratory.solves
    together = laboratory.answers(states)
    assert (laboratory.sweeps - sweeps, laboratory.solves - solves) == (2, 8)
    laboratory._solved = Kept(96)
    alone = laboratory.answers(states[2:3])[0]
    for horizon in ("short", "long"):
        mine = together[2].outcomes[horizon][together[2].setting].value.real_income_hat
        assert abs(mine - alone.outcomes[horizon][alone.setting].value.real_income_hat).max() < 1e-9


def test_nothing_grows():
    kept: Kept[int] = Kept(5)
    for n in range(1000):
        kept.get_or(n, lambda n=n: n)
        kept.touch(n)
    assert len(kept) == len(kept._order) == 5
    assert list(kept) == [995, 996, 997, 998, 999]


def test_asked_again_and_again_nothing_is_left_behind(reader):
    """The short form of `benchmarks.strain`, which asks ten thousand times."""
    import gc

    targets = [f"/busan-2025/{view}?base=standing" for view in ("countries", "ledger", "beside")]
    targets += ["/busan-2025/countries.csv", "/busan-2025/nothing", "/busan-2025/countries?base=nothing", "/"]

    def living():
        gc.collect()
        return len(gc.get_objects())

    for target in 2 * targets:
        reader.get(target)
    before = living()
    for target in 5 * targets:
        assert reader.get(target).status < 500
    assert living() - before < 200
