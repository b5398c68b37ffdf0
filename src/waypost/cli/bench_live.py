"""Bench `rules`, part live: what judging costs while an estate reports a fix a minute each.

A worker in this process takes entries as the gateway commits them, four a second, and its processor
time is counted: state, violations, due rows and cursor are saved as ever. Beside it the bare pass:
the distance of the same places to the same zones, once, vectorised.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from waypost import clock
from waypost.gateway.bench_house import set_up_store
from waypost.monitoring.bench_estate import (
    Estate,
    bare_distances,
    make_estate,
    say_at_home,
)

if TYPE_CHECKING:
    from waypost.monitoring.worker import Worker

WEARERS = 20_000
ENTRIES_A_SECOND = 4  # the worker's own pace (cli/worker.py)
EVERY_S = 60
MINUTES = 2


@dataclass
class Scene:
    """An estate, a worker, and the time it is for both."""

    estate: Estate
    now: datetime
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(3))

    def worker(self) -> Worker:
        from waypost.cli.worker import make_worker

        return make_worker(lambda: self.now)

    def minute(self, worker: Worker) -> float:
        """Everybody reports once; the worker's processor time in seconds."""
        spent = 0.0
        everybody = self.chance.permutation(len(self.estate.activations))
        for who in np.array_split(everybody, EVERY_S * ENTRIES_A_SECOND):
            self.now += timedelta(seconds=1 / ENTRIES_A_SECOND)
            if who.size:
                say_at_home(self.estate, who, self.chance, self.now)
            spent += idle(worker)
        return spent


def bench_live(wearers: int = WEARERS) -> str:
    """Processor time of the worker per minute of the estate, as text."""
    set_up_store()
    now = clock.now()
    scene = Scene(make_estate(wearers, since=now - timedelta(minutes=10)), now)
    worker = scene.worker()
    scratch_s = idle(worker)
    first_s = scene.minute(worker)
    worker_s = min(scene.minute(worker) for _ in range(MINUTES))
    bare_s = _bare(scene)
    return (
        f"live: {wearers:,} persons, a fix a minute each, 4 requirements a person\n"
        f"  worker         {worker_s:6.2f} s of processor a minute: "
        f"{100 * worker_s / EVERY_S:.0f} % of a core, {worker_s / wearers * 1e6:,.0f} µs a fix\n"
        f"  first minute   {first_s:6.2f} s\n"
        f"  from scratch   {scratch_s:6.2f} s, {scratch_s / wearers * 1e3:.2f} ms a person\n"
        f"  bare distances {bare_s:8.4f} s for the same fixes\n"
        f"  ratio          {worker_s / bare_s:6,.0f}"
    )


def idle(worker: Worker) -> float:
    """Have the worker do all there is to do; its processor time in seconds."""
    began = time.process_time()
    while worker.round():
        pass
    return time.process_time() - began


def _bare(scene: Scene) -> float:
    who = np.arange(len(scene.estate.activations))
    places = scene.estate.homes + scene.chance.normal(0, 4.0, scene.estate.homes.shape)
    began = time.perf_counter()
    bare_distances(scene.estate, who, places)
    return time.perf_counter() - began
