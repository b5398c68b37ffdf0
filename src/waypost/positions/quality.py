"""What a stated place is worth: its R95, whether it is judged, and what makes it the same fix.

`set_aside_at_intake` marks what one fix alone shows (future, before fitting, 0,0, invalid);
`speed_gate` marks, on reading and in order of time, what only the fixes around it show. A marked
fix is kept and shown with its reason, and never judged. Each fast path has its plain twin here.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from waypost.positions.clocks import marks_of_times
from waypost.positions.schema import SetAside
from waypost.units import R95_PER_R68, R95_UNSTATED_M, Mechanism

Floats = npt.NDArray[np.float64]
Microseconds = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NULL_ISLAND_DEG = 1e-4  # 11 m: a tag without a place says 0,0 exactly, or a rounded speck beside it
SPEED_MAX_MPS = 90.0  # 324 km/h: faster than a train; `rules.values.Parameters` says the same
BELIEVED_AFTER = 3  # fixes that contradict the track and agree with each other are the track
_UNSTATED_M = np.array([R95_UNSTATED_M[mechanism] for mechanism in Mechanism], dtype=np.float64)


def r95_m(accuracy_m: float | None, is_r68: bool, mechanism: Mechanism) -> float:
    """The R95 to judge a fix with, metres. Not stated gives the mechanism's; exactly 0 stays 0, a
    point. ValueError when negative or not a number: the reader refuses such a row."""
    if accuracy_m is None:
        return R95_UNSTATED_M[mechanism]
    if not (math.isfinite(accuracy_m) and accuracy_m >= 0):
        raise ValueError(f"accuracy must be 0 or more, was {accuracy_m}")
    return accuracy_m * (R95_PER_R68 if is_r68 else 1.0)


def r95s_m(accuracy_m: Floats, is_r68: Flags | bool, mechanism: npt.NDArray[np.int8]) -> Floats:
    """`r95_m` over arrays; NaN stands for not stated."""
    stated = np.where(is_r68, accuracy_m * R95_PER_R68, accuracy_m)
    return np.where(np.isnan(accuracy_m), _UNSTATED_M[mechanism], stated)


def set_aside_at_intake(
    measured_us: Microseconds,
    received_us: Microseconds,
    lat: Floats,
    lon: Floats,
    valid: Flags | bool,
    from_us: Microseconds | int,
    to_us: Microseconds | int,
) -> npt.NDArray[np.int8]:
    """SetAside per fix, as far as one fix alone can tell.

    from_us, to_us   the activation's span, half-open; FOREVER_US for no end
    order            the first that holds: a wrong time (clocks.py), NULL_ISLAND, INVALID
    """
    marks = np.where(np.asarray(valid), SetAside.USABLE, SetAside.INVALID)
    nowhere = (np.abs(lat) < NULL_ISLAND_DEG) & (np.abs(lon) < NULL_ISLAND_DEG)
    marks = np.where(nowhere, SetAside.NULL_ISLAND, marks)
    times = marks_of_times(measured_us, received_us, from_us, to_us)
    return np.where(times != SetAside.USABLE, times, marks).astype(np.int8)


def content_keys(
    lat: Floats,
    lon: Floats,
    accuracy_m: npt.NDArray[np.floating[Any]],
    mechanism: npt.NDArray[np.int8],
    valid: Flags | bool = True,
) -> npt.NDArray[np.int64]:
    """A number per fix, equal where what it says of the place is equal: resent, it is one fix.

    (activation, measured_at) is no key: equal times with different places occur. Places are
    compared at 1e-7 degree (1 cm), so that a text and a binary route agree. Receipt, speed and
    course are left out. Two different places share a key once in 2**64.
    """
    key = _mixed(np.rint(lat * 1e7).astype(np.int64).view(np.uint64))
    key = _mixed(key ^ np.rint(lon * 1e7).astype(np.int64).view(np.uint64))
    accuracy = (accuracy_m.astype(np.float32) + np.float32(0)).view(np.uint32)  # -0 is 0
    kinds = mechanism.astype(np.uint64) << np.uint64(33)
    key = _mixed(key ^ accuracy.astype(np.uint64) ^ kinds)
    key ^= np.where(valid, np.uint64(0), np.uint64(0x9E3779B97F4A7C15))
    return key.view(np.int64)


def event_keys(kinds: Iterable[str], attributes: Iterable[str]) -> list[int]:
    """The same for events: kind and canonical attributes."""
    return [
        int.from_bytes(
            hashlib.blake2b(f"{kind}\n{attribute}".encode(), digest_size=8).digest(),
            "big",
            signed=True,
        )
        for kind, attribute in zip(kinds, attributes, strict=True)
    ]


def _mixed(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sebastiano Vigna's splitmix64 finaliser: every bit of the input moves half of the output."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: npt.NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return mixed


# The gate's memory between calls: the last usable fix, and up to two rejected ones that agree.
SPEED_STATE = np.dtype(
    [(f"{which}_{what}", kind) for which in ("ref", "one", "two") for what, kind in
     (("us", np.int64), ("x", np.float64), ("y", np.float64), ("r95_m", np.float64))]
    + [("has_ref", np.int64), ("waiting", np.int64)]
)  # fmt: skip


def new_speed_state() -> npt.NDArray[np.void]:
    """The gate before any fix: an array of one SPEED_STATE record, changed in place by the gate."""
    return np.zeros(1, dtype=SPEED_STATE)


@nb.njit(cache=True)
def _reachable(
    from_us: int, from_x: float, from_y: float, from_m: float,
    us: int, x: float, y: float, r95: float, speed_max_mps: float,
) -> bool:  # fmt: skip
    seconds = max((us - from_us) / 1e6, 1.0)
    apart = math.hypot(x - from_x, y - from_y) - from_m - r95
    return apart <= speed_max_mps * seconds


@nb.njit(cache=True)
def speed_gate(
    state: npt.NDArray[np.void],
    measured_us: Microseconds,
    x: Floats,
    y: Floats,
    accuracy_m: Floats,
    speed_max_mps: float,
) -> npt.NDArray[np.uint8]:
    """1 for each fix that would need an impossible speed; `state` goes on from call to call.

    A fix is rejected when it lies further from the last usable one than `speed_max_mps` allows
    after both R95 circles are taken off; less than a second counts as one. The third of three
    rejected fixes in a row that are possible among themselves is believed and becomes the
    reference: then the old reference was the stray.

    measured_us, x, y, accuracy_m   one person's fixes by (measured_at, content_key); metres
    off the plane   a NaN place is neither rejected nor a reference
    twin            `SpeedGate.step`
    """
    rejected = np.zeros(measured_us.shape[0], dtype=np.uint8)
    memory = state[0]
    for i in range(measured_us.shape[0]):
        us, east, north, r95 = measured_us[i], x[i], y[i], float(accuracy_m[i])
        if math.isnan(east) or math.isnan(north):
            continue
        usable = memory.has_ref == 0 or _reachable(
            memory.ref_us, memory.ref_x, memory.ref_y, memory.ref_r95_m,
            us, east, north, r95, speed_max_mps,
        )  # fmt: skip
        if not usable:
            with_one = memory.waiting >= 1 and _reachable(
                memory.one_us, memory.one_x, memory.one_y, memory.one_r95_m,
                us, east, north, r95, speed_max_mps,
            )  # fmt: skip
            with_two = memory.waiting >= 2 and _reachable(
                memory.two_us, memory.two_x, memory.two_y, memory.two_r95_m,
                us, east, north, r95, speed_max_mps,
            )  # fmt: skip
            if with_one and with_two:
                usable = True
            elif with_two or (with_one and memory.waiting == 1):
                if memory.waiting == 2:  # the older of the two disagrees: it leaves
                    memory.one_us, memory.one_r95_m = memory.two_us, memory.two_r95_m
                    memory.one_x, memory.one_y = memory.two_x, memory.two_y
                memory.two_us, memory.two_x, memory.two_y = us, east, north
                memory.two_r95_m = r95
                memory.waiting = 2
            else:
                memory.one_us, memory.one_x, memory.one_y = us, east, north
                memory.one_r95_m = r95
                memory.waiting = 1
        if usable:
            memory.ref_us, memory.ref_x, memory.ref_y = us, east, north
            memory.ref_r95_m = r95
            memory.has_ref = 1
            memory.waiting = 0
        else:
            rejected[i] = 1
    return rejected


@nb.njit(cache=True)
def speed_gate_each(
    states: npt.NDArray[np.void],
    starts: npt.NDArray[np.int64],
    measured_us: Microseconds,
    x: Floats,
    y: Floats,
    accuracy_m: Floats,
    speed_max_mps: float,
) -> npt.NDArray[np.uint8]:
    """`speed_gate` for many persons: states[n] goes with the fixes starts[n]:starts[n+1]."""
    rejected = np.zeros(measured_us.shape[0], dtype=np.uint8)
    for n in range(states.shape[0]):
        a, b = starts[n], starts[n + 1]
        rejected[a:b] = speed_gate(
            states[n : n + 1], measured_us[a:b], x[a:b], y[a:b], accuracy_m[a:b], speed_max_mps
        )
    return rejected


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a fix was, for the plain gate: microseconds, metres."""

    us: int
    x: float
    y: float
    r95_m: float

    def reachable(self, other: Spot, speed_max_mps: float) -> bool:
        seconds = max((other.us - self.us) / 1e6, 1.0)
        apart = math.hypot(other.x - self.x, other.y - self.y) - self.r95_m - other.r95_m
        return apart <= speed_max_mps * seconds

    def apart(self, later: Spot, speed_mps: float) -> bool:
        """Whether the later fix lies further off than both circles and that speed allow."""
        metres = math.hypot(later.x - self.x, later.y - self.y) - self.r95_m - later.r95_m
        return metres > speed_mps * ((later.us - self.us) / 1e6)


