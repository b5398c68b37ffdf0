"""Live tags: what they say is a pure script, and what they send is sent until acknowledged."""

from __future__ import annotations

import asyncio
import json
import time
from urllib.parse import parse_qs, urlparse

import numpy as np
import pytest

from waypost.cli.main import main
from waypost.clock import read_instant
from waypost.geo import BRITISH
from waypost.orders.values import RequirementKind
from waypost.worlds.happenings import UNKNOWN_DEVICE
from waypost.worlds.places import town
from waypost.worlds.play import Player
from waypost.worlds.script import shifted, telegrams
from waypost.worlds.values import Part
from waypost.worlds.wire import Line, batch_request
from waypost.worlds.world import people_of

START_S = read_instant("2026-11-20T15:00:00Z").timestamp()


@pytest.fixture(scope="module")
def people():
    return people_of(1, 25, from_s=START_S - 30 * 86_400, until_s=START_S - 60)


@pytest.fixture(scope="module")
def said(people):
    return telegrams(people, town(), 1, START_S, 900)


class Gateway:
    """Stands in for the gateway: answers, or fails in the ways a gateway can."""

    def __init__(self, failing: int = 0, hangs_up: bool = False) -> None:
        self.hangs_up = hangs_up
        self.failing, self.rows, self.keys, self.heads = failing, [], [], []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.close()
        await self.server.wait_closed()

    async def _serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(
                    line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line
                )
                body = await reader.readexactly(int(fields["Content-Length"]))
                if self.failing > 0:
                    self.failing -= 1
                    if self.failing % 2:
                        break  # killed before it answered
                    writer.write(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n")
                    continue
                self._take(head.decode().split("\r\n")[0], fields, body)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
                if self.hangs_up:
                    break
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def _take(self, line, fields, body):
        self.heads.append(line)
        if "Idempotency-Key" in fields:
            self.keys.append(fields["Idempotency-Key"])
            self.rows += json.loads(body)["rows"]
        else:
            self.rows.append(
                {k: v[0] for k, v in parse_qs(urlparse(line.split()[1]).query).items()}
            )


def play(said, gateway_failing=0):
    got = []

    async def run():
        async with Gateway(gateway_failing) as gateway:
            player = Player("127.0.0.1", gateway.port, key="t", clock=lambda: START_S + 1e6,
                            acknowledged=got.extend, lines=4)  # fmt: skip
            return gateway, await player.play(said)

    gateway, tally = asyncio.run(run())
    return gateway, tally, got


def test_every_row_is_sent_and_acknowledged_once(said):
    gateway, tally, got = play(said)
    assert len(gateway.rows) == len(said) == tally.acknowledged == len(got)
    assert len(set(gateway.keys)) == len(gateway.keys)
    assert tally.retries == tally.refused == 0


def test_a_gateway_that_fails_is_asked_again_until_all_is_acknowledged(said):
    gateway, tally, got = play(said[:300], gateway_failing=21)
    assert tally.retries == 21
    assert sorted(map(id, got)) == sorted(map(id, said[:300]))
    assert len(gateway.rows) == 300


def test_a_gateway_that_hangs_up_between_requests_costs_no_retry(said):
    async def run():
        async with Gateway(hangs_up=True) as gateway:
            player = Player("127.0.0.1", gateway.port, key="t", lines=1)
            for one in said[:3]:
                tally = await player.play([one])
                await asyncio.sleep(0.05)
            line = Line("127.0.0.1", gateway.port)
            for number in range(3):
                status, _ = await line.ask(batch_request(said[:1], f"k{number}"))
                assert status == 200
                await asyncio.sleep(0.05)
            return tally

    assert asyncio.run(run()).retries == 0


def test_a_quiet_hour_of_a_fast_world_is_slept_through_at_its_speed(said):
    """Waiting in world seconds instead of ours once made a fast world crawl."""
    first, last = said[0], shifted(said[-1], said[0].send_s + 3600)
    began = time.monotonic()

    async def run():
        async with Gateway() as gateway:
            clock = lambda: first.send_s + (time.monotonic() - began) * 7200  # noqa: E731
            player = Player("127.0.0.1", gateway.port, key="t", clock=clock, speed=7200)
            return await player.play([first, last])

    assert asyncio.run(run()).acknowledged == 2
    assert 0.4 < time.monotonic() - began < 5


def test_a_phone_states_a_68_percent_radius_and_knots(said):
    gateway, _, _ = play([one for one in said if one.protocol == "osmand"][:1])
    told, sent = gateway.rows[0], next(one for one in said if one.protocol == "osmand")
    assert float(told["accuracy"]) * 1.62 == pytest.approx(sent.row["accuracy_m"], abs=0.02)
    assert int(told["timestamp"]) == int(read_instant(sent.row["time"]).timestamp())
    assert told["id"] == sent.device_id


def test_within_twenty_seconds_somebody_is_deep_in_a_zone(people, said):
    """The inbox of the demo must be alive within a minute."""
    wearer = next(one for one in people if one.part is Part.ENTERS_ZONE)
    zone = wearer.ask(RequirementKind.EXCLUSION).shape
    own = [one for one in said if one.device_id == wearer.tag.device_id
           and one.send_s < START_S + 32 and "lat" in one.row]  # fmt: skip
    east, north = BRITISH.project([o.row["lat"] for o in own], [o.row["lon"] for o in own])
    deep_m = zone.radius_m * 0.6 - np.hypot(east - zone.centre[0], north - zone.centre[1])
    assert (deep_m > 0).any()


def test_the_first_five_minutes_hold_a_strap_a_stranger_s_tag_and_a_late_home_comer(people, said):
    early = [one for one in said if one.send_s < START_S + 300]
    assert "strap_tamper" in {one.row.get("kind") for one in early}
    assert UNKNOWN_DEVICE in {one.device_id for one in early}
    late = next(one for one in people if one.part is Part.LATE_HOME)
    own = [one for one in said if one.device_id == late.tag.device_id
           and START_S + 200 < read_instant(one.row["time"]).timestamp() < START_S + 800
           and "lat" in one.row]  # fmt: skip
    east, north = BRITISH.project([o.row["lat"] for o in own], [o.row["lon"] for o in own])
    assert np.hypot(east - late.home[0], north - late.home[1]).min() > 300


def test_a_tag_that_was_handed_on_is_played_by_its_new_wearer_only(people, said):
    """Keyed by device, the old wearer would inherit a stranger's track."""
    wears = next(one for one in people if one.part is Part.WEARS_USED_TAG)
    rows = [one.row for one in said if one.device_id == wears.tag.device_id and "lat" in one.row]
    east, north = BRITISH.project([r["lat"] for r in rows], [r["lon"] for r in rows])
    old = next(one for one in people if one.part is Part.HANDED_BACK)
    assert np.hypot(east - old.home[0], north - old.home[1]).min() > 500


def test_the_same_seed_and_start_give_the_same_script(people, said):
    assert telegrams(people, town(), 1, START_S, 900) == said


def test_fast_play_stays_in_the_past_and_ends_with_the_present(capsys):
    """A fix from the future would be set aside, so fast worlds start earlier instead."""
    got = []

    async def run():
        async with Gateway() as gateway:
            words = ["world", "play", "--gateway", f"http://127.0.0.1:{gateway.port}"]
            words += ["--wearers", "5", "--speed", "600", "--for", "1"]
            status = await asyncio.to_thread(main, words)
            got.extend(gateway.rows)
            return status

    assert asyncio.run(run()) == 0
    times = [read_instant(row["time"]).timestamp() for row in got if "time" in row]
    assert len(times) > 20
    assert max(times) <= time.time()
    assert min(times) < time.time() - 500
    assert "acknowledged" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["127.0.0.1:8101", "https://x:1", "http://x", "http://x:99999999"])
def test_an_address_that_is_none_is_bad_use(url, capsys):
    assert main(["world", "play", "--gateway", url, "--for", "1"]) == 2
    assert "http://127.0.0.1:8101" in capsys.readouterr().err
