"""The real gateway over real sockets of tags: what it acknowledged is stored, whatever befalls."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import signal
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection

import pytest

from certificates import Authority, client_context
from gateway_words import WAYPOST, Gateway, set_up
from stream_words import BROKEN, IMEI, fri, sack
from wire_words import IMEI as OTHER_IMEI
from wire_words import datagram, gt06, gt06_login, gt06_place, login, packet, record

STARTED = datetime.now(UTC).replace(microsecond=0)
MEASURED = STARTED - timedelta(hours=2)
SPOKEN = ("queclink", "teltonika", "gt06", "http")
FITTED = STARTED - timedelta(days=30)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("streams")
    set_up(folder, (IMEI, OTHER_IMEI), fitted_at=FITTED)
    return folder


@pytest.fixture(scope="module")
def running(home):
    """One for all who let it live."""
    shared = Gateway(home, *SPOKEN)
    shared.start(lines=6)
    yield shared
    shared.stop(signal.SIGKILL)


@pytest.fixture
def gateway(running):
    empty(running)
    return running


@pytest.fixture
def doomed(home):
    """One that a test may end."""
    own = Gateway(home, *SPOKEN)
    empty(own)
    own.start(lines=6)
    yield own
    if own.process.poll() is None:
        own.stop(signal.SIGKILL)


def empty(gateway) -> None:
    gateway.rows("delete from positions_logentry")
    gateway.rows("delete from devices_quarantinedmessage")


def counted(gateway, pattern: str) -> int:
    """The sum of the figures whose lines match."""
    figures = gateway.ask("GET", "/metrics")[1]
    return sum(int(figure) for figure in re.findall(rf"{pattern}.*? (\d+)$", figures, re.M))


def report(n: int) -> bytes:
    """The n-th report: its place says which it is."""
    return fri(n, at=MEASURED + timedelta(seconds=n), lat=lat_of(n))


def lat_of(n: int) -> float:
    return round(51 + n / 1e4, 6)


def stored(gateway) -> list[float]:
    return [round(lat, 6) for lat in gateway.stored_lats()]


class Line:
    """A tag's connection."""

    def __init__(self, port: int, *, timeout_s: float = 10.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self.heard = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hear(self, size: int) -> bytes:
        """So many bytes, or all there were when the gateway closes."""
        while len(self.heard) < size:
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                more = b""
            if not more:
                break
            self.heard += more
        said, self.heard = self.heard[:size], self.heard[size:]
        return said

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def line():
    opened = []

    def connect(gateway, protocol="queclink", **options):
        opened.append(Line(gateway.ports[protocol], **options))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def test_tags_of_every_protocol_are_answered_once_stored(gateway, line):
    queclink, teltonika, gt = line(gateway), line(gateway, "teltonika"), line(gateway, "gt06")
    queclink.send(report(1))
    assert queclink.hear(11) == sack(1)
    teltonika.send(login() + packet(0x8, record(at=MEASURED, lat=51.2)))
    assert teltonika.hear(5) == b"\x01\0\0\0\x01"
    gt.send(gt06_login(OTHER_IMEI) + gt06(0x22, gt06_place(at=MEASURED, lat=51.3) + b"\0" * 11))
    assert gt.hear(20).startswith(b"xx\x05\x01")
    assert sorted(stored(gateway)) == [lat_of(1), 51.2, 51.3]


def test_datagrams_are_answered_on_the_port_that_connections_have(gateway):
    assert gateway.ports["queclink udp"] == gateway.ports["queclink"]
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as tag:
        tag.settimeout(10)
        tag.sendto(report(1), ("127.0.0.1", gateway.ports["queclink udp"]))
        assert tag.recv(100) == sack(1)
        message = datagram(0x8, record(at=MEASURED, lat=51.2), imei=OTHER_IMEI)
        tag.sendto(message, ("127.0.0.1", gateway.ports["teltonika udp"]))
        assert tag.recv(100)[-1] == 1
    assert stored(gateway) == [lat_of(1), 51.2]


def test_what_is_no_http_is_counted_and_fills_no_log(home, capfd):
    """A line of the log for each would let anybody fill the disk."""
    own = Gateway(home, "http")
    own.start()
    try:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", own.ports["http"]), timeout=5) as line:
                line.sendall(b"\x16\x03\x01 no HTTP at all\r\n\r\n")
                assert line.recv(12) == b"HTTP/1.1 400"
        assert counted(own, r"faults_total.*no_http_request") == 3
    finally:
        own.stop()
    assert "HTTP" not in capfd.readouterr().err


def test_rubbish_is_counted_and_waits_for_an_officer_while_others_go_on(gateway, line):
    before = counted(gateway, 'faults_total{protocol="queclink"')
    rubbish = line(gateway)
    rubbish.send(b"x" * 2000 + BROKEN + report(1))
    assert rubbish.hear(11) == sack(1)
    kept = gateway.rows("select protocol, reason from devices_quarantinedmessage order by id")
    assert {protocol for protocol, _ in kept} == {"queclink"}
    assert kept[-1][1] == "a longitude or latitude is out of range"
    assert counted(gateway, 'faults_total{protocol="queclink"') == before + len(kept)
    assert IMEI not in gateway.ask("GET", "/metrics")[1]


def test_while_the_store_is_away_a_tag_is_cut_off_and_nothing_is_missing_afterwards(gateway, line):
    before = counted(gateway, 'refusals_total{protocol="queclink",reason="store_away"')
    gateway.rows("alter table positions_logentry rename to gone")
    for _ in range(3):
        away = line(gateway)
        away.send(report(1))
        assert away.hear(11) == b""
    gateway.rows("alter table gone rename to positions_logentry")
    back = line(gateway)
    back.send(report(1) + report(2))
    assert back.hear(22) == sack(1) + sack(2)
    assert stored(gateway) == [lat_of(1), lat_of(2)]
    refused = counted(gateway, 'refusals_total{protocol="queclink",reason="store_away"')
    assert refused == before + 3


def test_while_the_store_is_locked_nothing_is_answered_and_then_all_is(gateway, line):
    tags = [line(gateway) for _ in range(20)]
    with closing(sqlite3.connect(gateway.home / "waypost.sqlite3", timeout=20)) as store:
        store.execute("begin immediate")
        for n, tag in enumerate(tags):
            tag.send(report(n))
        tags[0].socket.settimeout(1.0)
        with pytest.raises(TimeoutError):
            tags[0].hear(11)
        store.rollback()
    for n, tag in enumerate(tags):
        tag.socket.settimeout(20)
        assert tag.hear(11) == sack(n)
    assert sorted(stored(gateway)) == [lat_of(n) for n in range(20)]


def test_two_thousand_tags_that_come_back_at_once_are_all_answered(gateway):
    """After an outage of the network a whole estate returns within a second."""
    count = 2000

    async def tag(n):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["queclink"])
        writer.write(report(n))
        said = await reader.readexactly(11)
        writer.close()
        return said

    async def all_of_them():
        return await asyncio.gather(*(tag(n) for n in range(count)))

    assert asyncio.run(all_of_them()) == [sack(n) for n in range(count)]
    assert sorted(stored(gateway)) == [lat_of(n) for n in range(count)]
    assert len(gateway.rows("select 1 from positions_logentry")) < count / 4


