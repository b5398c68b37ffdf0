"""waypost import fixes FILE: bring a fixes file into the store; a second run adds nothing."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from waypost import clock
from waypost.cli.showing import Progress
from waypost.errors import BadUse, Problem

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help=".csv .csv.gz .ndjson .parquet .gpx; - is stdin"
    )
    parser.add_argument(
        "--map",
        default="",
        metavar="NAME=COLUMN,...",
        help="where the file names columns otherwise",
    )
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--person", metavar="ID", help="whose a GPX file is")
    whose.add_argument("--activation", metavar="ID", help="of which activation a GPX file is")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.monitoring.actions import mark_dirty
    from waypost.positions.actions import import_fixes

    now = clock.now()
    outcome = import_fixes(
        args.file, renames=read_renames(args.map), by=MACHINE, now=now,
        mark=partial(mark_dirty, reason="import", now=now), progress=Progress(),
        owner=_owner(args),
    )  # fmt: skip
    for problem in outcome.problems:
        print(sentence(problem), file=sys.stderr)
    if outcome.refused > len(outcome.problems):
        print(f"... {outcome.refused:,} rows refused in all", file=sys.stderr)
    print(
        f"{outcome.received:,} rows: {outcome.new:,} new, {outcome.duplicates:,} here already, "
        f"{outcome.refused:,} refused, {outcome.sealed:,} sealed (no order was live); "
        f"{outcome.set_aside:,} of the new ones are kept and not judged."
    )
    return 0


def _owner(args: argparse.Namespace) -> dict[str, str]:
    given = {"person_id": args.person, "activation_id": args.activation}
    return {name: whose for name, whose in given.items() if whose}


def read_renames(text: str) -> dict[str, str]:
    """The value of --map: contract name -> the file's column. BadUse when it is not that."""
    renames: dict[str, str] = {}
    for pair in filter(None, text.split(",")):
        name, equals, column = (part.strip() for part in pair.partition("="))
        if not (name and equals and column):
            raise BadUse(f"--map takes NAME=COLUMN,..., not {pair!r}")
        renames[name] = column
    return renames


def sentence(problem: Problem) -> str:
    """A problem on one line: where, what, what was sent, what to do."""
    sent = f" (sent: {problem.value})" if problem.value is not None else ""
    field = f"{problem.field}: " if problem.field else ""
    return f"line {problem.line}: {field}{problem.message}{sent}; {problem.action}"
