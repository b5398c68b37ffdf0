"""waypost audit cut --before DATE: delete audit lines whose time is over, up to a seal."""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime, time

from waypost import clock
from waypost.errors import BadUse

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--before", required=True, metavar="DATE", help="like 2020-01-31")


def run(args: argparse.Namespace) -> int:
    from waypost.access.seals import cut
    from waypost.access.values import MACHINE

    try:
        day = date.fromisoformat(args.before)
    except ValueError:
        raise BadUse(f"--before {args.before!r} is no date; write it like 2020-01-31") from None
    before = datetime.combine(day, time(), UTC)
    went = cut(before, by=MACHINE, now=clock.now())
    print(f"{went} audit lines went. The chain begins after a seal, and a line says so.")
    return 0
