"""Bench `rules`, part backlog: 3,000,000 fixes come newest first while live tags play.

300 tags upload a week of a fix a minute each, newest first, in entries as the gateway commits
them; meanwhile 1,000 live tags report a fix a minute, and every second one of them stands in its
exclusion zone. Worker and archivist are real processes on the same two cores. What is timed: from
the commit of a breach's fix until its alert is in the store, and until the whole backlog is judged.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from waypost import clock
from waypost.clock import to_us
from waypost.gateway.bench_house import set_up_store
from waypost.monitoring.bench_estate import Estate, fixes_of, make_estate, say

FIXES = 3_000_000
TAGS = 300
LIVE = 1_000
ENTRY_FIXES = 500  # the most messages that the gateway commits at once
FIX_EVERY_US = 60_000_000
UPLOAD_RATE = 12_000  # fixes a second: about what the gateway takes in
LOOK_EVERY_S = 0.1
LIMIT_S = 1_800


@dataclass
class Breaches:
    """When each breach's fix was committed, and when its alert was seen, by person."""

    told: dict[int, float] = field(default_factory=dict)
    waited: list[float] = field(default_factory=list)
    last_alert: int = 0

    def look(self) -> None:
        from waypost.alerts.models import Alert

        rows = Alert.objects.filter(pk__gt=self.last_alert, kind="exclusion").order_by("pk")
        for alert, person in rows.values_list("pk", "person_id"):
            self.last_alert = alert
            if person in self.told:
                self.waited.append(time.monotonic() - self.told.pop(person))


def bench_backlog(fixes: int = FIXES) -> str:
    """How long live alerts took meanwhile, and how long until all was judged, as text."""
    from waypost.cli.worker import run_once
    from waypost.gateway.bench_house import beside

    set_up_store()
    now = clock.now()
    each = max(ENTRY_FIXES // TAGS + 1, fixes // TAGS)
    began = now - timedelta(minutes=each + 10)
    estate = make_estate(TAGS + LIVE, since=began)
    chance = np.random.default_rng(5)
    _first_fixes(estate, chance)
    run_once()  # every person has a state: what follows is a backlog, not a beginning
    with beside(["worker"], ["archivist"]):
        started = time.monotonic()
        breaches, sent, seconds = _play(estate, chance, each)
        uploaded_s = time.monotonic() - started
        judged_s = _until_judged(estate, chance, breaches, started, seconds)
    waited = np.array(breaches.waited)
    return (
        f"backlog: {sent:,} fixes of {TAGS} tags newest first, {LIVE:,} live tags beside\n"
        f"  uploaded in    {uploaded_s:7.0f} s\n"
        f"  judged within  {judged_s:7.0f} s of the first\n"
        f"  live alerts    {waited.size} of {waited.size + len(breaches.told)} breaches; "
        f"p50 {_share(waited, 50):.1f} s, p99 {_share(waited, 99):.1f} s, "
        f"longest {waited.max(initial=0):.1f} s"
    )


def _first_fixes(estate: Estate, chance: np.random.Generator) -> None:
    """Everybody is at home: tags with a backlog now, live ones five minutes ago, so that to be in
    the zone takes no impossible speed."""
    now_us = to_us(clock.now())
    who = np.arange(len(estate.activations))
    at = np.where(who < TAGS, now_us - 1_000_000, now_us - 5 * FIX_EVERY_US)
    say(fixes_of(estate, who, at, np.full(who.size, now_us), chance), now=clock.now())


def _play(estate: Estate, chance: np.random.Generator, each: int) -> tuple[Breaches, int, int]:
    """Upload the backlog, newest first and all tags at once, with the live tags beside.

    returns   breaches, fixes sent, seconds that the live tags have played
    """
    breaches = Breaches()
    newest_us = to_us(clock.now()) - FIX_EVERY_US
    started, sent, seconds = time.monotonic(), 0, 0
    tags = np.arange(TAGS)
    rounds = np.arange(each)
    while rounds.size:
        now = clock.now()
        taken, rounds = np.split(rounds, [max(1, ENTRY_FIXES // TAGS)])
        who = np.tile(tags, taken.size)
        at = newest_us - np.repeat(taken, TAGS) * FIX_EVERY_US
        say(fixes_of(estate, who, at, np.full(who.size, to_us(now)), chance), now=now)
        sent += who.size
        elapsed = time.monotonic() - started
        if elapsed >= seconds:
            _live_second(estate, chance, breaches, seconds)
            seconds += 1
        breaches.look()
        if sent / UPLOAD_RATE > elapsed:
            time.sleep(sent / UPLOAD_RATE - elapsed)
    return breaches, sent, seconds


def _until_judged(
    estate: Estate,
    chance: np.random.Generator,
    breaches: Breaches,
    started: float,
    seconds: int,
) -> float:
    """Live tags go on until nothing waits; seconds since `started` then."""
    from waypost.monitoring.queries import progress

    judged_s = 0.0
    began = time.monotonic() - seconds
    while time.monotonic() - started < LIMIT_S:
        breaches.look()
        if time.monotonic() - began >= seconds:
            _live_second(estate, chance, breaches, seconds)
            seconds += 1
            if progress().waiting_late == 0:
                judged_s = time.monotonic() - started
                break
        time.sleep(LOOK_EVERY_S)
    for _ in range(100):  # the last breaches
        breaches.look()
        time.sleep(LOOK_EVERY_S)
    return judged_s


def _live_second(
    estate: Estate, chance: np.random.Generator, breaches: Breaches, second: int
) -> None:
    """A sixtieth of the live tags report; one of those that never did is in its zone."""
    now = clock.now()
    at_us = to_us(now)
    who = TAGS + np.flatnonzero(np.arange(LIVE) % 60 == second % 60)
    breaching = np.zeros(who.size, dtype=np.bool_)
    place = (second // 60) % who.size
    breaching[place] = True
    fixes = fixes_of(
        estate, who, np.full(who.size, at_us - 500_000), np.full(who.size, at_us), chance,
        at_zone=breaching,
    )  # fmt: skip
    say(fixes, now=now)
    person = int(who[place]) + 1  # persons are numbered as they were made
    breaches.told[person] = time.monotonic()


def _share(waited: np.ndarray, percent: float) -> float:
    with suppress(IndexError):
        return float(np.percentile(waited, percent))
    return 0.0
