"""waypost canary: made-up tags, one a protocol, that breach a zone at sea every five minutes.

Their alerts must reach the inbox and the test channel; `waypost watchdog` rings the duty officer
when they do not. With `--end` the canaries' tags come off, and nobody waits for them any more.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import threading
import time
from typing import TYPE_CHECKING

from waypost import clock
from waypost.errors import BadUse

if TYPE_CHECKING:
    from waypost.worlds.canary import Canary
    from waypost.worlds.mouths import Address
    from waypost.worlds.script import Telegram

RECORDS = True
STAY_S = 60.0  # how long a canary stays in its zone
KNOWN_AFTER_S = 3.0  # when the gateway knows a tag that was put on
ANSWER_WITHIN_S = 40.0  # then a tag that nobody answers is let go until the next round


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--gateway", action="append", default=[], metavar="ADDRESS",
        help="where tags are heard, as for world play: http://HOST:PORT, queclink=HOST:PORT, "
        "teltonika=, gt06=, mqtt=; may be given several times",
    )  # fmt: skip
    parser.add_argument("--once", action="store_true", help="one breach of each, then stop")
    parser.add_argument("--end", action="store_true", help="take the canaries' tags off, and stop")


def run(args: argparse.Namespace) -> int:
    from waypost.alerts.canaries import retire

    if args.end:
        print(f"{retire(now=clock.now())} canaries retired")
        return 0
    from waypost.worlds.canary import EVERY_S

    addresses = _spoken(args.gateway)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    canaries = prepare(addresses)
    while not stop.is_set():
        took_s = play_round(canaries, addresses, stop)
        if args.once or stop.wait(max(EVERY_S - took_s, 1.0)):
            break
    return 0


def prepare(addresses: dict[str, Address]) -> list[Canary]:
    """The canaries of these protocols in the store; those of others are retired."""
    from waypost.alerts.canaries import retire, set_up
    from waypost.worlds.canary import PLACES, canary_of

    canaries = [canary_of(protocol) for protocol in sorted(addresses)]
    now = clock.now()
    retire([one.protocol for one in canaries], now=now)
    if set_up({one.protocol: one.device_id for one in canaries}, PLACES, now=now):
        time.sleep(KNOWN_AFTER_S)
    return canaries


def play_round(
    canaries: list[Canary], addresses: dict[str, Address], stop: threading.Event,
    *, stay_s: float = STAY_S,
) -> float:  # fmt: skip
    """Settle the last breach, then into the zone and out of it; how long it took, in seconds."""
    from waypost.alerts.canaries import settle
    from waypost.worlds.canary import breach, leave

    began = clock.now()
    settle(now=began)
    _play(breach(canaries, clock.to_us(clock.now())), addresses)
    stop.wait(stay_s)
    _play(leave(canaries, clock.to_us(clock.now())), addresses)
    return (clock.now() - began).total_seconds()


def _play(telegrams: list[Telegram], addresses: dict[str, Address]) -> None:
    """Every telegram by its own tag; what nobody answers in time is given up, and missed."""
    from waypost.worlds.faults import FAULTS
    from waypost.worlds.fleet import Fleet

    fleet = Fleet(addresses, seed=1)

    async def play() -> None:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await fleet.play_script(telegrams, FAULTS["none"], clock=time.time)

    try:
        asyncio.run(play())
    except TimeoutError:
        return  # the watchdog rings for those that did not get through


def _spoken(given: list[str]) -> dict[str, Address]:
    from waypost.cli.world_play import read_addresses

    if not given:
        raise BadUse("say where tags are heard: --gateway http://HOST:PORT and so on, or --end")
    return read_addresses(given)
