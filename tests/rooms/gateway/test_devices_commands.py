"""Commands to tags: queued by who may, sent at the next contact, sent again, answered, ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices_words import orders_file
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.devices.actions import cancel_command, queue_command
from waypost.devices.commanding import (
    ANSWER_WITHIN,
    HOLDS_FOR,
    NEXT,
    TIMES_SENT_MAX,
    CommandStatus,
    Due,
    Waiting,
    check_can_move,
    decide_due,
    next_serial,
)
from waypost.devices.models import Device, DeviceCommand, DeviceFlag
from waypost.errors import NoSuchThing, Refused
from waypost.gateway import command_watch
from waypost.gateway.intake import Intake
from waypost.gateway.values import TagMessage
from waypost.orders.actions import import_orders
from waypost.orders.models import Activation
from waypost.orders.read import read_orders
from waypost.positions.values import Decoded, DecodedEvent, EventKind
from waypost.protocols.values import CommandKind

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CENTRE = Posted(7, "Officer 7", frozenset({Role.MONITORING_OFFICER}))
STRANGER = Posted(8, "Officer 8", frozenset({Role.PROBATION_PRACTITIONER}))
STORES = Posted(9, "Officer 9", frozenset({Role.ADMINISTRATOR}))
IMEI = "866123456789012"


# What is decided.


def waiting(**more):
    plain = {"command": 1, "kind": CommandKind.REPORT_NOW, "interval_s": None, "serial": 1,
             "status": CommandStatus.QUEUED, "expires_at": NOW + HOLDS_FOR}  # fmt: skip
    return Waiting(**(plain | more))


SENT = {"status": CommandStatus.SENT, "sent_at": NOW}


@pytest.mark.parametrize(
    ("more", "after", "due"),
    [
        ({}, timedelta(0), Due.SEND),
        ({}, HOLDS_FOR, Due.EXPIRE),
        (SENT | {"times_sent": 1}, ANSWER_WITHIN - MINUTE, None),
        (SENT | {"times_sent": 1}, ANSWER_WITHIN, Due.SEND),
        (SENT | {"times_sent": TIMES_SENT_MAX}, ANSWER_WITHIN - MINUTE, None),
        (SENT | {"times_sent": TIMES_SENT_MAX}, ANSWER_WITHIN, Due.FAIL),
        (SENT | {"times_sent": 1}, HOLDS_FOR, Due.FAIL),
        ({"worn_until": NOW + MINUTE}, timedelta(0), Due.SEND),
        ({"worn_until": NOW}, timedelta(0), Due.EXPIRE),
        (SENT | {"times_sent": 1, "worn_until": NOW}, MINUTE, Due.EXPIRE),
    ],
)
def test_what_is_due_follows_from_how_often_and_when_it_was_sent(more, after, due):
    assert decide_due(waiting(**more), NOW + after) is due


@given(st.lists(st.timedeltas(timedelta(0), timedelta(hours=2)), max_size=60))
def test_whenever_a_deaf_tag_is_heard_it_is_sent_a_command_a_few_times_and_then_left_alone(gaps):
    one, now = waiting(), NOW
    for gap in gaps:
        now += gap
        due = decide_due(one, now)
        if due is Due.SEND:
            one = waiting(status=CommandStatus.SENT, sent_at=now, times_sent=one.times_sent + 1)
    assert one.times_sent <= TIMES_SENT_MAX
    assert decide_due(one, now + 2 * HOLDS_FOR) in {Due.FAIL, Due.EXPIRE}


def test_what_is_done_with_stays_so():
    for status in CommandStatus:
        for after in CommandStatus:
            if after in NEXT[status]:
                check_can_move(status, after)
            else:
                with pytest.raises(Refused, match="any more"):
                    check_can_move(status, after)
    assert next_serial(None) == 1
    assert next_serial(65_535) == 0


# What happens in the store.


@pytest.fixture
def tag(db, monkeypatch):
    """A GL300 on P-<IMEI>, heard before; looked for at every group."""
    monkeypatch.setattr(command_watch, "LOOKED_EVERY_S", 0)
    import_orders(read_orders(orders_file((IMEI,))).rows, by=MACHINE, now=NOW)
    return Device.objects.create(
        reference=IMEI, serial="S1", model="GL300", protocol="queclink", status="fitted",
        known_at=NOW,
    )  # fmt: skip


@pytest.fixture
def intake(tag, monkeypatch):
    """Takes messages at a time of the test's."""
    made = Intake()

    def hear(*events, at=NOW, reachable=True, device=IMEI, count=1):
        monkeypatch.setattr("waypost.gateway.intake.clock.now", lambda: at)
        decoded = Decoded(device, events=events or (DecodedEvent(at, EventKind.CONTACT),))
        frame = TagMessage("queclink", b"+RESP:x$", decoded, at, reachable=reachable)
        outcomes = made.write([frame] * count)
        return tuple(one for outcome in outcomes for one in outcome.commands)

    return hear


