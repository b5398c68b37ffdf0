"""The archivist may die at any instant; a reader sees every row once, before, during and after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from positions_words import NOW, START, contact, fix, minutes, rows_of

from waypost import clock
from waypost.errors import Unavailable
from waypost.positions import archive, batch, lake, log
from waypost.positions.archive import archive_once
from waypost.positions.models import LogEntry
from waypost.positions.queries import events_between, fixes_between, oldest_unarchived

pytestmark = [pytest.mark.database, pytest.mark.django_db]
AT_ONCE = timedelta(0)


def append(*rows):
    with transaction.atomic():
        return log.append(*batch.build(rows), [], source="test", now=NOW)


def seen(activations=None):
    """What the reader sees of ten days."""
    to_at = START + timedelta(days=10)
    fixes = fixes_between(activations, START, to_at)
    return fixes.to_pylist(), events_between(activations, START, to_at).to_pylist()


def test_rows_read_the_same_from_the_log_from_the_lake_and_from_both(worn):
    append(rows_of(worn[0], fix(3), fix(1), fix(1500), events=[contact(2)]))
    append(rows_of(worn[1], fix(2), fix(2, 51.6)))
    in_log = seen()
    done = archive_once()
    assert (done.fixes, done.events, done.removed) == (5, 1, 0)
    assert seen() == in_log
    archive_once(kept_for=AT_ONCE, now=clock.now() + timedelta(seconds=5))
    assert LogEntry.objects.count() == 0
    assert seen() == in_log
    append(rows_of(worn[0], fix(3), fix(2)))  # one of them was said before
    assert len(seen()[0]) == 6


def test_a_second_round_moves_nothing_twice(worn):
    append(rows_of(worn[0], fix(1), events=[contact(1)]))
    archive_once()
    version = lake.snapshot().version
    again = archive_once()
    assert (again.fixes, again.events) == (0, 0)
    assert lake.snapshot().version == version
    assert lake.snapshot().log_position == log.head_position()


@pytest.mark.parametrize("dies_at", range(5))
def test_a_round_that_dies_at_any_step_is_simply_done_again(worn, monkeypatch, dies_at):
    """Before and after each file and each commit, and before the log is trimmed."""
    append(rows_of(worn[0], fix(1), fix(1500), events=[contact(1)]))
    before = seen()
    steps = {"left": dies_at}

    def dying(act):
        def step(*args, **kwargs):
            if steps["left"] == 0:
                raise KeyboardInterrupt
            steps["left"] -= 1
            return act(*args, **kwargs)

        return step

    for where, name in ((lake, "_written"), (lake, "_commit"), (archive.lake, "position_before")):
        monkeypatch.setattr(where, name, dying(getattr(where, name)))
    with pytest.raises(KeyboardInterrupt):
        archive_once()
    assert seen() == before
    steps["left"] = -1  # never again
    archive_once(kept_for=AT_ONCE, now=clock.now() + timedelta(seconds=5))
    assert seen() == before
    assert lake.snapshot("events").log_position == log.head_position()


def test_entries_stay_in_the_log_for_an_hour_and_until_the_worker_has_read_them(worn):
    append(rows_of(worn[0], fix(1)))
    second = append(rows_of(worn[0], fix(2)))
    archive_once()
    later = clock.now() + timedelta(minutes=59)
    assert archive_once(now=later).removed == 0
    later += timedelta(minutes=2)
    assert archive_once(now=later, keep_above=0).removed == 0
    assert archive_once(now=later, keep_above=second - 1).removed == 1
    assert archive_once(now=later, keep_above=second).removed == 1


def test_events_alone_move_the_fixes_position_too(worn):
    append(rows_of(worn[0], events=[contact(1)]))
    archive_once()
    assert {lake.snapshot(kind).log_position for kind in lake.KINDS} == {log.head_position()}
    assert oldest_unarchived() is None
    append(rows_of(worn[0], events=[contact(2)]))
    assert oldest_unarchived() == NOW


def test_compaction_leaves_every_row_once_in_few_files(worn):
    for minute in range(6):
        append(rows_of(worn[0], fix(minute), fix(0)), rows_of(worn[1], fix(minute)))
        archive_once()
    append(rows_of(worn[0], fix(2000)))
    archive_once()
    before, position = seen(), lake.snapshot().log_position
    files = lake.snapshot().files.num_rows
    assert lake.crowded_days(most=5) == [START.date()]
    assert lake.compact(START.date()) == 12
    after = lake.snapshot()
    assert files == 7
    assert lake.crowded_days(most=5) == []
    assert after.files.num_rows == 2
    assert after.log_position == position
    assert seen() == before
    assert lake.compact(START.date()) == 12
    assert lake.snapshot().version == after.version


def test_a_reader_opens_only_files_that_may_hold_what_it_asks_for(worn):
    append(rows_of(worn[0], fix(1), fix(1500)))
    archive_once()
    append(rows_of(worn[1], fix(1)))
    archive_once()
    files = lake.snapshot()
    assert len(files.paths(START, START + timedelta(days=2))) == 3
    assert len(files.paths(START, START + timedelta(days=1))) == 2
    assert len(files.paths(START, START + timedelta(days=1), (worn[1], worn[1]))) == 1
    assert files.paths(START + timedelta(days=3), START + timedelta(days=9)) == []


def test_a_snapshot_opened_before_a_round_still_reads_whole_after_it(worn):
    append(rows_of(worn[0], fix(1)))
    archive_once()
    old = lake.snapshot()
    append(rows_of(worn[0], fix(2)))
    archive_once()
    lake.compact(START.date())
    rows = lake.read(old.paths(START, minutes(60)), "fixes")
    above = log.entries_after(old.log_position, limit=9)
    assert rows["measured_at"].to_pylist() == [minutes(1)]
    assert [entry.fixes["measured_at"][0].as_py() for entry in above] == [minutes(2)]


def test_many_activations_are_read_as_a_range_and_picked_out(worn, monkeypatch):
    append(rows_of(worn[0], fix(1)), rows_of(worn[1], fix(1)))
    archive_once()
    append(rows_of(worn[0], fix(2)), rows_of(worn[1], fix(2)))
    few = seen([worn[0]])
    monkeypatch.setattr("waypost.positions.queries.LIST_MAX", 0)
    assert seen([worn[0]]) == few
    assert len(few[0]) == 2


def test_one_writer_at_a_time_and_the_lock_dies_with_its_holder():
    with lake.writing():
        assert lake.writer_is_busy()
        with pytest.raises(Unavailable, match="another process"), lake.writing(wait_s=0.1):
            pass
    assert not lake.writer_is_busy()


def test_wild_clocks_make_a_day_of_their_own_and_break_nothing(worn):
    wild = fix(0).__class__(START.replace(year=1970), 51.5, -0.1)
    append(rows_of(worn[0], wild, fix(60 * 24 * 365 * 50), fix(1)))
    archive_once()
    rows = fixes_between(worn, START.replace(year=1960), START.replace(year=2100))
    assert rows.num_rows == 3
    assert rows["set_aside"].to_pylist() == [2, 0, 1]
