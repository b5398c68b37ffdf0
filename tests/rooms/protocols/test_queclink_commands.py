"""Commands are the bytes that the public documents show, and answers find their command."""

from __future__ import annotations

import pytest

from waypost.errors import Refused
from waypost.positions.values import DecodedEvent, EventKind
from waypost.protocols import queclink
from waypost.protocols.queclink_commands import NotSpoken, answers, encode, read_vibrations
from waypost.protocols.values import CommandKind


def sent(kind, model="GL300", password="gl300", serial=0xB3C, **more):
    return encode(kind, password=password, serial=serial, model=model, **more).decode()


@pytest.mark.parametrize("model", ["GL300", "gl320mg", "GV300", ""])
def test_any_family_is_asked_where_it_is_in_the_same_words(model):
    assert sent(CommandKind.REPORT_NOW, model) == "AT+GTRTO=gl300,1,,,,,,0B3C$"


def test_the_interval_is_set_in_seconds_and_everything_else_is_left_as_it_is():
    wanted = "AT+GTFRI=gl320m,1,,,,,,60,60,,,,,,,,,,,,FFFF$"
    found = sent(CommandKind.INTERVAL, "GL320M", "gl320m", 0xFFFF, interval_s=60)
    assert found == wanted
    assert found.count(",") == 20


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("GL500", "AT+GTGBC=gl500,,,,,,,,,,,,,5,,,,,,,,,0001$"),
        ("GL505", "AT+GTGBC=gl500,,,,,,,,,,,,,5,,,,,,,,,,0001$"),
    ],
)
def test_hibernating_families_take_minutes(model, wanted):
    assert sent(CommandKind.INTERVAL, model, "gl500", 1, interval_s=300) == wanted
    with pytest.raises(Refused, match="whole minutes"):
        sent(CommandKind.INTERVAL, model, "gl500", 1, interval_s=90)


@pytest.mark.parametrize("interval_s", [0, 4, 86_401, -60])
def test_an_interval_that_no_tag_takes_is_refused(interval_s):
    with pytest.raises(Refused, match="5 to 86400 seconds"):
        sent(CommandKind.INTERVAL, interval_s=interval_s)


@pytest.mark.parametrize(
    ("kind", "model", "what"),
    [
        (CommandKind.VIBRATE, "GL300", "makes a GL300 vibrate"),
        (CommandKind.VIBRATE, "", "makes a tag of unknown model vibrate"),
        (CommandKind.INTERVAL, "GV300", "makes a GV300 change its interval"),
    ],
)
def test_a_family_without_the_command_is_refused_by_name(kind, model, what):
    """Bytes made up for a family we have no document of could reset a tag on a leg."""
    with pytest.raises(NotSpoken, match=what):
        sent(kind, model, interval_s=60)


@pytest.mark.parametrize("password", ["", "abc", "gl300,4", "gl300$", "ключ", "a" * 21])
def test_a_password_can_end_no_field_and_no_command(password):
    """`,4` behind a password would be a factory reset."""
    with pytest.raises(Refused, match="password"):
        sent(CommandKind.REPORT_NOW, password=password)


@pytest.mark.parametrize("serial", [-1, 0x10000])
def test_a_serial_out_of_range_is_a_mistake_of_ours(serial):
    with pytest.raises(ValueError, match="16 bits"):
        sent(CommandKind.REPORT_NOW, serial=serial)


def test_the_answer_to_a_command_is_tied_to_it_by_its_serial():
    frame = b"+ACK:GTRTO,1A0401,860000000000011,,RTL,0b3c,20260301100009,00AA$"
    (event,) = queclink.decode(frame).events
    assert answers(event) == 0xB3C


def test_what_is_no_answer_is_tied_to_no_command():
    heartbeat = queclink.decode(b"+ACK:GTHBD,1A0401,860000000000011,,20260301100008,00A9$")
    assert [answers(event) for event in heartbeat.events] == [None]
    assert answers(DecodedEvent(None, EventKind.COMMAND_ANSWER, {"command": "GTFRI"})) is None
    assert answers(DecodedEvent(None, EventKind.SOS, {"serial": "0001"})) is None
    assert answers(DecodedEvent(None, EventKind.COMMAND_ANSWER, {"serial": "no"})) is None


def test_an_operator_can_name_what_makes_a_model_vibrate():
    known = read_vibrations("GL601=GTRTO,G,,,,,; GL601W=GTVIB,3")
    said = [
        encode(CommandKind.VIBRATE, password="gl601", serial=7, model=model, vibrations=known)
        for model in ("GL601", "gl601wx")
    ]
    assert said == [b"AT+GTRTO=gl601,G,,,,,,0007$", b"AT+GTVIB=gl601,3,0007$"]


@pytest.mark.parametrize("text", ["GL601", "GL601=", "=GTRTO,G", "GL601=GTRTO,G$", "X=AT+GTRTO"])
def test_a_vibration_that_is_no_command_is_refused_by_name(text):
    with pytest.raises(ValueError, match="is not like"):
        read_vibrations(text)
