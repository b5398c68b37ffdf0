"""waypost orders check FILE: lint an orders file, without a store.

Prints a JSON list of {person_id, requirement_id, kind, message}: what could not be read, then what
reads well and is odd. Exit 0 whenever the list is printed.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from waypost.errors import BadFile
from waypost.orders.lint import Finding, lint_all
from waypost.orders.read import ids_at, parse_document, read_orders


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSON as `waypost schema orders`; - is stdin")


def run(args: argparse.Namespace) -> int:
    data = read_input(args.file)
    print(json.dumps([finding.row() for finding in check(data)], ensure_ascii=False, indent=1))
    return 0


def check(data: bytes) -> list[Finding]:
    """Everything to say about the file. BadFile when it cannot be read at all."""
    read = read_orders(data)
    document = parse_document(data)
    found = []
    for problem in read.problems:
        person_id, requirement_id = ids_at(document, problem)
        message = f"{problem.field}: {problem.message}; {problem.action}"
        found.append(Finding(person_id, requirement_id, problem.type.lower(), message))
    return found + lint_all(read.rows)


def read_input(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. BadFile when there is none."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise BadFile(f"cannot read {name}: {error.strerror}") from None
