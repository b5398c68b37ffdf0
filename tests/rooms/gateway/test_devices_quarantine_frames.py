"""Frames of unknown tags, read again when the tag has been given to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from devices_words import NOW, import_orders, orders_file
from waypost.access.values import Posted, Role
from waypost.devices.models import QuarantinedMessage
from waypost.gateway import actions
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.positions import log
from waypost.protocols import owntracks
from waypost.protocols.spoken import STREAMS

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
