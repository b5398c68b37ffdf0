"""waypost bench alerts --part notices: 100,000 notices through a flaky channel, with kills.

Two workers send at once; one of them is killed with SIGKILL every few seconds. The channel refuses
some messages, takes some and loses the answer, and keeps a line of every message it took, as a
receiver that knows repeats by their key would. In the end every notice must stand in exactly one
message. Time runs a hundred times faster than ours, since back-off is counted in minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from waypost import clock
from waypost.errors import Unavailable

if TYPE_CHECKING:
    from waypost.notices.values import Fate, Message, Receipt

NOTICES = 100_000
OFFICERS = 1_000
DIGEST_ONE_IN = 10  # officers who have the less urgent gathered
FASTER = 100.0
REFUSED, LOST = 0.05, 0.03  # chances of a message
KILL_EVERY_S = (8.0, 16.0)
WORKERS = 2
GIVEN_UP_S = 3_600.0
ALERT = re.compile(r"alert (\d+)")


class FlakyChannel:
    """Takes messages into a file; each line is one it took, whatever it answered."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._chance = random.Random(os.getpid())

    def send(self, message: Message) -> Receipt:
        from waypost.notices.values import Receipt

        drawn = self._chance.random()
        if drawn < REFUSED:
            raise Unavailable("refused")
        said = {"key": message.key, "to": message.address, "subject": message.subject,
                "text": message.text}  # fmt: skip
        os.write(self._file, json.dumps(said).encode() + b"\n")
        if drawn < REFUSED + LOST:
            raise Unavailable("the answer was lost")
        return Receipt(delivered=True)

    def ask(self, reference: str) -> Fate:
        from waypost.notices.values import Fate

        del reference
        return Fate.DELIVERED


@dataclass(frozen=True, slots=True)
class Outcome:
    """told: notices that stand in a message. doubled: in more than one. again: messages that were
    sent once more under the key they had."""

    told: int
    doubled: int
    again: int
    messages: int


def bench(args: argparse.Namespace) -> int:
    count = args.rows or NOTICES
    home = Path(os.environ["WAYPOST_HOME"])
    _prepare()
    bare_per_s = _bare()
    began_s = time.time()
    _write(count)
    print(f"{count:,} notices to {OFFICERS:,} officers written in {time.time() - began_s:.1f} s")
    sent_s = time.time()
    kills = _send_all(home / "taken", sent_s)
    took_s = time.time() - sent_s
    found = weighed((home / "taken").read_text(encoding="utf-8").splitlines())
    print(
        f"sent in {took_s:.1f} s, {count / took_s:,.0f} notices a second, "
        f"{count / took_s / bare_per_s:.2f} of two bare commits a notice ({bare_per_s:,.0f} a "
        f"second)\n{kills} kills of a worker; {found.messages:,} messages; {found.again:,} sent "
        f"once more under the key they had\n"
        f"lost: {count - found.told:,}; doubled: {found.doubled:,}"
    )
    return 0 if found.told == count and not found.doubled else 1


def weighed(lines: list[str]) -> Outcome:
    """What a receiver who knows repeats by their key was told."""
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    messages: set[str] = set()
    for line in lines:
        said = json.loads(line)
        messages.add(said["key"])
        alerts = ALERT.findall(said["subject"]) or ALERT.findall(said["text"])
        for alert in alerts:
            keys[said["to"], alert].add(said["key"])
    doubled = sum(len(found) > 1 for found in keys.values())
    return Outcome(len(keys), doubled, len(lines) - len(messages), len(messages))


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _bare() -> float:
    """How many rows a second are updated twice, each in a commit of its own."""
    from django.db import transaction

    from waypost.notices.models import ChannelState

    ChannelState.objects.create(channel="bare")
    began_s, rounds = time.monotonic(), 500
    for number in range(2 * rounds):
        with transaction.atomic():
            ChannelState.objects.filter(channel="bare").update(failures_in_row=number)
    ChannelState.objects.all().delete()
    return rounds / (time.monotonic() - began_s)


def _write(count: int) -> None:
    """Officers with a contact each, and their notices: of three urgencies, one alert to all."""
    from django.db import transaction

    from waypost.access.models import Officer
    from waypost.notices.models import ContactPreference
    from waypost.notices.writing import enqueue

    now = clock.now()
    officers = min(OFFICERS, count)
    Officer.objects.bulk_create(
        Officer(username=f"o{number}", display_name=f"O{number}") for number in range(officers)
    )
    ids = list(Officer.objects.order_by("pk").values_list("pk", flat=True))
    ContactPreference.objects.bulk_create(
        ContactPreference(
            officer_id=one, channel="webhook", address=f"officer-{one}", from_at=now, known_at=now,
            digest_minutes=0 if number % DIGEST_ONE_IN else 5,
        )
        for number, one in enumerate(ids)
    )  # fmt: skip
    for alert in range((count + officers - 1) // officers):
        some = ids[: count - alert * officers]
        words = {"alert_id": alert, "kind": "curfew", "urgency": (90, 60, 20)[alert % 3],
                 "raised_at": "2026-03-02 12:00:00 UTC"}  # fmt: skip
        with transaction.atomic():
            for start in range(0, len(some), 500):
                told = some[start : start + 500]
                enqueue(about=f"alert:{alert}", step="raised", officer_ids=told,
                        template="alert_raised", words=words, now=now)  # fmt: skip


def _send_all(taken: Path, began_s: float) -> int:
    """Workers until nothing waits, one of them killed now and then; how many kills."""
    chance, kills = random.Random(1), 0
    workers = [_worker(taken, began_s) for _ in range(WORKERS)]
    try:
        while any(worker.poll() is None for worker in workers):
            if time.time() - began_s > GIVEN_UP_S:
                break
            time.sleep(chance.uniform(*KILL_EVERY_S))
            victim = chance.randrange(WORKERS)
            if workers[victim].poll() is None:
                workers[victim].send_signal(signal.SIGKILL)
                workers[victim].wait()
                kills += 1
                workers[victim] = _worker(taken, began_s)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    return kills


def _worker(taken: Path, began_s: float) -> subprocess.Popen[bytes]:
    code = f"from waypost.cli.bench_notices import work; work({str(taken)!r}, {began_s!r})"
    return subprocess.Popen([sys.executable, "-c", code])


def work(taken: str, began_s: float) -> None:
    """One worker: rounds until no notice is open."""
    import django

    django.setup()
    from django.db import OperationalError

    from waypost.notices.models import Notice
    from waypost.notices.outbox import deliver

    now = faster(began_s)
    channels = {"webhook": FlakyChannel(Path(taken))}
    while True:
        try:
            if not deliver(channels, now=now()):
                if not Notice.objects.filter(status__in=("waiting", "sending")).exists():
                    return
                time.sleep(0.05)
        except OperationalError:  # two writers of SQLite met; the round is begun again
            time.sleep(0.05)


def faster(began_s: float) -> Callable[[], datetime]:
    """A clock that all workers share."""
    begin = clock.EPOCH + timedelta(seconds=began_s)

    def now() -> datetime:
        return begin + timedelta(seconds=(time.time() - began_s) * FASTER)

    return now
