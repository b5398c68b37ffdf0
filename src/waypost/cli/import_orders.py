"""waypost import orders FILE: bring persons, orders and activations into the store."""

from __future__ import annotations

import argparse
import sys

from waypost import clock
from waypost.cli.orders_check import read_input
from waypost.errors import Problem

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSON as `waypost schema orders`; - is stdin")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.identity.queries import new_of_the_second
    from waypost.orders.actions import import_orders
    from waypost.orders.read import read_orders
    from waypost.positions.release import release_covered

    read = read_orders(read_input(args.file))
    second = new_of_the_second(
        {one.person_id: [order.order_id for order in one.orders] for one in read.rows}
    )
    outcome = import_orders(read.rows, by=MACHINE, now=clock.now())
    released = release_covered(by=MACHINE, now=clock.now())
    problems = [*read.problems, *outcome.problems]
    for problem in problems:
        print(sentence(problem), file=sys.stderr)
    for reference, orders, kept in second:  # taken all the same: an order that waits binds nobody
        print(
            f"{reference}: found to be one person with {kept}, where new orders go; taken as it "
            f"is: {', '.join(sorted(orders))}; compare where the tag is worn",
            file=sys.stderr,
        )
    print(
        f"{outcome.received} persons: {outcome.made} new, {outcome.changed} changed, "
        f"{outcome.unchanged} as before; {outcome.requirement_versions} requirements written, "
        f"{outcome.withdrawn} withdrawn, {outcome.activations} activations, "
        f"{len(problems)} problems."
    )
    if released:
        print(f"{released} sealed rows turned out to be covered by an order and are judged now.")
    return 0


def sentence(problem: Problem) -> str:
    """A problem on one line: where, what, what was sent, what to do."""
    sent = f" (sent: {problem.value})" if problem.value is not None else ""
    return f"{problem.field}: {problem.message}{sent}; {problem.action}"