def pour(connection: Line, count: int, acknowledged: set[int]) -> None:
    """Send reports as they are acknowledged, a few ahead, until cut off."""
    with contextlib.suppress(OSError):
        for n in range(count):
            connection.send(report(n))
            if n >= 20:
                said = connection.hear(11)
                if not said:
                    return
                acknowledged.add(int(said[6:10], 16))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_killed_or_told_to_stop_it_has_all_that_it_acknowledged_and_the_rest_comes_again(
    doomed, line, how
):
    acknowledged: set[int] = set()
    sender = threading.Thread(target=pour, args=(line(doomed), 4000, acknowledged))
    sender.start()
    time.sleep(0.7)
    code = doomed.stop(how)
    sender.join()
    assert code == (0 if how is signal.SIGTERM else -signal.SIGKILL)
    assert acknowledged
    assert {lat_of(n) for n in acknowledged} <= set(stored(doomed))
    doomed.start(lines=6)
    again = line(doomed)
    again.send(b"".join(report(n) for n in range(200)))
    assert again.hear(11 * 200) == b"".join(sack(n) for n in range(200))
    assert {lat_of(n) for n in range(200)} <= set(stored(doomed))


def test_told_to_stop_it_answers_the_frames_that_wait_for_a_commit(doomed, line):
    tags = [line(doomed) for _ in range(30)]
    with closing(sqlite3.connect(doomed.home / "waypost.sqlite3", timeout=20)) as store:
        store.execute("begin immediate")
        for n, tag in enumerate(tags):
            tag.send(report(n))
        time.sleep(0.5)
        doomed.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        store.rollback()
    assert [tag.hear(11) for tag in tags] == [sack(n) for n in range(30)]
    assert doomed.process.wait(timeout=40) == 0
    assert sorted(stored(doomed)) == [lat_of(n) for n in range(30)]


