"""`waypost import offences FILE`: bring a police offence file into the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from waypost import clock
from waypost.cli.offences_check import read_bytes
from waypost.cli.showing import Progress
from waypost.errors import BadFile

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        help="police CSV (13 columns), a CSV with a header, or an e-mail (.eml) with one of them; "
        "- for stdin",
    )
    parser.add_argument("--errors", metavar="CSV", help="write every problem there, as CSV")
    parser.add_argument(
        "--reply", metavar="EML", help="write the answer to the force there, as an e-mail to send"
    )


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.offences.actions import take_delivery
    from waypost.offences.lines import sender_of
    from waypost.offences.queries import answer_to
    from waypost.offences.reply import problems_csv, reply_mail

    data, progress = read_bytes(args.file), Progress()
    name = "stdin" if args.file == "-" else Path(args.file).name
    batch = take_delivery(data, name, by=MACHINE, now=clock.now(), progress=progress)
    progress.clear()
    if args.errors:
        Path(args.errors).write_bytes(problems_csv(batch.outcome).encode())
    if args.reply:
        Path(args.reply).write_bytes(reply_mail(answer_to(batch), sender_of(data)))
    _tell(args.file, batch.outcome, batch.notes)
    if batch.status in {"FAILED", "ERROR"}:
        whole = next(problem for problem in batch.outcome if problem["line"] is None)
        raise BadFile(f"{whole['message'].rstrip('.')}: {whole['action'].rstrip('.')}.")
    what = f"batch {batch.batch_id} of {batch.force}" if batch.batch_id else "no batch id"
    counted = f" ({batch.new_count} new, {batch.changed_count} changed)"
    print(
        f"{batch.status}: {what}, {batch.accepted_count} accepted"
        f"{counted if batch.new_count is not None else ''}, {batch.refused_count} refused."
    )
    return 0


def _tell(
    file: str, problems: Sequence[Mapping[str, Any]], notes: Sequence[Mapping[str, Any]]
) -> None:
    """Rows' problems and notes, each on one line of stderr."""
    for problem in problems:
        if problem["line"] is not None:
            field = f" {problem['field']}" if problem["field"] else ""
            print(
                f"{file}:{problem['line']}:{field} {problem['type']}: {problem['message']}"
                f" ({problem['action']})",
                file=sys.stderr,
            )
    for note in notes:
        print(f"{file}: note: {note['message']}. {note['action']}.", file=sys.stderr)
