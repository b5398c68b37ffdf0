"""What leaves now, decided: quiet hours over clock changes, back-off, contacts, nothing dropped."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from waypost.notices.choosing import back_off, choose, plan, quiet_until, weigh
from waypost.notices.liveness import decide_dead
from waypost.notices.templates import Template, default, problems_of
from waypost.notices.values import Contact, Pulse, Takes, Waiting, Weight
from waypost.notices.watching import RING_AGAIN, calls, faults, words_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
NIGHT = Contact("sms", "1", quiet_from=time(22), quiet_to=time(7))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_quiet_hours_end_by_the_clock_on_the_wall_over_both_clock_changes():
    assert quiet_until(NIGHT, utc("2026-03-28T23:00")) == utc("2026-03-29T06:00")  # 7 BST
    assert quiet_until(NIGHT, utc("2026-10-24T22:00")) == utc("2026-10-25T07:00")  # 7 GMT
    assert quiet_until(NIGHT, utc("2026-03-29T06:00")) is None
    assert quiet_until(NIGHT, utc("2026-10-24T20:59")) is None
    assert quiet_until(NIGHT, utc("2026-10-24T21:00")) is not None


def test_an_end_that_the_clock_jumps_over_or_shows_twice():
    half_past = Contact("sms", "1", quiet_from=time(22), quiet_to=time(1, 30))
    assert quiet_until(half_past, utc("2026-03-29T00:30")) == utc("2026-03-29T01:00")
    assert quiet_until(half_past, utc("2026-10-25T00:15")) == utc("2026-10-25T00:30")
    assert quiet_until(half_past, utc("2026-10-25T01:15")) is None


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.times(), st.times(),
)  # fmt: skip
def test_quiet_hours_always_end_within_a_day_and_outside_themselves(now, begin, end):
    begin, end = begin.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0)
    contact = Contact("sms", "1", quiet_from=begin, quiet_to=end)
    until = quiet_until(contact, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(contact, until) is None


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(Weight), st.integers(0, 100)),
        max_size=40,
    ),
    st.integers(0, 5),
)
def test_every_notice_is_sent_once_held_or_said_to_be_hopeless(drawn, room):
    """Limits delay and group but never drop."""
    due = [
        Waiting(number, recipient, weight, NOON - timedelta(minutes=age))
        for number, (recipient, weight, age) in enumerate(drawn)
    ]
    contacts = {
        "a": [Contact("sms", "1")],
        "b": [Contact("sms", "2", digest_every=timedelta(hours=1), quiet_from=time(11),
                      quiet_to=time(13)), Contact("mail", "b")],
    }  # fmt: skip
    made = plan(due, contacts, able={"sms", "mail"}, dead=(), room={"sms": room}, now=NOON)
    sent = [one for parcel in made.parcels for one in parcel.notice_ids]
    assert sorted([*sent, *made.holds, *made.hopeless]) == list(range(len(drawn)))
    assert len({parcel.key for parcel in made.parcels}) == len(made.parcels)
    for one in due:
        if one.weight is Weight.NOW and one.recipient != "c":
            assert any(parcel.notice_ids == (one.notice_id,) for parcel in made.parcels)
    others = [p for p in made.parcels if due[p.notice_ids[0]].weight is not Weight.NOW]
    assert len(others) <= room


@given(st.integers(1, 30), st.integers(0, 10**9), st.sampled_from(Weight))
def test_back_off_grows_stays_bounded_and_is_the_same_each_time(attempts, seed, weight):
    wait = back_off(attempts, seed=seed, weight=weight)
    assert timedelta(seconds=10) < wait <= timedelta(hours=2.5)
    assert wait == back_off(attempts, seed=seed, weight=weight)
    assert back_off(attempts + 2, seed=seed, weight=weight) > wait or wait > timedelta(hours=1.4)


def test_contacts_are_chosen_by_weight_and_a_dead_one_last():
    one = Waiting(1, "a", Weight.NOW, NOON)
    rest = Waiting(2, "a", Weight.SOON, NOON)
    contacts = [Contact("mail", "m"), Contact("sms", "1", Takes.URGENT)]
    able = {"mail", "sms"}
    assert choose(one, contacts, able, ()).channel == "sms"
    assert choose(rest, contacts, able, ()).channel == "mail"
    assert choose(one, contacts, able, {"sms"}).channel == "mail"
    assert choose(rest, contacts[1:], able, ()) is None
    assert choose(one, contacts[:1], able, {"mail"}).channel == "mail"


def test_what_is_urgent():
    assert weigh("raised", {"kind": "sos", "urgency": 10}) is Weight.NOW
    assert weigh("escalated:2", {"kind": "curfew", "urgency": 10}) is Weight.NOW
    assert weigh("raised", {"kind": "curfew", "urgency": 60}) is Weight.SOON
    assert weigh("raised", {"kind": "battery low", "urgency": 15}) is Weight.LATER
    assert weigh("refused", {"visit_id": 3}) is Weight.SOON


def test_a_channel_is_dead_after_failures_in_a_row_or_when_nothing_goes_while_something_waits():
    def dead(failures=0, sent=None, waits=None):
        return decide_dead(
            failures_in_row=failures, last_sent_at=sent, waiting_since=waits, now=NOON
        )

    assert dead() is None
    assert dead(failures=4) is None
    assert dead(failures=5)
    assert dead(waits=NOON - timedelta(minutes=16))
    assert dead(waits=NOON - timedelta(minutes=16), sent=NOON - timedelta(minutes=1)) is None
    assert dead(sent=NOON - timedelta(days=3)) is None


def test_an_agencys_text_can_bring_out_no_name_and_no_place():
    good = default("alert_raised")
    assert problems_of("alert_raised", good) == []
    for text in ("{person_name}", "{alert_id.__class__}", "{alert_id!r}", "{0}", "{", "",
                 "{alert_id:>99999}", "x" * 5000):  # fmt: skip
        assert problems_of("alert_raised", Template(good.subject, text, good.short)), text
    assert problems_of("alert_raised", Template("two\nlines", good.text, good.short))


def test_silence_is_found_rung_at_once_again_and_once_more_when_it_is_over():
    well = Pulse(NOON, NOON, {"gt06": NOON}, {"gt06": NOON})
    assert faults(well, NOON + timedelta(seconds=60)) == []
    assert [one.name for one in faults(None, NOON)] == ["store"]
    late = NOON + timedelta(minutes=16)
    found = faults(well, late)
    assert [one.name for one in found] == [
        "judging", "feed", "canary:inbox:gt06", "canary:channel:gt06",
    ]  # fmt: skip
    rung = {one.name: late for one in found}
    assert len(calls(found, {}, late)) == 4
    assert calls(found, rung, late + timedelta(minutes=1)) == []
    assert len(calls(found, rung, late + RING_AGAIN)) == 4
    over = calls([], rung, late)
    assert all(one.over for one in over)
    assert len(over) == 4
    assert words_of(over).startswith("Over:")


def test_a_house_without_canaries_or_tags_is_not_rung_about_them():
    assert faults(Pulse(NOON), NOON) == []
    assert [one.name for one in faults(Pulse(None), NOON)] == ["judging"]
