"""waypost world check LEDGER: is all that was acknowledged in the store, exactly once?"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from waypost import clock
from waypost.errors import WaypostError

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", metavar="LEDGER", help="as `world play --ledger` wrote it")


def run(args: argparse.Namespace) -> int:
    from django.db import transaction

    from waypost.access import audit
    from waypost.access.values import MACHINE
    from waypost.worlds.check import check
    from waypost.worlds.ledger import read_ledger

    try:
        told = read_ledger(Path(args.ledger))
    except (OSError, ValueError) as error:
        raise WaypostError(f"{args.ledger} cannot be read: {error}") from None
    verdict = check(told)
    counts = {name: value for name, value in asdict(verdict).items() if name != "examples"}
    with transaction.atomic():  # whole tracks were read, if only to be counted
        audit.record("world:checked", by=MACHINE, at=clock.now(), detail=counts)
    print(json.dumps(counts))
    for example in verdict.examples:
        print(example, file=sys.stderr)
    if not verdict.is_good:
        raise WaypostError("the store and the ledger do not agree")
    return 0
