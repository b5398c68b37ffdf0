"""waypost worker: judge what arrives, fire what is due, run jobs, send notices.

The composition point: judging (monitoring) knows nothing of alerts, so what follows from it is put
together here. Judging runs in the main thread; jobs in a second one, so that a long matching run
holds up no alert; the estate of tags is watched in a third. What states of tags last, moving
zones, the clocks of alerts, telling wearers and protected people, what is kept and how long,
notices (which no job and no channel holds up) and times in which judging is behind have a thread
each. SIGTERM or Ctrl-C ends all after the transaction under way; a kill at any instant loses
nothing and repeats nothing.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from waypost import clock

if TYPE_CHECKING:
    from waypost.jobs.queue import Handler, Task
    from waypost.monitoring.event_lane import EventLane
    from waypost.monitoring.moving_lane import MovingLane
    from waypost.monitoring.worker import Followers, Worker

RECORDS = True
LOOK_EVERY_S = 0.1  # how often the log's head is looked at while nothing is waiting
BEHIND_EVERY_S = 1.0  # the same for jobs
GAPS_EVERY_S = 5.0  # how often it is looked whether judging is behind
OVERSIGHT_EVERY_S = 60.0
SEALS_EVERY_S = 30.0  # how often it is looked whether a seal of the audit is due
CORRECTIONS_EVERY_S = 5.0  # and for cases: how late a proposal, or a correction, may be
KEEPING_EVERY_S = 30.0  # days are counted; a deletion's steps take minutes
SEND_EVERY_S = 0.5  # the same for notices
WATCH_EVERY_S = 10.0  # how far the signs of tags may lag
MOVING_EVERY_S = 2.0  # how often it is looked whether it is time; pairs are few
CLOCKS_EVERY_S = 1.0  # how late a rung may be told: the shortest target is a minute
TAGS_EVERY_S = 5.0  # how far the states of tags may lag: larger batches cost less
JUDGING_PAUSES_S = 0.25  # at most four batches a second: few, larger transactions
ENDS_WITHIN_S = 8.0  # all threads together, once told to stop
TRY_AGAIN_S = 2.0  # after the database did not answer

log = logging.getLogger("waypost.worker")


class Lane(Protocol):
    """Something judged in a thread of its own: round() says whether there may be more at once."""

    def round(self) -> bool: ...


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="do all that waits, then stop")


def run(args: argparse.Namespace) -> int:
    from waypost.notices.channels import check_settings

    check_settings()
    if args.once:
        run_once()
        return 0
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch_gaps()  # before the first round: it says that all is judged up to now
    behind = threading.Thread(target=work_behind, args=(stop,), name="behind")
    behind.start()
    estate = threading.Thread(target=watch_estate, args=(stop,), name="estate", daemon=True)
    estate.start()
    lanes = [
        threading.Thread(target=lane, args=(stop,), name=name, daemon=True)
        for name, lane in (
            ("tags", judge_tags_until),
            ("moving", judge_moving_until),
            ("clocks", fire_clocks_until),
            ("telling", tell_until),
            ("notices", send_notices_until),
            ("gaps", watch_gaps_until),
            ("corrections", correct_until),
            ("enforcement", enforce_until),
            ("contracts", contract_until),
            ("seals", seal_until),
            ("oversight", oversee_until),
            ("keeping", keep_until),
        )
    ]
    for lane in lanes:
        lane.start()
    try:
        judge_until(stop)
    finally:
        stop.set()
        until_s = time.monotonic() + ENDS_WITHIN_S  # what is longer the next worker takes up again
        for thread in (behind, estate, *lanes):
            thread.join(timeout=max(0.0, until_s - time.monotonic()))
    return 0


def run_once() -> None:
    """Everything that waits now, then whatever that brought about."""
    from waypost.devices.estate_watch import one_round
    from waypost.jobs.queue import run_next
    from waypost.notices.sending import one_round as send_round

    worker = make_worker()
    worker.run_until_idle()
    make_event_lane().run_until_idle()
    make_moving_lane().round()
    while make_clock_lane().round():
        pass
    while make_correction_lane().round() or make_enforcement_lane().round():
        pass
    make_contract_lane().round()
    make_keeping_lane().round()
    telling = make_telling_lane()
    while telling.round():
        pass
    while run_next(handlers(), clock.now):
        pass
    while send_round(clock.now()):
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
    """Jobs, until told to stop."""
    from django.db import Error, close_old_connections

    from waypost.jobs.queue import run_next

    while not stop.is_set():
        try:
            busy = run_next(handlers(), clock.now)
        except Error as error:
            log.error("jobs wait: %s", type(error).__name__)
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


def watch_gaps() -> bool:
    """Whether judging is behind, written down; never more to do at once."""
    from django.db import Error

    from waypost.monitoring.gaps import watch

    try:
        watch(now=clock.now())
    except Error as error:
        log.error("hours in which judging was behind wait: %s", type(error).__name__)
    return False


class _Gaps:
    def round(self) -> bool:
        return watch_gaps()


def watch_gaps_until(stop: threading.Event) -> None:
    """Hours in which judging is behind, until told to stop."""
    _judge_until(stop, _Gaps, "hours in which judging was behind", GAPS_EVERY_S)


def send_notices_until(stop: threading.Event) -> None:
    """What waits in the outbox, until told to stop."""
    from waypost.notices.sending import Sender

    _judge_until(stop, Sender, "notices", SEND_EVERY_S)


def judge_tags_until(stop: threading.Event) -> None:
    """States of tags that last, until told to stop."""
    _judge_until(stop, make_event_lane, "the states of tags", TAGS_EVERY_S)


def judge_moving_until(stop: threading.Event) -> None:
    """Wearers against the devices of those they must stay away from, until told to stop."""
    _judge_until(stop, make_moving_lane, "moving exclusions", MOVING_EVERY_S)


def fire_clocks_until(stop: threading.Event) -> None:
    """Clocks of alerts, until told to stop: in a thread of their own, since neither judging that is
    behind nor a long job may hold up the telling that nobody has come."""
    _judge_until(stop, make_clock_lane, "clocks of alerts", CLOCKS_EVERY_S)


def correct_until(stop: threading.Event) -> None:
    """What rests on something that fell, and runs that a delivery of offences asks for by itself,
    until told to stop."""
    _judge_until(stop, make_correction_lane, "corrections", CORRECTIONS_EVERY_S)


def enforce_until(stop: threading.Event) -> None:
    """Cases for what is upheld, until told to stop."""
    _judge_until(stop, make_enforcement_lane, "breach cases", CORRECTIONS_EVERY_S)


def seal_until(stop: threading.Event) -> None:
    """Seals of the audit and their copies outside, until told to stop."""
    from waypost.access.seals import SealLane

    _judge_until(stop, lambda: SealLane(clock.now), "seals of the audit", SEALS_EVERY_S)


def oversee_until(stop: threading.Event) -> None:
    """Odd looks, samples for review, reviews overdue, until told to stop."""
    from waypost.oversight.lane import OversightLane

    _judge_until(stop, lambda: OversightLane(clock.now), "oversight", OVERSIGHT_EVERY_S)


def contract_until(stop: threading.Event) -> None:
    """What the provider is told of orders that changed, until told to stop."""
    _judge_until(stop, make_contract_lane, "contracts", CORRECTIONS_EVERY_S)


def keep_until(stop: threading.Event) -> None:
    """Deletions that are due, and requests for one's own data, until told to stop."""
    _judge_until(stop, make_keeping_lane, "deletions and requests", KEEPING_EVERY_S)


