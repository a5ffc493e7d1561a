"""Long jobs: begun and stopped by their address, told how far they are, one at a time, bounded, and never in a reader's way."""

from __future__ import annotations

import html
import json
import threading
import time

import pytest

from detente.app import jobs as room
from detente.app.jobs import Jobs, Unfinished
from detente.app.keeping import Kept
from detente.core import InputError
from detente.equilibrium import Model, Policy, solve
from detente.world import toy

WHY = "/busan-2025/why"
SET = "base=standing&set.usa-2025-fentanyl-china=0.123"


@pytest.fixture
def jobs():
    jobs = Jobs(Kept(8))
    yield jobs
    jobs.close()


def asked(jobs, key, make, **more):
    """The job behind a key, or what it made."""
    try:
        return jobs.result(key, f"job {key}", make, **more)
    except Unfinished as unfinished:
        return unfinished.job


def until(true, seconds=20.0):
    """Wait for something that happens in another thread."""
    ended = time.monotonic() + seconds
    while not (value := true()):
        assert time.monotonic() < ended, "it does not happen"
        time.sleep(0.002)
    return value


class Endless:
    """Solves until it is ended."""

    def __init__(self):
        self.solves, self.ended = 0, False
        economy = toy()
        self.model, self.policy = Model(economy), Policy.unchanged(economy).duty("USA", "CHN").add_points(0.1)

    def __call__(self, report):
        try:
            while True:
                solve(self.model, self.policy)
                self.solves += 1
        finally:
            self.ended = True


def test_a_job_is_made_once_and_says_how_far_it_is(jobs):
    go, made = threading.Event(), []

    def make(report):
        report(1, 3)
        go.wait(20)
        made.append("x")
        return "table"

    job = asked(jobs, "a", make)
    until(lambda: job.done)
    assert (job.standing, job.done, job.whole, job.told()["steps"]) == ("running", 1, 3, 1)
    assert asked(jobs, "a", make) is job
    go.set()
    assert until(lambda: asked(jobs, "a", make) == "table")
    assert made == ["x"]
    assert jobs.going_on == 0


def test_what_solves_is_stopped_between_two_of_its_steps(jobs):
    endless = Endless()
    job = asked(jobs, "endless", endless)
    until(lambda: endless.solves > 1)
    assert job.steps > endless.solves  # the solver itself calls back
    jobs.stop(job)
    until(lambda: endless.ended)
    left = asked(jobs, "endless", endless)
    assert left.standing == "stopped"
    assert left.steps > 0
    assert jobs.going_on == 0
    with jobs.asking(begin=True):
        again = asked(jobs, "endless", endless)
    assert again.standing in ("waiting", "running")


def test_what_takes_long_waits_to_be_begun_and_errors_are_kept(jobs):
    def fail(report):
        raise InputError("no such thing", where="here")

    assert asked(jobs, "a", fail, at_once=False).standing == "idle"
    with jobs.asking(begin=False):
        assert asked(jobs, "b", fail).standing == "idle"
    assert jobs.going_on == 0
    with jobs.asking(begin=True):
        assert asked(jobs, "a", fail, at_once=False).goes_on
    with pytest.raises(InputError, match="no such thing"):
        until(lambda: asked(jobs, "a", fail, at_once=False) is None)


def test_a_page_that_moved_on_leaves_its_job_and_nobody_elses(jobs, monkeypatch):
    monkeypatch.setattr(room, "UNWATCHED", 0.0)
    first, second = Endless(), Endless()
    with jobs.asking("mine"):
        asked(jobs, 1, first)
    with jobs.asking("mine"):
        asked(jobs, 2, second)
    until(lambda: first.ended or not first.solves)
    with jobs.asking("another"):
        job = asked(jobs, 2, second)
    monkeypatch.setattr(room, "UNWATCHED", 60.0)
    with jobs.asking("mine"):
        asked(jobs, 3, lambda report: "table")
    assert job.goes_on
    assert not job.stopping
    assert "mine" not in job.asked


def test_their_number_is_bounded_and_one_that_nobody_waits_for_makes_room(jobs, monkeypatch):
    endless = Endless()
    for key in range(room.MOST_JOBS):
        asked(jobs, key, endless)
    with pytest.raises(InputError, match="long tables are being computed"):
        asked(jobs, "one more", endless)
    monkeypatch.setattr(room, "UNWATCHED", 0.0)
    assert asked(jobs, "one more", endless).goes_on
    assert jobs.going_on == room.MOST_JOBS


def test_a_job_that_nobody_asks_for_ends_and_begins_anew(jobs, monkeypatch):
    endless = Endless()
    asked(jobs, "a", endless)
    until(lambda: endless.solves)
    monkeypatch.setattr(room, "ABANDONED", 0.0)
    until(lambda: endless.ended)
    monkeypatch.undo()
    assert until(lambda: asked(jobs, "a", lambda report: "table") == "table")


def test_jobs_wait_while_a_reader_is_answered(jobs, monkeypatch):
    monkeypatch.setattr(room, "LONGEST_WAIT", 30.0)
    endless = Endless()
    with jobs.urgent():
        job = asked(jobs, "a", endless)
        until(lambda: job.steps)
        time.sleep(0.01)
        assert (job.steps, endless.solves) == (1, 0)
    until(lambda: endless.solves)


def test_the_address_of_a_view_is_the_address_of_its_job(reader, laboratory, monkeypatch):
    hold = threading.Event()
    make = laboratory.jobs.result

    def held(key, title, make_table, **more):
        def slow(report):
            report(2, 7)
            while not hold.wait(0.005):
                report(2, 7)
            return make_table(report)

        return make(key, title, slow, **more)

    monkeypatch.setattr(laboratory.jobs, "result", held)

    def progress():
        return json.loads(reader.get(f"{WHY}/progress?{SET}").body)

    assert progress()["standing"] == "idle"
    assert reader.get(f"{WHY}?{SET}").status == 200  # looked at is begun: `why` takes seconds only
    until(lambda: progress().get("done") == 2)
    page = reader.get(f"{WHY}?{SET}").text
    assert '<progress aria-label="Why: ' in page
    assert 'max="7" value="2"' in page
    assert f'href="/busan-2025/why/stop?{SET}"' in html.unescape(page)
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in page
    other = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert reader.get(f"{WHY}/stop?{SET}", headers=other).status == 403
    back = reader.get(f"{WHY}/stop?{SET}")
    assert (back.status, back.headers["location"]) == (303, f"/busan-2025/why?{SET}")
    stopped = reader.get(f"{WHY}?{SET}").text
    assert "Compute it again" in stopped
    assert "http-equiv" not in stopped
    assert reader.get(f"{WHY}/start?{SET}").status == 303
    assert progress()["standing"] in ("waiting", "running")
    # whoever asks for events is told until it ends
    threading.Timer(0.05, hold.set).start()
    events = reader.get(f"{WHY}/progress?{SET}", headers={"accept": "text/event-stream"})
    assert events.headers["content-type"].startswith("text/event-stream")
    told = [line for line in events.text.splitlines() if line.startswith("data: ")]
    assert json.loads(told[0].removeprefix("data: "))["whole"] == 7
    assert events.text.endswith("event: ended\ndata: {}\n\n")
    assert progress() == {"standing": "finished"}
    assert "Real income" not in reader.get(f"{WHY}.csv?{SET}").text
    assert reader.get(f"{WHY}/stp?{SET}").status == 404
    assert reader.get("/busan-2025/countries/stop").status == 303
