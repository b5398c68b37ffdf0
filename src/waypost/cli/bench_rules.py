"""waypost bench rules: judging, in parts.

replay    a history at once, beside a bare distance pass over the same fixes and zones
file      `waypost replay` of files of which one is four times as long: time and peak memory
live      the worker's processor time while 20,000 persons report a fix a minute each
tags      the event lane's processor time while 20,000 tags report a fix a minute each
backlog   3,000,000 fixes uploaded newest first while live tags play: how long alerts take
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

from waypost.errors import BadUse


def bench(args: argparse.Namespace) -> int:
    """Print each part's figures; `--part` names some, none named: all."""
    for name in args.part:
        if name not in PARTS:
            raise BadUse(f"no part {name!r} of this bench; there are {', '.join(PARTS)}")
    if len(args.part) != 1 and not args.rows:
        return max(_in_its_own_home(name, args) for name in args.part or PARTS)
    for name in args.part or PARTS:
        PARTS[name](args)
    return 0


def _in_its_own_home(name: str, args: argparse.Namespace) -> int:
    """Each part in a process of its own: stores of two parts would be one, memory too."""
    import subprocess
    import sys

    words = [sys.executable, "-m", "waypost.cli.main", "bench", "rules", "--part", name]
    return subprocess.run([*words, *(["--full"] if args.full else [])], check=False).returncode


def _replay(args: argparse.Namespace) -> None:
    from waypost.monitoring.bench import FIXES, bench_rules

    print(bench_rules((args.rows or FIXES) / FIXES), flush=True)


def _file(args: argparse.Namespace) -> None:
    from waypost.cli.bench_replay import FIXES, bench_replay_file

    print(bench_replay_file(args.rows or FIXES), flush=True)


def _live(args: argparse.Namespace) -> None:
    from waypost.cli.bench_live import WEARERS, bench_live

    print(bench_live(args.rows or WEARERS), flush=True)


def _tags(args: argparse.Namespace) -> None:
    from waypost.cli.bench_tags import WEARERS, bench_tags

    print(bench_tags(args.rows or WEARERS), flush=True)


def _backlog(args: argparse.Namespace) -> None:
    from waypost.cli.bench_backlog import FIXES, bench_backlog

    print(bench_backlog(args.rows or FIXES), flush=True)


PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "replay": _replay,
    "file": _file,
    "live": _live,
    "tags": _tags,
    "backlog": _backlog,
}
