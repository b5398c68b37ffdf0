"""waypost forget verify DELETION: look again for anything left of what was deleted.

Looks at every table, the log and every file of the lake's folder, of whatever version, and holds
the proof against what is noted. Exit 1 saying what was found, and where.
"""

from __future__ import annotations

import argparse

from waypost import clock
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("deletion", type=int, metavar="DELETION", help="its number")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.keeping.queries import verify

    found = verify(args.deletion, by=MACHINE, now=clock.now())
    if found.trouble:
        raise WaypostError(f"deletion {found.deletion_id}: {found.trouble}")
    print(f"Nothing is left of deletion {found.deletion_id}: {found.rows} rows, {found.digest}.")
    return 0
