"""Jobs run once, again after a failure, and again when their worker died; due rows fire in time."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from waypost.access.values import MACHINE
from waypost.errors import Refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def job(number: int):
    from waypost.jobs.models import Job

    return Job.objects.get(pk=number)


def test_a_job_runs_once_and_shows_its_progress():
    from waypost.jobs.queue import enqueue, run_next

    number = enqueue("count", {"to": 3}, by=MACHINE, now=NOON)
    seen = []

    def count(task):
        seen.append((task.arguments["to"], task.attempt))
        task.progress(0.5, "half")
        assert (job(number).progress, job(number).message) == (0.5, "half")

    assert run_next({"count": count}, lambda: NOON) is True
    assert run_next({"count": count}, lambda: NOON) is False
    assert seen == [(3, 1)]
    assert (job(number).status, job(number).progress) == ("done", 1.0)


def test_a_job_that_fails_is_tried_again_later_and_given_up_in_the_end(caplog):
    from waypost.jobs.queue import ATTEMPTS_MAX, enqueue, run_next

    number = enqueue("break", {}, by=MACHINE, now=NOON)

    def fail(task):
        raise ValueError("of our own making")

    def run_at(now: datetime) -> bool:
        return run_next({"break": fail}, lambda: now)

    for attempt in range(1, ATTEMPTS_MAX + 1):
        assert run_at(NOON + attempt * timedelta(hours=2)) is True
        assert run_at(NOON + attempt * timedelta(hours=2)) is False  # not before its back-off
        assert job(number).attempts == attempt
    assert job(number).status == "failed"
    assert run_at(NOON + timedelta(days=1)) is False
    assert "our own making" not in job(number).message


def test_a_refused_job_is_not_tried_again_and_says_why():
    from waypost.jobs.queue import enqueue, run_next

    number = enqueue("refuse", {}, by=MACHINE, now=NOON)

    def refuse(task):
        raise Refused("this run was asked for by somebody who may not")

    run_next({"refuse": refuse}, lambda: NOON)
    assert (job(number).status, job(number).attempts) == ("failed", 1)
    assert "may not" in job(number).message


def test_a_job_whose_worker_died_is_taken_up_again_after_its_lease():
    from waypost.jobs.queue import LEASE, enqueue, run_next

    number = enqueue("long", {}, by=MACHINE, now=NOON)

    def die(task):
        raise SystemExit  # nothing after it runs, as after a kill

    with pytest.raises(SystemExit):
        run_next({"long": die}, lambda: NOON)
    assert job(number).status == "running"
    ran = []
    soon, later = NOON + LEASE / 2, NOON + LEASE
    assert run_next({"long": ran.append}, lambda: soon) is False
    assert run_next({"long": ran.append}, lambda: later) is True
    assert (job(number).status, job(number).attempts) == ("done", 2)


@pytest.mark.django_db(transaction=True)
def test_a_long_job_keeps_its_lease_while_its_process_lives(monkeypatch):
    """Else a second worker would run a matching run of ten minutes at the same time."""
    from waypost.jobs import queue

    monkeypatch.setattr(queue, "LEASE", timedelta(seconds=0.5))
    number = queue.enqueue("long", {}, by=MACHINE, now=NOON)
    later = NOON + timedelta(minutes=7)
    clock = iter([NOON])

    def work(task):
        until = time.monotonic() + 10
        while job(number).run_after < later and time.monotonic() < until:
            time.sleep(0.02)
        assert queue.take_back_abandoned(later) == 0

    queue.run_next({"long": work}, lambda: next(clock, later))
    assert job(number).status == "done"


def test_a_worker_that_lost_its_lease_cannot_end_the_job_of_another():
    from waypost.jobs.models import Job
    from waypost.jobs.queue import LEASE, enqueue, run_next, take_back_abandoned

    number = enqueue("slow", {}, by=MACHINE, now=NOON)

    def slow(task):
        take_back_abandoned(NOON + LEASE)  # another worker believed this one dead

    run_next({"slow": slow}, lambda: NOON)
    assert Job.objects.get(pk=number).status == "waiting"


def test_a_job_of_an_unknown_kind_fails_in_words():
    from waypost.jobs.queue import enqueue, run_next

    number = enqueue("nobody_knows", {}, by=MACHINE, now=NOON)
    run_next({}, lambda: NOON)
    assert "nobody_knows" in job(number).message


def test_due_rows_are_moved_not_doubled_and_fire_earliest_first():
    from waypost.jobs import due

    minutes = [NOON + timedelta(minutes=n) for n in range(4)]
    due.set_due([due.DueRow("judge", "1", minutes[3]), due.DueRow("judge", "2", minutes[2])])
    due.set_due([due.DueRow("judge", "1", minutes[1]), due.DueRow("alert", "1", minutes[0])])
    assert due.next_due_at() == minutes[0]
    assert [row.subject for row in due.past("judge", now=minutes[1])] == ["1"]
    assert [row.subject for row in due.past("judge", now=minutes[2])] == ["1", "2"]
    due.clear("judge", ["1", "3"])
    assert [row.subject for row in due.past("judge", now=minutes[3])] == ["2"]
    assert due.past("alert", now=minutes[3], limit=0) == []
