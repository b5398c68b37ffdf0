"""One wearer's way through a scoring world, corner by corner: on foot, by bus, by car.

    way = Way(layout, town, rng); way.stay(...), way.go(...), ... -> corners

A leg follows streets (first one axis, then the other), rides stop where buses stop, and most long
rides pass a change, where people stand for some minutes: so that many wearers are seen there.
"""

from __future__ import annotations

import math

import numpy as np

from waypost.worlds.scene_town import SceneTown
from waypost.worlds.scene_values import Layout, Spot
from waypost.worlds.values import Under

Corner = tuple[float, float, float, int]  # at_s, east, north, Under
WALK_MAX_M = 1_000.0
BY_BUS = 0.6  # of the longer legs
BELOW_GROUND = 0.12  # of bus rides that are a metro's instead
DETOUR_MAX = 1.7  # a change that makes the ride longer than so many times is not taken
MOVES_EVERY_S = 1_500.0  # people change rooms, counters, benches


class Way:
    """Corners as they are recorded. Time only goes on."""

    def __init__(self, layout: Layout, town: SceneTown, rng: np.random.Generator) -> None:
        self.layout, self.town, self.rng = layout, town, rng
        self.corners: list[Corner] = []

    def begin(self, at_s: float, spot: Spot) -> None:
        self.corners.append((at_s, *spot, int(Under.ROOF)))

    @property
    def now_s(self) -> float:
        return self.corners[-1][0]

    @property
    def here(self) -> Spot:
        return self.corners[-1][1], self.corners[-1][2]

    def wait_until(self, at_s: float) -> None:
        """Still here, under what was overhead before."""
        if at_s > self.now_s:
            self.corners.append((at_s, *self.here, self.corners[-1][3]))

    def stay(self, for_s: float, under: Under, room_m: float) -> None:
        """About this spot for so long, moving a few metres now and then."""
        spot, until_s = self.here, self.now_s + for_s
        moves = min(int(for_s / MOVES_EVERY_S) + 1, 12)
        step_s = for_s / (moves + 1)
        self.corners[-1] = (*self.corners[-1][:3], int(under))
        for _ in range(moves):
            turn, far_m = self.rng.uniform(0, 2 * math.pi), room_m * math.sqrt(self.rng.random())
            east, north = spot[0] + far_m * math.cos(turn), spot[1] + far_m * math.sin(turn)
            self.corners.append((self.now_s + step_s, east, north, int(under)))
        self.corners.append((until_s, *spot, int(under)))

    def go(self, to: Spot) -> None:
        """From here to there; arrives under the sky."""
        away_m = math.dist(self.here, to)
        if away_m < WALK_MAX_M:
            self._walk(to)
        elif self.rng.random() < BY_BUS:
            self._ride(to, away_m)
        else:
            self._along(to, self.layout.car_mps * float(self.rng.uniform(0.7, 1.3)), Under.SKY)

    def _walk(self, to: Spot) -> None:
        self._along(to, self.layout.walk_mps * float(self.rng.uniform(0.85, 1.15)), Under.SKY)

    def _ride(self, to: Spot, away_m: float) -> None:
        boards, alights = self._stop(self.here), self._stop(to)
        self._walk(boards)
        self._stand(float(self.rng.uniform(60, 480)))
        below = Under.GROUND if self.rng.random() < BELOW_GROUND else Under.SKY
        by = self._change(to, away_m)
        if by is not None:
            self._along(by, self.layout.bus_mps, below)
            self._stand(float(self.rng.uniform(120, 600)))
        self._along(alights, self.layout.bus_mps, below)
        self._walk(to)

    def _change(self, to: Spot, away_m: float) -> Spot | None:
        """The change with the shortest way by it, unless even that is a long way round."""
        ways = [
            (math.dist(self.here, spot) + math.dist(spot, to), spot)
            for spot in ((float(hub[0]), float(hub[1])) for hub in self.town.changes)
        ]
        long_m, spot = min(ways)
        return spot if away_m > 1_500 and long_m < DETOUR_MAX * away_m else None

    def _stop(self, spot: Spot) -> Spot:
        every = self.layout.stops_every_m
        return round(spot[0] / every) * every, round(spot[1] / every) * every

    def _stand(self, for_s: float) -> None:
        """At a stop, under the sky, within a few metres."""
        self.stay(for_s, Under.SKY, 5.0)

    def _along(self, to: Spot, speed_mps: float, under: Under) -> None:
        """Along streets: east first or north first, in two strides or three."""
        start = self.here
        self.corners[-1] = (*self.corners[-1][:3], int(under))
        if self.rng.random() < 0.5:
            share = float(self.rng.uniform(0.2, 0.8))
            middle = start[0] + share * (to[0] - start[0])
            bends = [(middle, start[1]), (middle, to[1]), to]
        elif self.rng.random() < 0.5:
            bends = [(to[0], start[1]), to]
        else:
            bends = [(start[0], to[1]), to]
        here, now_s = start, self.now_s
        for bend in bends:
            now_s += math.dist(here, bend) / speed_mps
            if now_s > self.now_s:
                self.corners.append((now_s, *bend, int(under)))
            here = bend
        self.corners[-1] = (*self.corners[-1][:3], int(Under.SKY))
