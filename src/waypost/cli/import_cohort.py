"""waypost import cohort FILE: bring a sheet of people with their orders in, from CSV or XLSX."""

from __future__ import annotations

import argparse
import sys
import time

from waypost import clock
from waypost.cli.orders_check import read_input
from waypost.errors import BadUse, Problem
from waypost.identity.cohort_columns import COLUMNS, template

RECORDS = True
MAY_BE_OLD = True  # the template is printed without a store; else run() looks itself
TOLD_EVERY_S = 0.5


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "columns, one row an order:\n" + "\n".join(
        f"  {one.name:<20}{one.says}" for one in COLUMNS
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?",
        help="CSV (UTF-8) or XLSX, whose first sheet is read; - is a CSV from stdin",
    )  # fmt: skip
    parser.add_argument(
        "--template", action="store_true", help="print the header and an example row, and stop"
    )


def run(args: argparse.Namespace) -> int:
    if args.template:
        print(template(), end="")
        return 0
    if args.file is None:
        raise BadUse("name the file, or ask for the --template")
    from waypost.access.values import MACHINE
    from waypost.cli.migrate import check_up_to_date
    from waypost.identity.cohort import import_cohort
    from waypost.identity.cohort_table import read_table
    from waypost.positions.release import release_covered

    check_up_to_date()
    table = read_table(read_input(args.file))
    for heading in table.unknown:
        print(f"column {heading!r} is not known and was left out", file=sys.stderr)
    progress = Progress(len(table.rows))
    outcome = import_cohort(table, by=MACHINE, now=clock.now(), progress=progress)
    progress.end()
    released = release_covered(by=MACHINE, now=clock.now())
    for problem in outcome.problems:
        print(sentence(problem), file=sys.stderr)
    print(
        f"{outcome.rows} rows: {outcome.taken} taken, {outcome.rows - outcome.taken} refused; "
        f"{outcome.people} people: {outcome.made} new, {outcome.changed} changed, "
        f"{outcome.unchanged} as before; {outcome.requirement_versions} requirements and "
        f"{outcome.ids} ids written, {len(outcome.problems)} problems."
    )
    if released:
        print(f"{released} sealed rows turned out to be covered by an order and are judged now.")
    return 0


class Progress:
    """How many rows have been read, on a terminal's standard error."""

    def __init__(self, rows: int) -> None:
        self.rows, self.shows, self.told_s = rows, sys.stderr.isatty(), 0.0

    def __call__(self, count: int) -> None:
        if (self.shows and time.monotonic() - self.told_s > TOLD_EVERY_S) or count == self.rows:
            self.told_s = time.monotonic()
            writing = "; writing" if count == self.rows else ""
            self._say(f"\r{count:,} of {self.rows:,} rows read{writing}")

    def end(self) -> None:
        self._say("\n")

    def _say(self, words: str) -> None:
        if self.shows:
            print(words, end="", file=sys.stderr, flush=True)


def sentence(problem: Problem) -> str:
    """A problem on one line: where, what, what was sent, what to do."""
    sent = f" (sent: {problem.value})" if problem.value else ""
    where = f"row {problem.line}: " if problem.line else ""
    return f"{where}{problem.field}: {problem.message}{sent}; {problem.action}"
