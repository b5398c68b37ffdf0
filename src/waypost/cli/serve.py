"""waypost serve: the pages and the API, until stopped."""

from __future__ import annotations

import argparse

from waypost.errors import BadUse

RECORDS = True
LISTEN = "127.0.0.1:8000"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--listen", metavar="HOST:PORT", default=LISTEN, help=f"where to listen (default {LISTEN})"
    )


def run(args: argparse.Namespace) -> int:
    import uvicorn

    from waypost.doorkeeper import Doorkeeper

    host, port = address(args.listen)
    config = uvicorn.Config(
        "waypost.web.asgi:application",
        host=host,
        port=port,
        http=Doorkeeper,
        log_config=None,  # the house's own, which leaves out what exceptions say
        access_log=False,  # addresses of pages name persons; the audit chain is the record
        server_header=False,
        timeout_graceful_shutdown=3,  # live pages hold their connection until told
        lifespan="off",
    )
    uvicorn.Server(config).run()
    return 0


def address(text: str) -> tuple[str, int]:
    """Host and port of HOST:PORT, IPv6 in brackets. BadUse when it is not one."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise BadUse(f"--listen takes HOST:PORT, not {text!r}")
    return host.strip("[]"), int(port)
