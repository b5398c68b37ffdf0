"""Tags over UDP: answered to where they came from, once kept; what cannot be taken is dropped."""

from __future__ import annotations

import asyncio

import pytest

from stream_words import BROKEN, IMEI, fri, in_house, sack
from waypost.gateway import hall as hall_module
from waypost.gateway.limits import Limits, Refusal
from wire_words import datagram


class Tag(asyncio.DatagramProtocol):
    """A client that gathers what comes back."""

    def __init__(self):
        self.heard = asyncio.Queue()

    def datagram_received(self, data, addr):
        self.heard.put_nowait(data)

    async def next(self, within_s=5.0):
        return await asyncio.wait_for(self.heard.get(), within_s)


async def tag_of(house):
    return await house.hall.loop.create_datagram_endpoint(
        Tag, remote_addr=("127.0.0.1", house.port)
    )


def with_tag(story, **options):
    """Run `story(house, tag, send)`."""

    async def living(house):
        transport, tag = await tag_of(house)
        try:
            await story(house, tag, transport.sendto)
        finally:
            transport.close()

    in_house(living, **options)


def test_a_datagram_is_answered_once_it_is_kept():
    async def story(house, tag, send):
        house.store.gate.clear()
        send(fri(1))
        with pytest.raises(TimeoutError):
            await tag.next(0.2)
        house.store.gate.set()
        assert await tag.next() == sack(1)
        (item,) = house.store.kept
        assert (item.decoded.device_id, item.network) == (IMEI, "net of 127.0.0.1")
        assert item.reachable

    with_tag(story)


def test_the_frames_of_one_datagram_are_answered_in_one_and_commands_each_in_their_own():
    async def story(house, tag, send):
        house.store.commands = (b"AT+GTRTO=gl300,1,,,,,,0001$",)
        send(fri(1) + fri(2))
        assert await tag.next() == sack(1) + sack(2)
        assert [await tag.next(), await tag.next()] == list(house.store.commands) * 2

    with_tag(story)


def test_a_datagram_ends_its_last_frame():
    async def story(house, tag, send):
        send(fri(1).removesuffix(b"$"))
        assert await tag.next() == sack(1)

    with_tag(story)


def test_a_teltonika_datagram_names_its_tag_and_is_told_what_was_taken():
    async def story(house, tag, send):
        send(datagram())
        assert (await tag.next())[-1] == 1
        assert house.store.kept[0].decoded.device_id

    with_tag(story, protocol="teltonika")


def test_while_the_store_is_away_a_datagram_is_not_answered_and_its_repeat_is():
    async def story(house, tag, send):
        house.store.is_away = True
        send(fri(1))
        await house.until(lambda: house.refusals[Refusal.STORE_AWAY] == 1)
        house.store.is_away = False
        send(fri(1))
        assert await tag.next() == sack(1)
        assert house.store.payloads == [fri(1)]

    with_tag(story)


def test_when_the_line_is_long_datagrams_are_dropped_and_not_piled_up(monkeypatch):
    async def story(house, tag, send):
        monkeypatch.setattr(hall_module, "FULL_SHARE", 0.0)
        send(fri(1))
        await house.until(lambda: house.refusals[Refusal.LINE_FULL] == 1)
        monkeypatch.setattr(hall_module, "FULL_SHARE", 0.5)
        send(fri(2))
        assert await tag.next() == sack(2)
        assert house.store.payloads == [fri(2)]

    with_tag(story)


def test_unreadable_datagrams_are_kept_at_a_bounded_rate_and_all_counted():
    async def story(house, tag, send):
        for _ in range(30):
            send(BROKEN)
        await house.until(lambda: sum(house.tally.faults.values()) == 30)
        send(fri(1))
        assert await tag.next() == sack(1)
        kept = house.store.payloads.count(BROKEN)
        assert 0 < kept < 30
        assert house.refusals[Refusal.RUBBISH] == 30 - kept

    with_tag(story, limits=Limits(unreadable_datagrams_s=5))


def test_an_address_that_is_too_fast_or_sent_rubbish_is_not_heard():
    async def story(house, tag, send):
        for n in range(30):
            send(fri(n))
        await house.until(lambda: house.tally.frames + house.refusals[Refusal.ADDRESS_FAST] == 30)
        assert house.refusals[Refusal.ADDRESS_FAST] > 0
        await asyncio.sleep(1.0)
        send(BROKEN * 3)
        await house.until(lambda: sum(house.tally.faults.values()) == 3)
        send(fri(99))
        await house.until(lambda: house.refusals[Refusal.ADDRESS_FAULTY] == 1)

    with_tag(story, limits=Limits(frames_per_address_s=5, faults_per_address=3, loopback=1))


def test_a_datagram_of_very_many_frames_is_read_so_far_and_kept_whole():
    async def story(house, tag, send):
        beat = b"+ACK:GTHBD,1A0401,866425031234567,,20260301090000,%04X$"
        whole = b"".join(beat % n for n in range(100))
        send(whole)
        replies = await tag.next()
        assert replies.count(b"+SACK:GTHBD") == 64
        assert b"".join(house.store.payloads) == whole
        assert house.store.reasons[-1] == "more than 64 frames in one datagram"

    with_tag(story)


def test_told_to_stop_it_answers_the_datagrams_it_has_read():
    async def story(house, tag, send):
        house.store.gate.clear()
        send(fri(1))
        await house.until(lambda: house.tally.frames == 1)
        house.hall.is_stopping = True
        for door in house.doors:
            door.stop()
        await asyncio.sleep(0.1)
        house.store.gate.set()
        assert await tag.next() == sack(1)

    with_tag(story)
