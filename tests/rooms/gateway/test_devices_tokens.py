"""Tokens: found in a request and taken out of it, compared, made, ended, asked for at the door."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices_words import orders_file
from migrated import migrated
from waypost.access.actions import make_token
from waypost.access.models import AuditLine
from waypost.access.values import MACHINE, Posted, Role
from waypost.cli.main import main
from waypost.devices.actions import end_device_token, make_device_token
from waypost.devices.models import Device, DeviceToken, QuarantinedMessage
from waypost.devices.token_queries import device_tokens
from waypost.devices.tokens import (
    WITHOUT,
    WRONG,
    Asked,
    Kept,
    digest_of,
    read_asked,
    refusal_of,
    take_token,
)
from waypost.errors import BadUse, Conflict, NoSuchThing, Read, Refused, Unavailable
from waypost.gateway import token_book
from waypost.gateway.deliveries import Deliveries
from waypost.gateway.intake import Intake
from waypost.gateway.token_book import TokenBook
from waypost.gateway.values import BatchMessage
from waypost.protocols.values import HttpMessage

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WAYPOST = [sys.executable, "-m", "waypost.cli.main"]
OFFICER = Posted(7, "Officer 7", frozenset({Role.PROBATION_PRACTITIONER}))


def basic(words):
    return {"authorization": "Basic " + base64.b64encode(words.encode()).decode()}


@pytest.mark.parametrize(
    ("message", "token", "uri", "body"),
    [
        (HttpMessage("GET", "/?id=D1&token=s%2Fx&lat=1"), "s/x", "/?id=D1&lat=1", b""),
        (HttpMessage("GET", "/?%74oken=s&id=D1"), "s", "/?id=D1", b""),
        (HttpMessage("GET", "/?TOKEN=s"), "s", "/?", b""),
        (HttpMessage("GET", "/?token=s&token=t&id=1"), "s", "/?id=1", b""),
        (HttpMessage("POST", "/", {}, b"id=D1&token=s"), "s", "/", b"id=D1"),
        (HttpMessage("POST", "/", {"authorization": "Bearer s"}, b"{}"), "s", "/", b"{}"),
        (HttpMessage("POST", "/", basic("anna:se:cret"), b"{}"), "se:cret", "/", b"{}"),
        (HttpMessage("POST", "/?token=t", basic("anna:s"), b"{}"), "s", "/?", b"{}"),
        (HttpMessage("POST", "/", {"authorization": "Basic !"}, b"{}"), None, "/", b"{}"),
        (HttpMessage("GET", "/?id=D1&a=%FF&lat=1"), None, "/?id=D1&a=%FF&lat=1", b""),
        (HttpMessage("POST", "/", {}, b'{"token":"s"}'), None, "/", b'{"token":"s"}'),
    ],
)
def test_a_token_is_found_where_apps_put_it_and_the_raw_message_holds_none(
    message, token, uri, body
):
    found, rest = take_token(message)
    assert (found, rest.uri, rest.body) == (token, uri, body)
    assert "authorization" not in rest.headers


@given(st.text(), st.binary(), st.text())
def test_whatever_is_sent_taking_the_token_out_breaks_nothing(uri, body, header):
    _, rest = take_token(HttpMessage("POST", uri, {"authorization": header}, body))
    assert take_token(rest) == (None, rest)


HELD = {"D1": Kept(frozenset({digest_of("s"), digest_of("t")})), "D2": Kept()}


@pytest.mark.parametrize(
    ("device", "token", "asked", "reason"),
    [
        ("D1", "s", Asked.OPTIONAL, None),
        ("D1", "t", Asked.REQUIRED, None),
        ("D1", None, Asked.OPTIONAL, WITHOUT),
        ("D1", "", Asked.OPTIONAL, WITHOUT),
        ("D1", "u", Asked.OPTIONAL, WRONG),
        ("D2", "s", Asked.OPTIONAL, WRONG),  # its only token has ended: the door is shut
        ("D2", None, Asked.OPTIONAL, WITHOUT),
        ("D3", None, Asked.OPTIONAL, None),
        ("D3", "s", Asked.OPTIONAL, None),
        ("D3", None, Asked.REQUIRED, WITHOUT),
        ("D3", "s", Asked.REQUIRED, WRONG),
    ],
)
def test_who_must_show_a_token_and_which(device, token, asked, reason):
    assert refusal_of(device, token, HELD, asked) == reason


@pytest.mark.parametrize(("asked", "trusts"), [(Asked.OPTIONAL, True), (Asked.REQUIRED, False)])
def test_where_every_device_must_show_a_token_hubs_of_this_machine_must_too(asked, trusts):
    assert TokenBook(asked).trusts_this_machine is trusts


def test_a_word_that_says_nothing_about_tokens_is_refused():
    assert read_asked("") is Asked.OPTIONAL
    with pytest.raises(BadUse, match="optional or required"):
        read_asked("sometimes")


def bring(*tags):
    """Persons who wear these tags, in the store."""
    from waypost.orders.actions import import_orders
    from waypost.orders.read import read_orders

    import_orders(read_orders(orders_file(tags)).rows, by=MACHINE, now=NOW)


@pytest.mark.database
@pytest.mark.django_db
def test_only_a_digest_of_a_token_is_kept_and_each_act_leaves_a_line():
    Device.objects.create(reference="D1", serial="S1", known_at=NOW)
    token = make_device_token("S1", by=MACHINE, now=NOW)
    (kept,) = DeviceToken.objects.all()
    assert (kept.digest, len(token)) == (digest_of(token), 32)
    assert [held.number for held in device_tokens("D1", by=MACHINE)] == [kept.pk]
    end_device_token(kept.pk, by=MACHINE, now=NOW)
    assert device_tokens("D1", by=MACHINE) == ()
    with pytest.raises(Conflict):
        end_device_token(kept.pk, by=MACHINE, now=NOW)
    lines = AuditLine.objects.filter(kind__startswith="device_token").order_by("number")
    assert [line.kind for line in lines] == ["device_token:made", "device_token:ended"]
    assert all(token.encode() not in bytes(line.body) for line in lines)


@pytest.mark.database
@pytest.mark.django_db
def test_a_token_is_made_for_a_known_device_by_those_who_may():
    with pytest.raises(NoSuchThing):
        make_device_token("D1", by=MACHINE, now=NOW)
    with pytest.raises(Refused):
        make_device_token("D1", by=OFFICER, now=NOW)
    with pytest.raises(Refused):
        end_device_token(1, by=OFFICER, now=NOW)
    with pytest.raises(Refused):
        device_tokens("D1", by=OFFICER)
    bring("D1")
    assert make_device_token("D1", by=MACHINE, now=NOW)
    assert Device.objects.get(reference="D1").status == "fitted"


@pytest.mark.django_db(transaction=True)
def test_an_ended_token_is_refused_within_a_second_and_without_a_query_a_message(monkeypatch):
    Device.objects.create(reference="D1", known_at=NOW)
    token = make_device_token("D1", by=MACHINE, now=NOW)
    looks = []
    plain = token_book._read
    monkeypatch.setattr(token_book, "_read", lambda known: looks.append(known) or plain(known))

    async def story():
        book = TokenBook(Asked.OPTIONAL)
        several = await asyncio.gather(*(book.refusal("D1", token) for _ in range(100)))
        assert set(several) == {None}
        assert len(looks) == 1
        await asyncio.to_thread(end)
        book._looked_s -= token_book.LOOKED_EVERY_S
        assert await book.refusal("D1", token) == WRONG
        assert await book.refusal("D9", token) is None

    def end():
        end_device_token(DeviceToken.objects.get().pk, by=MACHINE, now=NOW)
        from django.db import connection

        connection.close()

    asyncio.run(story())


def test_when_the_store_is_away_no_token_is_taken_for_good(monkeypatch):
    def away(known):
        raise Unavailable("away")

    monkeypatch.setattr(token_book, "_read", away)
    with pytest.raises(Unavailable):
        asyncio.run(TokenBook(Asked.OPTIONAL).refusal("D1", None))


def batch(token, key="k"):
    return BatchMessage(token, key, "digest", Read(), NOW)


@pytest.mark.database
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.MONITORING_OFFICER, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.POLICE_ANALYST, 403),
        (Role.WEARER, 403),
    ],
)
def test_only_the_token_of_a_hub_may_post_batches_and_a_refusal_is_written_down(role, status):
    token = make_token(role, by=MACHINE, now=NOW)
    deliveries = Deliveries.of([batch(token)], now=NOW)
    assert deliveries.answer(batch(token), lambda rows: {}).status == status
    deliveries.save(None, now=NOW)
    (line,) = AuditLine.objects.filter(kind="intake:batch")
    assert line.outcome == ("done" if status == 200 else "refused")


@pytest.mark.database
@pytest.mark.django_db
def test_an_unknown_token_posts_nothing():
    deliveries = Deliveries.of([batch("nobody's")], now=NOW)
    assert deliveries.answer(batch("nobody's"), lambda rows: {}).status == 401


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_bytes_that_are_no_batch_are_kept_for_those_who_may_post():
    """Anybody could fill the quarantine with eight mebibytes a request: found in review."""
    for role, status, kept in ((Role.ADMINISTRATOR, 400, 1), (Role.WEARER, 403, 1)):
        token = make_token(role, by=MACHINE, now=datetime.now(UTC))  # the intake's own clock
        unread = BatchMessage(token, "k", "digest", Read(), NOW, "it is no JSON", b"[1")
        assert Intake().write([unread])[0].status == status
        assert QuarantinedMessage.objects.count() == kept


@pytest.mark.django_db
def test_the_command_makes_lists_and_ends_tokens(capsys):
    def waypost(*words):
        code = main(["device-token", *words])
        said = capsys.readouterr()
        return code, said.out.strip(), said.err.strip()

    bring("D1")
    code, token, _ = waypost("D1")
    number = DeviceToken.objects.get().pk
    assert (code, len(token)) == (0, 32)
    assert re.fullmatch(rf"{number} made .* UTC", waypost("D1", "--list")[1])
    assert waypost("D1", "--end", str(number + 1))[0] == 1
    assert waypost("D1", "--end", str(number)) == (0, "", "")
    assert waypost("D1", "--list") == (0, "", "")
    code, _, sentence = waypost("D7")
    assert (code, "no such device" in sentence) == (1, True)


def test_at_the_door_a_wrong_token_is_refused_counted_and_kept(tmp_path):
    """The whole way: the gateway as a process, a phone with a token and one without."""
    kept = {name: value for name, value in os.environ.items() if name != "WAYPOST_DATABASE"}
    environment = kept | {"WAYPOST_HOME": str(tmp_path)}

    def waypost(*words):
        done = subprocess.run([*WAYPOST, *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    orders = tmp_path / "orders.json"
    orders.write_bytes(orders_file(("D1", "D2"), start=datetime.now(UTC) - timedelta(days=30)))
    migrated(tmp_path)
    waypost("import", "orders", str(orders))
    token = waypost("device-token", "D1")
    listening = [*WAYPOST, "gateway", "--listen", "http=127.0.0.1:0"]
    process = subprocess.Popen(listening, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        port = int(process.stdout.readline().rpartition(":")[2])

        def ask(path, body=None, headers=()):
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as client:
                client.request("POST" if body else "GET", path, body, dict(headers))
                reply = client.getresponse()
                return reply.status, reply.read().decode()

        place = "lat=51.5&lon=0"
        assert ask(f"/intake/osmand?id=D2&{place}")[0] == 200
        assert ask(f"/intake/osmand?id=D1&{place}") == (401, WITHOUT)
        assert ask(f"/intake/osmand?id=D1&token=guess&{place}") == (401, WRONG)
        assert ask(f"/intake/osmand?id=D1&token={token}&{place}")[0] == 200
        own = json.dumps({"_type": "location", "tid": "D1", "tst": 1, "lat": 51.5, "lon": 0})
        assert ask("/intake/owntracks", own) == (401, WITHOUT)
        right = {"Authorization": basic(f"anna:{token}")["authorization"]}
        assert ask("/intake/owntracks", own, right)[0] == 200
        figures = ask("/metrics")[1]
        assert 'refusals_total{protocol="osmand request",reason="token_not_shown"} 2' in figures
        hub = {"Idempotency-Key": "k", "X-Forwarded-For": "192.0.2.7"}
        assert ask("/intake/batch", '{"rows": []}', hub)[0] == 401
        hub["Authorization"] = "Bearer " + waypost("token", "monitoring_officer")
        assert ask("/intake/batch", '{"rows": []}', hub)[0] == 200
        assert ask("/intake/batch", "no batch", hub | {"Idempotency-Key": "l"})[0] == 400
        guessed = hub | {"Idempotency-Key": "m", "Authorization": "Bearer guessed"}
        assert ask("/intake/batch", "[" * 8_000_000, guessed)[0] == 401
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()
    with closing(sqlite3.connect(tmp_path / "waypost.sqlite3")) as store:
        listed = store.execute(
            "select device_reference, reason from devices_quarantinedmessage order by id"
        ).fetchall()
        unread = ("", "the body is not JSON")  # of the hub; of one who guesses nothing is kept
        assert listed == [("D1", WITHOUT), ("D1", WRONG), ("D1", WITHOUT), unread]