@dataclass(frozen=True, slots=True)
class SpeedGate:
    """The plain twin of `speed_gate`: slow, obvious, used to check it and to explain."""

    last: Spot | None = None
    waiting: tuple[Spot, ...] = field(default=())  # rejected, possible among themselves

    def step(self, spot: Spot, speed_max_mps: float = SPEED_MAX_MPS) -> tuple[SpeedGate, bool]:
        """The gate after this fix, and whether the fix is rejected."""
        if math.isnan(spot.x) or math.isnan(spot.y):
            return self, False
        if self.last is None or self.last.reachable(spot, speed_max_mps):
            return SpeedGate(spot), False
        agreeing = _newest_agreeing(self.waiting, spot, speed_max_mps)
        if len(agreeing) + 1 >= BELIEVED_AFTER:
            return SpeedGate(spot), False
        return SpeedGate(self.last, (*agreeing, spot)), True


def _newest_agreeing(waiting: Sequence[Spot], spot: Spot, speed_max_mps: float) -> tuple[Spot, ...]:
    """The longest newest run of the waiting fixes, each of which could have moved to `spot`."""
    run: list[Spot] = []
    for earlier in reversed(waiting):
        if not earlier.reachable(spot, speed_max_mps):
            break
        run.insert(0, earlier)
    return tuple(run)
