"""A reader that remembers what it decoded sees what everybody else sees, come what may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from positions_words import NOW, START, fix, rows_of

from waypost import clock
from waypost.positions import batch, lake, log, tail
from waypost.positions.archive import archive_once
from waypost.positions.models import LogEntry
from waypost.positions.queries import fixes_between
from waypost.positions.tail import LogTail

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def append(activation, *minutes):
    with transaction.atomic():
        rows = [rows_of(activation, *(fix(minute) for minute in minutes))]
        log.append(*batch.build(rows), [], source="test", now=NOW)


def seen(activations, remembered=None):
    to_at = START + timedelta(days=10)
    return fixes_between(activations, START, to_at, tail=remembered).to_pylist()


STEPS = st.lists(st.sampled_from(["said", "archived", "trimmed", "read"]), max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, most=st.sampled_from([1, 3, 1000]), piece=st.sampled_from([1, 4, 1000]))
def test_a_tail_reads_what_a_plain_reader_reads(worn, tmp_path_factory, steps, most, piece):
    """Saying, archiving and trimming in any order, with room for all or hardly any of it."""
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(tail, "ROWS_MAX", most)
        patch.setattr(tail, "PIECE_ROWS", piece)
        patch.setattr("django.conf.settings.LAKE_URI", str(tmp_path_factory.mktemp("lake")))
        LogEntry.objects.all().delete()
        remembered, minute = LogTail("fixes"), 0
        for step in [*steps, "read"]:
            if step == "said":
                append(worn[minute % 2], minute, minute + 1500, minute)
                minute += 1
            elif step == "archived":
                archive_once()
            elif step == "trimmed":
                archive_once(kept_for=timedelta(0), now=clock.now() + timedelta(seconds=5))
            else:
                assert seen(list(worn[:2]), remembered) == seen(list(worn[:2]))
        transaction.set_rollback(True)


def test_a_tail_decodes_each_entry_once_and_forgets_what_the_lake_has(worn, monkeypatch):
    decoded = []
    unpacked = log.unpacked
    monkeypatch.setattr(log, "unpacked", lambda data: decoded.append(1) or unpacked(data))
    remembered = LogTail("fixes")
    for minute in range(3):
        append(worn[0], minute)
        seen([worn[0]], remembered)
    assert len(decoded) == 3
    assert remembered.rows == 3
    archive_once()
    decoded.clear()
    assert len(seen([worn[0]], remembered)) == 3
    assert (decoded, remembered.rows) == ([], 0)


def test_another_lake_begins_the_tail_anew(worn, settings, tmp_path):
    """A lake that was put back from yesterday's copy stands at an older position."""
    append(worn[0], 1)
    archive_once()
    remembered = LogTail("fixes")
    append(worn[0], 2)
    assert len(seen([worn[0]], remembered)) == 2
    settings.LAKE_URI = str(tmp_path / "older")
    assert lake.snapshot().log_position == 0
    assert len(seen([worn[0]], remembered)) == 2
