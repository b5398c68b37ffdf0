"""What a tag reported, behind a row that was judged from its words: for a purpose, without a place.

    may I read the alert? -> may I see what their tag told, for this purpose? (the line) -> words

The line in the audit chain is reports:viewed, with the violation. Readings of alcohol are data
about a body: they are asked for as whereabouts are, and no fix is read for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from waypost.access import audit, may
from waypost.access.values import Posted, Purpose
from waypost.clock import MICROSECOND, read_instant
from waypost.monitoring.parameter_queries import timeline
from waypost.monitoring.violation_queries import ViolationPage
from waypost.orders.defaults import alcohol_of
from waypost.orders.queries import case_of
from waypost.positions.queries import events_between
from waypost.positions.schema import SetAside
from waypost.positions.values import EventKind
from waypost.rules.tag_journal import ALCOHOL, BATTERY, FACTS, HOME_UNIT, JAMMING
from waypost.rules.values import Parameters, RowKind

# Rows whose explanation is what the tag said; of the others it is fixes, or that nothing came.
BEHIND: Mapping[RowKind, frozenset[EventKind]] = {
    RowKind.ALCOHOL: ALCOHOL,
    RowKind.ALCOHOL_TAMPER: ALCOHOL,
    RowKind.BATTERY: BATTERY,
    RowKind.NOT_CHARGED: BATTERY,
    RowKind.JAMMING: JAMMING,
    RowKind.HOME_UNIT: HOME_UNIT,
}
AROUND = timedelta(hours=6)  # on either side, to see what it was like before and after
LONGEST = timedelta(days=3)  # of a longer row the beginning and the end are shown apart
LATE = timedelta(days=14)  # a maker's review of it comes days after


@dataclass(frozen=True, slots=True)
class Report:
    """One word of the tag: what is judged of its attributes, by name."""

    at: datetime
    received_at: datetime
    kind: EventKind
    facts: Mapping[str, Any]
    set_aside: SetAside

    def instant(self, name: str) -> datetime | None:
        """A fact that is an instant; None where it is none."""
        text = self.facts.get(name)
        try:
            return read_instant(text) if isinstance(text, str) else None
        except ValueError:
            return None

    def number(self, name: str) -> float | None:
        value = self.facts.get(name)
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if plain else None  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Reported:
    """The words from `from_at` to `to_at`, earliest first; not whole: of a long row one end.

    parameters       the numbers by which the row was judged
    level_g_per_dl   of an alcohol requirement that sets one; None: abstinence, or another kind
    """

    page: ViolationPage
    from_at: datetime
    to_at: datetime
    whole: bool
    reports: tuple[Report, ...]
    parameters: Parameters
    level_g_per_dl: float | None


def reported(
    page: ViolationPage,
    *,
    by: Posted,
    purpose: Purpose,
    now: datetime,
    at_end: bool = False,
) -> Reported:
    """What the tag reported around the violation, which its reader may read.

    at_end   of a long one the end instead of the beginning
    raises   Refused or NoSuchThing; KeyError for a row that is not judged from words (BEHIND)
    """
    row, person_id = page.standing.row, page.standing.person_id
    from_at, to_at, whole = _window(row.from_at, min(row.to_at or now, now), now, at_end)
    may.check_whereabouts(by, case_of(person_id, now=now), purpose, from_at, to_at, now=now)
    tags = [one.number for one in page.person.activations if one.number is not None]
    kinds = BEHIND[row.kind]
    found = _of_kinds(events_between(tags, from_at, min(to_at + LATE, now) + MICROSECOND), kinds)
    reports = tuple(one for one in found if one.at <= to_at or _is_about(one, from_at, to_at))
    with transaction.atomic():  # opened after the reading: a transaction holds SQLite's only lock
        audit.record(
            "reports:viewed", by=by, at=now, about=person_id, purpose=purpose,
            detail={
                "violation": page.standing.violation_id, "from": from_at.isoformat(),
                "to": to_at.isoformat(), "reports": len(reports),
            },
        )  # fmt: skip
    numbers = page.revision.parameters if page.revision else timeline().at(row.from_at).parameters
    rule = alcohol_of(page.requirement[1]) if page.requirement else None
    level = rule.level_g_per_dl if rule else None
    return Reported(page, from_at, to_at, whole, reports, numbers, level)


def _window(
    first: datetime, last: datetime, now: datetime, at_end: bool
) -> tuple[datetime, datetime, bool]:
    whole = last - first <= LONGEST
    if not whole and at_end:
        first = last - LONGEST
    elif not whole:
        last = first + LONGEST
    return first - AROUND, min(last + AROUND, now), whole


def _of_kinds(events: pa.Table, kinds: frozenset[EventKind]) -> list[Report]:
    names = pa.array([kind.value for kind in kinds])
    rows = events.filter(pc.is_in(events["kind"], value_set=names)).sort_by("measured_at")
    return [_report(row) for row in rows.drop_columns(["raw_id"]).to_pylist()]


def _report(row: dict[str, Any]) -> Report:
    kind, said = EventKind(row["kind"]), json.loads(row["attributes"])
    return Report(
        row["measured_at"], row["received_at"], kind,
        {name: said[name] for name in FACTS.get(kind, ()) if name in said},
        SetAside(row["set_aside"]),
    )  # fmt: skip


def _is_about(report: Report, from_at: datetime, to_at: datetime) -> bool:
    """Whether a later word is about this time: a maker's event states its own."""
    started = report.instant("from")
    return started is not None and from_at <= started < to_at