def test_limits_of_the_command_line_hold_over_every_door(home, line):
    running = Gateway(home, "queclink", "http")
    running.start("--limit", "connections=3", "--limit", "frames-per-address-s=1",
                  "--limit", "loopback=1", lines=3)  # fmt: skip
    try:
        assert [running.ask("GET", "/intake/osmand?id=D1")[0] for _ in range(3)] == [200, 200, 429]
        time.sleep(0.2)
        held = [line(running) for _ in range(3)]
        time.sleep(0.2)
        assert line(running).hear(1) == b""
        held[0].close()
        time.sleep(0.2)
        assert 'reason="too_many_connections"} 1' in running.ask("GET", "/metrics")[1]
    finally:
        running.stop()


def certificate_of(running, context) -> bytes:
    """What the gateway shows just now."""
    port = running.ports["queclink+tls"]
    plain = socket.create_connection(("127.0.0.1", port), timeout=10)
    with context.wrap_socket(plain, server_hostname="127.0.0.1") as tag:
        return tag.getpeercert(binary_form=True)


def test_over_tls_a_device_speaks_for_itself_alone_at_every_door(home, line):
    authority = Authority(home)
    server, own = authority.server(), authority.client(IMEI)
    running = Gateway(home, "queclink+tls", "http+tls", "http")
    running.rows("delete from positions_logentry")
    running.start("--tls-certificate", server[0], "--tls-key", server[1],
                  "--tls-client-ca", authority.path)  # fmt: skip
    try:
        context = client_context(authority, own)
        plain = socket.create_connection(("127.0.0.1", running.ports["queclink+tls"]), timeout=10)
        with context.wrap_socket(plain, server_hostname="127.0.0.1") as tag:
            tag.sendall(report(1))
            assert tag.recv(100) == sack(1)

        def ask(path, context):
            port = running.ports["http+tls"]
            with closing(HTTPSConnection("127.0.0.1", port, timeout=10, context=context)) as client:
                client.request("GET", path)
                reply = client.getresponse()
                return reply.status, reply.read().decode()

        where = f"timestamp={int(MEASURED.timestamp())}&lat=51.7&lon=0"
        assert ask(f"/intake/osmand?id={IMEI}&{where}", context) == (200, "")
        claim = ask(f"/intake/osmand?id={OTHER_IMEI}&{where}", context)
        assert claim == (403, "the certificate is of another device")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ask("/healthz", client_context(authority))
        assert sorted(stored(running)) == [lat_of(1), 51.7]
        assert running.rows(
            "select device_reference, count from devices_deviceflag where kind = ?",
            "other_certificate",
        ) == [(OTHER_IMEI, 1)]
        shown = certificate_of(running, context)
        authority.server()  # another, in the same files
        running.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert certificate_of(running, context) != shown
        assert running.rows(
            "select count(*) from devices_quarantinedmessage where device_reference = ?",
            OTHER_IMEI,
        ) == [(1,)]
    finally:
        running.stop()


def test_tls_without_files_is_bad_usage(home):
    done = subprocess.run(
        [*WAYPOST, "gateway", "--listen", "queclink+tls=127.0.0.1:0"],
        env=Gateway(home).environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "--tls-certificate" in done.stderr) == (2, True)
    assert "Traceback" not in done.stderr
    assert json.dumps(done.stderr).count("\\n") <= 2
