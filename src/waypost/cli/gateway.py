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
        help="http (intake at /intake/osmand, /intake/owntracks, /intake/batch), osmand, "
        "owntracks, queclink, teltonika or gt06; may be given several times; port 0 takes any "
        "free one",
    )
    parser.add_argument(
        "--limit",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help="what one client may cost: connections, connections-per-address, "
        "frames-per-address-s, faults-per-address, refused-s, frames-in-flight, "
        "faults-in-a-row, useful-within-s, frame-within-s, idle-s, stuck-s, handshake-s; "
        "loopback=1 limits this machine's own addresses too",
    )


def run(args: argparse.Namespace) -> int:
    from waypost.devices.gateway import serve
    from waypost.devices.limits import read_limits
    from waypost.devices.listening import read_listen

    serve([read_listen(text) for text in args.listen], read_limits(args.limit))
    return 0
