"""waypost import devices FILE: bring a stock list into the inventory; a second run adds nothing."""

from __future__ import annotations

import argparse
import sys

from waypost import clock
from waypost.cli.orders_check import read_input
from waypost.errors import Problem

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="CSV with a header: device_id, serial, kind, model, firmware, sim, status; - is stdin",
    )


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.devices.actions import import_devices
    from waypost.devices.stock_file import read_stock

    read = read_stock(read_input(args.file))
    taken = import_devices(read.rows, by=MACHINE, now=clock.now())
    problems = sorted([*read.problems, *taken.problems], key=lambda one: one.line or 0)
    for problem in problems:
        print(sentence(problem), file=sys.stderr)
    print(
        f"{taken.made} new, {taken.changed} changed, {taken.unchanged} as before, "
        f"{len({one.line for one in problems})} rows refused."
    )
    return 0


def sentence(problem: Problem) -> str:
    """A problem on one line: where, what, what was sent, what to do."""
    sent = f" (sent: {problem.value})" if problem.value else ""
    return f"line {problem.line}: {problem.field}: {problem.message}{sent}; {problem.action}"
