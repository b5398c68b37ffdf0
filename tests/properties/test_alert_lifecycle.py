"""Whatever people do and whatever the machine hears, an alert moves only as NEXT says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from waypost.alerts import lifecycle, urgency
from waypost.alerts.values import NEXT, Act, AlertKind, Outcome, Status
from waypost.errors import Refused
from waypost.rules.values import Certainty

NEWS = st.sampled_from(["news", "withdrawal"])
ACTS = st.tuples(
    st.sampled_from(list(Act)),
    st.sampled_from(["", "because"]),
    st.sampled_from(["", "nonsense", *Outcome]),
)


@given(st.lists(st.one_of(ACTS, NEWS), max_size=30))
def test_every_move_is_in_the_table(steps):
    status = Status.RAISED
    for step in steps:
        before = status
        if step == "news":
            status = lifecycle.after_news(before)
        elif step == "withdrawal":
            status = lifecycle.after_withdrawal(before)
        else:
            act, note, outcome = step
            try:
                status = lifecycle.decide(before, act, note=note, outcome=outcome)
            except Refused:
                continue
            assert act in lifecycle.allowed_acts(before)
        assert status == before or status in NEXT[before]


@given(st.sampled_from(list(Status)), ACTS)
def test_an_act_is_refused_or_does_what_its_button_says(status, step):
    act, note, outcome = step
    try:
        after = lifecycle.decide(status, act, note=note, outcome=outcome)
    except Refused:
        return
    assert after == status if act is Act.NOTE else after in NEXT[status]
    assert note or act not in lifecycle.NEEDS_WORDS
    assert act is not Act.CLOSE or outcome in set(Outcome)


def test_news_never_leaves_an_alert_decided_or_withdrawn():
    """A new violation must be looked at again; what somebody is dealing with stays theirs."""
    for status in Status:
        after = lifecycle.after_news(status)
        assert after in {Status.RAISED, Status.ACKNOWLEDGED, Status.IN_HAND}


def test_only_a_person_closes():
    for status in Status:
        assert lifecycle.after_news(status) is not Status.CLOSED
        if status is not Status.CLOSED:
            assert lifecycle.after_withdrawal(status) is not Status.CLOSED


def test_every_status_but_closed_can_reach_closed_by_hand():
    for status in Status:
        reached, edge = {status}, {status}
        while edge:
            edge = {after for one in edge for after in NEXT[one]} - reached
            reached |= edge
        assert Status.CLOSED in reached


def test_every_kind_has_its_urgency_and_words_and_surer_is_never_less_urgent():
    for kind in AlertKind:
        levels = [
            urgency.urgency(kind, certainty)
            for certainty in (Certainty.POSSIBLE, Certainty.PROBABLE, Certainty.CERTAIN)
        ]
        assert levels == sorted(levels)
        assert 0 <= levels[0] <= levels[-1] <= 100
        assert urgency.headline(kind, Certainty.CERTAIN)
    assert max(urgency.URGENCY, key=lambda kind: urgency.URGENCY[kind]) is AlertKind.SOS


@given(
    st.sampled_from(list(AlertKind)),
    st.integers(0, 180),
    st.one_of(st.none(), st.integers(0, 180)),
)
def test_a_violation_calls_somebody_exactly_when_it_outlasted_its_hold(kind, now_min, ended_min):
    start = datetime(2026, 3, 2, tzinfo=UTC)
    end = None if ended_min is None else start + timedelta(minutes=ended_min)
    now = end or start + timedelta(minutes=now_min)
    lasted = (end or now) - start
    calls = urgency.calls(kind, start, end, now)
    assert calls == (lasted >= urgency.HOLD.get(kind, timedelta(0)))


@given(st.sampled_from(list(AlertKind)), st.integers(0, 100), st.one_of(st.none(), st.just(2)))
def test_only_what_is_told_of_the_tag_stops_calling_once_it_is_long_past(kind, hours, ended_hours):
    """A breach found a month late is still acted on; a month-old silence is history."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    lasted = ended_hours and urgency.HOLD.get(kind, timedelta(0)) + timedelta(hours=ended_hours)
    end = None if lasted is None else start + lasted
    now = (end or start + timedelta(hours=10)) + timedelta(hours=hours)
    calls = urgency.calls(kind, start, end, now)
    until = urgency.CALLS_UNTIL.get(kind)
    assert calls == (end is None or until is None or timedelta(hours=hours) <= until)


BREACHES = {
    AlertKind.EXCLUSION, AlertKind.CURFEW, AlertKind.INCLUSION, AlertKind.RESTRICTION,
    AlertKind.ATTENDANCE,
    AlertKind.SOS, AlertKind.SOS_PROTECTED, AlertKind.STRAP_TAMPER, AlertKind.CASE_TAMPER,
}  # fmt: skip


def test_what_a_person_did_or_suffered_calls_however_late_it_is_found():
    assert not BREACHES & set(urgency.CALLS_UNTIL)
    assert not BREACHES & set(urgency.HOLD)


def test_every_alert_has_an_urgency_and_its_line():
    assert set(urgency.URGENCY) == set(urgency.HEADLINES) == set(AlertKind)
