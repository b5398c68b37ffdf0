"""waypost world play: live simulated tags that speak to a gateway over real sockets.

At `--speed` above 1 the world's time starts in the past and catches up with ours at the end of
`--for`, because a fix from the future would rightly be set aside.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlparse

from waypost import clock
from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.worlds.script import Telegram

HOUR_S = 3600.0


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--gateway", required=True, metavar="URL", help="http://HOST:PORT")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wearers", type=int, default=100)
    parser.add_argument("--days", type=float, default=30.0, help="as given to world seed")
    parser.add_argument("--until", metavar="TIME", help="as given to world seed; default: now")
    parser.add_argument("--speed", type=float, default=1.0, help="above 1 only with --for")
    parser.add_argument("--for", dest="length_s", type=float, metavar="SECONDS")
    parser.add_argument("--quiet", action="store_true")


def run(args: argparse.Namespace) -> int:
    from waypost.worlds.play import Player

    host, port = _address(args.gateway)
    if args.speed < 1 or (args.speed > 1 and args.length_s is None):
        raise BadUse("--speed must be 1 or more, and above 1 it needs --for")
    try:
        until = clock.read_instant(args.until) if args.until else clock.now()
    except ValueError as error:
        raise BadUse(f"--until: {error}") from None
    began_s = time.time()
    start_s: float = began_s - (args.length_s or 0) * (args.speed - 1)

    speed: float = args.speed

    def world_clock() -> float:
        return start_s + (time.time() - began_s) * speed

    length_s = None if args.length_s is None else args.length_s * args.speed
    player = Player(host, port, key=f"play-{began_s:.0f}", clock=world_clock, speed=speed)
    said = _said(args, until.timestamp(), start_s, length_s)
    try:
        asyncio.run(player.play(said))
    finally:
        if not args.quiet:
            tally = player.tally
            print(f"{tally.acknowledged} rows acknowledged, {tally.refused} refused, "
                  f"{tally.retries} sent again", file=sys.stderr)  # fmt: skip
    return 0


def _said(
    args: argparse.Namespace, until_s: float, start_s: float, length_s: float | None
) -> Iterator[Telegram]:
    """Telegrams hour by hour, for as long as asked for."""
    from waypost.worlds.places import town
    from waypost.worlds.script import Telegram, telegrams
    from waypost.worlds.world import people_of

    people = people_of(
        args.seed, args.wearers, from_s=until_s - args.days * 86_400, until_s=until_s
    )
    end_s = start_s + length_s if length_s is not None else float("inf")
    at_s, later = start_s, list[Telegram]()
    while at_s < end_s:
        part_s = min(HOUR_S, end_s - at_s)
        opening = at_s == start_s
        later += telegrams(people, town(), args.seed, at_s, part_s, opening=opening)
        later.sort(key=lambda one: one.send_s)
        at_s += part_s
        due = bisect_left(later, at_s, key=lambda one: one.send_s)
        yield from later[:due]
        later = later[due:]


def _address(url: str) -> tuple[str, int]:
    parts = urlparse(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme != "http" or not parts.hostname or port is None:
        raise BadUse("--gateway must be like http://127.0.0.1:8101")
    return parts.hostname, port
