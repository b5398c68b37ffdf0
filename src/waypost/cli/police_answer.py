"""waypost police answer FILE: take in the answer of a force that has no account here.

FILE is answer.json of the exported notification with `answer`, `reason` and `signed_by` filled in;
its key shows that whoever answered holds the notification.
"""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from waypost import clock
from waypost.errors import BadFile, BadUse

if TYPE_CHECKING:
    from waypost.access.values import Posted

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--officer", metavar="USERNAME", help="who brings it in (absent: the house)"
    )


def run(args: argparse.Namespace) -> int:
    from waypost.policing.actions import answer_by_file
    from waypost.policing.answer_file import SIZE_MAX, read_answer

    now = clock.now()
    try:
        with Path(args.file).open("rb") as file:
            data = file.read(SIZE_MAX + 1)
    except OSError as error:
        raise BadFile(f"cannot read {args.file}: {error.strerror}") from None
    said = read_answer(data)
    number = answer_by_file(said, by=officer_of(args.officer, now), now=now)
    print(f"notification {number} is answered: {said.answer.value.replace('_', ' ')}")
    return 0


def officer_of(username: str | None, now: datetime) -> Posted:
    from waypost.access.queries import find_officer, posted
    from waypost.access.values import MACHINE

    if username is None:
        return MACHINE
    officer = find_officer(username)
    if officer is None:
        raise BadUse(f"nobody signs in as {username!r}")
    return posted(officer, now=now)
