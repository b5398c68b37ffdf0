"""The watchdog rings by the first channel that takes it, once while it lasts, and once more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.cli import watchdog
from waypost.cli.main import main
from waypost.cli.watchdog import Watchdog, within
from waypost.errors import Unavailable
from waypost.notices.values import Contact, Pulse, Receipt

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Ear:
    """A channel that keeps what it is sent, or is away."""

    def __init__(self) -> None:
        self.heard, self.away = [], False

    def send(self, message):
        if self.away:
            raise Unavailable("away")
        self.heard.append(message.short)
        return Receipt()


class House:
    """What the watchdog reads, and what it is told by."""

    def __init__(self, memory) -> None:
        self.now, self.pulse = NOON, Pulse(NOON, NOON)
        self.phone, self.hook, self.noted = Ear(), Ear(), []
        self.memory = memory

    def dog(self) -> Watchdog:
        return Watchdog(
            [Contact("sms", "1"), Contact("webhook", "duty")],
            {"sms": self.phone, "webhook": self.hook}, read=lambda: self.pulse,
            note=lambda calls, at: self.noted.append(len(calls)), now=lambda: self.now,
            memory=self.memory,
        )  # fmt: skip


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "watchdog.json")


def test_it_rings_at_once_not_again_for_a_quarter_of_an_hour_and_says_when_it_is_over(house):
    dog = house.dog()
    dog.look()
    assert house.phone.heard == []
    house.now = NOON + 2 * MINUTE
    dog.look()
    dog.look()
    assert len(house.phone.heard) == 1
    assert "judging is behind: 120 s" in house.phone.heard[0]
    house.now = NOON + 15 * MINUTE
    dog.look()
    assert len(house.phone.heard) == 1
    house.now = NOON + 18 * MINUTE
    dog.look()
    assert len(house.phone.heard) == 3 - 1
    house.pulse = Pulse(house.now, house.now)
    dog.look()
    assert house.phone.heard[-1].startswith("Over:")
    dog.look()
    assert len(house.phone.heard) == 3


def test_the_next_channel_is_tried_and_a_ring_that_nobody_took_is_tried_again(house):
    dog = house.dog()
    house.pulse = None
    house.phone.away = house.hook.away = True
    dog.look()
    house.hook.away = False
    dog.look()
    assert house.hook.heard == ["WAYPOST IS SILENT: the store does not answer."]


def test_a_restart_rings_nobody_twice(house):
    house.pulse = None
    house.dog().look()
    house.dog().look()
    assert len(house.phone.heard) == 1
    house.memory.write_text("not JSON")
    house.dog().look()
    assert len(house.phone.heard) == 2


def test_a_store_that_hangs_or_fails_is_no_answer(monkeypatch):
    import threading

    monkeypatch.setattr(watchdog, "ANSWER_WITHIN_S", 0.2)
    held = threading.Event()
    assert within(held.wait) is None
    held.set()
    assert within(lambda: 1 // 0) is None
    assert within(lambda: 7) == 7


def test_a_watchdog_that_can_ring_nobody_does_not_start(capsys, settings):
    settings.NOTICES = settings.NOTICES | {"duty": "sms:+447700900123"}  # no key for it
    assert main(["watchdog"]) == 2
    assert "mute" in capsys.readouterr().err
