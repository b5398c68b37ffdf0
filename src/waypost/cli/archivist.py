"""waypost archivist: move the log into the lake, round after round, until told to stop.

Each round may be killed at any instant and is simply done again. Every night's closed days are
made into few files, and sealed rows that have reached their date are deleted.
"""

from __future__ import annotations

import argparse
import logging
import signal
import threading
from datetime import date, datetime, timedelta

from waypost import clock
from waypost.errors import BadUse, WaypostError
from waypost.logs import sentence

RECORDS = True
EVERY_S = 120.0
COMPACTED_BACK = timedelta(days=2)  # late uploads make small files in the last days

logger = logging.getLogger(__name__)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--every", type=float, default=EVERY_S, metavar="SECONDS")
    parser.add_argument("--once", action="store_true", help="one round, then stop")


def run(args: argparse.Namespace) -> int:
    if args.every <= 0:
        raise BadUse("--every takes a number of seconds above 0")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    compacted = clock.now().date()
    while not stop.is_set():
        now = clock.now()
        try:
            one_round(now)
            if compacted < now.date():
                compact_closed_days(now.date())
                compacted = now.date()
        except Exception as error:
            if args.once:
                raise
            _say(error)
        if args.once:
            break
        stop.wait(args.every)
    return 0


def one_round(now: datetime) -> None:
    """Archive, thin out crowded days, and see to the sealed quarantine: let out what an order turns
    out to cover (the import did; a gateway may have sealed on for a second), delete what is old."""
    from waypost.access.values import MACHINE
    from waypost.matching.late import still_needed
    from waypost.monitoring.models import Cursor
    from waypost.positions import lake, seal
    from waypost.positions.archive import archive_once
    from waypost.positions.release import release_covered

    judged = Cursor.objects.values_list("position", flat=True).first()
    keep_above = min([judged or 0, *still_needed(now=now)])
    done = archive_once(keep_above=keep_above, now=now)
    for day in lake.crowded_days():
        lake.compact(day)
    released = release_covered(by=MACHINE, now=now)
    deleted = seal.delete_due(now)
    logger.info(
        "archived %d fixes and %d events, %d entries left the log, %d sealed rows released, "
        "%d deleted",
        done.fixes, done.events, done.removed, released, deleted,
    )  # fmt: skip


def compact_closed_days(today: date) -> None:
    from waypost.positions import lake

    day = today - COMPACTED_BACK
    while day < today:
        rows = lake.compact(day)
        logger.info("compacted %s: %d rows", day, rows)
        day += timedelta(days=1)


def _say(error: Exception) -> None:
    """The round is tried again at the next turn; a sentence of ours needs no traceback."""
    from django.db import close_old_connections

    close_old_connections()
    if isinstance(error, WaypostError):
        logger.error("the round did not end: %s", sentence(error))
    else:
        logger.exception("the round did not end")
