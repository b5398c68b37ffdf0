"""waypost training ticket USERNAME ROLE [-o FILE]: leave for an officer to practise for a course.

The ticket goes to whoever runs the practice (`waypost practise ROLE --ticket FILE`) and never to
the officer: its key seals results.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from waypost import clock
from waypost.access.values import Role
from waypost.errors import BadUse

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("username", metavar="USERNAME")
    parser.add_argument("role", metavar="ROLE", choices=[role.value for role in Role])
    parser.add_argument("-o", "--output", default="-", metavar="FILE", help="default: -")


def run(args: argparse.Namespace) -> int:
    from waypost.training.actions import give_ticket
    from waypost.training.sealing import write_ticket

    ticket, key = give_ticket(args.username, Role(args.role), now=clock.now())
    data = write_ticket(ticket, key)
    if args.output == "-":
        sys.stdout.write(data.decode() + "\n")
        return 0
    try:
        made = os.open(Path(args.output), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise BadUse(f"{args.output} cannot be written: {error.strerror}; choose another") from None
    with open(made, "wb") as file:
        file.write(data)
    print(f"The ticket is in {args.output}, good until {ticket.expires_at:%Y-%m-%d}.")
    return 0
