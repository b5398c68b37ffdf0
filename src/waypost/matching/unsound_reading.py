"""When the tags of a run were not sound, read from the store: events, clocks, agreed removals.

Read for whoever is weighed and nobody else, from the day the tag was fitted on: a strap cut weeks
ago and never reported closed is open still.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from waypost.clock import to_us
from waypost.devices.models import ClinicalRemoval, ClockCorrection, ClockDoubt, Visit
from waypost.devices.values import VisitOutcome, VisitPurpose
from waypost.matching.unsound import (
    BEGUN_BY,
    ENDED_BY,
    ClockSeen,
    Reported,
    Span,
    Why,
    clock_spans,
    state_spans,
    table_of,
    until_us,
)
from waypost.orders.models import Activation
from waypost.positions.order import integers
from waypost.positions.queries import events_between
from waypost.positions.schema import CLOCK_WRONG, SetAside
from waypost.positions.values import EventKind

KINDS = pa.array([kind.value for kind in (*BEGUN_BY, *ENDED_BY)])
MARKS = pa.array([int(mark) for mark in CLOCK_WRONG], pa.int8())
CHUNK = 500  # SQLite takes a thousand parameters
AFTER = timedelta(days=1)  # what ends a state soon after the window is worth saying
Spans = dict[int, list[Span]]


def read_unsound(
    activations: Collection[int],
    to_at: datetime,
    fixes: pa.Table,
    *,
    received_by: datetime | None = None,
) -> tuple[pa.Table, pa.Table]:
    """(when these tags were not sound, as values.UNSOUND; the events that say so, schema.EVENTS).

    to_at   the end of what is weighed; events are read to a day after it
    fixes   those read of them about the time in question, set aside or not: a time that was marked
            wrong is a sign of a wrong clock
    received_by   events that we had received by then; None: all. What officers decided of clocks
            and removals is taken as it stands now; visits count that were recorded by then
    """
    fitted_at = min((row for numbers in _chunks(activations) for row in _fitted(numbers)),
                    default=to_at)  # fmt: skip
    events = _events(activations, fitted_at, to_at + AFTER, received_by)
    found: Spans = defaultdict(list)
    checked = _checked(activations, received_by)
    for number, reports in _reports(events).items():
        found[number] += state_spans(reports, checked[number])
    for number, times in _marked(activations, events, fixes).items():
        found[number] += clock_spans((), times)
    for number, clocks in _clocks(activations).items():
        found[number] += clock_spans(clocks)
    for number, span in _removals(activations):
        found[number].append(span)
    return table_of(found), events


def _fitted(numbers: Collection[int]) -> Iterable[datetime]:
    return Activation.objects.filter(pk__in=numbers).values_list("from_at", flat=True)


def _events(
    activations: Collection[int], from_at: datetime, to_at: datetime, received_by: datetime | None
) -> pa.Table:
    events = events_between(activations, from_at, to_at, received_by=received_by)
    said = pc.is_in(events["kind"], value_set=KINDS)
    return events.filter(pc.or_(said, pc.is_in(events["set_aside"], value_set=MARKS)))


def _reports(events: pa.Table) -> Mapping[int, list[Reported]]:
    """A row set aside says nothing, unless its clock alone is wrong: a strap cut at a wrong hour is
    cut, about when we heard of it."""
    found: dict[int, list[Reported]] = defaultdict(list)
    of_kinds = events.filter(pc.is_in(events["kind"], value_set=KINDS)).drop_columns(["raw_id"])
    for row in of_kinds.to_pylist():
        wrong_clock = row["set_aside"] in CLOCK_WRONG
        if row["set_aside"] != SetAside.USABLE and not wrong_clock:
            continue
        kind = EventKind(row["kind"])
        at_us = to_us(row["received_at" if wrong_clock else "measured_at"])
        until = until_us(row["attributes"]) if kind is EventKind.CLINICAL_REMOVAL else None
        found[row["activation"]].append(Reported(at_us, kind, until))
    return found


def _marked(
    activations: Collection[int], events: pa.Table, fixes: pa.Table
) -> Mapping[int, list[tuple[int, int]]]:
    """(as sent, as received) of each row whose time was marked wrong."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    wanted = pa.array(sorted(activations), pa.int64())
    for table in (events, fixes):
        mine = pc.is_in(table["activation"], value_set=wanted)
        rows = table.filter(pc.and_(mine, pc.is_in(table["set_aside"], value_set=MARKS)))
        columns = [integers(rows, name).tolist()
                   for name in ("activation", "measured_at", "received_at")]  # fmt: skip
        for number, measured_us, received_us in zip(*columns, strict=True):
            found[number].append((measured_us, received_us))
    return found


def _clocks(activations: Collection[int]) -> Mapping[int, list[ClockSeen]]:
    """Doubts that no officer refused, and offsets that one accepted."""
    found: dict[int, list[ClockSeen]] = defaultdict(list)
    for numbers in _chunks(activations):
        doubts = ClockDoubt.objects.filter(activation_id__in=numbers).exclude(accepted=False)
        for doubt in doubts:
            found[doubt.activation_id].append(
                ClockSeen(
                    (to_us(doubt.first_measured_at), to_us(doubt.last_measured_at)),
                    (to_us(doubt.first_received_at), to_us(doubt.last_received_at)),
                    lasts=doubt.settled_at is None,
                )
            )
        for mended in ClockCorrection.objects.filter(activation_id__in=numbers):
            begun_us = to_us(mended.received_from)
            ended_us = begun_us if mended.received_to is None else to_us(mended.received_to)
            found[mended.activation_id].append(
                ClockSeen(None, (begun_us, ended_us), lasts=mended.received_to is None)
            )
    return found


def _checked(activations: Collection[int], recorded_by: datetime | None) -> Mapping[int, list[int]]:
    """When an officer's visit to mend or check these tags was done."""
    found: dict[int, list[int]] = defaultdict(list)
    for numbers in _chunks(activations):
        visits = Visit.objects.filter(
            activation_id__in=numbers, purpose=VisitPurpose.REPAIR.value,
            outcome=VisitOutcome.DONE.value,
        )  # fmt: skip
        if recorded_by is not None:
            visits = visits.filter(recorded_at__lte=recorded_by)
        for number, at in visits.values_list("activation_id", "at"):
            found[number].append(to_us(at))
    return found


def _removals(activations: Collection[int]) -> Iterable[tuple[int, Span]]:
    """Agreed ones, those that an officer wrote down too."""
    for numbers in _chunks(activations):
        for row in ClinicalRemoval.objects.filter(activation_id__in=numbers):
            ended_at = min(row.until_at, row.ended_at or row.until_at)
            yield row.activation_id, Span(to_us(row.from_at), to_us(ended_at), Why.REMOVED)


def _chunks(activations: Collection[int]) -> Iterable[list[int]]:
    numbers = sorted(activations)
    for n in range(0, len(numbers), CHUNK):
        yield numbers[n : n + CHUNK]
