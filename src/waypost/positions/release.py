"""Rows let out of the sealed quarantine: an order turns out to have been live when they were made.

The record of an order often comes days after the order. What the tag said meanwhile goes to the log
then, as if it had just come in, so that it is judged; the rest stays sealed until its date.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import transaction
from django.db.models import Q

from waypost.access import audit
from waypost.access.values import Posted
from waypost.clock import FOREVER_US, to_us
from waypost.errors import Unavailable
from waypost.logs import sentence
from waypost.orders.directory import NO_END, ActivationDirectory, Worn
from waypost.orders.models import Activation
from waypost.orders.queries import person_orders
from waypost.positions import log, seal
from waypost.positions.clocks import CLOCK_TOLERANCE_US
from waypost.positions.models import SealedRows
from waypost.positions.order import integers

ROWS_AT_ONCE = 50_000  # of one log entry: bounds the memory, and a round of the worker
PERSONS_AT_ONCE = 500

logger = logging.getLogger(__name__)


def release_covered(*, by: Posted, now: datetime) -> int:
    """Let out what the orders as now recorded cover; how many rows. Safe to run twice, or at once.

    A transaction and an audit line per activation and ROWS_AT_ONCE. Whose deletion date has come
    stays and is deleted; whose key was destroyed does not open and stays too.
    """
    total = 0
    for worn in _sealed_and_worn(now):
        for ids in _pages(worn, now):
            try:
                total += _release(worn, ids, by, now)
            except Unavailable as error:
                logger.warning(
                    "sealed rows of activation %s stay: %s", worn.span.number, sentence(error)
                )
    return total


def _sealed_and_worn(now: datetime) -> Iterator[Worn]:
    """The activations with sealed rows over which an order was live at some time."""
    kept = SealedRows.objects.filter(delete_on__gt=now.date())
    numbers = sorted(kept.values_list("activation_id", flat=True).distinct())
    for start in range(0, len(numbers), PERSONS_AT_ONCE):
        chunk = numbers[start : start + PERSONS_AT_ONCE]
        owners = Activation.objects.filter(pk__in=chunk).values_list("person_id", flat=True)
        directory = ActivationDirectory(person_orders(set(owners)))
        for number in chunk:
            worn = directory.worn(number)
            if worn is not None and worn.live:
                yield worn


def _pages(worn: Worn, now: datetime) -> Iterator[list[int]]:
    """Ids of the sealed rows that may hold something covered, about ROWS_AT_ONCE rows a page."""
    near = Q()
    for start, end in worn.live:
        near |= Q(latest_at__gte=start, earliest_at__lt=end)
        near |= Q(received_at__gte=start, received_at__lt=end)
    mine = SealedRows.objects.filter(activation_id=int(worn.span.number or 0))
    rows = mine.filter(near, delete_on__gt=now.date()).order_by("pk")
    page: list[int] = []
    size = 0
    for pk, count in list(rows.values_list("pk", "row_count")):
        if page and size + count > ROWS_AT_ONCE:
            yield page
            page, size = [], 0
        page.append(pk)
        size += count
    if page:
        yield page


@transaction.atomic
def _release(worn: Worn, ids: Sequence[int], by: Posted, now: datetime) -> int:
    """One page into the log; what stays is sealed again, to the date it had."""
    out: list[tuple[pa.Table, pa.Table]] = []
    for start in range(0, len(ids), PERSONS_AT_ONCE):
        chunk = SealedRows.objects.filter(pk__in=ids[start : start + PERSONS_AT_ONCE])
        for row in chunk.select_for_update().order_by("pk"):
            whole = seal.opened(row)
            covered = [_covered(table, worn) for table in whole]
            if not any(mask.any() for mask in covered):
                continue
            pairs = list(zip(whole, covered, strict=True))
            fixes, events = (table.filter(pa.array(mask)) for table, mask in pairs)
            out.append((fixes, events))
            seal.keep_only(row, *(table.filter(pa.array(~mask)) for table, mask in pairs))
    if not out:
        return 0
    fixes, events = (pa.concat_tables(tables) for tables in zip(*out, strict=True))
    log.append(fixes, events, [], source="sealed quarantine", now=now)
    audit.record(
        "sealed:released", by=by, at=now, about=worn.person_number,
        detail={
            "activation": worn.span.number, "fixes": fixes.num_rows, "events": events.num_rows,
        },
    )  # fmt: skip
    return int(fixes.num_rows + events.num_rows)


def _covered(table: pa.Table, worn: Worn) -> npt.NDArray[np.bool_]:
    """Which rows an order covers, by the instant by which intake places them: when measured, or
    when received if the tag's clock was ahead or the tag was not worn then."""
    measured, received = integers(table, "measured_at"), integers(table, "received_at")
    fitted, taken_off = to_us(worn.span.from_at), _end_us(worn.span.to_at)
    wrong = (measured > received + CLOCK_TOLERANCE_US) | (measured < fitted)
    at = np.where(wrong | (measured >= taken_off), received, measured)
    covered = np.zeros(at.shape, dtype=np.bool_)
    for start, end in worn.live:
        covered |= (at >= to_us(start)) & (at < _end_us(end))
    return covered


def _end_us(end: datetime | None) -> int:
    return FOREVER_US if end is None or end == NO_END else to_us(end)
