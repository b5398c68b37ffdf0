"""waypost world play: live simulated tags that speak to a gateway over real sockets.

At `--speed` above 1 the world's time starts in the past and catches up with ours at the end of
`--for`, because a fix from the future would rightly be set aside. With `--stored FOLDER` the tags
of that folder (`waypost world tags`) send what they stored instead, and it ends when all of it is
acknowledged; given the same ledger again, a play that was killed goes on.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

from waypost import clock
from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.worlds.ledger import Ledger
    from waypost.worlds.mouths import Address
    from waypost.worlds.script import Telegram
    from waypost.worlds.tag import Tally

HOUR_S = 3600.0
HTTP = "http"
Clock = Callable[[], float]


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gateway", required=True, action="append", metavar="ADDRESS",
        help="http://HOST:PORT, or queclink=, teltonika= or gt06=HOST:PORT, or mqtt= with the "
        "broker's; may be given several times; live tags of a protocol without one are carried "
        "by the hub's JSON batches",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wearers", type=int, default=100)
    parser.add_argument("--days", type=float, default=30.0, help="as given to world seed")
    parser.add_argument("--until", metavar="TIME", help="as given to world seed; default: now")
    parser.add_argument("--speed", type=float, default=1.0, help="above 1 only with --for")
    parser.add_argument("--for", dest="length_s", type=float, metavar="SECONDS")
    parser.add_argument("--stored", metavar="FOLDER", help="play the stored tags of this folder")
    parser.add_argument("--faults", choices=("none", "some", "many"), default="none",
                        help="of live tags; stored ones have those of their folder")  # fmt: skip
    parser.add_argument("--ledger", metavar="FILE", help="what was said and acknowledged")
    parser.add_argument("--rate", type=float, default=0.0, help="most reports a second; 0: any")
    parser.add_argument("--cut-every", type=float, default=0.0, metavar="SECONDS",
                        help="about so often every line falls at once")  # fmt: skip
    parser.add_argument("--quiet", action="store_true")


def run(args: argparse.Namespace) -> int:
    addresses = _addresses(args.gateway)
    if args.speed < 1 or (args.speed > 1 and args.length_s is None):
        raise BadUse("--speed must be 1 or more, and above 1 it needs --for")
    if args.stored:
        return _play_stored(args, addresses)
    if HTTP not in addresses:
        raise BadUse("live tags need a --gateway like http://127.0.0.1:8101")
    return _play_live(args, addresses)


def _play_stored(args: argparse.Namespace, addresses: dict[str, Address]) -> int:
    from waypost.worlds.fleet import Fleet
    from waypost.worlds.ledger import read_ledger
    from waypost.worlds.stored import Estate

    estate = Estate.read(Path(args.stored))
    told = read_ledger(Path(args.ledger)) if args.ledger and Path(args.ledger).exists() else None
    fleet = Fleet(
        _spoken(addresses), seed=estate.seed, ledger=_ledger(args), reports_per_s=args.rate,
        cut_every_s=args.cut_every, progress=None if args.quiet else _Progress(),
    )  # fmt: skip
    try:
        _run(fleet.play_stored(estate, told))
    finally:
        _tell(fleet.tally, fleet.cuts, quiet=args.quiet)
    return 0


def _play_live(args: argparse.Namespace, addresses: dict[str, Address]) -> int:
    from waypost.worlds.faults import FAULTS
    from waypost.worlds.fleet import Fleet
    from waypost.worlds.play import Player

    if args.ledger and Path(args.ledger).exists():
        raise BadUse("live tags say other things each time: --ledger must be a new file")
    until_s = _until(args).timestamp()
    began_s = time.time()
    start_s = began_s - (args.length_s or 0) * (args.speed - 1)

    def world_clock() -> float:
        return float(start_s + (time.time() - began_s) * args.speed)

    player = Player(*addresses[HTTP], key=f"play-{began_s:.0f}", clock=world_clock,
                    speed=args.speed)  # fmt: skip
    spoken = frozenset(addresses) - {HTTP}
    fleet = Fleet(_spoken(addresses), seed=args.seed, ledger=_ledger(args),
                  cut_every_s=args.cut_every)  # fmt: skip
    length_s = None if args.length_s is None else args.length_s * args.speed
    ours, theirs = itertools.tee(_said(args, until_s, start_s, length_s, spoken))
    faults = FAULTS[args.faults]
    # What stands in a ledger is said by tags of their own, not gathered by the hub.
    own = frozenset(_spoken(addresses)) if args.ledger else spoken

    async def both() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(player.play(one for one in ours if one.protocol not in own))
            scripted = (one for one in theirs if one.protocol in own)
            group.create_task(
                fleet.play_script(scripted, faults, clock=world_clock, speed=args.speed)
            )

    try:
        _run(both())
    finally:
        if not args.quiet:
            tally = player.tally
            print(
                f"{tally.acknowledged + fleet.tally.acknowledged} rows acknowledged, "
                f"{tally.refused} refused, {tally.retries + fleet.tally.retries} sent again",
                file=sys.stderr,
            )
    return 0


def _said(
    args: argparse.Namespace,
    until_s: float,
    start_s: float,
    length_s: float | None,
    spoken: frozenset[str],
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
        later += telegrams(people, town(), args.seed, at_s, part_s, opening=opening, spoken=spoken)
        later.sort(key=lambda one: one.send_s)
        at_s += part_s
        due = bisect_left(later, at_s, key=lambda one: one.send_s)
        yield from later[:due]
        later = later[due:]


def _until(args: argparse.Namespace) -> clock.Instant:
    try:
        return clock.read_instant(args.until) if args.until else clock.now()
    except ValueError as error:
        raise BadUse(f"--until: {error}") from None


def read_addresses(given: list[str]) -> dict[str, Address]:
    """Where each protocol of tags is spoken, from `--gateway` as it was given."""
    return _spoken(_addresses(given))


def _addresses(given: list[str]) -> dict[str, Address]:
    """Where each protocol is spoken; "http" for the listener of phones and the hub."""
    return dict(_address(one) for one in given)


def _address(text: str) -> tuple[str, Address]:
    named, _, rest = text.partition("=")
    known = named in {"queclink", "teltonika", "gt06", "mqtt"}
    parts = urlparse(f"tcp://{rest}" if known else text)
    try:
        port = parts.port
    except ValueError:
        port = None
    if (not known and parts.scheme != HTTP) or not parts.hostname or port is None:
        raise BadUse(
            "--gateway must be like http://127.0.0.1:8101 or queclink=127.0.0.1:8102 "
            "(or teltonika=, gt06=, mqtt=)"
        )
    return (named if known else HTTP), (parts.hostname, port)


def _spoken(addresses: dict[str, Address]) -> dict[str, Address]:
    """The same by the protocols of tags: one door of HTTP for three, one port for TCP and UDP."""
    from waypost.worlds.report import (
        HUB,
        OSMAND,
        OWNTRACKS,
        QUECLINK,
        QUECLINK_UDP,
        TELTONIKA,
        TELTONIKA_UDP,
    )

    found = dict(addresses)
    if HTTP in found:
        address = found.pop(HTTP)
        found |= dict.fromkeys((OSMAND, OWNTRACKS, HUB), address)
    if QUECLINK in found:
        found[QUECLINK_UDP] = found[QUECLINK]
    if TELTONIKA in found:
        found[TELTONIKA_UDP] = found[TELTONIKA]
    return found


def _ledger(args: argparse.Namespace) -> Ledger | None:
    from waypost.worlds.ledger import Ledger

    return Ledger(Path(args.ledger)) if args.ledger else None


def _run(play: Coroutine[Any, Any, Any]) -> None:
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(play)


class _Progress:
    """A line every few seconds: how many, how fast."""

    def __init__(self) -> None:
        self._then_s, self._acknowledged = time.monotonic(), 0

    def __call__(self, tally: Tally) -> None:
        now_s = time.monotonic()
        rate = (tally.acknowledged - self._acknowledged) / (now_s - self._then_s)
        self._then_s, self._acknowledged = now_s, tally.acknowledged
        print(f"{tally.acknowledged:,} acknowledged, {rate:,.0f} a second, {tally.retries:,} "
              f"parcels sent again", file=sys.stderr, flush=True)  # fmt: skip


def _tell(tally: Tally, cuts: int, *, quiet: bool) -> None:
    if not quiet:
        print(
            f"{tally.acknowledged} rows acknowledged, {tally.retries} parcels sent again, "
            f"{tally.again} reports sent twice on purpose, {tally.outages} outages, "
            f"{cuts} falls of the network",
            file=sys.stderr,
        )
