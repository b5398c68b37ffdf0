"""One poller a process tells every open page that something changed, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from waypost.web import live


@pytest.fixture
def numbers(monkeypatch):
    """Stands in for the store: the version that a poll reads."""
    now = {"version": 7, "reads": 0}

    def read() -> int | None:
        now["reads"] += 1
        return now["version"]

    monkeypatch.setattr(live, "_read_numbers", read)
    monkeypatch.setattr(live, "LOOK_EVERY_S", 0.005)
    return now


def test_every_listener_hears_the_present_version_and_each_rise(numbers):
    async def listen() -> list[list[int | None]]:
        fan = live.Fan()
        streams = [fan.versions() for _ in range(3)]
        first = [await anext(stream) for stream in streams]
        numbers["version"] = 8
        second = [await anext(stream) for stream in streams]
        for stream in streams:
            await stream.aclose()
        return [first, second]

    assert asyncio.run(listen()) == [[7, 7, 7], [8, 8, 8]]


def test_a_slow_listener_finds_the_newest_version_only(numbers):
    async def listen() -> list[int | None]:
        fan = live.Fan()
        slow, quick = fan.versions(), fan.versions()
        heard = [await anext(slow)]
        await anext(quick)
        for version in (8, 9, 10):
            numbers["version"] = version
            assert await anext(quick) == version
        heard.append(await anext(slow))
        await slow.aclose()
        await quick.aclose()
        return heard

    assert asyncio.run(listen()) == [7, 10]


def test_nobody_polls_when_nobody_listens(numbers):
    async def listen() -> int:
        fan = live.Fan()
        stream = fan.versions()
        await anext(stream)
        await stream.aclose()
        await asyncio.sleep(0.03)
        before = numbers["reads"]
        await asyncio.sleep(0.05)
        assert fan.poller is not None
        assert fan.poller.done()
        return numbers["reads"] - before

    assert asyncio.run(listen()) == 0


def test_a_store_that_does_not_answer_is_a_pause_and_not_an_end(numbers):
    async def listen() -> list[int | None]:
        fan = live.Fan()
        stream = fan.versions()
        heard = [await anext(stream)]
        numbers["version"] = None
        await asyncio.sleep(0.03)
        numbers["version"] = 9
        heard.append(await anext(stream))
        await stream.aclose()
        return heard

    assert asyncio.run(listen()) == [7, 9]
