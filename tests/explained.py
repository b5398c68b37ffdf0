"""Rows of judging, each explained on its own: the path over the fixes around it must give it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from waypost.clock import from_us
from waypost.positions.schema import SetAside
from waypost.positions.tracks import GAP, Gap, Track, TrackRow
from waypost.rules.explaining import Explanation, Look, agrees, explain, look_for, same_row
from waypost.rules.plan import Watch, compile_plan
from waypost.rules.timeline import always
from waypost.rules.values import Certainty, How, RowKind
from waypost.units import Mechanism

AROUND = timedelta(days=2)


def track_of(fixes, look: Look, end) -> Track:
    """The fixes received by `end` in the look, as whereabouts gives them."""
    rows = [
        TrackRow(
            from_us(fixes.measured_us[n]), from_us(fixes.received_us[n]),
            float(fixes.lat[n]), float(fixes.lon[n]), float(fixes.accuracy_m[n]), True,
            Mechanism(int(fixes.mechanism[n])), None, None, SetAside(int(fixes.set_aside[n])),
            "", 1,
        )
        for n in sorted(range(len(fixes.measured_us)), key=lambda n: fixes.measured_us[n])
        if look.from_at <= from_us(fixes.measured_us[n]) < look.to_at
        and from_us(fixes.received_us[n]) <= end
    ]  # fmt: skip
    times = [look.from_at, *(row.measured_at for row in rows), look.to_at]
    gaps = tuple(Gap(a, b) for a, b in pairwise(times) if b - a > GAP)
    return Track(look.from_at, look.to_at, tuple(rows), gaps, ())


def open_at(rows, instant, of):
    """The requirement's violation among the rows that began before an instant and goes on there."""
    return next(
        (
            row
            for row in rows
            if (row.requirement_id, row.kind) == (of.requirement_id, of.kind)
            and row.how is not How.PASSAGE
            and not row.withdrawn
            and row.certainty is not Certainty.CANNOT_TELL
            and row.from_at < instant
            and (row.to_at is None or row.to_at > instant)
        ),
        None,
    )


def explanation_of(person, fixes, row, end, numbers, rows=()) -> tuple[Explanation, Look]:
    line = always(numbers)
    look = look_for(row, line, now=end + timedelta(microseconds=1))
    plan = compile_plan(person, line, from_at=look.from_at - AROUND, to_at=look.to_at + AROUND)
    planned = next(
        one
        for one in plan.requirements
        if (one.requirement_id, one.row_kind, one.watch)
        == (row.requirement_id, row.kind, Watch.RULE)
    )
    found = explain(
        plan, planned, track_of(fixes, look, end), look, as_of=end, raised_at=row.raised_at,
        standing=open_at(rows, look.from_at, row),
    )  # fmt: skip
    return found, look


def check_explained(person, fixes, rows, end, numbers) -> None:
    """Each row, looked at on its own, is what its explanation gives."""
    for row in rows:
        if row.kind is RowKind.ATTENDANCE:
            continue  # decided as a whole, by two machines
        found, look = explanation_of(person, fixes, row, end, numbers, rows)
        today = same_row(found.rows, row)
        assert agrees(today, row, look), f"stored {row}\nexplained {today}\nlook {look}"
