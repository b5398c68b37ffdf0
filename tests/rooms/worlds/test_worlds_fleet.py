"""A fleet of tags, tried on a broker: what it hands on is what the gateway's decoder reads.

The same fleet speaks to a real gateway in `tests/crash/test_soak_small.py`.
"""

from __future__ import annotations

import asyncio
import json

from waypost.cli.main import main
from waypost.clock import to_us
from waypost.protocols import owntracks
from waypost.protocols.values import HttpMessage
from waypost.worlds.faults import Faults
from waypost.worlds.fleet import Fleet
from waypost.worlds.ledger import Ledger, read_ledger
from waypost.worlds.mqtt_broker import SmallBroker
from waypost.worlds.report import MQTT, Report, carried
from waypost.worlds.script import Telegram
from waypost.worlds.speak_mqtt import MqttTongue
from waypost.worlds.stored import Estate

TOPIC = "owntracks/waypost/phone1"
NOW_US = 1_790_000_000_000_000


class Listening(SmallBroker):
    """Keeps what is published, as a subscriber gets it."""

    def __init__(self, **more):
        super().__init__(**more)
        self.published = []

    def publish(self, topic, body, qos):
        self.published.append((topic, body))
        super().publish(topic, body, qos)


def decoded(topic, body):
    _, user, device = topic.split("/")
    headers = {"x-limit-u": user, "x-limit-d": device}
    return owntracks.decode(HttpMessage("POST", "/", headers, body))


def test_stored_reports_reach_the_broker_through_faults_and_are_held_until_it_has_them(tmp_path):
    estate = Estate(1, 6, 30, "2026-03-01T00:00:00Z", "many", (MQTT,))

    async def run():
        broker = Listening()
        port = await broker.start()
        ledger = Ledger(tmp_path / "ledger.csv")
        fleet = Fleet({MQTT: ("127.0.0.1", port)}, seed=1, ledger=ledger, cut_every_s=0.5)
        await asyncio.wait_for(fleet.play_stored(estate), 60)
        await broker.stop()
        ledger.close()
        return broker.published

    published = asyncio.run(run())
    told = read_ledger(tmp_path / "ledger.csv")
    by_device = {tag.device_id: number for number, tag in told.tags.items()}
    held = set()
    for topic, body in published:
        [fix] = decoded(topic, body).fixes
        place = round(fix.lat * 1e7), round(fix.lon * 1e7)
        held.add((by_device[topic], to_us(fix.measured_at), *place))
    said = told.said.to_pylist()
    assert {(row["tag"], row["at_us"], row["lat_e7"], row["lon_e7"]) for row in said} == held
    assert all(row["acknowledged"] for row in said)
    assert len(said) == sum(30 for tag in estate.everyone() if not tag.live) + sum(
        told.of(tag.number).num_rows for tag in estate.everyone() if tag.live
    )


def test_a_report_published_again_says_so_and_is_the_same():
    report = carried(Report(5, NOW_US, 51.5, -0.1), MQTT)
    tongue = MqttTongue(TOPIC)
    [first] = tongue.say([report], now_us=NOW_US, stored=False)
    [again] = tongue.say([report], now_us=NOW_US, stored=True)
    assert first[0] ^ again[0] == 0x08  # the standard's DUP bit
    assert first[1:] == again[1:]


def test_answers_are_taken_whole_and_a_refusal_is_none():
    tongue = MqttTongue(TOPIC)
    tongue.say([Report(5, NOW_US, 51.5, -0.1)], now_us=NOW_US, stored=False)
    assert tongue.hear(bytes.fromhex("4002")).acknowledged == []
    assert tongue.hear(bytes.fromhex("0006")).acknowledged == [5]
    assert tongue.hear(bytes.fromhex("40020009")).acknowledged == []
    assert tongue.hear(bytes.fromhex("20020005")).refused
    assert MqttTongue(TOPIC).hear(bytes.fromhex("20020000")).ready


