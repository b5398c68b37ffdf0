"""waypost backup FOLDER: a backup with a day on which it expires; those in it that expired go.

SQLite is copied by its online backup; PostgreSQL by `pg_dump --format=custom --no-owner`, which
must be on this machine. The keys of the home are not in it: keep a copy of HOME/keys apart, and of
HOME/deletions.ndjson where neither the home nor the backups are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="where backups are put, one folder each")
    parser.add_argument(
        "--days", type=int, default=28, metavar="N", help="until it expires (28); at most 366"
    )


def run(args: argparse.Namespace) -> int:
    from waypost.keeping.backup import make, read_manifest, remove_expired

    now, folder = clock.now(), Path(args.folder)
    made = make(folder, kept_days=args.days, now=now)
    for name in remove_expired(folder, now=now):
        print(f"{name} had expired and was deleted")
    print(f"{made}: expires on {read_manifest(made)['expires_on']}; HOME/keys is not in it")
    return 0
