"""Topics, names, what a broker's message gives, and a subscription with a line of the test's."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime

import pytest
from paho.mqtt.client import MQTTMessage

from mqtt_words import Phone, SmallInThread, place
from waypost.errors import BadUse, Unavailable
from waypost.gateway import mqtt
from waypost.gateway.figures import Tally
from waypost.gateway.mqtt import Subscription, read_broker, read_naming
from waypost.gateway.mqtt_messages import MESSAGE_BYTES_MAX, item
from waypost.gateway.mqtt_names import Names
from waypost.gateway.mqtt_topics import Naming, Topic, name_of, read_topic
from waypost.gateway.values import TagMessage, Taken, UnreadableMessage
from waypost.protocols import owntracks
from waypost.protocols.values import HttpMessage, Unreadable
from waypost.worlds.mqtt_broker import matches, packet, take_packet

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ANNA = Topic("anna", "mobile")


@pytest.mark.parametrize(
    ("naming", "known", "name"),
    [
        ("topic", {"mobile", "anna"}, "owntracks/anna/mobile"),
        ("device", set(), "mobile"),
        ("user", set(), "anna"),
        ("either", {"mobile"}, "mobile"),
        ("either", {"mobile", "owntracks/anna/mobile"}, "owntracks/anna/mobile"),
        ("either", {"anna"}, "owntracks/anna/mobile"),
        ("", set(), "owntracks/anna/mobile"),
    ],
)
def test_a_setting_says_which_part_of_the_topic_names_the_device(naming, known, name):
    assert name_of(ANNA, read_naming(naming), known.__contains__) == name


def test_a_setting_that_is_none_of_these_is_said_to_be():
    with pytest.raises(BadUse, match="topic, device, user, either"):
        read_naming("phone")


@pytest.mark.parametrize("text", ["owntracks/anna/mobile", "owntracks/anna/mobile/event"])
def test_parts_below_a_device_are_the_devices(text):
    assert read_topic(text) == ANNA


@pytest.mark.parametrize(
    "text",
    ["", "owntracks/anna", "owntracks//mobile", "owntracks/anna/", "elsewhere/anna/mobile",
     "owntracks/a/b/c/d", "owntracks/an\nna/mobile", "owntracks/a/" + "x" * 80],
)  # fmt: skip
def test_a_topic_that_is_none_of_ours_is_refused_with_a_reason(text):
    with pytest.raises(Unreadable, match="topic"):
        read_topic(text)


def message(body, *, topic="owntracks/anna/mobile", retain=False):
    made = MQTTMessage(mid=1, topic=topic.encode())
    made.payload, made.qos, made.retain = body, 1, retain
    return made


def test_the_body_cannot_speak_for_another_device():
    body = b'{"_type":"location","topic":"owntracks/ben/x","tid":"BX","tst":1,"lat":1,"lon":2}'
    made = item(message(body), ANNA, "D1", NOW)
    assert isinstance(made, TagMessage)
    assert (made.decoded.device_id, made.decoded.fixes[0].lat) == ("D1", 1)
    again = owntracks.decode(HttpMessage.from_bytes(made.payload))
    assert again == made.decoded


def test_a_request_cannot_pass_for_a_brokers_message():
    body = b'{"_type":"location","topic":"owntracks/ben/x","tst":1,"lat":1,"lon":2}'
    sent = HttpMessage("POST", "/", {"x-limit-d": "D1"}, body)
    assert owntracks.decode(sent).device_id == "owntracks/ben/x"


def test_users_of_a_broker_are_told_apart_like_networks():
    body = b'{"_type":"location","tst":1,"lat":1,"lon":2}'
    anna, ben = (item(message(body), Topic(who, "m"), "D1", NOW) for who in ("anna", "ben"))
    assert anna.network == item(message(body), Topic("anna", "x"), "D1", NOW).network
    assert anna.network != ben.network


def test_a_last_will_that_the_broker_had_kept_says_nothing_of_now():
    will = b'{"_type":"lwt","tst":1}'
    assert item(message(will, retain=True), ANNA, "D1", NOW) is None
    fresh = item(message(will), ANNA, "D1", NOW)
    assert [event.kind.value for event in fresh.decoded.events] == ["no_contact"]
    kept = b'{"_type":"location","tst":1,"lat":1,"lon":2}'
    assert item(message(kept, retain=True), ANNA, "D1", NOW).decoded.fixes


def test_what_is_too_large_is_kept_as_far_as_it_may_be():
    made = item(message(b"x" * (MESSAGE_BYTES_MAX + 1)), ANNA, "D1", NOW)
    assert isinstance(made, UnreadableMessage)
    assert "larger than 1 MiB" in made.reason
    assert made.payload.endswith(b"x" * MESSAGE_BYTES_MAX)


class Line:
    """A line that answers at once, as told."""

    def __init__(self, outcome=None):
        self.outcome, self.items = outcome or Taken(), []

    def keep(self, one, answer, size_bytes):
        self.items.append(one)
        answer(self.outcome)


@pytest.fixture
def small(tmp_path):
    broker = SmallInThread(tmp_path)
    yield broker
    broker.end()


def subscribe(small, line, speak, *, is_done, said=(), tls=False, names=None):
    """A subscription at the broker until `is_done(tally)`; `speak` runs beside it."""

    async def story():
        tally = Tally()
        broker = read_broker("127.0.0.1", small.port, tls=tls, said=dict(said))
        one = Subscription(broker, names or Names(Naming.TOPIC), line.keep, tally)
        serving = asyncio.create_task(one.serve())
        async with asyncio.timeout(20):
            while not tally.open and not tally.refusals:
                await asyncio.sleep(0.01)
            await asyncio.to_thread(speak)
            while not is_done(tally):
                await asyncio.sleep(0.01)
            one.stop()
            await serving
        return tally

    return asyncio.run(story())


def say(port, *spoken):
    def speak():
        phone = Phone(port)
        for topic, body, qos in spoken:
            phone.say(topic, body, qos)
        phone.end()

    return speak


def unacknowledged(small):
    (session,) = [s for name, s in small.broker.sessions.items() if name.startswith("waypost-")]
    return len(session.in_flight) + len(session.waiting)


def test_what_cannot_be_read_is_kept_for_an_officer_and_acknowledged(small):
    """Else the broker would send it again at every connection, for ever."""
    small.start()
    line = Line()
    spoken = [("owntracks/anna/" + "x" * 80, "{}", 1), ("owntracks/anna/mobile", "{", 1)]
    subscribe(small, line, say(small.port, *spoken), is_done=lambda t: t.replies == 2)
    assert unacknowledged(small) == 0
    long, broken = line.items
    assert "longer than 80" in long.reason
    assert broken.decoded.error == "the body is not JSON"


def test_what_was_published_without_a_promise_is_taken_too(small):
    small.start()
    line = Line()
    spoken = [("owntracks/anna/mobile", place(1, 51.5), 0)]
    subscribe(small, line, say(small.port, *spoken), is_done=lambda t: t.replies == 1)
    assert line.items[0].decoded.device_id == "owntracks/anna/mobile"


def test_when_the_line_takes_no_more_the_broker_keeps_it(small, monkeypatch):
    monkeypatch.setattr(mqtt, "PAUSE_S_LEAST", 0.05)
    small.start()
    line = Line(Unavailable("away"))
    spoken = [("owntracks/anna/mobile", place(n, 51.5), 1) for n in range(5)]
    tally = subscribe(
        small, line, say(small.port, *spoken), is_done=lambda t: t.refusals["store_away"] >= 2
    )
    assert (tally.replies, unacknowledged(small)) == (0, 5)
    assert len(line.items) >= 2  # it was sent again


@pytest.mark.parametrize("fails", [0, 1])
def test_the_store_is_asked_who_speaks_once_a_sender_and_its_silence_is_no_answer(
    small, monkeypatch, fails
):
    asked = []

    def fitted(names):
        asked.append(names)
        if len(asked) <= fails:
            raise Unavailable("away")
        return {"mobile"}

    monkeypatch.setattr(mqtt, "PAUSE_S_LEAST", 0.05)
    monkeypatch.setattr("waypost.gateway.mqtt_names._fitted_of", fitted)
    small.start()
    line = Line()
    spoken = [("owntracks/anna/mobile", place(n, 51.5), 1) for n in range(5)]
    names = Names(Naming.EITHER)
    tally = subscribe(
        small, line, say(small.port, *spoken), is_done=lambda t: t.replies >= 5, names=names
    )
    assert {one.decoded.device_id for one in line.items} == {"mobile"}
    assert tally.refusals["store_away"] == fails
    assert asked == [("owntracks/anna/mobile", "mobile")] * len(asked)
    assert fails or len(asked) == 1


def test_a_wrong_password_is_said_and_tried_again_later(tmp_path, monkeypatch):
    monkeypatch.setattr(mqtt, "PAUSE_S_LEAST", 0.05)
    small = SmallInThread(tmp_path, may=lambda *words: words == ("gate", "open sesame"))
    small.start()
    try:
        wrong = {"user": "gate", "password": "open barley"}
        tally = subscribe(
            small, Line(), lambda: None, said=wrong, is_done=lambda t: t.refusals["refused"] >= 2
        )
        assert tally.connections == 0
        right = {"user": "gate", "password": "open sesame"}
        tally = subscribe(small, Line(), lambda: None, said=right, is_done=lambda t: t.open)
        assert tally.connections == 1
    finally:
        small.end()


def test_over_tls_the_broker_must_prove_who_it_is(small, tmp_path, monkeypatch):
    monkeypatch.setattr(mqtt, "PAUSE_S_LEAST", 0.05)
    ours, theirs = certificate(tmp_path / "ours"), certificate(tmp_path / "theirs")
    small.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    small.context.load_cert_chain(*ours)
    small.context.load_verify_locations(ours[0])
    small.context.verify_mode = ssl.CERT_REQUIRED  # and the gateway too
    small.start()
    said = {"ca": str(theirs[0]), "certificate": str(ours[0]), "key": str(ours[1])}
    tally = subscribe(
        small, Line(), lambda: None, said=said, tls=True, is_done=lambda t: t.refusals["tls"]
    )
    assert tally.connections == 0
    said["ca"] = str(ours[0])
    tally = subscribe(small, Line(), lambda: None, said=said, tls=True, is_done=lambda t: t.open)
    assert tally.connections == 1


def test_a_file_that_is_not_there_ends_with_a_sentence(tmp_path):
    broker = read_broker("127.0.0.1", 1, tls=True, said={"ca": str(tmp_path / "none.pem")})
    with pytest.raises(BadUse, match="WAYPOST_MQTT_"):
        broker.context()


def certificate(stem):
    """A self-signed certificate for 127.0.0.1 and its key, as files."""
    from datetime import timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "broker")])
    now = datetime.now(UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
        .add_extension(local, False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    files = stem.with_suffix(".pem"), stem.with_suffix(".key")
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


@pytest.mark.parametrize(
    ("pattern", "topic", "takes"),
    [("a/+/c", "a/b/c", True), ("a/+", "a/b/c", False), ("a/#", "a/b/c", True), ("#", "a", True)],
)
def test_the_small_brokers_wildcards_take_what_mosquittos_do(pattern, topic, takes):
    assert matches(pattern, topic) is takes


@pytest.mark.parametrize("length", [0, 127, 128, 16_384, 2_097_152])
def test_the_small_brokers_packets_are_read_as_written_and_wait_until_whole(length):
    sent = packet(3, b"x" * length, 2)
    read = bytearray(sent[:-1])
    assert take_packet(read) is None
    read += sent[-1:]
    assert take_packet(read) == (3, 2, b"x" * length)
    assert not read
