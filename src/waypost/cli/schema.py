"""waypost schema orders|batch: print the JSON Schema of a file we take."""

from __future__ import annotations

import argparse
import json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=["orders", "batch"])


def run(args: argparse.Namespace) -> int:
    if args.name == "orders":
        from waypost.orders.schema import ORDERS_SCHEMA as schema
    else:
        from waypost.protocols.batch_schema import BATCH_SCHEMA as schema
    print(json.dumps(schema, indent=1, ensure_ascii=False))
    return 0
