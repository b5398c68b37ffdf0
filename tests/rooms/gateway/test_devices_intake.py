"""Groups into the store: what is acknowledged is there, once, under the right person."""

from __future__ import annotations

import json
from datetime import timedelta

import pyarrow as pa
import pytest
from django.db import OperationalError

from devices_words import NOW, START, import_orders, orders_file, phone
from waypost.access.models import AuditLine
from waypost.clock import to_us
from waypost.devices.models import BatchDelivery, Device, QuarantinedMessage
from waypost.errors import Unavailable
from waypost.gateway import group as module
from waypost.gateway import quarantine
from waypost.gateway.endpoints import _read_batch
from waypost.gateway.intake import Intake
from waypost.gateway.routing import UNKNOWN_TAG
from waypost.gateway.values import Ping, TagMessage, Taken, UnreadableMessage
from waypost.orders.models import Activation
from waypost.positions import log, raw
from waypost.positions.models import LogEntry, RawMessage, SealedRows
from waypost.positions.schema import SetAside
from waypost.protocols import osmand, owntracks
from waypost.protocols.values import HttpMessage, HttpReply

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def intake():
    import_orders(orders_file(("D1", "D2")))
    return Intake()


def entries():
    return log.entries_after(0, limit=100)


def all_fixes():
    return pa.concat_tables([entry.fixes for entry in entries()]).to_pylist()


def batch(rows, key="k1", token=None):
    return _read_batch(json.dumps({"rows": rows}).encode(), key, token)


def test_a_group_is_one_log_entry_with_its_raw_messages(intake):
    """One-row entries make reads a hundred times slower."""
    replies = intake.write([phone("D1", NOW), phone("D2", NOW, lat=51.6), phone("D1", None)])
    assert replies == [Taken(), Taken(), Taken()]
    assert len(entries()) == 1
    numbers = {row.device_reference: row.pk for row in Activation.objects.all()}
    rows = all_fixes()
    assert [row["activation"] for row in rows] == [numbers["D1"], numbers["D2"], numbers["D1"]]
    assert rows[2]["measured_at"] == NOW  # no time: when we received it
    kept = RawMessage.objects.get(pk=rows[1]["raw_id"])
    assert b"lat=51.6" not in bytes(kept.payload)
    assert b"lat=51.6" in raw.opened(kept)
    assert set(Device.objects.values_list("reference", flat=True)) == {"D1", "D2"}


def test_a_message_without_a_place_is_kept_as_events(intake):
    intake.write([phone("D1", NOW, lat=None, more="&batt=12"), phone("D1", NOW, lat=None)])
    events = entries()[0].events.to_pylist()
    assert [event["kind"] for event in events] == ["battery_level", "contact"]
    assert entries()[0].fixes.num_rows == 0


def test_a_place_without_an_order_live_is_sealed_and_leaves_no_raw_message(db):
    """Monitoring starts and ends with the orders."""
    import_orders(orders_file(("D1",), to=NOW - timedelta(days=1)))
    reply = Intake().write([phone("D1", NOW)])[0]
    assert reply == Taken()
    assert SealedRows.objects.get().row_count == 1
    assert (LogEntry.objects.count(), RawMessage.objects.count()) == (0, 0)


def test_future_and_before_fitting_are_kept_with_the_reason(intake):
    old, ahead = START - timedelta(days=1), NOW + timedelta(days=3)
    intake.write([phone("D1", old), phone("D1", ahead), phone("D1", NOW)])
    marks = [SetAside(row["set_aside"]) for row in all_fixes()]
    assert marks == [SetAside.BEFORE_FITTING, SetAside.FUTURE, SetAside.USABLE]


def test_an_unknown_tag_is_acknowledged_and_kept_for_an_officer(intake):
    """Refused it would resend for ever; dropped it could be the tag fitted an hour ago."""
    reply = intake.write([phone("D9", NOW)])[0]
    kept = QuarantinedMessage.objects.get()
    assert reply == Taken()
    assert (kept.device_reference, kept.reason) == ("D9", UNKNOWN_TAG)
    assert b"51.53" not in bytes(kept.payload)
    assert b"51.53" in HttpMessage.from_bytes(quarantine.opened(kept)).uri.encode()
    assert not Device.objects.filter(reference="D9").exists()


def test_a_tag_fitted_a_moment_ago_is_known_at_once(intake):
    """The directory is read again before anything goes to quarantine, not a second later."""
    intake.write([phone("D1", NOW)])
    import_orders(orders_file(("D1", "D2", "D7")))
    intake.write([phone("D7", NOW)])
    assert QuarantinedMessage.objects.count() == 0
    assert len(all_fixes()) == 2


def test_an_unreadable_message_is_refused_and_kept_whole(intake):
    bad = phone("D1", NOW, lat=123)
    replies = intake.write([bad, UnreadableMessage("batch", b"{", "the body is not JSON", NOW)])
    assert osmand.reply(bad.decoded).status == 400
    assert (replies[0], replies[1].status, bool(replies[1].body)) == (Taken(), 400, True)
    assert [quarantine.opened(row) for row in QuarantinedMessage.objects.order_by("id")] == [
        bad.payload,
        b"{",
    ]


ROW = {"device_id": "D1", "time": "2026-03-20T09:00:00Z", "lat": 51.5, "lon": -0.06}


