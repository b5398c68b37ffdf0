"""Frames of unknown tags, read again when the tag has been given to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

import wire_words as words
from devices_words import NOW, import_orders, orders_file
from waypost.access.values import Posted, Role
from waypost.devices.models import QuarantinedMessage
from waypost.errors import Refused
from waypost.gateway import actions
from waypost.gateway.hearing import Speaker, hear
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.positions import log
from waypost.protocols import osmand, owntracks
from waypost.protocols.spoken import STREAMS
from waypost.protocols.values import HttpMessage
from waypost.protocols.wire import Frame

pytestmark = [pytest.mark.database, pytest.mark.django_db]
OFFICER = Posted(1, "Officer", frozenset({Role.MONITORING_OFFICER}))
IMEI = "860000000000011"
AT = NOW - timedelta(minutes=1)
REPORT = (
    f"+RESP:GTFRI,1A0900,{IMEI},W-11,0,0,1,1,12.6,271,18.4,-0.060211,51.530101,"
    f"{AT:%Y%m%d%H%M%S},0234,0015,0870,2469,,64,{AT:%Y%m%d%H%M%S},00A1$"
).encode()


def taken_and_released(message):
    Intake().write([message])
    (waiting,) = QuarantinedMessage.objects.all()
    import_orders(orders_file((message.decoded.device_id,)))
    count = actions.release(waiting.pk, by=OFFICER, now=NOW)
    (entry,) = log.entries_after(0, limit=10)
    return count, entry


def test_a_frame_of_a_stream_is_read_by_its_protocol():
    decoded = STREAMS["queclink"].decode(REPORT, None)
    _, entry = taken_and_released(TagMessage("queclink", REPORT, decoded, NOW))
    assert entry.fixes["lat"].to_pylist() == [51.530101]
    assert entry.fixes["measured_at"].to_pylist() == [AT]


def test_a_message_of_a_broker_is_still_from_whom_its_topic_named():
    body = b'{"_type":"location","tid":"XX","lat":51.5,"lon":0,"tst":%d}' % AT.timestamp()
    sent = owntracks.published("owntracks/anna/mobile", "mobile", body)
    decoded = owntracks.decode(sent)
    count, entry = taken_and_released(TagMessage("owntracks", sent.to_bytes(), decoded, NOW))
    assert (count, entry.fixes["lat"].to_pylist()) == (1, [51.5])


def heard(name, frame, device=None):
    """A frame as its connection brings it: some frames name nobody."""
    message = hear(name, STREAMS[name], Frame(frame), Speaker(device), NOW)
    assert isinstance(message, TagMessage)
    assert message.decoded.error is None
    return message


def asked(*words):
    message = HttpMessage(*words)
    return TagMessage("osmand", message.to_bytes(), osmand.decode(message), NOW)


LOCATION = f'{{"timestamp":"{AT:%Y-%m-%dT%H:%M:%SZ}","coords":{{"latitude":51.5,"longitude":0}}}}'
JSON = f'{{"device_id":"{IMEI}","location":[{LOCATION}]}}'.encode()
QUERY = f"/?id={IMEI}&lat=51.5&lon=0&timestamp={AT.timestamp():.0f}"
RECORD = words.record(at=AT, lat=51.5)


@pytest.mark.parametrize(
    "message",
    [
        heard("gt06", words.gt06(0x12, words.gt06_place(at=AT, lat=51.5)), IMEI),
        heard("teltonika", words.packet(words.CODEC_8, RECORD), IMEI),
        heard("teltonika", words.datagram(words.CODEC_8, RECORD, imei=IMEI)),
        asked("GET", QUERY),
        asked("POST", "/", {"content-type": "application/json"}, JSON),
        asked("POST", "/", {}, JSON),
    ],
    ids=["gt06", "teltonika", "teltonika datagram", "query", "json", "json unsaid"],
)
def test_whatever_brought_it_a_place_is_released_as_it_would_have_been_taken(message):
    """Where a frame names nobody, whom its connection had named is kept beside it."""
    _, entry = taken_and_released(message)
    (row,) = entry.fixes.to_pylist()
    assert (round(row["lat"], 6), row["measured_at"], row["received_at"]) == (51.5, AT, NOW)


def test_a_frame_that_is_no_frame_is_never_released():
    message = hear("gt06", STREAMS["gt06"], Frame(b"xx", "no frame"), Speaker(IMEI), NOW)
    Intake().write([message])
    (waiting,) = QuarantinedMessage.objects.all()
    import_orders(orders_file((IMEI,)))
    with pytest.raises(Refused):
        actions.release(waiting.pk, by=OFFICER, now=NOW)
    assert QuarantinedMessage.objects.get().settled_at is None
