"""`waypost match FIXES OFFENCES -o OUT`: which of these tags could have been at which offences."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Sequence
from typing import IO

from waypost import clock
from waypost.cli.offences_check import read_bytes
from waypost.errors import BadFile, BadUse, Problem
from waypost.matching.evidence_scan import weigh
from waypost.matching.files import Gathered, write_evidence, write_matches
from waypost.matching.scan import scan
from waypost.offences.table import read_offences
from waypost.offences.values import Offence
from waypost.positions.files import iter_fixes

METHODS = ("evidence", "compatible")
ENGINES = ("duckdb",)
PROBLEMS_SHOWN = 50


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fixes", help="fixes file (.csv, .csv.gz, .ndjson, .parquet) or -")
    parser.add_argument("offences", help="police CSV, or CSV with a header")
    parser.add_argument("-o", "--out", default="-", help="CSV to write; - is standard output")
    parser.add_argument("--method", choices=METHODS, default="evidence",
                        help="evidence (default): ranked, with base rates and classes; "
                        "compatible: the ministry's rule to the letter")  # fmt: skip
    parser.add_argument("--offence", metavar="REF", help="this offence alone")
    parser.add_argument("--all", action="store_true",
                        help="with --offence and evidence: everybody, also who cannot have been "
                        "there, and of whom it cannot be told")  # fmt: skip
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument(
        "--map", default="", help="rename columns: time=time_utc,person_id=track_id"
    )


def run(args: argparse.Namespace) -> int:
    if args.all and (args.offence is None or args.method != "evidence"):
        raise BadUse("--all goes with --offence REF and --method evidence")
    if args.fixes == args.offences == "-":
        raise BadUse("only one of FIXES and OFFENCES can be standard input")
    offences = read_offences(read_bytes(args.offences), now=clock.now())
    tell(args.offences, offences.problems)
    wanted = chosen(offences.rows, args.offence)
    gathered = Gathered(wanted, whole=args.method == "evidence")
    problems: list[Problem] = []
    for part in iter_fixes(args.fixes, renames=read_renames(args.map)):
        problems += part.problems
        gathered.add(part.table)
    tell(args.fixes, problems)
    source, names = gathered.source()
    if args.method == "evidence":
        evidence = weigh(wanted, source, everybody=args.all)
        with opened(args.out) as out:
            write_evidence(out, wanted, names, evidence)
        return 0
    found = scan(wanted, source)
    with opened(args.out) as out:
        write_matches(out, wanted, names, found.matches)
    return 0


def chosen(offences: Sequence[Offence], reference: str | None) -> list[Offence]:
    """All of them, or those of this reference. BadUse where there is none."""
    found = [one for one in offences if reference in (None, one.reference)]
    if reference is not None and not found:
        raise BadUse(f"--offence {reference!r}: the file has no such offence, or refused its row")
    return found


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
