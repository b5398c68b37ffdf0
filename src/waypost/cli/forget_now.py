"""waypost forget now: delete what is due, and go on with deletions under way.

The worker does the same. Older versions of the lake go once no reader can be in them: a day later,
or sooner where --readers-wait says that nothing reads for longer than that.
"""

from __future__ import annotations

import argparse
from datetime import timedelta

from waypost import clock
from waypost.errors import BadUse, Refused

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--readers-wait", type=int, default=24, metavar="HOURS",
        help="how long a reader may have had an older version open (24)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.keeping import forgetting

    if args.readers_wait < 0:
        raise BadUse("--readers-wait takes hours, 0 or more")
    if not forgetting.is_on():
        raise Refused(
            "Deleting is not turned on: the data protection officer decides it under Retention, "
            "or WAYPOST_RETENTION=on."
        )
    now = clock.now()
    for person_id, scope in forgetting.due_now(now=now):
        number = forgetting.begin(person_id, scope, by=MACHINE, now=now)
        print(f"deletion {number}: {scope.value} of person {person_id}")
    wait = timedelta(hours=args.readers_wait)
    for number in forgetting.open_deletions():
        step = forgetting.finish(number, now=clock.now(), readers_wait=wait)
        print(f"deletion {number} stands at: {step.value}")
    forgetting.fire_due(now=clock.now())
    return 0
