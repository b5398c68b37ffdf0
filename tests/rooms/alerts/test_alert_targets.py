"""Targets, rungs and snoozes as values; every clock through both nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from waypost.alerts import clocks, urgency
from waypost.alerts.clocks import TARGETS, Clock, Facts, Ladder, Snooze
from waypost.alerts.shifts import Shift, check_shift, gaps, midnight, week_of
from waypost.alerts.values import Act, AlertKind, DutyRole, Status
from waypost.errors import Refused

LONDON = "Europe/London"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
GRAVEST = {
    AlertKind.SOS, AlertKind.SOS_PROTECTED, AlertKind.STRAP_TAMPER, AlertKind.EXCLUSION,
    AlertKind.MOVING_EXCLUSION,
}  # fmt: skip


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def told_at(kind: AlertKind, raised: datetime, *, hours: int = 40) -> list[tuple[str, datetime]]:
    """Who is told when, looking only when the clock says to: as the worker does."""
    clock, at, told = clocks.anew(Clock(), kind, raised), raised, []
    end = raised + timedelta(hours=hours)
    look = clocks.look_at(Facts(kind, clock, LONDON))
    while look is not None and look < end:
        at = look
        climb = clocks.escalations(Facts(kind, clock, LONDON), at)
        told += [(role.value, at) for role in climb.tell]
        clock = Clock(clock.attend_by, climb.escalated)
        assert climb.look_at is None or climb.look_at > at
        look = climb.look_at
    return told


def test_every_kind_has_a_target_with_its_source():
    assert set(TARGETS) == set(AlertKind)
    assert all(one.within > timedelta(0) and one.source for one in TARGETS.values())


@pytest.mark.parametrize(
    ("kind", "count"),
    [("sos", 1), ("sos_protected", 1), ("strap_tamper", 3), ("exclusion", 4),
     ("moving_exclusion", 4), ("case_tamper", 10), ("curfew", 15)],
)  # fmt: skip
def test_the_targets_that_were_promised(kind, count):
    assert TARGETS[AlertKind(kind)].within == minutes(count)


def test_the_graver_of_two_alerts_never_has_the_longer_target_by_much():
    """The order of urgency and that of the targets tell one story."""
    for kind in AlertKind:
        if urgency.URGENCY[kind] >= 80:
            assert TARGETS[kind].within <= minutes(4)
        if TARGETS[kind].ladder is Ladder.DAY:
            assert urgency.URGENCY[kind] < 45


def test_a_strap_that_nobody_looks_at_climbs_to_the_duty_manager():
    assert told_at(AlertKind.STRAP_TAMPER, NOON) == [
        ("first", NOON + minutes(3)),
        ("second", NOON + minutes(6)),
        ("on_call", NOON + minutes(11)),
    ]


def test_after_an_outage_all_whose_time_has_passed_are_told_at_once():
    facts = Facts(AlertKind.SOS, Clock(NOON + minutes(1)), LONDON)
    climb = clocks.escalations(facts, NOON + minutes(90))
    assert climb.tell == tuple(DutyRole)
    assert climb.look_at is None


def test_a_rung_without_anybody_goes_to_the_next_at_once_and_says_so():
    manned = frozenset({DutyRole.FIRST, DutyRole.ON_CALL})
    facts = Facts(AlertKind.EXCLUSION, Clock(NOON, 1), LONDON, manned)
    climb = clocks.escalations(facts, NOON + minutes(3))
    assert (climb.tell, climb.empty) == ((DutyRole.ON_CALL,), (DutyRole.SECOND,))
    assert (climb.escalated, climb.look_at) == (3, None)


def test_where_nobody_is_on_duty_at_all_it_is_looked_at_again_until_somebody_comes():
    facts = Facts(AlertKind.EXCLUSION, Clock(NOON), LONDON, frozenset())
    climb = clocks.escalations(facts, NOON)
    assert climb.nobody
    assert (climb.escalated, climb.look_at) == (0, NOON + clocks.NOBODY_AGAIN)
    later = Facts(AlertKind.EXCLUSION, Clock(NOON), LONDON, frozenset({DutyRole.FIRST}))
    assert clocks.escalations(later, climb.look_at).tell == (DutyRole.FIRST,)


def test_what_can_wait_keeps_quiet_hours_and_gets_no_duty_manager_out_of_bed():
    evening = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert told_at(AlertKind.BATTERY_LOW, evening) == [
        ("first", datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("second", datetime(2026, 3, 3, 7, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("kind", sorted(GRAVEST))
def test_quiet_hours_and_clock_changes_never_hold_what_is_grave(day, kind):
    """Each quarter of an hour of the night: the rungs are told to the second."""
    within = TARGETS[kind].within
    start = midnight(day, LONDON) - timedelta(hours=3)
    for quarter in range(44):
        raised = start + minutes(15 * quarter)
        told = told_at(kind, raised, hours=2)
        assert [at - raised - within for _, at in told] == [
            after for _, after in clocks.RUNGS[TARGETS[kind].ladder]
        ]


@pytest.mark.parametrize(
    ("day", "seven"),
    [
        (SPRING, datetime(2026, 3, 29, 6, tzinfo=UTC)),  # an hour earlier than the day before
        (AUTUMN, datetime(2026, 10, 25, 7, tzinfo=UTC)),
    ],
)
def test_quiet_hours_end_at_seven_by_the_clock_on_the_wall(day, seven):
    at = midnight(day, LONDON) - timedelta(hours=2)  # 22:00 of the evening before
    assert clocks.after_quiet(at - minutes(1), LONDON) == at - minutes(1)
    while at < seven:
        assert clocks.after_quiet(at, LONDON) == seven
        at += minutes(15)
    assert clocks.after_quiet(seven, LONDON) == seven


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 167), (AUTUMN, 169), (date(2026, 6, 3), 168)])
def test_a_week_of_the_rota_begins_and_ends_at_local_midnight(day, hours):
    from_at, to_at = week_of(day, LONDON)
    assert to_at - from_at == timedelta(hours=hours)


@pytest.mark.parametrize(("day", "gap_h"), [(SPRING, 0), (AUTUMN, 0)])
def test_night_shifts_entered_by_the_wall_meet_on_the_night_the_clocks_change(day, gap_h):
    evening = midnight(day, LONDON) - timedelta(hours=5)
    morning = clocks.after_quiet(midnight(day, LONDON), LONDON)
    tomorrow = midnight(day + timedelta(days=1), LONDON)
    shifts = [
        Shift(1, DutyRole.FIRST, evening, morning),
        Shift(2, DutyRole.FIRST, morning, tomorrow),
    ]
    assert gaps(shifts, DutyRole.FIRST, evening, tomorrow) == []
    assert gaps(shifts[:1], DutyRole.FIRST, evening, tomorrow) == [(morning, tomorrow)]


def test_overlaps_are_no_gap_and_other_rungs_fill_none():
    def hour(count: int) -> datetime:
        return NOON + timedelta(hours=count)

    shifts = [
        Shift(1, DutyRole.FIRST, hour(0), hour(4)),
        Shift(2, DutyRole.FIRST, hour(3), hour(5)),
        Shift(3, DutyRole.FIRST, hour(1), hour(2)),
        Shift(4, DutyRole.SECOND, hour(5), hour(9)),
        Shift(5, DutyRole.FIRST, hour(7), hour(8)),
    ]
    assert gaps(shifts, DutyRole.FIRST, hour(-1), hour(9)) == [
        (hour(-1), hour(0)), (hour(5), hour(7)), (hour(8), hour(9)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [(1, 0, "before it begins"), (-3, -1, "over already"), (0, 169, "seven days")],
)
def test_a_duty_that_cannot_be_is_refused_in_words(start, end, says):
    with pytest.raises(Refused, match=says):
        check_shift(NOON + timedelta(hours=start), NOON + timedelta(hours=end), now=NOON)


def test_the_gravest_are_never_put_off():
    never = {kind for kind in AlertKind if TARGETS[kind].snooze is Snooze.NEVER}
    assert never == GRAVEST
    for kind in GRAVEST:
        with pytest.raises(Refused, match="never put off"):
            clocks.check_snooze(kind, Status.RAISED, NOON + minutes(5), "busy", now=NOON)


@pytest.mark.parametrize(
    ("until", "why", "status", "says"),
    [
        (NOON + minutes(60), " ", Status.RAISED, "why"),
        (NOON, "asleep", Status.RAISED, "time to come"),
        (NOON + timedelta(hours=24, seconds=1), "asleep", Status.RAISED, "24 hours"),
        (NOON + minutes(60), "asleep", Status.CLOSED, "waits or is dealt with"),
        (NOON + minutes(60), "asleep", Status.UPHELD, "waits or is dealt with"),
    ],
)
def test_a_snooze_without_reason_or_end_is_refused(until, why, status, says):
    with pytest.raises(Refused, match=says):
        clocks.check_snooze(AlertKind.BATTERY_LOW, status, until, why, now=NOON)


def test_a_snooze_stops_the_clock_of_what_can_wait_and_not_of_what_is_grave():
    until = NOON + minutes(60)
    low = clocks.after_snooze(Clock(NOON + minutes(5)), AlertKind.BATTERY_LOW, until)
    assert low == Clock(None, 0, until)
    curfew = clocks.after_snooze(Clock(NOON - minutes(5), 1), AlertKind.CURFEW, until)
    assert curfew == Clock(NOON - minutes(5), 1, until)
    facts = Facts(AlertKind.CURFEW, curfew, LONDON)
    assert clocks.escalations(facts, NOON + minutes(10)).tell == (DutyRole.SECOND,)


def test_when_a_snooze_is_over_the_target_runs_from_then():
    until = NOON + minutes(60)
    woken = clocks.after_waking(
        Clock(None, 0, until), AlertKind.BATTERY_DEAD, silent=False, now=until
    )
    assert woken == Clock(until + minutes(30))


def test_graver_news_calls_again_and_never_later_than_before():
    running = Clock(NOON + minutes(2))
    heard = clocks.after_news(
        running, AlertKind.EXCLUSION, Status.RAISED, Status.RAISED,
        graver=True, silent=False, now=NOON,
    )  # fmt: skip
    assert heard == running
    attended = clocks.after_news(
        Clock(), AlertKind.BATTERY_DEAD, Status.IN_HAND, Status.IN_HAND,
        graver=True, silent=False, now=NOON,
    )  # fmt: skip
    assert attended == Clock(NOON + minutes(30))


def test_words_alone_do_not_attend_what_nobody_has_touched():
    clock = Clock(NOON, 1)
    assert clocks.after_act(
        clock, AlertKind.CURFEW, Act.NOTE, Status.RAISED, silent=False, now=NOON
    ) is clock  # fmt: skip
    for act, after in ((Act.ACKNOWLEDGE, Status.ACKNOWLEDGED), (Act.NOTE, Status.IN_HAND)):
        assert clocks.after_act(
            clock, AlertKind.CURFEW, act, after, silent=False, now=NOON
        ) == Clock()  # fmt: skip
