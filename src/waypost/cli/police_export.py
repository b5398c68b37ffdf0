"""waypost police export NOTIFICATION -o FOLDER: what was sent, signed, with its answer form.

For a force that has no account here. `waypost evidence verify` checks the file without a store;
`waypost police answer` takes the answer in that stands in it, filled in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notification", type=int, metavar="NOTIFICATION")
    parser.add_argument("-o", "--output", required=True, metavar="FOLDER", help="where it is put")
    parser.add_argument("--officer", metavar="USERNAME", help="whose act it is (absent: the house)")


def run(args: argparse.Namespace) -> int:
    from waypost.cli.police_answer import officer_of
    from waypost.policing.actions import export

    now = clock.now()
    name, content = export(args.notification, by=officer_of(args.officer, now), now=now)
    path = Path(args.output) / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise WaypostError(f"cannot write {path}: {error.strerror}") from None
    print(f"{path}: check it with waypost evidence verify")
    return 0
