"""Simulated tags speak as real ones: what they encode, the gateway's decoders read, to the digit.

Encoders and decoders share no code and were written from the public documents by different hands,
so that each is a test of the other.
"""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.clock import to_us
from waypost.positions.values import EventKind
from waypost.protocols import gt06, osmand, owntracks, queclink, teltonika
from waypost.protocols.batch import read_batch
from waypost.protocols.queclink_commands import encode
from waypost.protocols.values import CommandKind, HttpMessage
from waypost.protocols.wire import frames_of
from waypost.worlds import report as words
from waypost.worlds.mouths import TONGUES
from waypost.worlds.report import EVENTS, Report, carried, imei
from waypost.worlds.speak_http import batch_said, osmand_said, owntracks_said

DECODERS = {
    words.QUECLINK: queclink, words.QUECLINK_UDP: queclink, words.TELTONIKA: teltonika,
    words.TELTONIKA_UDP: teltonika, words.GT06: gt06,
}  # fmt: skip
NOW_US = 1_790_000_000_000_000
IMEI = imei(7)
# Not at 0,0, which tags say when they have no place, and never a second twice.
places = st.tuples(
    st.floats(-89, 89).filter(lambda lat: abs(lat) > 0.01), st.floats(-179, 179)
)  # fmt: skip
instants = st.integers(1_262_304_000_000_000, NOW_US)


def reports_of(protocol, spots, first_us, kinds):
    return [
        carried(
            Report(n, first_us + n * 1_000_000, *spot, speed_mps=3.3, course_deg=77.4, event=kind),
            protocol,
        )
        for n, (spot, kind) in enumerate(zip(spots, kinds, strict=False))
    ]


def read(protocol, data, device=None):
    """What the gateway would make of these bytes, and what it would answer."""
    decoder = DECODERS[protocol]
    whole = []
    for frame in frames_of(decoder, data):
        assert frame.fault is None
        decoded = decoder.decode(frame.data, device)
        assert decoded.error is None
        device = decoded.device_id
        whole.append((decoded, decoder.reply(frame.data, decoded) or b""))
    return whole


def logged_in(protocol):
    tongue = TONGUES[protocol](IMEI)
    greeting = tongue.greeting()
    if greeting:
        [(decoded, reply)] = read(protocol, greeting)
        assert decoded.device_id == IMEI
        assert tongue.hear(reply).ready
    return tongue


@pytest.mark.parametrize("protocol", DECODERS)
@given(spots=st.lists(places, min_size=1, max_size=9), first_us=instants, data=st.data())
def test_every_place_event_and_time_comes_out_as_the_wire_carries_it(
    protocol, spots, first_us, data
):
    possible = st.sampled_from([None, *sorted(EVENTS[protocol])])
    kinds = [data.draw(possible) for _ in spots]
    reports = reports_of(protocol, spots, first_us, kinds)
    tongue = logged_in(protocol)
    sent = b"".join(tongue.say(reports, now_us=NOW_US, stored=data.draw(st.booleans())))
    whole = read(protocol, sent, IMEI)
    fixes = [fix for decoded, _ in whole for fix in decoded.fixes]
    assert [(to_us(fix.measured_at), fix.lat, fix.lon) for fix in fixes] == [
        (one.at_us, one.lat, one.lon) for one in reports
    ]
    assert all(fix.valid and fix.accuracy_m is None for fix in fixes)
    events = [event for decoded, _ in whole for event in decoded.events]
    told = [(to_us(e.measured_at), e.kind) for e in events if e.kind is not EventKind.BATTERY_LEVEL]
    assert told == [(one.at_us, one.event) for one in reports if one.event]
    heard = tongue.hear(b"".join(reply for _, reply in whole))
    assert heard.acknowledged == [one.number for one in reports]
    assert not heard.refused


@pytest.mark.parametrize("protocol", sorted(DECODERS.keys() - {words.TELTONIKA_UDP}))
@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_answers_cut_anywhere_acknowledge_the_same(protocol, cuts):
    tongue = logged_in(protocol)
    reports = reports_of(protocol, [(51.5, -0.1)] * 8, NOW_US - 10**9, [None] * 8)
    sent = b"".join(tongue.say(reports, now_us=NOW_US, stored=False))
    answer = b"".join(reply for _, reply in read(protocol, sent, IMEI))
    edges = [0, *sorted(cut % (len(answer) + 1) for cut in cuts), len(answer)]
    got = []
    for start, end in pairwise(edges):
        got += tongue.hear(answer[start:end]).acknowledged
    assert got == list(range(8))


@pytest.mark.parametrize("protocol", DECODERS)
def test_a_sign_of_life_is_read_and_acknowledges_nothing(protocol):
    tongue = logged_in(protocol)
    for decoded, reply in read(protocol, tongue.beat(now_us=NOW_US), IMEI):
        assert decoded.fixes == ()
        assert decoded.device_id == IMEI
        assert tongue.hear(reply).acknowledged == []


