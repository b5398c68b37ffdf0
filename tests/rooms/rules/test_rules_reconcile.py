"""Reconciling: which stored row is which judged row, and what the change is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.orders.values import RequirementKind
from waypost.rules.reconcile import ChangeKind, StoredViolation, overlap, reconcile, steady
from waypost.rules.values import Certainty, JudgedViolation
from waypost.units import RequirementRef

START = datetime(2026, 3, 2, tzinfo=UTC)


def minute(number: int) -> datetime:
    return START + timedelta(minutes=number)


def row(
    start: int,
    end: int | None,
    certainty: Certainty = Certainty.CERTAIN,
    *,
    minutes: float = 0.0,
    requirement: str = "R1",
) -> JudgedViolation:
    return JudgedViolation(
        RequirementRef(requirement),
        RequirementKind.CURFEW,
        minute(start),
        None if end is None else minute(end),
        certainty,
        minutes,
        raised_at=minute(start),
    )


def kept(*rows: JudgedViolation, settled: bool = False) -> list[StoredViolation]:
    return [StoredViolation(n, 1, settled, one) for n, one in enumerate(rows, start=1)]


def kinds(old, final=(), standing=(), **words) -> list[str]:
    words.setdefault("late", False)
    return [change.kind.value for change in reconcile(old, final, standing, **words)]


def test_a_new_row_is_raised_live_and_found_late_afterwards():
    assert kinds([], standing=[row(0, None)]) == ["raised"]
    assert kinds([], final=[row(0, 10)], late=True) == ["found_late"]


def test_an_open_row_grows_only_in_whole_steps():
    """Else every fix of a violation would write a version, and how would depend on batching."""
    old = kept(steady(row(0, None, minutes=3)))
    assert kinds(old, standing=[row(0, None, minutes=14)]) == []
    assert kinds(old, standing=[row(0, None, minutes=16)]) == ["grown"]
    (change,) = reconcile(old, [], [row(0, None, minutes=44.9)], late=False)
    assert change.row.minutes == 30


def test_surer_is_confirmed_and_ended_is_closed():
    old = kept(row(0, None, Certainty.PROBABLE))
    assert kinds(old, standing=[row(0, None)]) == ["confirmed"]
    assert kinds(old, final=[row(0, 9, Certainty.PROBABLE)]) == ["closed"]


def test_a_row_that_goes_on_after_its_end_grows():
    assert kinds(kept(row(0, 10)), standing=[row(0, None)]) == ["grown"]
    assert kinds(kept(row(0, 10)), standing=[row(0, 20)]) == ["grown"]


def test_what_is_no_longer_judged_is_withdrawn_with_the_reason_kept():
    (change,) = reconcile(kept(row(0, 10)), [], [], late=False)
    assert change.kind is ChangeKind.WITHDRAWN
    assert change.row.withdrawn
    assert change.row.reasons == ("later fixes took this back",)


def test_two_rows_that_become_one_are_joined_not_withdrawn():
    changes = reconcile(kept(row(0, 10), row(30, 40)), [row(0, 40)], [], late=True)
    assert [change.kind.value for change in changes] == ["grown", "joined"]


def test_one_row_that_becomes_two_keeps_its_beginning():
    assert kinds(kept(row(0, 60)), final=[row(0, 20), row(40, 60)], late=True) == [
        "time_corrected",
        "found_late",
    ]


def test_a_violation_and_a_gap_of_the_same_time_are_two_things():
    old = kept(row(0, 60, Certainty.CANNOT_TELL))
    assert kinds(old, final=[row(0, 60)], late=True) == ["withdrawn", "found_late"] or kinds(
        old, final=[row(0, 60)], late=True
    ) == ["found_late", "withdrawn"]


def test_rows_before_what_was_redone_still_stand():
    old = kept(row(0, 10), row(100, 110), settled=True)
    assert kinds(old, final=[], late=True, redone_from=minute(60)) == ["withdrawn"]


def test_a_row_that_can_no_longer_change_is_only_settled():
    (change,) = reconcile(kept(row(0, 10)), [row(0, 10)], [], late=False)
    assert (change.kind, change.settled) == (ChangeKind.SETTLED, True)


def test_the_first_raise_counts():
    late = replace(row(0, None, minutes=20), raised_at=minute(50))
    (change,) = reconcile(kept(row(0, None)), [], [late], late=False)
    assert change.row.raised_at == minute(0)


def test_rows_that_only_touch_do_not_overlap():
    assert not overlap(row(0, 10), row(10, 20))
    assert overlap(row(0, 11), row(10, 20))
    assert overlap(row(0, None), row(10, 20))


ROWS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 12)), max_size=8)


def disjoint(pairs: list[tuple[int, int]]) -> list[JudgedViolation]:
    found, free = [], 0
    for gap, length in pairs:
        found.append(row(free + gap, free + gap + length, minutes=length))
        free += gap + length
    return found


@given(ROWS, ROWS, st.booleans())
def test_applying_the_changes_gives_what_was_judged(before, after, late):
    """Whatever was stored: afterwards what stands is what was judged, and nothing is left."""
    old, new = kept(*disjoint(before)), disjoint(after)
    rows = {one.violation_id: one for one in old}
    for change in reconcile(old, new, [], late=late):
        number = change.old.violation_id if change.old else len(rows) + 100
        version = change.old.version + 1 if change.old else 1
        rows[number] = StoredViolation(number, version, change.settled, change.row)
    standing = [one for one in rows.values() if not one.row.withdrawn]
    assert sorted((one.row.from_at, one.row.to_at) for one in standing) == [
        (one.from_at, one.to_at) for one in new
    ]
    assert reconcile(standing, new, [], late=late) == []
