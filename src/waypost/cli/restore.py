"""waypost restore FOLDER: put a backup into an empty home, and delete again what was deleted since.

Nothing is served before that is done. The home must have the folder `keys` of the one that was
backed up. What was deleted since is known from HOME/deletions.ndjson or a copy of it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock

RECORDS = True
MAY_BE_OLD = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="one backup: FOLDER/waypost-...")
    parser.add_argument(
        "--deletions", action="append", default=[], metavar="FILE",
        help="a copy of deletions.ndjson; may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--no-later-deletions", action="store_true",
        help="there is no list, and nothing was deleted since the backup was made",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from waypost.keeping.restoring import restore

    lists = [Path(one) for one in args.deletions]
    again = restore(
        Path(args.folder), lists=lists, no_later=args.no_later_deletions, now=clock.now()
    )
    print(f"Restored; {again} deletions were gone through again.")
    print("Lines of the audit chain since the backup are missing; waypost audit verify says where.")
    return 0
