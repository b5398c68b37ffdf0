"""waypost worker: judge what arrives, fire what is due, run jobs, send notices.

The composition point: judging (monitoring) knows nothing of alerts, so what follows from it is put
together here. Judging runs in the main thread; jobs and notices in a second one, so that a long
matching run holds up no alert; the estate of tags is watched in a third. SIGTERM or Ctrl-C ends all
after the transaction under way; a kill at any instant loses nothing and repeats nothing.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from waypost import clock

if TYPE_CHECKING:
    from waypost.jobs.queue import Handler, Task
    from waypost.monitoring.worker import Followers, Worker

RECORDS = True
LOOK_EVERY_S = 0.1  # how often the log's head is looked at while nothing is waiting
BEHIND_EVERY_S = 1.0  # the same for jobs and notices
WATCH_EVERY_S = 10.0  # how far the signs of tags may lag
JUDGING_PAUSES_S = 0.25  # at most four batches a second: few, larger transactions
TRY_AGAIN_S = 2.0  # after the database did not answer

log = logging.getLogger("waypost.worker")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do all that waits, then stop")


def run(args: argparse.Namespace) -> int:
    if args.once:
        run_once()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    behind = threading.Thread(target=work_behind, args=(stop,), name="behind")
    behind.start()
    estate = threading.Thread(target=watch_estate, args=(stop,), name="estate", daemon=True)
    estate.start()
    try:
        judge_until(stop)
    finally:
        stop.set()
        behind.join(timeout=8)  # a longer job is taken up again by the next worker
        estate.join(timeout=8)
    return 0


def run_once() -> None:
    """Everything that waits now, then whatever that brought about."""
    from waypost.devices.estate_watch import one_round
    from waypost.jobs.queue import run_next
    from waypost.notices.mail import send_mail
    from waypost.notices.outbox import deliver

    worker = make_worker()
    worker.run_until_idle()
    while run_next(handlers(), clock.now):
        pass
    while deliver(send_mail, now=clock.now()):
        pass
    while one_round(clock.now()):
        pass


def judge_until(stop: threading.Event) -> None:
    """Rounds until told to stop. A database that is away for a while ends nothing."""
    from django.db import Error, close_old_connections

    worker: Worker | None = None
    while not stop.is_set():
        try:
            worker = worker or make_worker()
            _one_turn(worker, stop)
        except Error as error:
            log.error("the database did not answer (%s); trying again", type(error).__name__)
            close_old_connections()
            worker = None
            stop.wait(TRY_AGAIN_S)


def _one_turn(worker: Worker, stop: threading.Event) -> None:
    """All there is to do now, a little rest, then wait until something may be waiting."""
    began = clock.now()
    if worker.round():
        rest = JUDGING_PAUSES_S - (clock.now() - began).total_seconds()
        if worker.is_caught_up() and rest > 0:
            stop.wait(rest)
        return
    stop.wait(LOOK_EVERY_S)


def work_behind(stop: threading.Event) -> None:
    """Jobs and notices, until told to stop."""
    from django.db import Error, close_old_connections

    from waypost.jobs.queue import run_next
    from waypost.notices.mail import send_mail
    from waypost.notices.outbox import deliver

    while not stop.is_set():
        try:
            busy = run_next(handlers(), clock.now)
            busy = bool(deliver(send_mail, now=clock.now())) or busy
        except Error as error:
            log.error("jobs and notices wait: %s", type(error).__name__)
            busy = False
        if not busy:
            close_old_connections()
            stop.wait(BEHIND_EVERY_S)
    _close_connections()


def watch_estate(stop: threading.Event) -> None:
    """Signs and health of tags, until told to stop."""
    from django.db import Error, close_old_connections

    from waypost.devices.estate_watch import one_round

    while not stop.is_set():
        try:
            busy = one_round(clock.now())
        except Error as error:
            log.error("the tags' signs wait: %s", type(error).__name__)
            busy = False
        except Exception:  # of one round; judging must go on, and the log says what was wrong
            log.exception("the tags' signs could not be followed")
            busy = False
        if not busy:
            close_old_connections()
            stop.wait(WATCH_EVERY_S)
    _close_connections()


def make_worker(now: Callable[[], datetime] = clock.now) -> Worker:
    from waypost.monitoring.judging import warm_up
    from waypost.monitoring.worker import Worker

    warm_up()
    return Worker(followers(), now)


def followers() -> Followers:
    """What follows from judging, and who does it."""
    from waypost.alerts.raising import fire_holds, judge_changes
    from waypost.alerts.urgency import TAG_STATES
    from waypost.fitting.removals import fire_removals, follow_orders
    from waypost.monitoring.worker import Followers

    return Followers(
        judge=judge_changes,
        tag_kinds=frozenset(TAG_STATES),
        fire_holds=fire_holds,
        finish_imports=finish_imports,
        follow_orders=follow_orders,
        fire_removals=fire_removals,
    )


def finish_imports(now: datetime) -> int:
    """Imports whose process died before it marked their persons: mark them, and end the import."""
    from django.db import transaction

    from waypost.monitoring.actions import mark_dirty
    from waypost.positions.actions import finish_import
    from waypost.positions.queries import unfinished_imports

    left = unfinished_imports()
    for one in left:
        with transaction.atomic():
            touched = {int(number): int(at) for number, at in one.touched.items()}
            mark_dirty(touched, reason="import", now=now)
            finish_import(one.pk, now=now)
    return len(left)


def handlers() -> dict[str, Handler]:
    """Which part of the house runs which kind of job."""

    def match_run(task: Task) -> None:
        from waypost.matching.actions import carry_out
        from waypost.matching.models import MatchingRun

        arguments: dict[str, Any] = dict(task.arguments)
        run_id = int(arguments["run_id"])
        if task.attempt > 1:  # the worker that began it died: nothing of it was kept
            MatchingRun.objects.filter(pk=run_id, status="running").update(status="waiting")
        carry_out(run_id, now=clock.now())

    return {"match_run": match_run}


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
