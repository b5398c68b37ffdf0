"""Two judgings of the same fixes set side by side, as counts and minutes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.rules.comparing import EXAMPLES_KEPT, Example, Side, Tally, compare
from waypost.rules.values import Certainty, JudgedViolation, RowKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
END = NOON + timedelta(hours=12)


def row(start: int, end: int | None, **other) -> JudgedViolation:
    """A row in minutes from noon."""
    told = {
        "requirement_id": "R1", "kind": RowKind.CURFEW, "certainty": Certainty.CERTAIN,
        "minutes": float((end or start) - start), "raised_at": NOON + timedelta(minutes=start),
        "requirement_version_id": 33,
    } | other  # fmt: skip
    to_at = None if end is None else NOON + timedelta(minutes=end)
    return JudgedViolation(from_at=NOON + timedelta(minutes=start), to_at=to_at, **told)


def unknown(start: int, end: int | None, **other) -> JudgedViolation:
    return row(start, end, certainty=Certainty.CANNOT_TELL, minutes=0.0, **other)


def compared(before, after, calls=lambda row: True) -> Tally:
    return compare(17, before, after, calls=calls, now=END)


def test_rows_that_share_time_are_one_and_the_others_new_or_vanished():
    before = [row(0, 10), row(60, 70), row(120, 130)]
    after = [row(0, 10), row(65, 90), row(200, 210)]
    found = compared(before, after).violations[RowKind.CURFEW]
    assert (found.same, found.changed) == (1, 1)
    assert (found.new.count, found.vanished.count) == (1, 1)
    assert found.new.examples == (Example(17, 33),)
    assert found.before == Side(rows=3, minutes=30.0, taken_back=0, calls=3)
    assert found.after == Side(rows=3, minutes=45.0, taken_back=0, calls=3)


def test_a_requirement_is_never_compared_with_another():
    found = compared([row(0, 10)], [row(0, 10, requirement_id="R2")])
    curfew = found.violations[RowKind.CURFEW]
    assert (curfew.new.count, curfew.vanished.count, curfew.same) == (1, 1, 0)


def test_time_that_nothing_can_be_told_of_counts_apart_and_by_its_length():
    found = compared([unknown(0, 30), row(40, 50)], [row(40, 50), unknown(700, None)])
    assert found.unknown[RowKind.CURFEW].before.minutes == 30.0
    assert found.unknown[RowKind.CURFEW].after.minutes == 20.0  # to the end, at 720
    assert found.violations[RowKind.CURFEW].same == 1


def test_what_was_taken_back_is_no_row_and_may_still_have_called_somebody():
    after = [row(0, 10, withdrawn=True), row(30, 40)]
    found = compared([], after, calls=lambda one: one.withdrawn).violations[RowKind.CURFEW]
    assert found.after == Side(rows=1, minutes=10.0, taken_back=1, calls=1)
    assert found.new.count == 1


def test_only_a_few_are_named_however_many_there_are():
    rows = [row(20 * n, 20 * n + 5) for n in range(30)]
    found = compared([], rows) + compared([], rows)
    curfew = found.violations[RowKind.CURFEW]
    assert (curfew.new.count, len(curfew.new.examples)) == (60, EXAMPLES_KEPT)
    assert found.persons == 2


rows = st.lists(
    st.builds(
        lambda start, length, which, kind, gap, gone: (
            (unknown if gap else row)(
                start, start + length, requirement_id=which, kind=kind, withdrawn=gone
            )
        ),
        st.integers(0, 300), st.integers(1, 60), st.sampled_from(["R1", "R2"]),
        st.sampled_from([RowKind.CURFEW, RowKind.EXCLUSION]), st.booleans(), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@given(rows, rows)
def test_every_row_is_counted_once_on_its_side(before, after):
    found = compared(before, after)
    for table in (found.violations, found.unknown):
        for one in table.values():
            assert one.before.rows == one.same + one.changed + one.vanished.count
            assert one.after.rows == one.same + one.changed + one.new.count
    both = [*found.violations.values(), *found.unknown.values()]
    assert sum(one.before.rows + one.before.taken_back for one in both) == len(before)
    assert sum(one.after.rows + one.after.taken_back for one in both) == len(after)


@given(rows)
def test_the_same_judging_twice_differs_in_nothing(once):
    found = compared(once, once)
    for one in [*found.violations.values(), *found.unknown.values()]:
        assert one.before == one.after


@given(rows, rows, rows)
def test_persons_add_up_in_any_grouping_and_survive_their_record(one, two, three):
    a, b, c = (compared([], part) for part in (one, two, three))
    assert (a + b) + c == a + (b + c)
    assert Tally.of_json(json.loads(json.dumps((a + b).to_json()))) == a + b
    assert Tally.of_json({}) == Tally()
