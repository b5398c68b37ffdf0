"""waypost court export ORDER: a stored order with its wearer in the contractor's shape.

Prints one JSON document; what the shape has no field for is said on standard error.
"""

from __future__ import annotations

import argparse
import json
import sys

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order", metavar="ORDER", help="the order's reference")
    parser.add_argument("--person", default="", help="whose, where several have such an order")


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.courts.queries import contractor_document

    document, lost = contractor_document(args.order, args.person, by=MACHINE, now=clock.now())
    print(json.dumps(document, ensure_ascii=False, indent=1))
    for said in lost:
        print(f"not said in this shape: {said}", file=sys.stderr)
    return 0
