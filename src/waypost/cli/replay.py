"""waypost replay ORDERS FIXES -o OUT: judge a fixes file against an orders file, NDJSON out."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from waypost.clock import read_instant, write_instant
from waypost.errors import BadFile, BadUse, Problem
from waypost.orders.values import RequirementKind
from waypost.rules.values import JudgedViolation
from waypost.units import PersonRef

if TYPE_CHECKING:
    import pyarrow as pa

    from waypost.orders.values import PersonOrders
    from waypost.positions.staging import Staging
    from waypost.rules.replay import Row, Seen

PROBLEMS_SHOWN = 20
PART_ROWS = 500_000
OWNER = "owner"  # whose a fix is, as a place among the persons of the orders


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("orders", metavar="ORDERS", help="orders file (JSON); - is standard input")
    parser.add_argument(
        "fixes", metavar="FIXES", help="fixes file (.csv, .csv.gz, .ndjson, .parquet)"
    )
    parser.add_argument("-o", "--out", default="-", help="where the rows go (default: -)")
    parser.add_argument("--now", metavar="TIME", help="as of when (default: the last receipt)")
    parser.add_argument("--map", default="", metavar="A=B,...", help="contract name = file's name")


def run(args: argparse.Namespace) -> int:
    """In memory that does not grow with the file: its fixes are put aside by whose they are, and
    judged a range of persons at a time (positions/staging.py)."""
    import numpy as np

    from waypost.orders.read import read_orders
    from waypost.positions.staging import expected_rows, staging
    from waypost.rules.replay import unjudged_of

    if args.orders == args.fixes == "-":
        raise BadUse("only one of ORDERS and FIXES can be standard input")
    now, renames = _instant(args.now), renames_of(args.map)
    orders = read_orders(_bytes(args.orders))
    _say_problems("orders", orders.problems)
    numbers = np.arange(len(orders.rows))
    with staging(numbers, expected_rows(args.fixes), schema=_owned(), key=OWNER) as staged:
        taken = _take_in(args.fixes, renames, orders.rows, staged)
        _say_problems("fixes", taken.problems)
        _say_left_aside(taken.strangers, [kind for _, _, kind in unjudged_of(orders.rows)])
        as_of = now or taken.seen.received_to
        with _opened(args.out) as out:
            for person_id, row in _rows(orders.rows, staged, taken.seen, as_of):
                out.write(json.dumps(contract_row(person_id, row), ensure_ascii=False) + "\n")
    return 0


@dataclass
class Taken:
    """What the file held beside the fixes that were put aside."""

    seen: Seen
    strangers: int = 0
    problems: list[Problem] = field(default_factory=list)


def _owned() -> pa.Schema:
    import pyarrow as pa

    from waypost.positions.rowcheck import FILE_FIXES

    names = ("measured_at", "received_at", "lat", "lon", "accuracy_m", "mechanism", "set_aside",
             "content_key")  # fmt: skip
    return pa.schema([*(FILE_FIXES.field(name) for name in names), (OWNER, pa.int64())])


def _take_in(
    path: str, renames: dict[str, str], persons: Sequence[PersonOrders], staged: Staging
) -> Taken:
    """The file once through."""
    import pyarrow as pa

    from waypost.positions.files import PROBLEMS_KEPT, iter_fixes
    from waypost.rules.replay import Seen, owners, seen_of

    taken, schema = Taken(Seen()), _owned()
    for part in iter_fixes(path, renames=renames, batch_rows=PART_ROWS):
        taken.problems += part.problems[: PROBLEMS_KEPT - len(taken.problems)]
        table = part.table.unify_dictionaries()
        owner = owners(persons, table)
        taken.strangers += int((owner < 0).sum())
        taken.seen |= seen_of(table)
        whole = table.select(schema.names[:-1]).append_column(OWNER, pa.array(owner))
        staged.add(whole.filter(pa.array(owner >= 0)).cast(schema))
    return taken


def _rows(
    persons: Sequence[PersonOrders], staged: Staging, seen: Seen, now: datetime | None
) -> Iterator[Row]:
    """The rows, by person, then time. Who has no fix is judged too: that is what can be told."""
    from waypost.rules.replay import replay_owned

    if now is None:
        return
    done = 0
    for bucket in chain(staged.buckets(), [None]):
        table = _owned().empty_table() if bucket is None else bucket
        owner = table[OWNER].to_numpy()
        end = len(persons) if bucket is None else int(owner.max(initial=done - 1)) + 1
        yield from replay_owned(
            persons[done:end], table, owner - done, now=now, until=seen.last(now)
        )
        done = end


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


def _say_left_aside(strangers: int, unjudged: Iterable[RequirementKind]) -> None:
    from waypost.rules.plan import JUDGED_ELSEWHERE

    if strangers:
        print(f"{strangers} fixes belong to nobody in the orders: left out", file=sys.stderr)
    for kind, count in sorted(Counter(unjudged).items()):
        what = f"{count} requirement{'s' if count > 1 else ''} of the kind {kind.value}"
        print(f"{what} left out: {kind.value} {JUDGED_ELSEWHERE[kind]}", file=sys.stderr)
