"""waypost court check FILE: what a message would bring in and what it asks, without a store.

Prints NDJSON, one object for each order and for each person of whom nothing is monitored: the order
as read, its conditions with the court's words, the questions with their choices, and both shapes of
the contractor. Exit 0 whenever it is printed.
"""

from __future__ import annotations

import argparse
import json

from waypost.courts.checking import check
from waypost.courts.files import read_messages


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="JSON, one message a line, or a folder of them; - is stdin"
    )


def run(args: argparse.Namespace) -> int:
    for sent in read_messages([args.file]):
        for row in check(sent.data):
            print(json.dumps({"file": sent.name} | row, ensure_ascii=False))
    return 0
