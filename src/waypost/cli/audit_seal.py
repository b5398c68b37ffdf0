"""waypost audit seal: seal the audit chain now, and send copies to where they are kept outside."""

from __future__ import annotations

import argparse

from waypost import clock
from waypost.errors import Unavailable

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "the worker does so every ten minutes; now, before a review or a backup"


def run(args: argparse.Namespace) -> int:
    from waypost.access.anchoring import anchors
    from waypost.access.seals import seal, send_copies
    from waypost.access.stamping import authority, send_stamp

    number = seal(now=clock.now())
    print("No line is new." if number is None else f"Seal {number} is made.")
    if not anchors():
        print("No copy is kept outside: set WAYPOST_AUDIT_ANCHOR.")
    elif not send_copies(now=clock.now()):
        raise Unavailable("a copy could not be kept outside; it is tried again every half minute")
    if authority() is None:
        print("No authority stamps its time: set WAYPOST_AUDIT_TIME_AUTHORITY.")
    else:
        send_stamp(now=clock.now())
    return 0
