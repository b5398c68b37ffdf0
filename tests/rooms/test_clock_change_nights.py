"""Every clock over both nights on which London's clocks change, and one on which they do not.

What is promised in minutes lasts so many minutes whatever the wall shows; what is promised by the
wall (seven in the morning, five in the afternoon, the evening before) comes when the wall says so.
The rules' own hours are in tests/spec; what stands on the store is in the rooms' own tests.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from order_story import a_zone, appointment
from telling_words import Telling, officer, person
from waypost.alerts import clocks
from waypost.alerts.clocks import QUIET_FROM, TARGETS, Clock, Facts
from waypost.alerts.contests import review_by
from waypost.alerts.shifts import Shift, gaps
from waypost.alerts.suspended import suspended_until
from waypost.alerts.suspending import fire_suspensions, suspend
from waypost.alerts.values import Act, AlertKind, DutyRole, Status
from waypost.notices.choosing import next_digest, quiet_until
from waypost.notices.values import Contact, Pulse
from waypost.notices.watching import CANARY_EVERY, faults
from waypost.orders.values import (
    Order,
    OrderKind,
    Requirement,
    RequirementKind,
    TimetableRow,
)
from waypost.telling.deciding import next_look, reminders_due
from waypost.telling.nearing import QUIET_FOR, ROUND, STANDS_FOR, all_clear_at
from waypost.telling.values import Facts as Asked
from waypost.telling.values import Fate, Kind, Step
from waypost.telling.weeks import told_at
from waypost.web.pages.pausing import LENGTHS
from waypost.web.presenters.fitting import read_form_time

LONDON = "Europe/London"
ZONE = ZoneInfo(LONDON)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# The local date on which the clocks change, and how long the night from 22:00 to 06:00 lasts.
NIGHTS = {
    "forward": (date(2026, 3, 29), 7 * HOUR),
    "back": (date(2026, 10, 25), 9 * HOUR),
    "neither": (date(2026, 6, 7), 8 * HOUR),
}
night = pytest.mark.parametrize(("day", "length"), NIGHTS.values(), ids=NIGHTS.keys())
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def wall(day: date, clock: str) -> datetime:
    """The first instant at which the wall shows this; UTC."""
    return datetime.combine(day, time.fromisoformat(clock), ZONE).astimezone(UTC)


def shown(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%H:%M}"


def quarters(day: date) -> list[datetime]:
    """Each quarter of an hour from six in the evening before to nine in the morning."""
    at, found = wall(day - DAY, "18:00"), []
    while at <= wall(day, "09:00"):
        found.append(at)
        at += 15 * MINUTE
    return found


def run(
    facts: Facts, now: datetime, end: datetime
) -> tuple[list[tuple[DutyRole, datetime]], Clock]:
    """Who is told when, looking only when the clock says to: as the worker does."""
    told, look = [], clocks.look_at(facts)
    while look is not None and look <= end:
        now = max(look, now)
        clock = facts.clock
        if clock.snoozed_until is not None and clock.snoozed_until <= now:
            clock = clocks.after_waking(clock, facts.kind, silent=False, now=now)
        facts = replace(facts, clock=clock)
        climb = clocks.escalations(facts, now)
        told += [(role, now) for role in climb.tell]
        facts = replace(facts, clock=replace(clock, escalated=climb.escalated))
        look = climb.look_at
    return told, facts.clock


@night
@pytest.mark.parametrize("kind", list(AlertKind))
def test_targets_are_so_many_minutes_and_rungs_follow_them(day, length, kind):
    """By the wall only what is the day's work, which waits for seven in the morning."""
    target = TARGETS[kind]
    held = clocks.RUNGS[target.ladder] and target.ladder.value == "day"
    for raised in quarters(day)[::4]:
        clock = clocks.anew(Clock(), kind, raised)
        assert clock.attend_by == raised + target.within
        told, _ = run(Facts(kind, clock, LONDON), raised, raised + 40 * HOUR)
        for (role, at), (wanted, after) in zip(told, clocks.RUNGS[target.ladder], strict=True):
            exact = raised + target.within + after
            assert role is wanted
            if held:
                assert at == clocks.after_quiet(exact, LONDON)
                assert QUIET_FROM > at.astimezone(ZONE).time() >= time(7)
            else:
                assert at == exact


