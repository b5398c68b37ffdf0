"""waypost world tags FOLDER: an estate of tags with stored reports, for `world play --stored`."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from waypost import clock
from waypost.errors import BadUse, WaypostError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="made if absent; its files are replaced")
    parser.add_argument("--tags", type=int, default=1000)
    parser.add_argument("--stored", type=int, default=3000, help="reports of each, a minute apart")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", metavar="TIME", help="of the last report; default: now")
    parser.add_argument("--faults", choices=("none", "some", "many"), default="none")
    parser.add_argument("--protocols", metavar="NAME,...", help="default: all, mixed")


def run(args: argparse.Namespace) -> int:
    from waypost.worlds.report import PRECISIONS
    from waypost.worlds.sources import INTERVAL_S
    from waypost.worlds.stored import PROTOCOLS, Estate

    if args.tags < 1 or args.stored < 1 or args.seed < 0:
        raise BadUse("--tags and --stored must be above 0, and --seed not below it")
    protocols = tuple(args.protocols.split(",")) if args.protocols else PROTOCOLS
    unknown = sorted(set(protocols) - set(PRECISIONS))
    if unknown:
        raise BadUse(f"no protocol {unknown[0]!r}; one of: {', '.join(sorted(PRECISIONS))}")
    try:
        until = clock.read_instant(args.until) if args.until else clock.now()
    except ValueError as error:
        raise BadUse(f"--until: {error}") from None
    base = until.replace(microsecond=0) - timedelta(seconds=args.stored * INTERVAL_S)
    estate = Estate(
        args.seed, args.tags, args.stored, clock.write_instant(base), args.faults, protocols
    )
    try:
        estate.write(Path(args.folder))
    except OSError as error:
        raise WaypostError(f"cannot write to {args.folder}: {error.strerror}") from None
    print(f"{args.tags:,} tags with {args.stored:,} stored reports each, in {args.folder}")
    return 0