@pytest.mark.parametrize("protocol", DECODERS)
def test_an_alarm_sent_again_as_a_stored_one_is_the_same_alarm(protocol):
    """Kept twice it would be told twice: events are the same when kind and attributes are."""
    for kind in EVENTS[protocol]:
        [alarm] = reports_of(protocol, [(51.5, -0.1)], NOW_US - 10**9, [kind])
        told = []
        for stored in (False, True):
            tongue = logged_in(protocol)
            sent = b"".join(tongue.say([alarm], now_us=NOW_US, stored=stored))
            told.append([decoded.events for decoded, _ in read(protocol, sent, IMEI)])
        assert told[0] == told[1]


def test_records_of_which_none_was_taken_stay_with_the_tag():
    """Teltonika's server answers 0 to a packet that came broken."""
    tongue = logged_in(words.TELTONIKA)
    [sent] = tongue.say([Report(0, NOW_US, 51.5, -0.1)], now_us=NOW_US, stored=False)
    broken = sent[:-1] + bytes([sent[-1] ^ 1])
    [frame] = frames_of(teltonika, broken)
    decoded = teltonika.decode(frame.data, IMEI)
    heard = tongue.hear(teltonika.reply(frame.data, decoded))
    assert decoded.error is not None
    assert heard.refused
    assert heard.acknowledged == []


def test_an_answer_for_another_report_acknowledges_nothing():
    queclink_tag, gt06_tag = logged_in(words.QUECLINK), logged_in(words.GT06)
    for tongue in (queclink_tag, gt06_tag):
        tongue.say([Report(3, NOW_US, 51.5, -0.1)], now_us=NOW_US, stored=False)
    assert queclink_tag.hear(b"+SACK:0004$").acknowledged == []
    assert queclink_tag.hear(b"+SACK:0003$").acknowledged == [3]
    assert gt06_tag.hear(bytes.fromhex("78780522000941770d0a")).acknowledged == []


def test_a_queclink_tag_does_what_it_is_told_and_says_so():
    tongue, report = logged_in(words.QUECLINK), Report(0, NOW_US, 51.5, -0.1)
    tongue.say([report], now_us=NOW_US, stored=False)
    command = encode(CommandKind.REPORT_NOW, password="gl300", serial=0xA7, model="GL300")
    answer = tongue.hear(b"+SACK:0000$" + command).answer
    (done, _), (place, _) = read(words.QUECLINK, answer)
    [event] = done.events
    assert event.kind is EventKind.COMMAND_ANSWER
    assert event.attributes["serial"] == "00A7"
    [fix] = place.fixes
    assert (to_us(fix.measured_at), fix.lat, fix.lon) == (NOW_US, 51.5, -0.1)


@given(spot=places, at_us=instants)
def test_a_phone_s_fix_comes_out_as_its_query_or_object_carries_it(spot, at_us):
    report = Report(0, at_us, *spot, accuracy_m=8.1, speed_mps=2.0)
    for protocol, say, decoder in (
        (words.OSMAND, osmand_said, osmand), (words.OWNTRACKS, owntracks_said, owntracks),
    ):  # fmt: skip
        one = carried(report, protocol)
        request = say(one, "owntracks/waypost/phone1")
        headers = {name.lower(): value for name, value in request.headers.items()}
        message = HttpMessage(request.method, request.path, headers, request.body)
        decoded = decoder.decode(message)
        [fix] = decoded.fixes
        assert (to_us(fix.measured_at), fix.lat, fix.lon) == (one.at_us, one.lat, one.lon)
        assert decoded.device_id == "owntracks/waypost/phone1"


@given(spot=places, at_us=instants)
def test_the_hub_s_batch_is_read_row_by_row(spot, at_us):
    reports = [
        carried(Report(0, at_us, *spot, accuracy_m=8.0), words.HUB),
        carried(Report(1, at_us, *spot, event=EventKind.STRAP_TAMPER), words.HUB),
    ]
    request = batch_said(reports, "T1")
    got = read_batch(request.body)
    assert got.problems == []
    fix, event = got.rows[0].fix, got.rows[1].event
    assert (to_us(fix.measured_at), fix.lat, fix.lon) == (
        reports[0].at_us, reports[0].lat, reports[0].lon,
    )  # fmt: skip
    assert (to_us(event.measured_at), event.kind) == (reports[1].at_us, EventKind.STRAP_TAMPER)
    assert reports[1].lat is None, "a row of an event has no place"


def test_the_same_rows_are_the_same_delivery_and_others_are_not():
    """A hub that heard no answer sends the very same batch again, under the same key."""
    one = [Report(0, NOW_US, 51.5, -0.1)]
    key = batch_said(one, "T1").headers["Idempotency-Key"]
    assert batch_said(one, "T1").headers["Idempotency-Key"] == key
    assert batch_said(one, "T2").headers["Idempotency-Key"] != key
    assert json.loads(batch_said(one, "T1").body)["rows"][0]["device_id"] == "T1"


@given(st.integers(0, 10**8 - 1), st.integers(0, 9_999))
def test_a_made_up_imei_has_a_right_check_digit(index, kind):
    digits = [int(digit) for digit in imei(index, kind)]
    doubled = [sum(divmod(digit * 2, 10)) for digit in digits[1::2]]
    assert len(digits) == 15
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_imeis_of_different_tags_differ():
    assert len({imei(index, kind) for index in range(500) for kind in (0, 9_900)}) == 1000