def test_a_script_is_told_by_each_tag_s_own_clock_and_the_ledger_knows_it(tmp_path):
    at_s = NOW_US // 1_000_000
    said = [
        Telegram(0.0, device, MQTT, {"time": f"2026-09-21T14:13:2{n}Z", "lat": 51.5, "lon": -0.1})
        for n in range(3)
        for device in (TOPIC, f"{TOPIC}2")
    ]

    async def run():
        broker = Listening()
        port = await broker.start()
        ledger = Ledger(tmp_path / "ledger.csv")
        fleet = Fleet({MQTT: ("127.0.0.1", port)}, seed=1, ledger=ledger)
        wrong = Faults(clock=1.0)
        tally = await asyncio.wait_for(fleet.play_script(said, wrong, clock=lambda: 1.0), 30)
        await broker.stop()
        ledger.close()
        return tally, broker.published

    tally, published = asyncio.run(run())
    assert tally.acknowledged == 6
    clocks = {
        tag.device_id: tag.clock_s for tag in read_ledger(tmp_path / "ledger.csv").tags.values()
    }
    assert all(clocks.values())
    for device, clock_s in clocks.items():
        told = [json.loads(body)["tst"] for topic, body in published if topic == device]
        assert sorted(told) == [at_s + clock_s + n for n in range(3)]


def test_a_play_that_was_killed_goes_on_with_the_same_ledger(tmp_path):
    """Nothing acknowledged is sent again as new; what was not is; tags not yet named are."""
    estate, path = Estate(1, 3, 20, "2026-03-01T00:00:00Z", "none", (MQTT,)), tmp_path / "l.csv"
    first = next(estate.everyone())
    before = Ledger(path)
    before.name(0, first.device_id, MQTT, 0)
    before.sent(0, [carried(estate.walk(first).report(n), MQTT) for n in range(5)])
    before.acknowledged(0, [0, 1, 2])
    before.close()

    async def run():
        broker = Listening()
        port = await broker.start()
        ledger = Ledger(path)
        fleet = Fleet({MQTT: ("127.0.0.1", port)}, seed=1, ledger=ledger)
        tally = await asyncio.wait_for(fleet.play_stored(estate, read_ledger(path)), 30)
        await broker.stop()
        ledger.close()
        return tally, broker.published

    tally, published = asyncio.run(run())
    assert tally.acknowledged == 57
    assert len(published) == 57
    told = read_ledger(path)
    assert sorted(told.tags) == [0, 1, 2]
    assert told.before() == {tag: dict.fromkeys(range(20)) for tag in range(3)}


def test_a_ledger_of_live_tags_is_a_new_one(tmp_path, capsys):
    (tmp_path / "ledger.csv").touch()
    words = ["world", "play", "--gateway", "http://127.0.0.1:9", "--for", "1"]
    assert main([*words, "--ledger", str(tmp_path / "ledger.csv")]) == 2
    assert "new file" in capsys.readouterr().err


def test_a_folder_without_stored_tags_is_bad_use(tmp_path, capsys):
    words = ["world", "play", "--gateway", "http://127.0.0.1:9", "--stored", str(tmp_path)]
    assert main(words) == 2
    assert "world tags" in capsys.readouterr().err


def test_tags_of_a_protocol_without_an_address_are_bad_use(tmp_path, capsys):
    """Better than a play that waits for ever for what cannot be said."""
    assert main(["world", "tags", str(tmp_path), "--tags", "8", "--stored", "2"]) == 0
    words = ["world", "play", "--gateway", "http://127.0.0.1:9", "--stored", str(tmp_path)]
    assert main(words) == 2
    assert "no --gateway for" in capsys.readouterr().err


def test_an_unknown_protocol_of_stored_tags_is_bad_use(tmp_path, capsys):
    assert main(["world", "tags", str(tmp_path), "--protocols", "morse"]) == 2
    assert "morse" in capsys.readouterr().err
