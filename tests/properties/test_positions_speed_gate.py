"""The compiled speed gate and its plain twin say the same, however a track is cut into calls."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.positions.quality import SpeedGate, Spot, new_speed_state, speed_gate

spots = st.lists(
    st.builds(
        Spot,
        us=st.integers(0, 400).map(lambda s: s * 500_000),
        x=st.sampled_from([0.0, 40.0, 90.0, 5_000.0, 5_060.0, 90_000.0, float("nan")]),
        y=st.sampled_from([0.0, 55.0, 20_000.0]),
        r95_m=st.sampled_from([0.0, 5.0, 30.0, 1_000.0]),
    ),
    max_size=40,
).map(lambda found: sorted(found, key=lambda spot: spot.us))


def rejected_by_twin(track: list[Spot]) -> list[int]:
    gate, answers = SpeedGate(), []
    for spot in track:
        gate, rejected = gate.step(spot, 90.0)
        answers.append(int(rejected))
    return answers


def rejected_by_kernel(track: list[Spot], cut: int) -> list[int]:
    state, answers = new_speed_state(), []
    for part in (track[:cut], track[cut:]):
        columns = [np.array([getattr(s, name) for s in part], dtype=np.float64)
                   for name in ("x", "y", "r95_m")]  # fmt: skip
        times = np.array([s.us for s in part], dtype=np.int64)
        answers.extend(speed_gate(state, times, *columns, 90.0).tolist())
    return answers


@settings(deadline=None)  # the first call compiles
@given(track=spots, cut=st.integers(0, 40))
def test_the_compiled_gate_agrees_with_its_plain_twin_wherever_it_is_cut(track, cut):
    assert rejected_by_kernel(track, cut) == rejected_by_twin(track)


@given(track=spots)
def test_a_gate_without_limit_rejects_nothing(track):
    gate = SpeedGate()
    for spot in track:
        gate, rejected = gate.step(spot, float("inf"))
        assert not rejected
