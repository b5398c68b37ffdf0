"""waypost watchdog: rings the duty officer when Waypost itself is silent.

A process of its own, on another machine if there is one: it reads a few numbers (alerts/pulse.py)
and rings by the channels that WAYPOST_DUTY names, in order, past outbox and worker, which may be
what is dead. A store that does not answer within its time is a fault like any other. What was rung
about is kept in run/watchdog.json, so that a restart rings nobody twice.
"""

from __future__ import annotations

import argparse
import json
import logging
import signal
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from waypost import clock
from waypost.errors import BadUse, Unavailable

if TYPE_CHECKING:
    from waypost.notices.values import Channel, Contact, Pulse
    from waypost.notices.watching import Call, Fault

RECORDS = True
MAY_BE_OLD = True  # it must start while the store is away, or is being brought up to date
LOOK_EVERY_S = 10.0
ANSWER_WITHIN_S = 20.0

log = logging.getLogger("waypost.watchdog")
Answer = TypeVar("Answer")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once", action="store_true",
        help="look once, say what is silent, ring nobody; exit 1 when something is",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    from waypost.notices.channels import channels, duty_contacts
    from waypost.notices.watching import faults

    if args.once:
        found = faults(within(read_pulse_now), clock.now())
        for fault in found:
            print(fault.words)
        return 1 if found else 0
    contacts, able = duty_contacts(), channels()
    if not any(one.channel in able for one in contacts):
        raise BadUse("WAYPOST_DUTY names nobody who can be rung; the watchdog would be mute")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    dog = Watchdog(contacts, able)
    while not stop.is_set():
        dog.look()
        stop.wait(LOOK_EVERY_S)
    return 0


class Watchdog:
    """One look after another.

    read   the pulse; None when the store does not answer
    note   writes alarms for the system page, as far as the store lets it
    """

    def __init__(
        self, contacts: Sequence[Contact], channels: Mapping[str, Channel], *,
        read: Callable[[], Pulse | None] | None = None,
        note: Callable[[Sequence[Call], datetime], None] | None = None,
        now: Callable[[], datetime] = clock.now, memory: Path | None = None,
    ) -> None:  # fmt: skip
        self._contacts, self._channels, self._now = contacts, channels, now
        self._read = read or (lambda: within(read_pulse_now))
        self._note = note or (lambda calls, at: within(lambda: note_alarms(calls, at)))
        self._memory = memory or _memory()
        self._rung = _remembered(self._memory)

    def look(self) -> list[Fault]:
        """What is silent now; the duty officer is rung about what is due."""
        from waypost.notices.watching import calls, faults

        found = faults(self._read(), self._now())
        now = self._now()
        due = calls(found, self._rung, now)
        if due and self._ring(due, now):
            for call in due:
                if call.over:
                    self._rung.pop(call.fault.name, None)
                else:
                    self._rung[call.fault.name] = now
            self._remember()
            self._note(due, now)
        return found

    def _ring(self, due: Sequence[Call], now: datetime) -> bool:
        """By the first channel that takes it; False: by none, and the next look tries again."""
        from waypost.notices.values import Message, Undeliverable
        from waypost.notices.watching import words_of

        words = words_of(due)
        for contact in self._contacts:
            channel = self._channels.get(contact.channel)
            if channel is None:
                continue
            key = f"waypost-watchdog-{uuid.uuid4()}"
            message = Message(key, contact.address, words[:120], f"{words}\n", words[:600], now)
            try:
                channel.send(message)
                return True
            except (OSError, Unavailable, Undeliverable) as error:
                log.error("could not ring by %s: %s", contact.channel, type(error).__name__)
        log.critical("nobody could be rung: %s", words)
        return False

    def _remember(self) -> None:
        said = {name: clock.write_instant(at) for name, at in self._rung.items()}
        draft = self._memory.with_suffix(".new")
        draft.write_text(json.dumps(said), encoding="utf-8")
        draft.replace(self._memory)


def read_pulse_now() -> Pulse:
    from waypost.alerts.pulse import read_pulse

    return read_pulse()


def note_alarms(calls: Sequence[Call], now: datetime) -> None:
    """What was rung about, on the system page."""
    from waypost.notices import alarms

    for call in calls:
        if call.over:
            alarms.end("silence", call.fault.name, now=now)
        else:
            alarms.begin("silence", call.fault.name, call.fault.words, now=now)


def within(ask: Callable[[], Answer]) -> Answer | None:
    """What the store answers; None when it does not within its time, or at all."""

    answers: SimpleQueue[Answer | Exception] = SimpleQueue()

    def asked() -> None:
        from django.db import connections

        try:
            answers.put(ask())
        except Exception as error:  # whatever it is, it is no answer
            answers.put(error)
        finally:
            connections.close_all()

    # One that hangs is left behind: as a daemon it holds up no end of the process.
    threading.Thread(target=asked, daemon=True).start()
    try:
        answer = answers.get(timeout=ANSWER_WITHIN_S)
    except Empty:
        answer = TimeoutError()
    if isinstance(answer, Exception):
        log.error("the store did not answer: %s", type(answer).__name__)
        return None
    return answer


def _memory() -> Path:
    from waypost.home import home

    folder = home() / "run"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder / "watchdog.json"


def _remembered(path: Path) -> dict[str, datetime]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): clock.read_instant(at) for name, at in said.items()}
    except (OSError, ValueError, AttributeError):
        return {}
