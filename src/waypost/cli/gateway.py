"""`waypost gateway --listen PROTOCOL=HOST:PORT ...`: listen to tags."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields

from waypost.gateway.limits import Limits, read_limits

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--listen",
        metavar="PROTOCOL=HOST:PORT",
        action="append",
        required=True,
        help="http (intake at /intake/osmand, /intake/owntracks, /intake/batch), osmand, "
        "owntracks, queclink or teltonika (TCP and UDP), gt06; or mqtt with the address of a "
        "broker; PROTOCOL+tls listens with TLS, over TCP alone; may be given several times; "
        "port 0 takes any free one",
    )
    parser.add_argument(
        "--limit",
        metavar="NAME=NUMBER",
        action="append",
        default=[],
        help=f"what one client may cost: {_limits()}; loopback=1 limits this machine's own "
        "addresses too",
    )
    files = {
        "--tls-certificate": "certificate chain of the listeners with +tls; read again on SIGHUP",
        "--tls-key": "its private key",
        "--tls-client-ca": "only clients with a certificate of this CA are heard there, each for "
        "the device that its certificate names",
    }
    for name, told in files.items():
        parser.add_argument(name, metavar="FILE", help=f"{told} (PEM)")
    parser.add_argument(
        "--tokens",
        metavar="optional|required",
        help="who must show a token over HTTP: devices that were ever given one (optional, the "
        "default), or every device, and hubs on this machine too (required)",
    )


def _limits() -> str:
    """Every limit with the figure that holds when none is given."""
    return ", ".join(
        f"{one.name.replace('_', '-')}={one.default:g}"
        for one in fields(Limits)
        if one.name != "loopback"
    )


def run(args: argparse.Namespace) -> int:
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # a group's few places are not worth threads
    from django.conf import settings

    from waypost.devices.tokens import read_asked
    from waypost.gateway.listening import read_listen
    from waypost.gateway.serving import serve
    from waypost.gateway.tls import read_tls

    given = (args.tls_certificate, args.tls_key, args.tls_client_ca)
    files = [one or said for one, said in zip(given, settings.TLS_FILES, strict=True)]
    listens = [read_listen(text) for text in args.listen]
    asked = read_asked(args.tokens or settings.DEVICE_TOKENS)
    serve(listens, read_limits(args.limit), read_tls(*files), asked)
    return 0
