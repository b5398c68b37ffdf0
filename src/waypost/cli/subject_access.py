"""waypost subject-access PERSON -o BUNDLE: everything that is held about a person, for them.

Enters a request where none is open, says how it is known that it is them, and prepares the signed
bundle, which is read by the data protection officer before it is handed over.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", metavar="PERSON", help="the person's reference")
    parser.add_argument("-o", "--output", required=True, metavar="BUNDLE", help="zip to write")
    parser.add_argument(
        "--identity", metavar="HOW", default="", help="how it is known that they ask: a sentence"
    )
    parser.add_argument("--officer", metavar="USERNAME", help="whose act it is (absent: the house)")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.police_answer import officer_of
    from waypost.keeping.handing import hand_over
    from waypost.orders.queries import person_by_reference

    now = clock.now()
    by = officer_of(args.officer, now)
    person = person_by_reference(args.person)
    made = hand_over(person.pk, args.identity, by=by, now=now)
    path = Path(args.output)
    try:
        path.write_bytes(made.content)
    except OSError as error:
        raise WaypostError(f"cannot write {path}: {error.strerror}") from None
    print(f"{path}: read it before it is handed over; waypost evidence verify checks it")
    return 0
