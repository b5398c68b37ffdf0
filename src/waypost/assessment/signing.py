"""What runs against what was signed for. Pure but for the reading of the file.

`signed.toml` beside this module is the record: a person adds to it what is new, with why it is
needed, and the change is reviewed like any other. Nothing here writes it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from waypost.assessment.values import Part, Running, Signature, Signed, Table

FILE = Path(__file__).parent / "signed.toml"
WHAT_TO_DO = "sign for it in assessment/signed.toml, or take it out"


def read_signed(path: Path = FILE) -> Signed:
    """The record. KeyError or ValueError where it is not one."""
    said = tomllib.loads(path.read_text())
    return Signed(
        parts={Part(name): _signature(one) for name, one in said["parts"].items()},
        tables={name: frozenset(text.split()) for name, text in said["tables"].items()},
        purposes=frozenset(said["purposes"]),
        recipients=frozenset(said["recipients"]),
    )


def labels(table: Table) -> frozenset[str]:
    return frozenset(f"{column}:{label}" for column, label in table.columns.items())


def unsigned(running: Running, signed: Signed) -> Iterator[str]:
    """What runs and nobody signed for, and what was signed for and runs no more, in words."""
    tables = {one.name: labels(one) for one in running.tables}
    for name, columns in sorted(tables.items()):
        for new in sorted(columns - signed.tables.get(name, frozenset())):
            yield f"column {name}.{new} is new: {WHAT_TO_DO}"
    for name, columns in sorted(signed.tables.items()):
        for gone in sorted(columns - tables.get(name, frozenset())):
            yield f"column {name}.{gone} is gone: take it out of assessment/signed.toml"
    for what, run, sign in (
        ("purpose", {one.name for one in running.purposes}, signed.purposes),
        ("recipient", {one.way for one in running.recipients}, signed.recipients),
    ):
        yield from (f"{what} {one} is new: {WHAT_TO_DO}" for one in sorted(run - sign))
        yield from (
            f"{what} {one} is gone: take it out of assessment/signed.toml"
            for one in sorted(sign - run)
        )
    yield from (f"the {one} part has no owner" for one in Part if not _owner(signed, one))


def overdue(signed: Signed, today: date) -> Iterator[str]:
    """Parts that nobody has signed, or whose review is due: said on the papers, failing nothing."""
    for part, one in sorted(signed.parts.items()):
        if one.signed_on is None:
            yield f"The {part} part is signed by nobody yet; its owner is the {one.owner}."
        elif one.review_by is not None and one.review_by < today:
            yield f"The {part} part was to be reviewed by {one.review_by:%-d %B %Y}."


def _owner(signed: Signed, part: Part) -> str:
    return signed.parts[part].owner if part in signed.parts else ""


def _signature(said: dict[str, object]) -> Signature:
    signed_on, review_by = said.get("signed_on"), said.get("review_by")
    assert signed_on is None or isinstance(signed_on, date)
    assert review_by is None or isinstance(review_by, date)
    return Signature(str(said["owner"]), str(said.get("signed_by", "")), signed_on, review_by)
