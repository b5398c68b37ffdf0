"""`waypost offences check FILE`: what a police offence file holds and what is wrong with it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost import clock
from waypost.cli.showing import Progress
from waypost.errors import BadFile
from waypost.offences.delivery import check_delivery
from waypost.offences.print import write_outcome


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        help="police CSV (13 columns), a CSV with a header, or an e-mail (.eml) with one of them; "
        "- for stdin",
    )


def run(args: argparse.Namespace) -> int:
    progress = Progress()
    outcome = check_delivery(read_bytes(args.file), now=clock.now(), progress=progress)
    progress.clear()
    write_outcome(sys.stdout, outcome)
    return 0


def read_bytes(path: str) -> bytes:
    """The whole file, or standard input for `-`. BadFile when there is none to read."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadFile(f"cannot read {path}: {error.strerror or error}") from None
