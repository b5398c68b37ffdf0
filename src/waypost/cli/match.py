"""`waypost match FIXES OFFENCES -o OUT`: which of these tags could have been at which offences."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import IO

from waypost import clock
from waypost.cli.offences_check import read_bytes
from waypost.errors import BadFile, BadUse, Problem
from waypost.matching.files import Gathered, write_matches
from waypost.matching.scan import scan
from waypost.offences.table import read_offences
from waypost.positions.files import iter_fixes

METHODS = ("evidence", "compatible")
ENGINES = ("duckdb",)
PROBLEMS_SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fixes", help="fixes file (.csv, .csv.gz, .ndjson, .parquet) or -")
    parser.add_argument("offences", help="police CSV, or CSV with a header")
    parser.add_argument("-o", "--out", default="-", help="CSV to write; - is standard output")
    parser.add_argument("--method", choices=METHODS, help="default: compatible")
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument(
        "--map", default="", help="rename columns: time=time_utc,person_id=track_id"
    )


def run(args: argparse.Namespace) -> int:
    check_method(args.method)
    if args.fixes == args.offences == "-":
        raise BadUse("only one of FIXES and OFFENCES can be standard input")
    offences = read_offences(read_bytes(args.offences), now=clock.now())
    tell(args.offences, offences.problems)
    gathered = Gathered(offences.rows)
    problems: list[Problem] = []
    for part in iter_fixes(args.fixes, renames=read_renames(args.map)):
        problems += part.problems
        gathered.add(part.table)
    tell(args.fixes, problems)
    source, names = gathered.source()
    found = scan(offences.rows, source)
    with opened(args.out) as out:
        write_matches(out, offences.rows, names, found.matches)
    return 0


def check_method(method: str | None) -> None:
    if method == "evidence":
        raise BadUse("--method evidence is not built yet; use --method compatible")
    if method is None:
        print("waypost: matching by the compatible rule (--method compatible)", file=sys.stderr)


def read_renames(text: str) -> dict[str, str]:
    """`time=time_utc,person_id=track_id` as contract name -> the file's name."""
    renames: dict[str, str] = {}
    for pair in filter(None, text.split(",")):
        name, sign, sent = (part.strip() for part in pair.partition("="))
        if not (name and sign and sent) or name in renames:
            raise BadUse(f"--map takes NAME=COLUMN once a name, not {pair!r}")
        renames[name] = sent
    return renames


def tell(path: str, problems: list[Problem]) -> None:
    """Refused rows, to standard error."""
    for problem in problems[:PROBLEMS_SHOWN]:
        where = f" {problem.field}" if problem.field else ""
        print(
            f"{path}:{problem.line}:{where} {problem.type}: {problem.message} ({problem.action})",
            file=sys.stderr,
        )
    if len(problems) > PROBLEMS_SHOWN:
        print(f"{path}: {len(problems) - PROBLEMS_SHOWN} more problems", file=sys.stderr)


@contextlib.contextmanager
def opened(path: str) -> Iterator[IO[str]]:
    if path == "-":
        yield sys.stdout
        return
    try:
        file = open(path, "w", encoding="utf-8", newline="")  # noqa: SIM115 - closed below
    except OSError as error:
        raise BadFile(f"cannot write {path}: {error.strerror or error}") from None
    with file:
        yield file
