"""Jobs: work that outlives a request, on one small table that both databases can serve.

    enqueue(kind, arguments)    inside the act that asks for it
    run_next(handlers, clock)   the worker: claim by compare-and-set, run, mark; back-off on failure

While a job runs, `run_after` is its lease, extended for as long as the process lives: a job whose
lease has run out belonged to a worker that died, and is run again. Handlers must bear that.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections
from django.db.models import F

from waypost.access.values import Posted
from waypost.errors import WaypostError
from waypost.jobs.models import Due, Job

LEASE = timedelta(minutes=5)
ATTEMPTS_MAX = 5
BACK_OFF_FIRST = timedelta(seconds=30)
OUR_MISTAKE = "Something went wrong on our side; the log says what."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """A job as its handler sees it. `progress(0.5, "half")` shows how far it is."""

    job_id: int
    kind: str
    arguments: Mapping[str, Any]
    officer_id: int | None
    attempt: int
    progress: Callable[[float, str], None]


Handler = Callable[[Task], None]


def enqueue(
    kind: str,
    arguments: Mapping[str, Any],
    *,
    by: Posted,
    now: datetime,
    run_after: datetime | None = None,
) -> int:
    """Ask for a job; its number. It runs once the surrounding transaction has committed.

    arguments   ids only: they stand in the table for all operators to see
    """
    job = Job.objects.create(
        kind=kind,
        arguments=dict(arguments),
        run_after=run_after or now,
        made_at=now,
        officer_id=by.officer_id,
    )
    return int(job.pk)


def is_open(kind: str) -> bool:
    """Whether a job of this kind waits or runs."""
    return Job.objects.filter(kind=kind, status__in=("waiting", "running")).exists()


def run_next(handlers: Mapping[str, Handler], clock: Callable[[], datetime]) -> bool:
    """Run the job that has waited longest; whether there was one."""
    job = _claim(clock())
    if job is None:
        return False
    task = Task(
        job.pk, job.kind, job.arguments, job.officer_id, job.attempts, _progress_of(job, clock)
    )
    try:
        with _lease_kept(job.pk, clock):
            _handler(handlers, job.kind)(task)
    except WaypostError as error:  # a refusal: trying again would be refused again
        _end(job, "failed", str(error), clock())
    except Exception:
        log.exception("job %d of kind %s failed, attempt %d", job.pk, job.kind, job.attempts)
        _fail(job, clock())
    else:
        _end(job, "done", "", clock())
    return True


def take_back_abandoned(now: datetime) -> int:
    """Jobs whose worker died wait again."""
    lost = Job.objects.filter(status="running", run_after__lte=now)
    return lost.update(status="waiting", version=F("version") + 1)


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many failures: doubling, at most an hour."""
    doublings = max(attempts - 1, 0)
    return min(BACK_OFF_FIRST * (1 << doublings), timedelta(hours=1))


def _claim(now: datetime) -> Job | None:
    take_back_abandoned(now)
    waiting = Job.objects.filter(status="waiting", run_after__lte=now)
    for job in waiting.order_by("run_after", "pk")[:10]:
        claimed = _move(job, status="running", attempts=job.attempts + 1, run_after=now + LEASE,
                        started_at=now)  # fmt: skip
        if claimed:
            return job
    return None


@contextmanager
def _lease_kept(job_id: int, clock: Callable[[], datetime]) -> Iterator[None]:
    """Extend the lease from a thread of its own while the handler works."""
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(LEASE.total_seconds() / 5):
            running = Job.objects.filter(pk=job_id, status="running")
            running.update(run_after=clock() + LEASE)
        connections.close_all()  # this thread's own

    thread = threading.Thread(target=keep, name=f"lease of job {job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _handler(handlers: Mapping[str, Handler], kind: str) -> Handler:
    if kind not in handlers:
        raise WaypostError(f"no part of this worker knows jobs of kind {kind}")
    return handlers[kind]


def _progress_of(job: Job, clock: Callable[[], datetime]) -> Callable[[float, str], None]:
    def progress(share: float, message: str = "") -> None:
        _move(job, progress=share, message=message, run_after=clock() + LEASE)

    return progress


def _fail(job: Job, now: datetime) -> None:
    if job.attempts >= ATTEMPTS_MAX:
        _end(job, "failed", OUR_MISTAKE, now)
    else:
        _move(job, status="waiting", message=OUR_MISTAKE, run_after=now + back_off(job.attempts))


def _end(job: Job, status: str, message: str, now: datetime) -> None:
    done = 1.0 if status == "done" else job.progress
    _move(job, status=status, message=message, ended_at=now, progress=done)


def _move(job: Job, **changed: Any) -> bool:
    """Change a job that nobody else has changed; whether it was still ours."""
    moved = Job.objects.filter(pk=job.pk, version=job.version).update(
        **changed, version=F("version") + 1
    )
    if moved:
        job.version += 1
        for name, value in changed.items():
            setattr(job, name, value)
    return bool(moved)


def signs(*, now: datetime) -> dict[str, tuple[float, str]]:
    """What waits behind, for those who watch over the machine: name -> (value, what it is)."""
    return {
        "due_past": (Due.objects.filter(due_at__lt=now).count(), "Things due and not yet done"),
        "jobs_waiting": (Job.objects.filter(status="waiting").count(), "Jobs waiting"),
        "jobs_failed": (Job.objects.filter(status="failed").count(), "Jobs failed"),
    }
