"""waypost runs repeat RUN: do a matching run again as it was, and say whether it is the same.

Reads what had been received by then, as it is held now, with the same versions of the offences and
the same tags. Prints `same`, or what differs and why; exit 1 where it differs.
"""

from __future__ import annotations

import argparse

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=int, metavar="RUN", help="its number")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.matching.repeating import repeat

    found = repeat(args.run, by=MACHINE, now=clock.now())
    for what, same, digest in (
        ("data read", found.same_data, found.data_digest),
        ("matches", found.same_matches, found.result_digest),
    ):
        print(f"{what}: {'same' if same else 'differs'}, {digest}")
    if found.same:
        return 0
    print(f"matches new {found.new}, gone {found.gone}, changed {found.changed}")
    for reason in found.reasons:
        print(reason)
    return 1
