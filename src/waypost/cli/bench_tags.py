"""Bench `tags`: what judging the states of tags costs while an estate reports a fix a minute each.

The event lane takes what five seconds brought, as it does in the worker; its processor time is
counted. A tag in fifty says something of its battery each minute and one in two hundred falls
silent and comes back. Beside it the bare pass: the last receipt of each tag in the same rows,
vectorised, which is the least that anybody could do.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from waypost import clock
from waypost.clock import to_us
from waypost.gateway.bench_house import set_up_store
from waypost.monitoring.bench_estate import Estate, fixes_of, make_estate

if TYPE_CHECKING:
    from waypost.monitoring.event_lane import EventLane

WEARERS = 20_000
EVERY_S = 60
ROUND_S = 5  # the lane's own pace (cli/worker.py)
MINUTES = 20  # past the first silences
TELLS_ONE_IN, SILENT_ONE_IN = 50, 200
SILENT_MIN, SILENT_FOR_MIN = 2, 17  # from which minute, for how long


@dataclass
class Scene:
    """An estate, and the time it is."""

    estate: Estate
    now: datetime
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))
    bare_s: float = 0.0

    def minute(self, lane: EventLane, number: int) -> float:
        """Everybody but the silent reports once; the lane's processor time in seconds."""
        spent = 0.0
        everybody = self.chance.permutation(len(self.estate.activations))
        quiet = SILENT_MIN <= number < SILENT_MIN + SILENT_FOR_MIN
        if quiet:
            everybody = everybody[everybody % SILENT_ONE_IN > 0]
        for who in np.array_split(everybody, EVERY_S // ROUND_S):
            self.now += timedelta(seconds=ROUND_S)
            self._say(who)
            spent += _idle(lane)
        return spent

    def _say(self, who: np.ndarray) -> None:
        from django.db import transaction

        from waypost.positions import batch, log
        from waypost.positions.batch import IntakeRow
        from waypost.positions.values import DecodedEvent, EventKind
        from waypost.units import ActivationNumber

        at_us = np.full(who.size, to_us(self.now))
        fixes = fixes_of(self.estate, who, at_us, at_us, self.chance)
        level = DecodedEvent(self.now, EventKind.BATTERY_LEVEL, {"percent": 60})
        rows = [
            IntakeRow(ActivationNumber(int(number)), self.now - timedelta(days=1), None, self.now,
                      events=[level])
            for number in self.estate.activations[who[who % TELLS_ONE_IN == 0]]
        ]  # fmt: skip
        with transaction.atomic():
            log.append(fixes, batch.build(rows)[1], None, source="bench", now=self.now)
        self.bare_s += _bare(fixes)


def bench_tags(wearers: int = WEARERS) -> str:
    """Processor time of the event lane per minute of the estate, as text."""
    set_up_store()
    from waypost.cli.worker import make_event_lane
    from waypost.monitoring.models import Violation

    now = clock.now()
    scene = Scene(make_estate(wearers, since=now - timedelta(minutes=10)), now)
    lane = make_event_lane(lambda: scene.now)
    scratch_s = _idle(lane)
    minutes = [scene.minute(lane, number) for number in range(MINUTES)]
    usual_s = sorted(minutes[1:])[len(minutes) // 2]
    silent = Violation.objects.filter(kind="no_contact").count()
    bare_s = scene.bare_s / MINUTES
    return (
        f"tags: {wearers:,} tags, a fix a minute each, {silent:,} silences found\n"
        f"  event lane     {usual_s:6.2f} s of processor a minute: "
        f"{100 * usual_s / EVERY_S:.0f} % of a core, {usual_s / wearers * 1e6:,.0f} µs a fix\n"
        f"  worst minute   {max(minutes[1:]):6.2f} s\n"
        f"  from scratch   {scratch_s:6.2f} s, {scratch_s / wearers * 1e3:.2f} ms a tag\n"
        f"  bare last      {bare_s:8.4f} s for the same fixes\n"
        f"  ratio          {usual_s / bare_s:6,.0f}"
    )


def _idle(lane: EventLane) -> float:
    began = time.process_time()
    lane.run_until_idle()
    return time.process_time() - began


def _bare(fixes: pa.Table) -> float:
    began = time.perf_counter()
    fixes.group_by("activation").aggregate([("received_at", "max"), ("measured_at", "max")])
    return time.perf_counter() - began
