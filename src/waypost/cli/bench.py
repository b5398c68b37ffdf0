"""waypost bench NAME: the project's own benches, each a ratio to a bare baseline in the same run.

A bench works in a home of its own, which is deleted afterwards; the running store is never touched.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile

BENCHES: dict[str, tuple[str, str]] = {
    "gateway": ("waypost.gateway.bench", "messages of tags, on disk before each reply"),
    "intake": ("waypost.positions.bench", "import of a fixes file into the lake"),
    "match": ("waypost.matching.bench", "crime mapping of a national day"),
    "rules": ("waypost.monitoring.bench", "replay of rules"),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", choices=sorted(BENCHES), metavar="NAME",
        help="; ".join(f"{name}: {words}" for name, (_, words) in BENCHES.items()),
    )  # fmt: skip
    parser.add_argument("--rows", type=int, default=None, help="size of the input, in fixes")
    parser.add_argument("--full", action="store_true", help="the size of a national day")
    parser.add_argument(
        "--part", action="append", default=[], metavar="PART",
        help="gateway: only this part of it (intake, tcp, growth, paced, connected, http, mqtt); "
        "may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--postgres", action="store_true",
        help="gateway: in the database that WAYPOST_DATABASE names, which must be new and empty",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as home:
        os.environ["WAYPOST_HOME"] = home
        for name in ("WAYPOST_LAKE",) if args.postgres else ("WAYPOST_DATABASE", "WAYPOST_LAKE"):
            os.environ.pop(name, None)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waypost.settings")
        bench = importlib.import_module(BENCHES[args.name][0]).bench
        result = bench(args)
        sys.stdout.flush()
        return int(result or 0)
