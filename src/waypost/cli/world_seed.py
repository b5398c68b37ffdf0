"""waypost world seed FOLDER: write a seeded London to files, with the truth about it."""

from __future__ import annotations

import argparse
from pathlib import Path

from waypost import clock
from waypost.errors import BadUse, WaypostError


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="made if absent; its files are replaced")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wearers", type=int, default=100)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--until", metavar="TIME", help="ISO 8601 with offset; default: now")


def run(args: argparse.Namespace) -> int:
    from waypost.worlds.files import write_world
    from waypost.worlds.world import make_world

    if args.wearers < 1 or args.days <= 0 or args.seed < 0:
        raise BadUse("--wearers and --days must be above 0, and --seed not below it")
    try:
        until = clock.read_instant(args.until) if args.until else clock.now()
    except ValueError as error:
        raise BadUse(f"--until: {error}") from None
    until = until.replace(microsecond=0)
    world = make_world(args.seed, wearers=args.wearers, days=args.days, until=until)
    made_with = {"seed": args.seed, "wearers": args.wearers, "days": args.days}
    try:
        files = write_world(world, Path(args.folder), made_with=made_with)
    except OSError as error:
        raise WaypostError(f"cannot write to {args.folder}: {error.strerror}") from None
    crimes = world.offences_csv.count(b"\n")
    print(
        f"{args.wearers} wearers, {world.fixes.num_rows:,} fixes, {len(world.events):,} events, "
        f"{crimes:,} offences ({len(world.truth['offences'])} by wearers), "
        f"{len(world.truth['violations']):,} true violations; "
        f"{len(files)} files in {args.folder}"
    )
    return 0
