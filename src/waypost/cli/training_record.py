"""waypost training record FILE: take a practice's sealed result to its officer's record.

The same file again changes nothing. What was done is scored anew here; the file brings no score.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from waypost import clock
from waypost.errors import BadFile

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="- is standard input")


def run(args: argparse.Namespace) -> int:
    from waypost.training.actions import record_result

    try:
        data = sys.stdin.buffer.read() if args.file == "-" else Path(args.file).read_bytes()
    except OSError as error:
        raise BadFile(f"{args.file} cannot be read: {error.strerror}") from None
    made = record_result(data, now=clock.now())
    until = f", valid until {made.valid_until:%Y-%m-%d}" if made.valid_until else ""
    said = "passed" if made.passed else "not passed"
    print(f"Recorded: {made.role.replace('_', ' ')} practice {said}, "
          f"{made.points} of {made.of} points{until}.")  # fmt: skip
    return 0
