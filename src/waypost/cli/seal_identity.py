"""waypost seal identity: go over the rows that stand, so that names in them are sealed (or open).

With WAYPOST_IDENTITY_KEY what is saved from now on is sealed; this seals what was saved before.
Safe to stop and to run again. With --open the sealing is taken away: the key must still be given.
"""

from __future__ import annotations

import argparse

from waypost.errors import BadUse

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--open", action="store_true", help="take the sealing away again")


def run(args: argparse.Namespace) -> int:
    from django.conf import settings

    from waypost import clock
    from waypost.access.values import MACHINE
    from waypost.keeping.sealing_over import seal_over

    if settings.IDENTITY_KEY is None:
        raise BadUse("WAYPOST_IDENTITY_KEY gives the key; it is not set")
    for place, count in seal_over(opening=args.open, by=MACHINE, now=clock.now()).items():
        print(f"{place}: {count} rows {'opened' if args.open else 'sealed'}")
    if args.open:
        print("Take WAYPOST_IDENTITY_KEY away before anything else is saved.")
    return 0