def tell_until(stop: threading.Event) -> None:
    """What wearers are reminded of and protected people told of, until told to stop."""
    _judge_until(stop, make_telling_lane, "telling wearers and protected people", CLOCKS_EVERY_S)


def _judge_until(
    stop: threading.Event, make: Callable[[], Lane], what: str, every_s: float
) -> None:
    """A lane's rounds. A database that is away ends nothing."""
    from django.db import Error, close_old_connections

    lane: Lane | None = None
    while not stop.is_set():
        try:
            lane = lane or make()
            busy = lane.round()
        except Error as error:
            log.error("%s wait: %s", what, type(error).__name__)
            lane, busy = None, False
        except Exception:  # of one round; live judging must go on, and the log says what was wrong
            log.exception("%s could not be judged", what)
            lane, busy = None, False
        if not busy:
            close_old_connections()
            stop.wait(every_s)
    _close_connections()


def make_clock_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.alerts.clock_lane import ClockLane
    from waypost.disclosure.clock_lane import DisclosureLane
    from waypost.policing.clock_lane import NotificationLane
    from waypost.suitability.clock_lane import CheckLane

    return _InTurn(ClockLane(now), NotificationLane(now), DisclosureLane(now), CheckLane(now))


class _InTurn:
    """Lanes that go by the clock alone, in one thread: alerts first."""

    def __init__(self, *lanes: Lane) -> None:
        self.lanes = lanes

    def round(self) -> bool:
        busy = [lane.round() for lane in self.lanes]  # each of them, whatever the first says
        return any(busy)


