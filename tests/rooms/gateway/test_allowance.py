"""What belongs to nobody is kept within a day's share, and beyond it is never acknowledged."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from django.db import OperationalError

from devices_words import NOW, import_orders, orders_file, phone
from stream_words import IMEI, fri, in_house, sack
from waypost.devices.models import QuarantinedMessage
from waypost.errors import Unavailable
from waypost.gateway import intake as module
from waypost.gateway.allowance import DAY_S, MIB, Allowance
from waypost.gateway.hearing import Speaker, unreadable
from waypost.gateway.intake import Intake
from waypost.gateway.limits import Limits
from waypost.gateway.requests import SMALL_BODY_BYTES, Bodies
from waypost.gateway.values import NO_ROOM, Taken
from waypost.positions.models import LogEntry

FEW = Limits(quarantine_messages_day=3, quarantine_mib_day=1)


def test_a_day_s_share_may_come_at_once_and_grows_again_over_a_day():
    share = Allowance(FEW, 0)
    taken = [share.takes(1, is_known=False, now_s=0) for _ in range(5)]
    assert taken == [True, True, True, False, False]
    assert not share.takes(1, is_known=False, now_s=DAY_S / 3 - 1)
    assert share.takes(1, is_known=False, now_s=DAY_S / 3 + 1)


def test_bytes_have_a_share_of_their_own_and_a_refusal_costs_nothing():
    share = Allowance(FEW, 0)
    assert not share.takes(MIB + 1, is_known=False, now_s=0)
    assert [share.takes(MIB // 3, is_known=False, now_s=0) for _ in range(3)] == [True] * 3


def test_strangers_use_up_nothing_of_known_tags():
    share = Allowance(FEW, 0)
    assert [share.takes(1, is_known=False, now_s=0) for _ in range(4)][-1] is False
    assert share.takes(1, is_known=True, now_s=0)


def test_what_was_undone_is_given_back():
    share = Allowance(FEW, 0)
    share.takes(1, is_known=False, now_s=0)
    share.committed()
    for _ in range(9):
        assert share.takes(1, is_known=False, now_s=0)
        assert share.takes(1, is_known=False, now_s=0)
        share.undone()


@pytest.fixture
def intake(transactional_db):
    import_orders(orders_file(("D1",)))
    return Intake(FEW)


@pytest.mark.database
def test_invented_tags_beyond_the_share_are_neither_kept_nor_acknowledged(intake):
    """Only what is kept may be acknowledged; the tags that somebody wears are heard as ever."""
    invented = [phone(f"X{n}", NOW) for n in range(5)]
    replies = intake.write([*invented, phone("D1", NOW)])
    assert replies == [Taken()] * 3 + [NO_ROOM] * 2 + [Taken()]
    assert QuarantinedMessage.objects.count() == 3
    assert LogEntry.objects.count() == 1
    assert intake.counts["not_quarantined"] == 2


@pytest.mark.database
def test_what_a_broker_vouches_for_is_kept_since_it_would_come_again_for_ever(intake):
    messages = [replace(phone(f"X{n}", NOW), vouched=True) for n in range(5)]
    assert intake.write(messages) == [Taken()] * 5


@pytest.mark.database
def test_bytes_that_are_no_message_are_bounded_too(intake):
    rubbish = [unreadable("queclink", b"?", "no frame", Speaker(), NOW) for _ in range(4)]
    assert intake.write(rubbish)[-1] is NO_ROOM
    assert QuarantinedMessage.objects.count() == 3


@pytest.mark.database
def test_a_store_that_is_away_uses_nothing_up(intake, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(module, "save_group", away)
        for _ in range(9):
            with pytest.raises(Unavailable):
                intake.write([phone("X1", NOW)])
    assert intake.write([phone("X1", NOW)]) == [Taken()]


def test_a_connection_whose_message_found_no_room_is_cut_without_a_word():
    async def story(house):
        write = house.store.write
        house.hall.committer._write = lambda items: [
            NO_ROOM if item.decoded.device_id != IMEI else outcome
            for item, outcome in zip(items, write(items), strict=True)
        ]
        assert await house.send(fri(1)) == sack(1)
        assert await house.send(fri(2, "350000000000009")) == b""
        assert house.refusals["quarantine_full"] == 1

    in_house(story)


class Request:
    """A request whose body comes in pieces, the last when it is let."""

    def __init__(self, size: int) -> None:
        self.size, self.gate = size, asyncio.Event()

    async def stream(self):
        yield b"x" * self.size
        await self.gate.wait()


def test_large_bodies_begun_and_not_ended_take_no_more_than_their_room():
    """Each may be 8 MiB and anybody may begin thousands: found in review."""

    async def story():
        bodies, most = Bodies(large_bytes_max=100_000), SMALL_BODY_BYTES + 60_000
        first, second, small = Request(most), Request(most), Request(SMALL_BODY_BYTES)
        reading = asyncio.create_task(bodies.read(first, 10**6))
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await bodies.read(second, 10**6)
        small.gate.set()
        assert len(await bodies.read(small, 10**6)) == SMALL_BODY_BYTES
        first.gate.set()
        assert len(await reading) == most
        second.gate.set()
        assert len(await bodies.read(second, 10**6)) == most

    asyncio.run(story())
