"""Conversations over TCP: cut anywhere, answered in order after the commit, bounded throughout."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from stream_words import BROKEN, IMEI, fri, in_house, sack
from waypost.gateway import hall as hall_module
from waypost.gateway.limits import Limits, Refusal
from waypost.gateway.values import TagMessage, UnreadableMessage
from waypost.protocols import spoken
from wire_words import IMEI as TELTONIKA_IMEI
from wire_words import gt06, gt06_login, gt06_place, login, packet

NO_FRAME = b"GET / HTTP/1.1\r\n\r\n" + b"x" * 1100


def test_a_report_is_answered_once_it_is_kept_and_the_message_says_where_it_came_from():
    async def story(house):
        said = await house.send(fri(1))
        (item,) = house.store.kept
        assert (said, item.payload, item.decoded.device_id) == (sack(1), fri(1), IMEI)
        assert (item.network, item.reachable) == ("net of 127.0.0.1", True)

    in_house(story)


def test_nothing_is_answered_before_the_commit():
    async def story(house):
        house.store.gate.clear()
        reader, writer = await house.connect()
        writer.write(fri(1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(100), 0.2)
        house.store.gate.set()
        assert await asyncio.wait_for(reader.read(100), 5) == sack(1)
        writer.close()

    in_house(story)


@pytest.mark.parametrize("seed", range(5))
def test_however_tcp_cuts_the_bytes_every_frame_is_kept_once_and_answered_in_order(seed):
    stream = b"".join(fri(n) for n in range(60))
    cuts = sorted(random.Random(seed).sample(range(len(stream)), 40))
    parts = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    async def story(house):
        said = await house.send(*parts, pause_s=0.001)
        assert said == b"".join(sack(n) for n in range(60))
        assert house.store.payloads == [fri(n) for n in range(60)]

    in_house(story)


def test_a_connection_remembers_the_tag_of_its_login():
    async def story(house):
        said = await house.send(login(), packet(), packet())
        assert said == b"\x01" + b"\0\0\0\x01" * 2
        assert {item.decoded.device_id for item in house.store.kept} == {TELTONIKA_IMEI}

    in_house(story, protocol="teltonika")


def test_each_login_names_its_own_connection_only():
    async def story(house):
        await house.send(gt06_login("356000000000001"))
        said = await house.send(gt06(0x12, gt06_place() + b"\0" * 9))
        assert said == b""
        assert house.store.reasons == [None, "it names no device and its connection has named none"]

    in_house(story, protocol="gt06")


def test_records_of_nobody_are_not_acknowledged_since_they_would_be_gone():
    async def story(house):
        assert await house.send(packet()) == b"\0\0\0\0"  # none of them taken: send them again
        assert house.store.reasons == ["it names no device and its connection has named none"]

    in_house(story, protocol="teltonika")


def test_a_client_that_has_said_all_still_gets_its_replies():
    async def story(house):
        house.store.gate.clear()
        asking = asyncio.create_task(house.send(fri(1), fri(2)))
        await house.until(lambda: house.tally.frames == 2)
        await asyncio.sleep(0.1)
        house.store.gate.set()
        assert await asking == sack(1) + sack(2)

    in_house(story)


def test_commands_follow_the_answer_of_the_frame_that_brought_them():
    async def story(house):
        house.store.commands = (b"AT+GTRTO=one$", b"AT+GTRTO=two$")
        assert await house.send(fri(1)) == sack(1) + b"AT+GTRTO=one$AT+GTRTO=two$"

    in_house(story)


def test_bytes_that_are_no_frame_are_kept_counted_and_not_answered():
    async def story(house):
        said = await house.send(NO_FRAME + fri(1), BROKEN, fri(2))
        assert said == sack(1) + sack(2)
        assert b"".join(house.store.payloads).count(b"x" * 900) == 1
        unreadable = [item for item in house.store.kept if isinstance(item, UnreadableMessage)]
        broken = [i for i in house.store.kept if isinstance(i, TagMessage) and i.decoded.error]
        assert unreadable
        assert [item.payload for item in broken] == [BROKEN]
        assert sum(house.tally.faults.values()) == len(unreadable) + 1

    in_house(story)


def test_one_who_sends_nothing_but_rubbish_is_let_go_and_a_good_frame_begins_the_count_anew():
    async def story(house):
        rubbish = [BROKEN] * 2
        assert await house.send(*rubbish, fri(1), *rubbish, pause_s=0.02) == sack(1)
        assert house.refusals[Refusal.RUBBISH] == 0
        said = await house.send(fri(2), BROKEN * 3, pause_s=0.02, end=False)
        assert said == sack(2)  # what was right before is answered
        assert house.refusals[Refusal.RUBBISH] == 1

    in_house(story, limits=Limits(faults_in_a_row=3))


def test_a_decoder_that_breaks_costs_one_frame_and_not_the_connection(monkeypatch):
    queclink = spoken.STREAMS["queclink"]

    def decode(frame, device_id=None):
        if b"0002$" in frame:
            raise KeyError("ours")
        return queclink.decode(frame, device_id)

    fragile = SimpleNamespace(framer=queclink.framer, decode=decode, reply=queclink.reply)
    monkeypatch.setitem(spoken.STREAMS, "queclink", fragile)

    async def story(house):
        assert await house.send(fri(1), fri(2), fri(3)) == sack(1) + sack(3)
        assert house.store.reasons[1].startswith("our reader broke on it")

    in_house(story)


def test_while_the_store_is_away_connections_are_cut_without_a_word_and_come_back_to_answers():
    async def story(house):
        house.store.is_away = True
        assert await house.send(fri(1), end=False) == b""
        assert house.refusals[Refusal.STORE_AWAY] == 1
        house.store.is_away = False
        assert await house.send(fri(1)) == sack(1)
        assert house.store.payloads == [fri(1)]

    in_house(story)


def test_after_a_frame_that_was_not_kept_no_later_one_is_answered():
    """A tag counts acknowledgements: one for the frame behind would be taken for the one lost."""

    async def story(house):
        house.store.gate.clear()
        asking = asyncio.create_task(house.send(fri(1), end=False))
        await house.until(lambda: house.tally.frames == 1)
        house.store.is_away = True
        house.store.gate.set()
        await house.until(lambda: house.refusals[Refusal.STORE_AWAY] == 1)
        house.store.is_away = False
        assert await asking == b""

    in_house(story)


def test_frames_in_flight_are_bounded_and_all_are_answered_in_the_end():
    count = 3000

    async def story(house):
        house.store.gate.clear()
        asking = asyncio.create_task(house.send(b"".join(fri(n) for n in range(count))))
        await asyncio.sleep(0.3)
        most = house.hall.committer.waiting + len(house.store.kept)
        assert most <= 20 + hall_module.READ_BYTES // len(fri(0)) + 1
        house.store.gate.set()
        assert await asking == b"".join(sack(n) for n in range(count))

    in_house(story, limits=Limits(frames_in_flight=20))


def test_a_long_line_holds_readers_back_and_nothing_is_lost(monkeypatch):
    monkeypatch.setattr(hall_module, "FULL_SHARE", 0.01)  # 200 frames
    monkeypatch.setattr(hall_module, "ROOM_SHARE", 0.005)
    clients, each = 20, 100

    async def story(house):
        house.store.gate.clear()
        streams = [b"".join(fri(c * each + n) for n in range(each)) for c in range(clients)]
        asking = [asyncio.create_task(house.send(stream)) for stream in streams]
        await asyncio.sleep(0.3)
        assert house.hall.committer.waiting < 200 + 500 + each * 2
        house.store.gate.set()
        said = await asyncio.gather(*asking)
        for c, replies in enumerate(said):
            assert replies == b"".join(sack(c * each + n) for n in range(each))
        assert len(house.store.kept) == clients * each

    in_house(story)


def test_more_than_may_be_held_back_is_refused(monkeypatch):
    monkeypatch.setattr(hall_module, "FULL_SHARE", 0.0)
    monkeypatch.setattr(hall_module, "HELD_BACK_BYTES_MAX", 300)

    async def story(house):
        first = asyncio.create_task(house.send(fri(1), end=False))
        await asyncio.sleep(0.1)
        assert await house.send(fri(2) * 3, end=False) == b""
        assert house.refusals[Refusal.LINE_FULL] == 1
        monkeypatch.setattr(hall_module, "FULL_SHARE", 0.5)
        await house.until(lambda: house.store.payloads == [fri(1)])
        first.cancel()

    in_house(story)


def test_a_client_that_does_not_read_its_replies_is_no_longer_read_and_then_let_go():
    async def story(house):
        house.store.commands = (b"x" * 20_000,)
        _, writer = await house.connect(limit=1024)
        writer.transport.pause_reading()
        for n in range(2000):
            writer.write(fri(n))
        await house.until(lambda: house.refusals[Refusal.STUCK] == 1)
        writer.close()

    in_house(story, limits=Limits(stuck_s=0.3))


@pytest.mark.parametrize(
    ("limits", "parts", "refusal", "kept"),
    [
        (Limits(useful_within_s=0.3), [], Refusal.NOTHING_USEFUL, 0),
        (Limits(useful_within_s=0.3), [b"\r\n"] * 5, Refusal.NOTHING_USEFUL, 0),
        (Limits(useful_within_s=0.3), [BROKEN], Refusal.NOTHING_USEFUL, 1),
        (Limits(idle_s=0.3), [fri(1)], Refusal.IDLE, 1),
        (Limits(frame_within_s=0.3), [fri(1), *(bytes([c]) for c in fri(2)[:30])],
         Refusal.SLOW_FRAME, 2),
    ],
)  # fmt: skip
def test_a_connection_whose_time_is_up_is_closed_and_what_it_began_is_kept(
    limits, parts, refusal, kept
):
    async def story(house):
        await house.send(*parts, pause_s=0.03, end=False)
        assert house.refusals[refusal] == 1
        await house.until(lambda: len(house.store.kept) == kept)
        if refusal is Refusal.SLOW_FRAME:
            assert fri(2).startswith(house.store.payloads[1])
            assert house.store.reasons[1] == "the frame did not end: slow frame"

    in_house(story, limits=limits)


def test_beyond_its_places_the_door_closes_at_once_and_opens_again():
    async def story(house):
        held = [await house.connect() for _ in range(2)]
        await house.until(lambda: house.tally.open == 2)
        assert await house.send(fri(1), end=False) == b""
        for _, writer in held:
            writer.close()
        await house.until(lambda: house.tally.open == 0)
        assert await house.send(fri(1)) == sack(1)
        assert house.refusals[Refusal.TOO_MANY] == 1

    in_house(story, limits=Limits(connections=2))


def test_one_address_has_its_share_of_places():
    async def story(house):
        _, writer = await house.connect()
        await house.until(lambda: house.tally.open == 1)
        assert await house.send(fri(1), end=False) == b""
        assert house.refusals[Refusal.ADDRESS_FULL] == 1
        writer.close()

    in_house(story, limits=Limits(connections_per_address=1, loopback=1))


def test_an_address_that_sends_rubbish_is_refused_a_while_and_then_heard_again():
    async def story(house):
        await house.send(*([BROKEN] * 3), pause_s=0.02)
        assert await house.send(fri(1), end=False) == b""
        assert house.refusals[Refusal.ADDRESS_FAULTY] == 1
        await asyncio.sleep(1.0)
        assert await house.send(fri(1)) == sack(1)

    in_house(story, limits=Limits(faults_per_address=3, refused_s=1, loopback=1))


def test_one_that_is_too_fast_is_slowed_down_and_loses_nothing():
    async def story(house):
        began_s = house.hall.loop.time()
        said = await house.send(*([b"".join(fri(n) for n in range(50))] * 4), pause_s=0.01)
        assert said == b"".join(sack(n) for n in range(50)) * 4
        assert house.hall.loop.time() - began_s > 0.5

    in_house(story, limits=Limits(frames_per_address_s=50, loopback=1))


def test_told_to_stop_it_answers_what_it_has_read():
    async def story(house):
        house.store.gate.clear()
        asking = [asyncio.create_task(house.send(fri(n), end=False)) for n in range(20)]
        await house.until(lambda: house.tally.frames == 20)
        stopping = asyncio.create_task(house.hall.stop())
        await asyncio.sleep(0.1)
        house.store.gate.set()
        assert await asyncio.gather(*asking) == [sack(n) for n in range(20)]
        await stopping
        assert await house.send(fri(99), end=False) == b""

    in_house(story)


def test_what_is_open_is_counted_and_forgotten():
    async def story(house):
        await house.send(fri(1))
        await house.send(BROKEN)
        await house.until(lambda: house.tally.open == 0)
        assert house.hall.conversations == set()
        lines = house.figures.lines()
        for line in (
            'waypost_gateway_connections_total{protocol="queclink"} 2',
            'waypost_gateway_frames_total{protocol="queclink"} 2',
            'waypost_gateway_replies_total{protocol="queclink"} 1',
        ):
            assert line in lines
        assert not any(IMEI in line for line in lines)

    in_house(story)


def test_a_tag_that_asks_for_the_time_of_day_is_told_it():
    """The decoder has no clock; the gateway does."""

    async def story(house):
        said = await house.send(gt06_login() + gt06(0x8A, serial=0x0102))
        now = datetime.now(UTC)
        assert said[10:14] == bytes.fromhex("78780b8a")
        assert said[14:17] == bytes([now.year - 2000, now.month, now.day])
        assert said[20:22] == b"\x01\x02"

    in_house(story, protocol="gt06")
