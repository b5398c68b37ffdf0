"""waypost replay ORDERS FIXES -o OUT: judge a fixes file against an orders file, NDJSON out."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from waypost.clock import read_instant, write_instant
from waypost.errors import BadFile, BadUse, Problem
from waypost.monitoring.values import JudgedViolation
from waypost.units import PersonRef

PROBLEMS_SHOWN = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("orders", metavar="ORDERS", help="orders file (JSON); - is standard input")
    parser.add_argument(
        "fixes", metavar="FIXES", help="fixes file (.csv, .csv.gz, .ndjson, .parquet)"
    )
    parser.add_argument("-o", "--out", default="-", help="where the rows go (default: -)")
    parser.add_argument("--now", metavar="TIME", help="as of when (default: the last receipt)")
    parser.add_argument("--map", default="", metavar="A=B,...", help="contract name = file's name")


def run(args: argparse.Namespace) -> int:
    from waypost.monitoring.replay import replay_all
    from waypost.orders.read import read_orders
    from waypost.positions.files import read_fixes

    if args.orders == args.fixes == "-":
        raise BadUse("only one of ORDERS and FIXES can be standard input")
    now = _instant(args.now)
    orders = read_orders(_bytes(args.orders))
    fixes = read_fixes(args.fixes, renames=renames_of(args.map))
    _say_problems("orders", orders.problems)
    _say_problems("fixes", fixes.problems)
    outcome = replay_all(orders.rows, fixes.table, now=now)
    _say_left_aside(outcome.strangers, [kind for _, _, kind in outcome.unjudged])
    with _opened(args.out) as out:
        for person_id, row in outcome.rows:
            out.write(json.dumps(contract_row(person_id, row), ensure_ascii=False) + "\n")
    return 0


def contract_row(person_id: PersonRef, row: JudgedViolation) -> dict[str, Any]:
    """One line of the output contract."""
    line: dict[str, Any] = {
        "person_id": person_id,
        "requirement_id": row.requirement_id,
        "kind": row.kind.value,
        "from": write_instant(row.from_at),
        "to": None if row.to_at is None else write_instant(row.to_at),
        "certainty": row.certainty.value,
        "minutes": round(row.minutes, 1),
        "reasons": list(row.reasons),
        "raised_at": write_instant(row.raised_at),
    }
    if row.withdrawn:
        line["withdrawn"] = True
    return line


def renames_of(text: str) -> dict[str, str]:
    """`time=time_utc,person_id=track_id` as a table. BadUse when it is not that."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    for name, _, other in pairs:
        if not name.strip() or not other.strip():
            raise BadUse("--map is written contract_name=file_name,...")
    return {name.strip(): other.strip() for name, _, other in pairs}


def _instant(text: str | None) -> Any:
    if text is None:
        return None
    try:
        instant = read_instant(text)
    except (ValueError, OverflowError) as error:
        raise BadUse(f"--now: {error}") from None
    if not 1970 <= instant.year < 2200:
        raise BadUse(f"--now: {text!r} is not of 1970 to 2199")
    return instant


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadFile(f"{Path(path).name}: {error.strerror}") from None


def _opened(path: str) -> Any:
    if path == "-":
        return nullcontext(sys.stdout)
    try:
        file: IO[str] = open(path, "w", encoding="utf-8")  # noqa: SIM115 - closed by `with`
    except OSError as error:
        raise BadFile(f"{Path(path).name}: {error.strerror}") from None
    return file


def _say_problems(what: str, problems: list[Problem]) -> None:
    for problem in problems[:PROBLEMS_SHOWN]:
        where = f"line {problem.line}" if problem.line else problem.field
        print(f"{what}: {where}: {problem.message}; {problem.action}", file=sys.stderr)
    if len(problems) > PROBLEMS_SHOWN:
        print(f"{what}: {len(problems) - PROBLEMS_SHOWN} more problems", file=sys.stderr)


def _say_left_aside(strangers: int, unjudged: Iterable[str]) -> None:
    if strangers:
        print(f"{strangers} fixes belong to nobody in the orders: left out", file=sys.stderr)
    for kind, count in sorted(Counter(str(kind) for kind in unjudged).items()):
        print(f"{count} {kind} requirements are not judged yet: left out", file=sys.stderr)