def make_correction_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.corrections.lane import CorrectionLane
    from waypost.matching.following import FollowingLane
    from waypost.review.taking import TakingLane

    return _InTurn(CorrectionLane(now), FollowingLane(now), TakingLane(now))


def make_enforcement_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.enforcement.lane import EnforcementLane

    return EnforcementLane(now)


def make_contract_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.contracts.taking import ContractLane

    return ContractLane(now)


def make_keeping_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.keeping.lane import KeepingLane

    return KeepingLane(now)


def make_telling_lane(now: Callable[[], datetime] = clock.now) -> Lane:
    from waypost.asking.lane import AskingLane
    from waypost.telling.lane import TellingLane
    from waypost.voice.lane import VoiceLane

    return _InTurn(TellingLane(now), AskingLane(now), VoiceLane(now))


def make_moving_lane(now: Callable[[], datetime] = clock.now) -> MovingLane:
    from waypost.alerts.raising import judge_changes
    from waypost.monitoring.moving_lane import MovingLane

    return MovingLane(judge_changes, now)


def make_event_lane(now: Callable[[], datetime] = clock.now) -> EventLane:
    from waypost.alerts.raising import fire_tag_holds, judge_changes
    from waypost.monitoring.event_lane import EventLane

    return EventLane(judge_changes, now, fire_holds=fire_tag_holds)


def make_worker(now: Callable[[], datetime] = clock.now) -> Worker:
    from waypost.monitoring.worker import Worker
    from waypost.rules.judging import warm_up

    warm_up()
    return Worker(followers(), now)


def followers() -> Followers:
    """What follows from judging, and who does it."""
    from waypost.alerts.atv import fire_atv
    from waypost.alerts.clinical import fire_overdue
    from waypost.alerts.following import follow
    from waypost.alerts.raising import fire_holds
    from waypost.alerts.urgency import TAG_STATES
    from waypost.fitting.removals import fire_removals, follow_orders
    from waypost.monitoring.worker import Followers

    return Followers(
        judge=follow,
        tag_kinds=frozenset(TAG_STATES),
        fire_holds=fire_holds,
        finish_imports=finish_imports,
        follow_orders=follow_orders,
        fire_removals=fire_removals,
        fire_overdue=fire_overdue,
        fire_atv=fire_atv,
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

    def match_late(task: Task) -> None:
        from waypost.matching.late import follow_late

        follow_late(now=clock.now())

    def parameter_preview(task: Task) -> None:
        from waypost.alerts.trying import would_call
        from waypost.jobs.queue import ATTEMPTS_MAX
        from waypost.monitoring.actions import carry_on, fail_preview

        preview_id = int(dict(task.arguments)["preview_id"])
        try:
            carry_on(preview_id, calls=would_call, clock=clock.now)
        except Exception:
            if task.attempt >= ATTEMPTS_MAX:
                fail_preview(preview_id, now=clock.now())
            raise

    def what_if(task: Task) -> None:
        from waypost.jobs.queue import ATTEMPTS_MAX
        from waypost.whatif.actions import carry_on, fail

        whatif_id = int(dict(task.arguments)["whatif_id"])
        try:
            carry_on(whatif_id, clock=clock.now)
        except Exception:
            if task.attempt >= ATTEMPTS_MAX:
                fail(whatif_id, now=clock.now())
            raise

    def subject_access(task: Task) -> None:
        from waypost.keeping.bundling import carry_out

        carry_out(int(dict(task.arguments)["request_id"]), task.officer_id, now=clock.now())

    return {
        "match_run": match_run,
        "match_late": match_late,
        "subject_access": subject_access,
        "parameter_preview": parameter_preview,
        "what_if": what_if,
    }


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()