def acknowledgement(serial, at=NOW):
    seen = {"command": "GTRTO", "serial": f"{serial:04X}"}
    return DecodedEvent(at, EventKind.COMMAND_ANSWER, seen)


def ask(kind=CommandKind.REPORT_NOW, *, device="S1", by=CENTRE, now=NOW, reason="r", **more):
    return queue_command(device, kind, reason=reason, by=by, now=now, **more)


def status(command):
    return DeviceCommand.objects.get(pk=command).status


@pytest.mark.database
def test_a_command_goes_out_at_the_next_contact_and_its_answer_ends_it(intake):
    command = ask()
    (sent,) = intake()
    assert sent == b"AT+GTRTO=gl300,1,,,,,,0001$"
    assert status(command) == "sent"
    assert intake(at=NOW + MINUTE) == ()
    intake(acknowledgement(9, NOW + MINUTE), at=NOW + MINUTE)
    assert status(command) == "sent"  # another's answer
    intake(acknowledgement(1, NOW + MINUTE), at=NOW + MINUTE)
    row = DeviceCommand.objects.get(pk=command)
    assert (row.status, row.answer, row.answered_at) == ("acknowledged", "GTRTO", NOW + MINUTE)
    lines = AuditLine.objects.filter(kind__startswith="device_command").order_by("number")
    assert [line.kind.partition(":")[2] for line in lines] == ["queued", "sent", "acknowledged"]
    person = Activation.objects.get(device_reference=IMEI).person_id
    assert {line.person_id for line in lines} == {person}
    assert lines[0].officer_id == 7


@pytest.mark.database
def test_a_command_waits_while_a_stranger_may_be_speaking_for_the_tag(intake):
    """It names the password of the whole fleet."""
    command = ask()
    flag = DeviceFlag.objects.create(
        device_reference=IMEI, kind="new_place", first_at=NOW, last_at=NOW
    )
    assert intake() == ()
    assert status(command) == "queued"
    flag.settled_at = NOW
    flag.save()
    (sent,) = intake(at=NOW + MINUTE)
    assert sent.startswith(b"AT+GTRTO")


@pytest.mark.database
def test_a_tag_that_cannot_be_reached_by_its_message_is_asked_later(intake):
    ask()
    assert intake(reachable=False) == ()
    assert len(intake(at=NOW + MINUTE)) == 1


@pytest.mark.database
def test_a_tag_that_does_not_answer_is_asked_again_and_given_up(intake):
    command = ask()
    heard = [intake(at=NOW + n * ANSWER_WITHIN) for n in range(TIMES_SENT_MAX + 2)]
    assert [len(several) for several in heard] == [1] * TIMES_SENT_MAX + [0, 0]
    assert status(command) == "failed"


@pytest.mark.database
def test_a_later_command_of_a_kind_replaces_one_that_waits(intake):
    first = ask(CommandKind.INTERVAL, interval_s=60)
    other = ask(CommandKind.REPORT_NOW)
    second = ask(CommandKind.INTERVAL, interval_s=600)
    assert (status(first), status(other), status(second)) == ("superseded", "queued", "queued")
    assert intake() == (
        b"AT+GTRTO=gl300,1,,,,,,0002$",
        b"AT+GTFRI=gl300,1,,,,,,600,600,,,,,,,,,,,,0003$",
    )


