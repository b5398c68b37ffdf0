"""`waypost gateway --listen PROTOCOL=HOST:PORT ...`: listen to tags."""

from __future__ import annotations

import argparse

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--listen",
        metavar="PROTOCOL=HOST:PORT",
        action="append",
        required=True,
        help="http (intake at /intake/osmand, /intake/owntracks, /intake/batch), osmand or "
        "owntracks; may be given several times; port 0 takes any free one",
    )


def run(args: argparse.Namespace) -> int:
    from waypost.devices.gateway import read_listen, serve

    serve([read_listen(text) for text in args.listen])
    return 0
