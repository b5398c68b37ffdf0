"""A person's activations out of log and lake, with their note in the proof, while readers go on.

A day of the lake is one commit of Delta and one note in the database, and no transaction spans
both. So what is about to go is written down first (`Deletion.pending`): after a crash either the
rows are still there and are taken out now, or they are gone and what was written down is what went.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction

from waypost.keeping.models import Deletion, DeletionPart
from waypost.keeping.proof import chained, note
from waypost.positions import erasing, lake

Stop = Callable[[], None]


def forget_in_log(deletion: Deletion) -> None:
    """Entries of the log written anew; the archivist waits meanwhile, tags do not."""
    if not deletion.numbers:
        return
    with lake.writing():
        erasing.erase_log(
            deletion.numbers,
            lambda gone: note(deletion.pk, "log", sorted(gone)),
        )


def forget_in_lake(deletion: Deletion, *, between: Stop = lambda: None) -> None:
    """Day by day, each in one commit; the lock is let go in between, so that nobody waits long."""
    numbers: Sequence[int] = deletion.numbers
    if not numbers:
        return
    _settle(deletion)
    for kind in lake.KINDS:
        for day in erasing.days_of(kind, numbers):
            between()
            with lake.writing():
                _forget_day(deletion, kind, day, numbers, between)


def forget_old_versions(readers_wait: timedelta) -> None:
    """Files of older versions go. A deletion is proved only once none of them holds it."""
    hours = int(readers_wait / timedelta(hours=1))
    with lake.writing():
        for kind in lake.KINDS:
            erasing.sweep(kind, readers_wait_hours=hours)


def left_in_history(numbers: Sequence[int]) -> dict[str, int]:
    """Rows of theirs in the log, and in any file of the lake of whatever version."""
    if not numbers:
        return {}
    found = {"log": erasing.left_in_log(numbers)}
    found |= {f"lake {kind}": erasing.left_in_files(kind, numbers) for kind in lake.KINDS}
    return {place: count for place, count in found.items() if count}


def _forget_day(
    deletion: Deletion, kind: lake.Kind, day: date, numbers: Sequence[int], between: Stop
) -> None:
    keys = erasing.keys_on(kind, day, numbers)
    if not keys.num_rows:
        return
    said = {"kind": kind, "day": day.isoformat(), "rows": keys.num_rows,
            "digest": chained("", _listed(keys))}  # fmt: skip
    Deletion.objects.filter(pk=deletion.pk).update(pending=said)
    deletion.pending = said
    between()
    erasing.erase_day(kind, day, numbers)
    between()
    _noted(deletion, said)


def _settle(deletion: Deletion) -> None:
    """A day that was written down and whose commit came: its note is made now."""
    with lake.writing():
        deletion.refresh_from_db(fields=["pending"])
        said: dict[str, Any] = deletion.pending
        if not said:
            return
        day = date.fromisoformat(said["day"])
        if not erasing.keys_on(said["kind"], day, deletion.numbers).num_rows:
            _noted(deletion, said)


@transaction.atomic
def _noted(deletion: Deletion, said: dict[str, Any]) -> None:
    """A day is one link of the chain: its rows' digest under the day."""
    place = f"lake {said['kind']}"
    part, _ = DeletionPart.objects.get_or_create(deletion_id=deletion.pk, place=place)
    part.count += int(said["rows"])
    part.digest = chained(part.digest, [(said["day"], said["rows"], said["digest"])])
    part.save(update_fields=["count", "digest"])
    Deletion.objects.filter(pk=deletion.pk).update(pending={})
    deletion.pending = {}


def _listed(keys: pa.Table) -> list[tuple[int, int, int]]:
    columns = (keys["activation"], keys["measured_at"].cast(pa.int64()), keys["content_key"])
    return list(zip(*(one.to_pylist() for one in columns), strict=True))
