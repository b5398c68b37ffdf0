"""`waypost import offences FILE`: bring a police offence file into the store."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost import clock
from waypost.cli.offences_check import read_bytes
from waypost.errors import BadFile

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="police CSV (13 columns) or an e-mail with one; - for stdin")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.offences.actions import take_delivery

    data = read_bytes(args.file)
    batch = take_delivery(data, Path(args.file).name, by=MACHINE, now=clock.now())
    for problem in batch.outcome:
        if problem["line"] is not None:
            field = f" {problem['field']}" if problem["field"] else ""
            print(
                f"{args.file}:{problem['line']}:{field} {problem['type']}: {problem['message']}"
                f" ({problem['action']})",
                file=sys.stderr,
            )
    if batch.status in {"FAILED", "ERROR"}:
        whole = next(problem for problem in batch.outcome if problem["line"] is None)
        raise BadFile(f"{whole['message'].rstrip('.')}: {whole['action']}.")
    print(
        f"{batch.status}: batch {batch.batch_id} of {batch.force}, "
        f"{batch.accepted_count} accepted, {batch.refused_count} refused."
    )
    return 0