@night
def test_quiet_hours_of_alerts_and_contacts_end_when_the_wall_says_so(day, length):
    contact = Contact("sms", "1", quiet_from=time(22), quiet_to=time(7), timezone=LONDON)
    begin, end = wall(day - DAY, "22:00"), wall(day, "07:00")
    assert end - begin == length + HOUR
    for at in quarters(day):
        inside = begin <= at < end
        assert quiet_until(contact, at) == (end if inside else None)
        assert clocks.after_quiet(at, LONDON) == (end if inside else at)


@night
@pytest.mark.parametrize("minutes", list(LENGTHS))
def test_a_snooze_lasts_its_minutes_and_wakes_once(day, length, minutes):
    kind = AlertKind.BATTERY_LOW
    for begun in quarters(day)[::8]:
        until = begun + minutes * MINUTE
        clocks.check_snooze(kind, Status.RAISED, until, "asleep", now=begun)
        clock = clocks.after_snooze(clocks.anew(Clock(), kind, begun), kind, until)
        assert clocks.look_at(Facts(kind, clock, LONDON)) == until
        _, woken = run(Facts(kind, clock, LONDON), begun, until)
        assert woken.snoozed_until is None
        assert woken.attend_by == until + TARGETS[kind].within


@night
@pytest.mark.parametrize("act", [Act.ACKNOWLEDGE, Act.TAKE_IN_HAND])
def test_who_attends_it_in_the_doubled_or_skipped_hour_hears_no_more(day, length, act):
    kind = AlertKind.CURFEW
    clock = clocks.anew(Clock(), kind, wall(day, "00:30"))
    after = clocks.after_act(
        clock, kind, act, Status.ACKNOWLEDGED, silent=False, now=wall(day, "01:30")
    )
    assert clocks.look_at(Facts(kind, after, LONDON)) is None


@night
def test_duties_entered_by_the_wall_leave_no_gap_and_do_not_overlap(day, length):
    before = day - DAY
    entered = [
        (read_form_time(f"{start}"), read_form_time(f"{end}"))
        for start, end in (
            (f"{before}T14:00", f"{before}T22:00"),
            (f"{before}T22:00", f"{day}T06:00"),
            (f"{day}T06:00", f"{day}T14:00"),
        )
    ]
    assert [end - start for start, end in entered] == [8 * HOUR, length, 8 * HOUR]
    shifts = [Shift(1, DutyRole.FIRST, start, end) for start, end in entered]
    assert gaps(shifts, DutyRole.FIRST, entered[0][0], entered[-1][1]) == []
    for at in quarters(day)[:-1]:
        assert sum(one.holds(at) for one in shifts) == 1


@night
def test_a_hand_over_at_six_by_the_wall_falls_between_two_shifts(day, length):
    """Nobody is on duty twice and nobody is not: the one ends as the other begins."""
    six = read_form_time(f"{day}T06:00")
    outgoing = Shift(1, DutyRole.FIRST, wall(day - DAY, "22:00"), six)
    incoming = Shift(2, DutyRole.FIRST, six, wall(day, "14:00"))
    for at in (six - MINUTE, six, six + MINUTE):
        assert outgoing.holds(at) is not incoming.holds(at)
    assert shown(six) == "06:00"


@pytest.mark.parametrize(
    ("entered", "instant"),
    [
        ("2026-03-29T01:30", "2026-03-29T01:30"),  # skipped: moved on to 02:30 on the wall
        ("2026-10-25T01:30", "2026-10-25T00:30"),  # doubled: the first
        ("2026-10-25T02:00", "2026-10-25T02:00"),
    ],
)
def test_a_time_of_the_wall_that_is_skipped_or_doubled_is_one_instant(entered, instant):
    assert read_form_time(entered) == datetime.fromisoformat(f"{instant}+00:00")


@night
def test_a_contest_is_reviewed_by_five_by_the_wall_on_the_fifth_working_day(day, length):
    """Good Friday and Easter Monday of 2026 lie in the week after the clocks go forward."""
    fifth = {
        date(2026, 3, 29): date(2026, 4, 2),  # Thursday before Good Friday: Fri 27, Mon .. Thu
        date(2026, 10, 25): date(2026, 10, 29),
        date(2026, 6, 7): date(2026, 6, 11),
    }[day]
    ends = review_by(wall(day - 3 * DAY, "12:00"), zone=LONDON)
    assert ends == wall(fifth, "17:00")
    assert shown(ends) == "17:00"


