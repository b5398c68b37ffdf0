"""Thinning for maps: more zoom never shows fewer, what matters is never left out, no line is drawn
where the track was not; and the fast path says what the plain one says."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from waypost.positions.thinning import (
    CELLS_A_TILE,
    STRAY_PX,
    TILE_PX,
    ZOOM_MAX,
    ZOOM_MIN,
    View,
    always_shown,
    in_view,
    joined,
    levels_of,
    lots_of,
    mercator,
)

# The plain twin: one fix at a time, one zoom at a time.


def test_mercator_is_that_of_maps_on_screens():
    x, y = mercator(np.array([0.0, 51.5, -89.0]), np.array([0.0, -180.0, 180.0]))
    assert x.tolist() == [0.5, 0.0, 1.0]
    assert y[0] == 0.5
    expected = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(51.5) / 2)) / (2 * math.pi)
    assert math.isclose(y[1], expected)
    assert 0 < y[2] < 1


def plain_place(lat: float, lon: float) -> tuple[float, float]:
    """By the same arithmetic, so that a place on the edge of a cell lies in the same one."""
    x, y = mercator(np.array([lat]), np.array([lon]))
    return float(x[0]), float(y[0])


def plain_levels(lat, lon, kind, always) -> list[int]:
    lots = lots_of(len(lat)).tolist()
    levels = [ZOOM_MAX + 1] * len(lat)
    finest = (1 << ZOOM_MAX) * CELLS_A_TILE
    cells = [
        tuple(min(max(math.floor(part * finest), 0), finest - 1) for part in plain_place(*place))
        for place in zip(lat, lon, strict=True)
    ]
    for zoom in range(ZOOM_MAX, ZOOM_MIN - 1, -1):
        drawn: dict[tuple[int, ...], int] = {}
        for n, (column, row) in enumerate(cells):
            key = (kind[n], column >> (ZOOM_MAX - zoom), row >> (ZOOM_MAX - zoom))
            if key not in drawn or lots[n] < lots[drawn[key]]:
                drawn[key] = n
        for n in drawn.values():
            levels[n] = zoom
    return [ZOOM_MIN if always[n] else level for n, level in enumerate(levels)]


def plain_joined(shown, lat, lon, used, gap_after, level) -> list[bool]:
    places = [plain_place(*place) for place in zip(lat, lon, strict=True)]
    scale = TILE_PX * (1 << level)
    line, last = [], None
    for n in shown:
        if not used[n]:
            line.append(False)
            continue
        between = [m for m in range((last or 0) + 1, n) if used[m]] if last is not None else []
        line.append(
            last is not None
            and not any(last < m <= n for m in gap_after)
            and all(plain_stray(places[m], places[last], places[n]) * scale <= STRAY_PX
                    for m in between)
        )  # fmt: skip
        last = n
    return line


def plain_stray(point, start, end) -> float:
    across, down = end[0] - start[0], end[1] - start[1]
    squared = across**2 + down**2
    along = 0.0
    if squared:
        along = ((point[0] - start[0]) * across + (point[1] - start[1]) * down) / squared
    along = max(0.0, min(1.0, along))
    return math.hypot(point[0] - start[0] - along * across, point[1] - start[1] - along * down)


@st.composite
def tracks(draw, most: int = 60):
    """Fixes around London, many in one spot, some set aside, some after a gap."""
    count = draw(st.integers(0, most))
    spread = draw(st.sampled_from([0.0, 0.0001, 0.01, 0.3]))
    number = st.floats(-1, 1, allow_nan=False, width=32)
    lat = np.array([51.5 + spread * draw(number) for _ in range(count)], dtype=np.float64)
    lon = np.array([-0.1 + spread * draw(number) for _ in range(count)], dtype=np.float64)
    used = np.array([draw(st.integers(0, 4)) > 0 for _ in range(count)], dtype=np.bool_)
    kind = np.array([draw(st.integers(0, 1)) for _ in range(count)], dtype=np.int64) * 2 + used
    times = np.cumsum(
        np.array([draw(st.sampled_from([1, 60, 600])) for _ in range(count)], dtype=np.int64)
    ) * 1_000_000  # fmt: skip
    judged = np.flatnonzero(used)
    after = judged[1:][np.diff(times[judged]) > 300_000_000]
    return times, used, lat, lon, kind, after.astype(np.int64)


@given(tracks(), st.data())
def test_the_fast_path_gives_each_fix_the_level_of_the_plain_one(track, data):
    _, _, lat, lon, kind, _ = track
    always = np.array([data.draw(st.booleans()) for _ in lat], dtype=np.bool_)
    fast = levels_of(lat, lon, kind, always).tolist()
    assert fast == plain_levels(lat.tolist(), lon.tolist(), kind.tolist(), always.tolist())


@given(tracks(), st.integers(ZOOM_MIN, ZOOM_MAX), st.data())
def test_the_fast_path_draws_the_lines_of_the_plain_one(track, level, data):
    _, used, lat, lon, _, after = track
    shown = np.array([n for n in range(len(lat)) if data.draw(st.booleans())], dtype=np.int64)
    fast = joined(shown, lat, lon, used, after, level).tolist()
    assert fast == plain_joined(
        shown.tolist(), lat.tolist(), lon.tolist(), used.tolist(), after.tolist(), level
    )


@given(tracks(), st.floats(0, 22), st.floats(0, 22))
def test_more_zoom_never_shows_fewer(track, one, other):
    _, _, lat, lon, kind, _ = track
    levels = levels_of(lat, lon, kind, np.zeros(len(lat), dtype=np.bool_))
    wide, near = sorted([one, other])
    shown = in_view(lat, lon, levels, View(-1, 51, 0, 52, wide))
    assert set(shown) <= set(in_view(lat, lon, levels, View(-1, 51, 0, 52, near)))


@given(tracks(), st.floats(0, 22))
def test_a_place_that_is_shown_at_no_zoom_has_another_of_its_kind_beside_it(track, zoom):
    """Thinned out, but never gone: of each kind something stands in every cell that it was in."""
    _, _, lat, lon, kind, _ = track
    view = View(-180, -90, 180, 90, zoom)
    levels = levels_of(lat, lon, kind, np.zeros(len(lat), dtype=np.bool_))
    shown = set(in_view(lat, lon, levels, view).tolist())
    side = (1 << view.level) * CELLS_A_TILE
    x, y = mercator(lat, lon)
    cells = [
        (k, math.floor(a * side), math.floor(b * side)) for k, a, b in zip(kind, x, y, strict=True)
    ]
    assert {cells[n] for n in range(len(lat))} == {cells[n] for n in shown}


violations = st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 9_000)), max_size=4)


@given(tracks(), violations, st.floats(0, 22))
@example((np.array([0, 600_000_000]), np.array([True, True]), np.array([51.5, 51.5]),
          np.array([-0.1, -0.1]), np.array([1, 1]), np.array([1])), [], 4.0)  # fmt: skip
def test_no_zoom_leaves_out_ends_gaps_violations_or_extremes(track, begins, zoom):
    times, used, lat, lon, kind, after = track
    judged = np.flatnonzero(used)
    before = judged[np.searchsorted(judged, after) - 1] if len(after) else after
    windows = [(s * 1_000_000, (s + long) * 1_000_000) for s, long in begins]
    always = always_shown(times, used, lat, lon, np.concatenate([before, after]), windows)
    levels = levels_of(lat, lon, kind, always)
    shown = set(in_view(lat, lon, levels, View(-180, -90, 180, 90, zoom)).tolist())
    if len(times):
        assert {0, len(times) - 1} <= shown
    assert set(before.tolist()) | set(after.tolist()) <= shown
    for start, end in windows:
        inside = [n for n in judged.tolist() if start <= times[n] <= end]
        assert set(inside[:1] + inside[-1:]) <= shown
    for far in (lat, lon):
        if len(judged):
            there = {float(far[n]) for n in shown if used[n]}
            assert {float(far[judged].min()), float(far[judged].max())} <= there


@given(tracks(), st.integers(ZOOM_MIN, ZOOM_MAX))
def test_every_line_drawn_has_each_fix_left_out_within_two_pixels_and_no_gap(track, level):
    """Nothing is drawn that was not observed."""
    _, used, lat, lon, kind, after = track
    levels = levels_of(lat, lon, kind, np.zeros(len(lat), dtype=np.bool_))
    shown = in_view(lat, lon, levels, View(-180, -90, 180, 90, level))
    lines = joined(shown, lat, lon, used, after, level)
    ends = [n for n in shown.tolist() if used[n]]
    lined = {n for n, line in zip(shown.tolist(), lines.tolist(), strict=True) if line}
    assert lined <= set(ends[1:])
    x, y = mercator(lat, lon)
    for start, end in pairwise(ends):
        if end not in lined:
            continue
        assert not any(start < n <= end for n in after.tolist())
        between = [n for n in range(start + 1, end) if used[n]]
        for n in between:
            away = plain_stray((x[n], y[n]), (x[start], y[start]), (x[end], y[end]))
            assert away * TILE_PX * (1 << level) <= STRAY_PX * 1.000001


@given(tracks())
def test_shown_whole_consecutive_fixes_are_joined_unless_a_gap_lies_between(track):
    _, used, lat, lon, _, after = track
    every = np.arange(len(lat))
    lines = joined(every, lat, lon, used, after, ZOOM_MAX)
    judged = np.flatnonzero(used).tolist()
    assert {n for n in every.tolist() if lines[n]} == set(judged[1:]) - set(after.tolist())
