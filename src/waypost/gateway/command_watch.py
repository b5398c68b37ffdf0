"""Commands given to tags as they are heard, and their answers, in the transaction of the message.

Looked up once a second: the commands that wait, which are few. A message of any other tag costs a
look into a dictionary; a message of such a tag sends what is due, marked sent before its bytes
leave, since they leave only after the commit.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from waypost.access import audit
from waypost.access.values import MACHINE
from waypost.devices.command_words import TAKE_COMMANDS, command_bytes
from waypost.devices.commanding import WAITING, CommandStatus, Due, Waiting, decide_due
from waypost.devices.models import DeviceCommand, DeviceFlag
from waypost.errors import Refused
from waypost.gateway.group import Group
from waypost.gateway.values import TagMessage
from waypost.positions.values import Decoded
from waypost.protocols.queclink_commands import answers
from waypost.protocols.values import CommandKind

logger = logging.getLogger(__name__)
LOOKED_EVERY_S = 1.0  # how long a new command may go unseen
ANSWER_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A waiting command with what is needed to send it."""

    waiting: Waiting
    protocol: str
    model: str
    person: int | None


class CommandWatch:
    """For one gateway's committer."""

    def __init__(self) -> None:
        self._asked: dict[str, list[Asked]] = {}  # by device reference
        self._looked_s = float("-inf")
        self._lines: list[tuple[str, Asked]] = []

    def look(
        self, messages: Sequence[TagMessage], group: Group, *, now: datetime
    ) -> Mapping[int, tuple[bytes, ...]]:
        self._look_for_commands(now)
        if not self._asked:
            return {}
        sent: dict[int, tuple[bytes, ...]] = {}
        for place, message in enumerate(messages):
            device = message.decoded.device_id
            if device is not None and device in self._asked:
                self._take_answers(device, message.decoded, now)
                if message.reachable and message.protocol in TAKE_COMMANDS:
                    several = self._send_due(device, now)
                    if several:
                        sent[place] = several
        self._write_lines(now)
        return sent

    def committed(self) -> None:
        """Nothing: what was done is remembered as it is done."""

    def undone(self) -> None:
        """What stands is in the store: look there again."""
        self._looked_s = float("-inf")
        self._lines = []

    def _look_for_commands(self, now: datetime) -> None:
        if time.monotonic() - self._looked_s < LOOKED_EVERY_S:
            return
        found: dict[str, list[Asked]] = defaultdict(list)
        rows = DeviceCommand.objects.filter(status__in=WAITING).order_by("pk")
        for row in rows.select_related("device", "activation"):
            asked = _asked(row)
            due = decide_due(asked.waiting, now)
            if due in {Due.EXPIRE, Due.FAIL}:
                self._end(asked, due)
            else:
                found[row.device.reference].append(asked)
        self._asked, self._looked_s = dict(found), time.monotonic()
        self._write_lines(now)

    def _end(self, asked: Asked, due: Due) -> None:
        after = CommandStatus.EXPIRED if due is Due.EXPIRE else CommandStatus.FAILED
        if _moved(asked, status=after):
            self._lines.append((f"device_command:{after}", asked))

    def _send_due(self, device: str, now: datetime) -> tuple[bytes, ...]:
        """The bytes of what is due to this tag; each is marked sent."""
        several, left = [], []
        if DeviceFlag.objects.filter(device_reference=device, settled_at=None).exists():
            return ()  # it may be a stranger who speaks: the command names the fleet's password
        for asked in self._asked.pop(device):
            waiting = asked.waiting
            due = decide_due(waiting, now)
            data = _bytes(asked) if due is Due.SEND else None
            if data is not None and _moved(
                asked,
                status=CommandStatus.SENT,
                sent_at=now,
                times_sent=waiting.times_sent + 1,
            ):
                several.append(data)
                self._lines.append(("device_command:sent", asked))
                asked = _sent(asked, now)
            if due not in {Due.EXPIRE, Due.FAIL}:
                left.append(asked)
        if left:
            self._asked[device] = left
        return tuple(several)

    def _take_answers(self, device: str, decoded: Decoded, now: datetime) -> None:
        for event in decoded.events:
            serial = answers(event)
            if serial is None:
                continue
            for asked in list(self._asked.get(device, ())):
                waiting = asked.waiting
                if waiting.serial == serial and waiting.status is CommandStatus.SENT:
                    answer = str(event.attributes.get("command", ""))[:ANSWER_LENGTH_MAX]
                    after = CommandStatus.ACKNOWLEDGED
                    if _moved(asked, status=after, answered_at=now, answer=answer):
                        self._lines.append((f"device_command:{after}", asked))
                    self._asked[device].remove(asked)

    def _write_lines(self, now: datetime) -> None:
        lines, self._lines = self._lines, []
        for kind, asked in lines:
            detail = {"command": asked.waiting.command}
            audit.record(kind, by=MACHINE, at=now, about=asked.person, detail=detail)


def _asked(row: DeviceCommand) -> Asked:
    worn = row.activation
    waiting = Waiting(
        command=row.pk,
        kind=CommandKind(row.kind),
        interval_s=row.interval_s,
        serial=row.serial,
        status=CommandStatus(row.status),
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        times_sent=row.times_sent,
        worn_until=worn.to_at if worn else None,
    )
    return Asked(waiting, row.device.protocol, row.device.model, worn.person_id if worn else None)


def _sent(asked: Asked, now: datetime) -> Asked:
    waiting = asked.waiting
    return replace(
        asked,
        waiting=replace(
            waiting, status=CommandStatus.SENT, sent_at=now, times_sent=waiting.times_sent + 1
        ),
    )


def _bytes(asked: Asked) -> bytes | None:
    """None when the tag has since become another model in the inventory: it waits, and expires."""
    waiting = asked.waiting
    try:
        return command_bytes(
            asked.protocol,
            asked.model,
            waiting.kind,
            serial=waiting.serial,
            interval_s=waiting.interval_s,
        )
    except Refused:
        logger.warning("command %d cannot be sent to its tag as it is now", waiting.command)
        return None


def _moved(asked: Asked, **after: Any) -> bool:
    """Whether the command was where we saw it, and is moved: an officer may have been first."""
    waiting = asked.waiting
    mine = DeviceCommand.objects.filter(
        pk=waiting.command, status=waiting.status, times_sent=waiting.times_sent
    )
    return mine.update(**after) == 1