@night
@pytest.mark.parametrize("every", [HOUR, 4 * HOUR, DAY])
def test_a_digest_comes_within_its_time_and_gathers_what_came_before_it(day, length, every):
    digests = [next_digest(at, every) for at in quarters(day)]
    for at, digest in zip(quarters(day), digests, strict=True):
        assert timedelta(0) < digest - at <= every
    assert digests == sorted(digests)
    assert {b - a for a, b in pairwise(digests)} <= {timedelta(0), every}


@night
def test_a_canary_that_sings_every_five_minutes_rings_nobody_all_night(day, length):
    for at in quarters(day):
        for late in range(0, 300, 60):
            now = at + timedelta(seconds=late)
            pulse = Pulse(now, now, {"gt06": at}, {"gt06": at})
            assert faults(pulse, now) == []
    silent = Pulse(at, at, {"gt06": at - CANARY_EVERY - 2 * MINUTE}, {"gt06": at})
    assert [one.name for one in faults(silent, at)] == ["canary:inbox:gt06"]


def reminded(asked: Requirement, start: datetime, end: datetime):
    """(kind, step, fate, when it came, what for), by the wall; looking only when told to."""
    order = Order("O", OrderKind.COMMUNITY_ORDER, start - 30 * DAY, None, (asked,))
    facts, now, found = Asked(0, (order,), start), start, []
    while now < end:
        due = reminders_due(facts, now)
        found += [
            (one.occasion.kind, one.step, one.fate, shown(now), shown(one.occasion.edge_at))
            for one in due
        ]
        facts = replace(facts, handled=frozenset(facts.handled) | {one.key for one in due})
        now = next_look(facts, now)
    return found


@night
def test_reminders_of_appointments_come_by_the_wall_the_evening_before_and_two_hours_before(
    day, length
):
    for clock in ("03:00", "08:00", "10:00"):
        two_before = shown(wall(day, clock) - 2 * HOUR)
        asked = appointment(clock, days="SU", starts_on=f"{day - 28 * DAY:%Y%m%d}")
        assert reminded(asked, wall(day - DAY, "12:00"), wall(day, "12:00")) == [
            (Kind.APPOINTMENT, Step.EVENING_BEFORE, Fate.TOLD, "18:00", clock),
            (Kind.APPOINTMENT, Step.HOURS_BEFORE, Fate.TOLD, two_before, clock),
        ]


@night
@pytest.mark.parametrize("start", ["19:00", "00:30", "01:30", "02:15"])
def test_a_reminder_of_a_curfew_comes_once_half_an_hour_before(day, length, start):
    """At 01:30 of the nights: skipped in March, and moved on; doubled in October, the first."""
    rows = (TimetableRow(DAYS, start, "07:00"),)
    asked = Requirement("C", RequirementKind.CURFEW, (a_zone(),), rows)
    begins = wall(day if start < "12:00" else day - DAY, start)
    came = reminded(asked, begins - 4 * HOUR, begins + 5 * HOUR)
    assert came == [(Kind.CURFEW, Step.SOON, Fate.TOLD, shown(begins - 30 * MINUTE), shown(begins))]


@night
def test_a_kept_week_is_told_on_monday_at_nine_by_the_wall(day, length):
    monday = day - timedelta(days=6)  # the clocks change on its Sunday
    assert shown(told_at(monday, LONDON)) == "09:00"
    assert told_at(monday, LONDON).astimezone(ZONE).date() == day + DAY


@night
def test_an_all_clear_comes_on_a_full_half_hour_and_never_early(day, length):
    for ended in quarters(day):
        for after in (0, 7, 59):
            warned = ended - after * MINUTE
            at = all_clear_at(ended, warned)
            assert at.minute in {0, 30}
            earliest = max(ended + QUIET_FOR, warned + STANDS_FOR)
            assert timedelta(0) <= at - earliest < ROUND


@pytest.mark.database
@pytest.mark.django_db
@night
def test_a_suspension_agreed_by_the_wall_ends_when_the_wall_says_so(
    day, length, tmp_path, settings
):
    settings.LAKE_URI = str(tmp_path / "lake")
    Telling()
    from_at, to_at = read_form_time(f"{day - DAY}T22:00"), read_form_time(f"{day}T06:00")
    suspend(person(), from_at, to_at, "hospital", by=officer(), now=from_at - HOUR)
    assert to_at - from_at == length
    for at in quarters(day):
        assert (person() in suspended_until([person()], now=at)) == (from_at <= at < to_at)
    assert fire_suspensions(to_at - MINUTE) == 0
    assert fire_suspensions(to_at) == 1
    assert fire_suspensions(to_at + HOUR) == 0
