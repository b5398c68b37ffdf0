"""Commands and claims of identity over real sockets: what an officer asks reaches the tag, and a
stranger who speaks under its name is seen."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from gateway_words import Gateway, set_up
from mqtt_words import until

IMEI = "866123456789012"
ASK = """
import django
django.setup()
from waypost import clock
from waypost.access.values import MACHINE
from waypost.devices.actions import queue_command
from waypost.protocols.values import CommandKind
queue_command("IMEI", CommandKind.REPORT_NOW, reason="a test", by=MACHINE, now=clock.now())
""".replace("IMEI", IMEI)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    set_up(folder, (IMEI,), fitted_at=datetime.now(UTC) - timedelta(days=30))
    return folder


@pytest.fixture
def gateway(home):
    running = Gateway(home, "queclink")
    running.start(lines=2)
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


@contextmanager
def tag(gateway, *, at="127.0.0.1"):
    """A connection of a tag from that address: says a line, gives what it hears."""
    with closing(socket.socket()) as line:
        line.settimeout(20)
        line.bind((at, 0))
        line.connect(("127.0.0.1", gateway.ports["queclink"]))

        def say(frame, ending):
            line.sendall(frame.encode())
            heard = b""
            while not heard.endswith(ending.encode()):
                heard += line.recv(1000)
            return heard.decode()

        yield say


def report(count, *, lat=51.5):
    now = datetime.now(UTC) - timedelta(seconds=2)
    return (
        f"+RESP:GTFRI,1A0900,{IMEI},W-11,0,0,1,1,12.6,271,18.4,-0.060211,{lat},{now:%Y%m%d%H%M%S},"
        f"0234,0015,0870,2469,,64,{now:%Y%m%d%H%M%S},{count:04X}$"
    )


def test_what_an_officer_asks_reaches_the_tag_and_its_answer_the_officer(gateway):
    with tag(gateway) as say:
        assert say(report(1), "$") == "+SACK:0001$"
        gateway.rows("update devices_device set model = 'GL300' where reference = ?", IMEI)
        settings = {"DJANGO_SETTINGS_MODULE": "waypost.settings"}
        subprocess.run([sys.executable, "-c", ASK], check=True, env=gateway.environment | settings)

        def asked():
            heard = say(report(2), "$")
            return heard if "AT+" in heard else None

        assert until(asked).endswith("AT+GTRTO=gl300,1,,,,,,0001$")
        now = datetime.now(UTC)
        answer = f"+ACK:GTRTO,1A0401,{IMEI},W-11,RTL,0001,{now:%Y%m%d%H%M%S},00AA$"
        say(answer, "+SACK:00AA$")
    (row,) = gateway.rows("select status, times_sent, answer from devices_devicecommand")
    assert row == ("acknowledged", 1, "GTRTO")


def test_a_stranger_who_speaks_under_the_tags_name_is_flagged_and_heard_all_the_same(gateway):
    """No frame is refused for it: which of the two is the tag an officer must find out."""
    with tag(gateway) as mine, tag(gateway, at="127.9.9.9") as stranger:
        assert mine(report(1), "$") == "+SACK:0001$"
        assert stranger(report(2, lat=53.5), "$") == "+SACK:0002$"
        assert mine(report(3), "$") == "+SACK:0003$"
    flags = gateway.rows("select device_reference, kind from devices_deviceflag order by kind")
    assert flags == [(IMEI, "new_place"), (IMEI, "two_at_once")]
    (found,) = gateway.rows("select count(*) from devices_deviceplace")
    assert found == (2,)
