"""No order of acts, news and hours loses an alert: what waits for somebody has a time to be brought
up again, or everybody has been told; and who attends it hears no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts import clocks, lifecycle
from waypost.alerts.clocks import CALLS_IN_SUSPENSION, RUNGS, TARGETS, Clock, Facts
from waypost.alerts.values import Act, AlertKind, DutyRole, Outcome, Status
from waypost.errors import Refused

LONDON = "Europe/London"
# About both nights on which clocks change, and one on which they do not.
STARTS = st.sampled_from(
    [datetime(2026, 3, 28, 18, tzinfo=UTC), datetime(2026, 10, 24, 18, tzinfo=UTC),
     datetime(2026, 6, 1, 18, tzinfo=UTC)]
)  # fmt: skip
KINDS = st.sampled_from(list(AlertKind))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("act"), st.sampled_from(list(Act))),
        st.tuples(st.just("news"), st.booleans()),
        st.tuples(st.just("withdrawn"), st.none()),
        st.tuples(st.just("snooze"), st.integers(1, 1440)),
        st.tuples(st.just("wait"), st.integers(1, 900)),
        st.tuples(st.just("duty"), st.sets(st.sampled_from(list(DutyRole)))),
        st.tuples(st.just("suspend"), st.booleans()),
    ),
    max_size=25,
)


class Room:
    """One alert and its clock, told of time as the worker is: at each due time."""

    def __init__(self, kind: AlertKind, now: datetime) -> None:
        self.kind, self.now, self.status = kind, now, Status.RAISED
        self.manned: frozenset[DutyRole] = frozenset(DutyRole)
        self.silent = False
        self.told: list[tuple[DutyRole, datetime]] = []
        self.clock = clocks.anew(Clock(), kind, now)
        self.look = clocks.look_at(self.facts())

    def facts(self) -> Facts:
        return Facts(self.kind, self.clock, LONDON, self.manned)

    def keep(self, clock: Clock) -> None:
        self.clock = clock
        self.look = clocks.look_at(self.facts())

    def wait(self, minutes: int) -> None:
        end = self.now + timedelta(minutes=minutes)
        while self.look is not None and self.look <= end:
            self.now = max(self.look, self.now)
            self.fire()
        self.now = end

    def fire(self) -> None:
        if self.clock.snoozed_until is not None and self.clock.snoozed_until <= self.now:
            self.clock = clocks.after_waking(
                self.clock, self.kind, silent=self.hushed, now=self.now
            )
        climb = clocks.escalations(self.facts(), self.now)
        self.told += [(role, self.clock.attend_by) for role in climb.tell]
        self.clock = Clock(self.clock.attend_by, climb.escalated, self.clock.snoozed_until)
        self.look = climb.look_at
        assert self.look is None or self.look > self.now

    @property
    def hushed(self) -> bool:
        return self.silent and self.kind not in CALLS_IN_SUSPENSION

    def take(self, what: str, given) -> None:
        if what == "wait":
            self.wait(given)
        elif what == "duty":
            self.manned = frozenset(given)
        elif what == "suspend":
            ends = self.silent and not given
            self.silent = given
            if ends and self.clock == Clock() and self.status is Status.RAISED:
                self.keep(clocks.anew(Clock(), self.kind, self.now))
        elif what == "snooze":
            until = self.now + timedelta(minutes=given)
            clocks.check_snooze(self.kind, self.status, until, "asleep", now=self.now)
            self.keep(clocks.after_snooze(self.clock, self.kind, until))
        elif what == "act":
            after = lifecycle.decide(self.status, given, note="because", outcome=Outcome.NO_ACTION)
            self.status = after
            self.keep(
                clocks.after_act(
                    self.clock, self.kind, given, after, silent=self.hushed, now=self.now
                )
            )
        else:
            self.hear(what, given)

    def hear(self, what: str, graver: bool) -> None:
        before = self.status
        follow = lifecycle.after_news if what == "news" else lifecycle.after_withdrawal
        if before is Status.CLOSED and what == "withdrawn":
            return
        self.status = follow(before)
        self.keep(
            clocks.after_news(
                self.clock, self.kind, before, self.status,
                graver=bool(graver), silent=self.hushed, now=self.now,
            )
        )  # fmt: skip


@given(KINDS, STARTS, STEPS)
def test_no_order_of_acts_loses_an_alert(kind, start, steps):
    room = Room(kind, start)
    for what, given_ in steps:
        try:
            room.take(what, given_)
        except Refused:
            continue
        last = len(RUNGS[TARGETS[kind].ladder])
        waits = room.status is Status.RAISED and not room.hushed
        if waits and room.clock.snoozed_until is None:
            assert room.clock.attend_by is not None
            assert room.look is not None or room.clock.escalated == last
        if room.clock.snoozed_until is not None:
            assert room.look is not None
            assert room.look <= max(room.clock.snoozed_until, room.now)


@given(KINDS, STARTS, STEPS)
def test_each_rung_is_told_once_for_each_run_of_the_clock(kind, start, steps):
    room = Room(kind, start)
    for what, given_ in steps:
        try:
            room.take(what, given_)
        except Refused:
            continue
    room.wait(60 * 48)
    assert len(room.told) == len(set(room.told))


@given(KINDS, STARTS, STEPS, st.sampled_from([Act.ACKNOWLEDGE, Act.TAKE_IN_HAND]))
def test_attending_stops_all_further_notices(kind, start, steps, act):
    room = Room(kind, start)
    for what, given_ in [*steps, ("act", act)]:
        try:
            room.take(what, given_)
        except Refused:
            if (what, given_) == ("act", act):
                return
    told = len(room.told)
    room.wait(60 * 72)
    assert len(room.told) == told
    assert room.look is None


@given(KINDS, STARTS, st.integers(0, 60 * 24), st.integers(0, 60 * 24))
def test_time_alone_brings_an_unattended_alert_to_its_last_rung(kind, start, before, after):
    room = Room(kind, start + timedelta(minutes=before))
    raised = room.now
    room.wait(after)
    due = [role for role, at in clocks.rung_times(room.facts()) if at <= room.now]
    assert [role for role, _ in room.told] == due
    assert room.clock.attend_by == raised + TARGETS[kind].within
