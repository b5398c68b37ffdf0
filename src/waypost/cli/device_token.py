"""waypost device-token DEVICE: print a token that a phone must show. It is shown this once."""

from __future__ import annotations

import argparse

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "device", metavar="DEVICE", help="the id that the phone reports, or the serial on its case"
    )
    parser.add_argument(
        "--end", metavar="NUMBER", type=int, help="end the device's token of that number instead"
    )
    parser.add_argument(
        "--list", action="store_true", help="the numbers of the device's tokens that hold"
    )


def run(args: argparse.Namespace) -> int:
    from waypost.access.values import MACHINE
    from waypost.devices.actions import end_device_token, make_device_token
    from waypost.devices.token_queries import device_tokens

    held = device_tokens(args.device, by=MACHINE) if args.list or args.end is not None else ()
    if args.list:
        for token in held:
            print(f"{token.number} made {token.made_at:%Y-%m-%d %H:%M} UTC")
        return 0
    if args.end is not None:
        _check_is_of(args.device, args.end, [token.number for token in held])
        end_device_token(args.end, by=MACHINE, now=clock.now())
        return 0
    print(make_device_token(args.device, by=MACHINE, now=clock.now()))
    return 0


def _check_is_of(device: str, number: int, numbers: list[int]) -> None:
    from waypost.errors import NoSuchThing

    if number not in numbers:
        raise NoSuchThing(f"device {device} has no token {number} that holds")
