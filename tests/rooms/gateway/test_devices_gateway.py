"""The real gateway as a process, over real sockets: what it acknowledged is in the store, once."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import threading
from datetime import UTC, datetime, timedelta

import pytest

from gateway_words import WAYPOST, Gateway, set_up
from waypost.cli.main import main
from waypost.errors import BadUse
from waypost.gateway.listening import Listen, read_listen

STARTED = datetime.now(UTC).replace(microsecond=0)
FITTED = STARTED - timedelta(days=30)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    set_up(folder, ("D1", "D2"), fitted_at=FITTED)
    return folder


@pytest.fixture
def gateway(home):
    running = Gateway(home)
    running.rows("delete from positions_logentry")
    running.start()
    yield running
    if running.process.poll() is None:
        running.stop(signal.SIGKILL)


def moment(n=0):
    return int(STARTED.timestamp()) - 3600 + n


def test_a_phone_is_acknowledged_at_either_door_once_its_place_is_stored(gateway):
    path = f"?id=D1&timestamp={moment()}&lat=51.5&lon=-0.06&accuracy=8"
    assert gateway.ask("GET", f"/intake/osmand{path}") == (200, "")
    assert gateway.stored_lats() == [51.5]
    assert gateway.ask("POST", f"/{path}".replace("51.5", "51.6"), listener="osmand") == (200, "")
    own = {"_type": "location", "tid": "D1", "tst": moment(9), "lat": 51.7, "lon": -0.06}
    assert gateway.ask("POST", "/intake/owntracks", json.dumps(own)) == (200, "")
    assert gateway.stored_lats() == [51.5, 51.6, 51.7]


def test_two_thousand_phones_at_once_are_all_kept(gateway):
    """After an outage a whole estate comes back within a second."""
    count = 2000

    async def phone(n):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.ports["http"])
        path = f"/intake/osmand?id=D{1 + n % 2}&timestamp={moment(n)}&lat={51 + n / 1e4}&lon=0"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        reply = await reader.read()
        writer.close()
        return int(reply.split()[1]) if reply else 0

    async def burst():
        return await asyncio.gather(*(phone(n) for n in range(count)))

    assert set(asyncio.run(burst())) == {200}
    assert sorted(gateway.stored_lats()) == [51 + n / 1e4 for n in range(count)]
    assert len(gateway.rows("select 1 from positions_logentry")) < count / 4


def test_a_batch_sent_again_is_answered_the_same_and_kept_once(gateway):
    at = (STARTED - timedelta(hours=2)).isoformat()
    rows = [
        {"device_id": "D1", "time": at, "lat": 51.5, "lon": -0.06, "accuracy_m": 6},
        {"device_id": "D1", "time": at, "lat": float("nan"), "lon": -0.06},
        {"device_id": "NOBODY", "time": at, "kind": "strap_tamper"},
    ]
    first = gateway.batch(rows, "delivery-1")
    assert first[0] == 200
    statuses = [row["status"] for row in first[1]["rows"]]
    assert statuses == ["accepted", "refused", "quarantined"]
    assert gateway.batch(rows, "delivery-1") == first
    assert gateway.stored_lats() == [51.5]
    assert gateway.batch(rows[:1], "delivery-1")[0] == 409


def test_bad_requests_get_a_sentence_and_never_a_trace(gateway):
    cases = [
        ("GET", "/intake/osmand?lat=1&lon=1", None, 400, "names no device"),
        ("GET", "/intake/osmand?id=D1&lat=x&lon=1", None, 400, "latitude"),
        ("POST", "/intake/owntracks", b"\xff\xfe{", 400, "not JSON"),
        ("POST", "/intake/batch", b"{}", 400, "Idempotency-Key"),
        ("POST", "/intake/osmand", b"x" * (2**20 + 1), 413, "1 MiB"),
        ("GET", "/intake/osmand?" + "a" * 17_000, None, 413, "larger"),
        ("GET", "/elsewhere", None, 404, "Not Found"),
        ("DELETE", "/intake/osmand?id=D1", None, 405, "Not Allowed"),
    ]
    for method, path, body, status, sentence in cases:
        found = gateway.ask(method, path, body)
        assert (found[0], sentence in found[1]) == (status, True), (path[:40], found)
        assert "Traceback" not in found[1]
    wanting = gateway.ask("POST", "/intake/batch", b"[1", {"Idempotency-Key": "k"})
    assert (wanting[0], json.loads(wanting[1])["error"]) == (400, "the body is not JSON")
    assert gateway.stored_lats() == []


def test_an_unknown_tag_is_acknowledged_and_waits_for_an_officer(gateway):
    assert gateway.ask("GET", "/intake/osmand?id=SPARE-7&lat=51.5&lon=-0.06")[0] == 200
    kept = gateway.rows(
        "select protocol from devices_quarantinedmessage where device_reference = ?", "SPARE-7"
    )
    assert kept == [("osmand",)]


def test_while_the_store_is_away_nothing_is_promised_and_afterwards_all_goes_on(gateway):
    """A 200 for a fix that was not kept is the one answer that may never be given."""
    path = f"/intake/osmand?id=D1&timestamp={moment()}&lat=51.25&lon=-0.06"
    gateway.rows("alter table positions_logentry rename to gone")
    status, sentence = gateway.ask("GET", path)
    assert (status, "try again" in sentence) == (503, True)
    gateway.rows("alter table gone rename to positions_logentry")
    assert gateway.ask("GET", path)[0] == 200
    assert gateway.stored_lats() == [51.25]
    assert gateway.ask("GET", "/readyz")[0] == 200


def test_it_says_how_it_is_without_naming_anybody(gateway):
    gateway.ask("GET", f"/intake/osmand?id=D1&timestamp={moment()}&lat=51.5&lon=-0.06")
    assert gateway.ask("GET", "/healthz") == (200, "alive")
    status, figures = gateway.ask("GET", "/metrics")
    assert status == 200
    assert "waypost_gateway_rows_logged_total 1" in figures.splitlines()
    assert "D1" not in figures


def test_told_to_stop_it_finishes_what_it_has_in_hand(gateway):
    """Every 200 is stored, every other phone still has its fix, and the process ends well."""
    answers = {}

    def phone(n):
        try:
            path = f"/intake/osmand?id=D1&timestamp={moment(n)}&lat={51 + n / 1e3}&lon=0"
            answers[51 + n / 1e3] = gateway.ask("GET", path)[0]
        except OSError:
            answers[51 + n / 1e3] = 0

    phones = [threading.Thread(target=phone, args=(n,)) for n in range(100)]
    for n, thread in enumerate(phones):
        thread.start()
        if n == 50:
            gateway.process.send_signal(signal.SIGTERM)
    for thread in phones:
        thread.join()
    assert gateway.process.wait(timeout=40) == 0
    acknowledged = {lat for lat, status in answers.items() if status == 200}
    assert acknowledged == set(gateway.stored_lats())


def test_killed_it_loses_nothing_that_it_acknowledged(gateway):
    answers = {}

    def phones():
        for n in range(2000):
            lat = 51 + n / 1e4
            path = f"/intake/osmand?id=D1&timestamp={moment(n)}&lat={lat}&lon=0"
            try:
                answers[lat] = gateway.ask("GET", path)[0]
            except OSError:
                return

    sender = threading.Thread(target=phones)
    sender.start()
    threading.Event().wait(0.7)
    gateway.stop(signal.SIGKILL)
    sender.join()
    acknowledged = {lat for lat, status in answers.items() if status == 200}
    assert acknowledged
    assert acknowledged <= set(gateway.stored_lats())


@pytest.mark.parametrize(
    ("text", "listen"),
    [
        ("http=127.0.0.1:8101", Listen("http", "127.0.0.1", 8101)),
        ("osmand=[::1]:0", Listen("osmand", "::1", 0)),
    ],
)
def test_an_address_to_listen_on_is_read(text, listen):
    assert read_listen(text) == listen


@pytest.mark.parametrize(
    "text", ["http", "http=8101", "telex=127.0.0.1:1", "http=h:70000", "http=h:x"]
)
def test_an_address_that_is_none_is_bad_usage(text):
    with pytest.raises(BadUse, match="http"):
        read_listen(text)


def test_a_port_that_is_taken_is_one_plain_sentence(home, monkeypatch):
    taken = Gateway(home)
    taken.start()
    done = subprocess.run(
        [*WAYPOST, "gateway", "--listen", f"http=127.0.0.1:{taken.ports['http']}"],
        env=taken.environment, capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    taken.stop()
    assert done.returncode == 1
    assert "cannot listen on 127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr


def test_listening_to_nothing_is_bad_usage(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["gateway"])
    assert ended.value.code == 2
    assert "--listen" in capsys.readouterr().err