@pytest.mark.database
def test_a_command_is_of_the_wearer_and_not_of_the_next(intake):
    command = ask()
    Activation.objects.filter(device_reference=IMEI).update(to_at=NOW + MINUTE)
    assert intake(at=NOW + 2 * MINUTE) == ()
    assert status(command) == "expired"


@pytest.mark.database
def test_a_command_nobody_fetched_expires_and_says_so(intake):
    command = ask()
    assert intake(at=NOW + HOLDS_FOR) == ()
    assert status(command) == "expired"
    assert AuditLine.objects.filter(kind="device_command:expired").count() == 1


@pytest.mark.database
def test_a_command_can_be_taken_back_while_it_waits(intake):
    command = ask()
    with pytest.raises(Refused, match="why"):
        cancel_command(command, reason=" ", by=CENTRE, now=NOW)
    with pytest.raises(Refused, match="not among yours"):
        cancel_command(command, reason="r", by=STRANGER, now=NOW)
    cancel_command(command, reason="the wrong tag", by=CENTRE, now=NOW)
    assert (status(command), intake()) == ("cancelled", ())
    with pytest.raises(Refused, match="cancelled"):
        cancel_command(command, reason="again", by=CENTRE, now=NOW)
    with pytest.raises(NoSuchThing):
        cancel_command(command + 9, reason="r", by=CENTRE, now=NOW)


@pytest.mark.database
@pytest.mark.parametrize(
    ("changes", "asking", "words"),
    [
        ({}, {"reason": " "}, "why"),
        ({}, {"kind": CommandKind.INTERVAL}, "how often"),
        ({}, {"kind": CommandKind.INTERVAL, "interval_s": 1}, "interval"),
        ({"protocol": "gt06"}, {}, "speak gt06"),
        ({"protocol": ""}, {}, "not heard yet"),
        ({"model": ""}, {}, "password"),
    ],
)
def test_what_a_tag_cannot_be_asked_is_refused_at_once(tag, changes, asking, words):
    Device.objects.filter(pk=tag.pk).update(**changes)
    with pytest.raises(Refused, match=words):
        ask(**asking)
    assert not DeviceCommand.objects.exists()


@pytest.mark.database
def test_only_who_reaches_the_wearers_case_may_ask(tag):
    with pytest.raises(NoSuchThing):
        ask(device="unknown")
    for by in (STRANGER, STORES):
        with pytest.raises(Refused):
            ask(by=by)
    Activation.objects.filter(device_reference=IMEI).update(to_at=NOW)
    with pytest.raises(Refused):
        ask(by=STRANGER)  # nobody's: the inventory's people may
    assert ask()


@pytest.mark.database
def test_when_a_group_is_undone_its_command_was_not_sent(intake, monkeypatch):
    command = ask()
    monkeypatch.setattr("waypost.gateway.deliveries.Deliveries.save", fails_once())
    assert len(intake(count=2)) == 1  # all undone, then each written alone
    row = DeviceCommand.objects.get(pk=command)
    assert (row.status, row.times_sent) == ("sent", 1)


def fails_once():
    from waypost.gateway.deliveries import Deliveries

    plain, left = Deliveries.save, [1]

    def save(self, position, *, now):
        if left:
            left.pop()
            raise RuntimeError("full")
        return plain(self, position, now=now)

    return save


@pytest.mark.database
def test_tags_without_commands_cost_one_query_a_second(tag, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(command_watch, "LOOKED_EVERY_S", 60)
    watch = command_watch.CommandWatch()
    frames = [TagMessage("queclink", b"", Decoded(IMEI), NOW, reachable=True) for _ in range(500)]
    with django_assert_num_queries(1):
        for _ in range(10):
            assert watch.look(frames, None, now=NOW) == {}
