"""What tags report that calls somebody at once: taken from the log's entries, as `TagReport`s.

    tag_reports(entries, book, kinds)   a wearer's states of these kinds; a protected person's SOS
    with_removals(reports, now)         agreed clinical removals written down, straps that are part
                                        of one marked; in the worker's transaction

A protected person is judged by no rule, and of what their device reports their call for help alone
is passed on.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from waypost.devices.clinical import note_removal, window_at, windows_of
from waypost.monitoring.planbook import PlanBook
from waypost.positions.log import CLOCK_CORRECTION, Entry
from waypost.positions.schema import CLOCK_WRONG
from waypost.positions.values import EventKind
from waypost.rules.news import TagReport

# What is part of an agreed removal: a case that is opened is not.
PART_OF_REMOVAL = frozenset({EventKind.STRAP_TAMPER})


def tag_reports(
    entries: Sequence[Entry], book: PlanBook, kinds: frozenset[EventKind]
) -> list[TagReport]:
    """States of tags worth an alert. One set aside at intake is not, unless only the tag's clock is
    wrong: a strap cut at a wrong hour is cut, about when we heard of it."""
    wanted = pa.array([kind.value for kind in kinds], pa.string())
    found = []
    for entry in entries:
        if not entry.events.num_rows or entry.source == CLOCK_CORRECTION:  # told when it first came
            continue
        rows = entry.events.filter(pc.is_in(entry.events["kind"], value_set=wanted))
        for row in rows.drop_columns(["raw_id"]).to_pylist():
            if row["set_aside"] != 0 and row["set_aside"] not in CLOCK_WRONG:
                continue
            kind, activation = EventKind(row["kind"]), row["activation"]
            person_id = book.person_of.get(activation)
            protected = person_id is None and kind is EventKind.SOS
            person_id = book.protected_of.get(activation) if protected else person_id
            if person_id is None:
                continue
            wrong_clock = row["set_aside"] in CLOCK_WRONG
            found.append(
                TagReport(
                    person_id=person_id,
                    activation=activation,
                    kind=kind,
                    measured_at=row["received_at" if wrong_clock else "measured_at"],
                    content_key=row["content_key"],
                    said=row["attributes"],
                    protected=protected,
                )
            )
    return found


def with_removals(reports: Sequence[TagReport], *, now: datetime) -> list[TagReport]:
    """The reports, those that belong to an agreed clinical removal marked with its number."""
    marked = [_noted(one, now) for one in reports]
    straps = {one.person_id for one in marked if one.kind in PART_OF_REMOVAL}
    if not straps:
        return marked
    windows = windows_of(straps)
    return [
        replace(one, removal_id=window.removal_id)
        if one.kind in PART_OF_REMOVAL
        and (window := window_at(windows, one.person_id, one.measured_at)) is not None
        else one
        for one in marked
    ]


def _noted(report: TagReport, now: datetime) -> TagReport:
    if report.kind is not EventKind.CLINICAL_REMOVAL:
        return report
    said = json.loads(report.said)
    removal_id = note_removal(
        report.activation, report.measured_at, report.content_key, said, now=now
    )
    return replace(report, removal_id=removal_id)