def test_a_batch_is_answered_row_by_row_and_leaves_one_audit_line(intake):
    rows = [
        ROW,
        ROW,
        ROW | {"lat": 91},
        {"device_id": "D9", "time": ROW["time"], "kind": "sos"},
        {"activation_id": "A-D2", "time": ROW["time"], "kind": "strap_tamper"},
    ]
    before = AuditLine.objects.count()
    reply = intake.write([batch(rows)])[0]
    answer = json.loads(reply.body)
    assert [row["status"] for row in answer["rows"]] == [
        "accepted", "duplicate", "refused", "quarantined", "accepted",
    ]  # fmt: skip
    assert [row["row"] for row in answer["rows"]] == [1, 2, 3, 4, 5]
    assert answer["rows"][2]["problem"]["field"] == "lat"
    assert sum(answer[name] for name in ("accepted", "duplicate", "refused", "quarantined")) == 5
    assert len(all_fixes()) == 1
    line = AuditLine.objects.order_by("-number")[0]
    assert (AuditLine.objects.count() - before, line.kind) == (1, "intake:batch")
    assert b"51.5" not in bytes(line.body)


def test_the_same_key_and_body_get_the_same_answer_and_nothing_twice(intake):
    first = intake.write([batch([ROW])])[0]
    again = intake.write([batch([ROW])])[0]
    assert first == again
    assert (len(all_fixes()), BatchDelivery.objects.count()) == (1, 1)


def test_two_of_the_same_key_in_one_group_count_once(intake):
    replies = intake.write([batch([ROW]), batch([ROW]), batch([ROW | {"lat": 51.6}])])
    assert [reply.status for reply in replies] == [200, 200, 409]
    assert replies[0] == replies[1]
    assert len(all_fixes()) == 1


def test_the_same_key_with_another_body_is_a_conflict(intake):
    intake.write([batch([ROW])])
    assert intake.write([batch([ROW | {"lat": 51.6}])])[0].status == 409
    assert len(all_fixes()) == 1


def test_a_token_that_is_nobodys_is_not_taken_for_the_machine(intake):
    assert intake.write([batch([ROW], token="guess")])[0].status == 401
    assert BatchDelivery.objects.count() == 0


def test_odd_text_in_a_refused_row_can_be_stored(intake):
    """PostgreSQL's JSON has no NUL and no half surrogates; the answer repeats what was sent."""
    rows = [ROW | {"mechanism": "a\x00b\ud800"}, ROW | {"attributes": {"note": "\x00\ud800"}}]
    answer = json.loads(intake.write([batch(rows)])[0].body)
    assert [row["status"] for row in answer["rows"]] == ["refused", "accepted"]


def test_when_the_store_is_away_nothing_is_kept_and_nothing_promised(intake, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(module.log, "append", away)
        with pytest.raises(Unavailable):
            intake.write([phone("D1", NOW), phone("D9", NOW), batch([ROW])])
    kept = [QuarantinedMessage, BatchDelivery, Device, LogEntry]
    assert [model.objects.count() for model in kept] == [0, 0, 0, 0]
    assert intake.write([phone("D1", NOW), batch([ROW])])[1].status == 200
    assert (len(all_fixes()), Device.objects.count()) == (2, 1)


def test_a_message_that_breaks_us_is_kept_for_an_officer_and_spoils_no_other(intake, monkeypatch):
    """Otherwise one message could keep a whole estate from being heard."""
    build = module.build

    def fragile(rows):
        if any(fix.lat == 51.0 for row in rows for fix in row.fixes):
            raise KeyError("a mistake of ours")
        return build(rows)

    monkeypatch.setattr(module, "build", fragile)
    replies = intake.write([phone("D1", NOW), phone("D1", NOW, lat=51.0), phone("D2", NOW)])
    assert replies == [Taken(), HttpReply(200), Taken()]
    assert len(all_fixes()) == 2
    kept = QuarantinedMessage.objects.get()
    assert (kept.device_reference, "KeyError" in kept.reason) == ("D1", True)


HALF, NIL = "\ud800", "\0"  # what JSON can say and a store cannot, or not everywhere


@pytest.mark.parametrize("odd", [HALF, NIL, f'a"{HALF}{NIL}'])
def test_text_that_no_store_can_hold_does_not_break_a_group(intake, odd):
    """A group that fails is written message by message: one sender could make it cost a commit
    each for everybody."""
    told = {"device_id": "D1", "location": {"alarm": f"sos,x{odd}", "activity": {"type": odd}}}
    crossed = {"_type": "transition", "tid": "D2", "event": odd, "desc": odd}
    heard = {"_type": "beacon", "tid": "D2", "uuid": odd}
    replies = intake.write(
        [
            _said(osmand, "osmand", json.dumps(told)),
            _said(owntracks, "owntracks", json.dumps(crossed)),
            _said(owntracks, "owntracks", json.dumps(heard)),
            phone("D2", NOW),
        ]
    )
    assert replies == [Taken()] * 4
    assert (len(entries()), QuarantinedMessage.objects.count()) == (1, 0)


def _said(protocol, name, body):
    message = HttpMessage("POST", "/", {}, body.encode())
    return TagMessage(name, message.to_bytes(), protocol.decode(message), NOW)


def test_ready_means_a_commit_goes_through(intake):
    assert intake.write([Ping()])[0].status == 200
    assert LogEntry.objects.count() == 0


def test_times_are_kept_to_the_microsecond(intake):
    at = NOW - timedelta(milliseconds=1500)
    intake.write([phone("D1", at)])
    assert to_us(all_fixes()[0]["measured_at"]) == to_us(at)
