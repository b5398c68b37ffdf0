"""waypost tokens: machines' tokens that hold; put a new one in an old one's place, or end one."""

from __future__ import annotations

import argparse
from datetime import timedelta

from waypost import clock

RECORDS = True


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rotate", type=int, metavar="NUMBER",
        help="print a new token for the same machine; the old one ends soon",
    )  # fmt: skip
    parser.add_argument("--days", type=int, default=30, help="how long the new one lasts (30)")
    parser.add_argument("--overlap-days", type=int, default=7,
                        help="how long the old one is good beside it (7)")  # fmt: skip
    parser.add_argument("--revoke", type=int, metavar="NUMBER", help="end a token at once")


def run(args: argparse.Namespace) -> int:
    from waypost.access.actions import revoke_token, rotate_token
    from waypost.access.token_queries import tokens
    from waypost.access.values import MACHINE
    from waypost.errors import BadUse

    if args.rotate is not None and args.revoke is not None:
        raise BadUse("give --rotate or --revoke, not both")
    now = clock.now()
    if args.revoke is not None:
        revoke_token(args.revoke, by=MACHINE, now=now)
        return 0
    if args.rotate is not None:
        overlap = timedelta(days=args.overlap_days)
        print(rotate_token(args.rotate, by=MACHINE, now=now, days=args.days, overlap=overlap))
        return 0
    for one in tokens(MACHINE, now=now):
        if one.holds:
            used = f"used {one.last_used_at:%Y-%m-%d}" if one.last_used_at else "never used"
            print(f"{one.number} {one.name or one.username} {one.role or 'all roles'} until "
                  f"{one.expires_at:%Y-%m-%d} {used} [{' '.join(one.scopes)}]")  # fmt: skip
    return 0
