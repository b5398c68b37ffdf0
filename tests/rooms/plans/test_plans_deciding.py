"""How things of a plan move, what a recall means, what is due, how a period went: decisions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.errors import Refused
from waypost.plans.deciding import check_moves, days_of, due_of, effect_of, share_of
from waypost.plans.values import (
    NEXT,
    STARTS,
    STATUS_WORDS,
    Cycle,
    DueKind,
    LicenceEvent,
    LicenceKind,
    PersonFacts,
    PlanFacts,
    PlanKind,
)
from waypost.rules.strip import Day, DayStrip, Segment, Shade, Strip

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)


def days(*days_shades: str) -> Strip:
    """A strip whose days are each made of hours: k kept, v violated, c cannot tell, n not asked."""
    shades = {"k": Shade.KEPT, "v": Shade.VIOLATED, "c": Shade.CANNOT_TELL, "n": Shade.NOT_REQUIRED,
              "t": Shade.TO_COME}  # fmt: skip
    found = []
    for number, letters in enumerate(days_shades):
        start = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=number)
        parts = tuple(
            Segment(start + timedelta(hours=hour), start + timedelta(hours=hour + 1), shades[one],
                    7 if one == "v" else None)
            for hour, one in enumerate(letters)
        )  # fmt: skip
        found.append(DayStrip(Day(start.date(), start, start + timedelta(days=1)), parts))
    return Strip(tuple(found))


def person(*plans: PlanFacts, events=(), visits=(), wears=True) -> PersonFacts:
    return PersonFacts(1, LONG_AGO, wears, plans, tuple(visits), tuple(events))


def plan(kind=PlanKind.SENTENCE, *, purpose=True, review=timedelta(days=30), actions=()):
    return PlanFacts(kind, purpose, NOW + review, tuple(actions))


def kinds(facts: PersonFacts) -> list[DueKind]:
    return [one.kind for one in due_of(facts, now=NOW)]


@pytest.mark.parametrize("cycle", Cycle)
def test_every_status_has_words_and_can_be_come_to(cycle):
    reached = {STARTS[cycle]} | {after for to in NEXT[cycle].values() for after in to}
    assert reached == set(NEXT[cycle])
    assert all(one in STATUS_WORDS for one in NEXT[cycle])


def test_what_the_table_does_not_name_is_refused_with_what_can_be_done():
    check_moves(Cycle.VISIT, "planned", "made")
    with pytest.raises(Refused, match="called off or made or missed"):
        check_moves(Cycle.VISIT, "planned", "heard")
    with pytest.raises(Refused, match="can become nothing"):
        check_moves(Cycle.MARAC, "closed", "heard")


def test_a_missing_plan_and_a_missing_purpose_are_due():
    assert kinds(person()) == [DueKind.NO_PLAN]
    assert kinds(person(plan(purpose=False))) == [DueKind.NO_PURPOSE]
    assert kinds(person(plan(purpose=False), wears=False)) == []
    assert kinds(person(plan(PlanKind.RISK))) == [DueKind.NO_PLAN]


def test_what_comes_within_a_week_is_due_and_what_is_over_is_overdue():
    visits = [NOW - timedelta(days=1), NOW + timedelta(days=8)]
    found = due_of(person(plan(review=timedelta(days=6)), visits=visits), now=NOW)
    assert [(one.kind, one.is_overdue(NOW)) for one in found] == [
        (DueKind.VISIT, True), (DueKind.REVIEW, False),
    ]  # fmt: skip
    late = person(plan(actions=[date(2026, 3, 19)]))
    assert [one.is_overdue(NOW) for one in due_of(late, now=NOW)] == [True]


def test_recalled_or_reset_nothing_is_due_and_after_release_a_review_is():
    overdue = plan(review=-timedelta(days=3))
    recalled = LicenceEvent(LicenceKind.RECALLED, date(2026, 3, 10))
    assert kinds(person(overdue, events=[recalled])) == []
    reset = LicenceEvent(LicenceKind.RESET, date(2026, 3, 10))
    assert kinds(person(overdue, events=[reset])) == []
    released = LicenceEvent(LicenceKind.RELEASED, date(2026, 3, 15))
    found = due_of(person(plan(), events=[recalled, released]), now=NOW)
    assert [(one.kind, one.due_at.date()) for one in found] == [
        (DueKind.REVIEW, date(2026, 3, 25)),
    ]  # fmt: skip


def test_an_event_that_has_not_come_changes_nothing_yet():
    to_come = LicenceEvent(LicenceKind.RECALLED, date(2026, 3, 21))
    assert not effect_of([to_come], now=NOW).pauses


def test_a_day_is_kept_only_where_something_was_seen_and_nothing_was_broken():
    one = days("kkc", "kv", "cc", "nn", "k")
    assert days_of([one], excused=()) == (4, 2, 1)
    assert days_of([one], excused={7}) == (4, 3, 1)


def test_one_requirement_broken_breaks_the_day_of_all():
    assert days_of([days("k", "k"), days("v", "n")], excused=()) == (2, 1, 0)


def test_the_monitorable_share_is_of_judged_required_time():
    assert share_of([days("kkct")]) == pytest.approx(2 / 3)
    assert share_of([days("nn")]) is None
