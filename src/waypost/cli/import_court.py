"""waypost import court FILE...: take in results of hearings and contractor-style orders.

Prints what became of each message and what it asks. Exit 0 when everything was kept, whether or not
something waits for an answer; 1 when a file could not be read at all.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+",
        help="JSON, one message a line, or a folder of them; - is stdin",
    )  # fmt: skip
    parser.add_argument("--source", default="", help="who sent it; else the file's own name")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.courts.actions import receive
    from waypost.courts.files import read_messages
    from waypost.courts.queries import delivery_outcome
    from waypost.positions.release import release_covered

    received = asked = 0
    for sent in read_messages(args.files):
        source = args.source or Path(sent.name).name
        got = receive(sent.data, source, by=MACHINE, now=clock.now())
        told = delivery_outcome(got.delivery_id)
        received += 1
        asked += sum(one["questions"] for one in told["messages"])
        print(f"{sent.name}: {_said(told, is_new=got.is_new)}")
    released = release_covered(by=MACHINE, now=clock.now())
    print(f"{received} messages, {asked} questions to answer.")
    if released:
        print(f"{released} sealed rows turned out to be covered by an order and are judged now.")
    if not received:
        print("waypost: there was no message in it", file=sys.stderr)
        return 1
    return 0


def _said(told: dict[str, object], *, is_new: bool) -> str:
    messages = told["messages"]
    assert isinstance(messages, list)
    before = "" if is_new else "received before; "
    if not messages:
        return f"{before}{told['people']} people, nothing is electronically monitored"
    rows = [
        f"M-{one['message']} {one['status'].replace('_', ' ')}"
        + (f", {one['questions']} questions" if one["questions"] else "")
        for one in messages
    ]
    return before + "; ".join(rows)
